"""Background jobs: real worker processes on a temporary home, with a registry of tiny tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from laser_core.errors import JobError
from laser_core.jobs.client import JobBusy, Jobs, Requests
from laser_core.jobs.folder import code_stamp, lock_of, read_json, write_json
from laser_core.jobs.state import JobState

TESTS = Path(__file__).parent
FOREVER = {"to": 100_000, "pause": 0.01}


@pytest.fixture(autouse=True)
def tasks_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(tmp_path, tasks="job_tasks")
    yield made
    if (state := made.active()) is not None:
        made.cancel(state.id)
        made.wait(state.id)
    assert made.stop_worker(60)


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[Requests]:
    made = Requests(tmp_path, tasks="job_tasks")
    yield made
    assert made.stop_worker(60)


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
    return found


def running(jobs: Jobs, id: str) -> JobState:
    """The job's state once it has reported a step."""
    return until(lambda: (s := jobs.state(id)).status == "running" and s.total and s)


def test_a_job_runs_in_another_process_and_its_result_comes_back(jobs: Jobs) -> None:
    id = jobs.start("count", {"to": 3})
    assert jobs.wait(id).status == "done"
    result = jobs.result(id)
    assert result["counted"] == 3
    assert result["pid"] != os.getpid()


def test_progress_tells_stage_share_figures_and_time_left(jobs: Jobs) -> None:
    id = jobs.start("count", FOREVER)
    state = until(lambda: (s := jobs.state(id)).done > 5 and s)
    assert (state.stage, state.total, state.status) == ("counting", 100_000, "running")
    assert state.figures["half"] == state.done / 2
    assert state.rate > 0
    assert state.seconds_left == pytest.approx((100_000 - state.done) / state.rate)


def test_time_left_is_unknown_before_the_first_unit_and_without_a_total() -> None:
    assert JobState("1-x", "x", "running", total=10).seconds_left is None
    assert JobState("1-x", "x", "running", done=5, rate=2.0).seconds_left is None
    assert JobState("1-x", "x", "running", done=4, total=10, rate=2.0).seconds_left == 3.0


def test_the_last_step_is_in_the_final_state(jobs: Jobs) -> None:
    state = jobs.wait(jobs.start("count", {"to": 40}))
    assert (state.done, state.total) == (40, 40)
    assert state.started is not None
    assert state.ended is not None


def test_a_second_job_finds_the_same_warm_worker(jobs: Jobs) -> None:
    first = jobs.result(jobs.wait(jobs.start("answer", {})).id)
    second = jobs.result(jobs.wait(jobs.start("answer", {})).id)
    assert first["pid"] == second["pid"] == jobs.worker_pid()
    assert (first["calls"], second["calls"]) == (1, 2)


def test_a_job_is_stopped_between_two_steps_and_closes_its_work(jobs: Jobs, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    id = jobs.start("count", {**FOREVER, "closed": str(closed)})
    pid = running(jobs, id).pid
    jobs.cancel(id)
    assert jobs.wait(id, timeout=10).status == "cancelled"
    assert closed.exists()
    assert jobs.worker_pid() == pid  # the worker stays warm


def test_a_job_that_cannot_stop_by_itself_is_killed_and_the_next_one_works(jobs: Jobs) -> None:
    id = jobs.start("stuck", {})
    running(jobs, id)
    jobs.cancel(id)
    assert jobs.state(id).cancelling
    assert jobs.wait(id, timeout=10).status == "cancelled"
    assert jobs.wait(jobs.start("count", {"to": 1})).status == "done"


def test_cancelling_an_ended_job_changes_nothing(jobs: Jobs) -> None:
    id = jobs.start("count", {"to": 1})
    jobs.wait(id)
    jobs.cancel(id)
    assert jobs.state(id).status == "done"
    assert not jobs.state(id).cancelling


def test_an_error_of_the_user_becomes_one_sentence(jobs: Jobs) -> None:
    state = jobs.wait(jobs.start("complain", {}))
    assert state.status == "failed"
    assert state.error == "the folder has no pictures; choose another"
    assert state.details == ""
    with pytest.raises(JobError, match="the folder has no pictures"):
        jobs.result(state.id)


@pytest.mark.parametrize(
    ("kind", "in_details"), [("crash", "ZeroDivisionError"), ("no-json", "set")]
)
def test_any_other_error_becomes_a_general_sentence_with_the_traceback_in_the_details(
    jobs: Jobs, kind: str, in_details: str
) -> None:
    state = jobs.wait(jobs.start(kind, {}))
    assert state.status == "failed"
    assert "Traceback" not in state.error
    assert f"failed during {kind}" in state.error
    assert in_details in state.details


def test_an_unknown_kind_is_told_with_the_known_ones(jobs: Jobs) -> None:
    state = jobs.wait(jobs.start("embroider", {}))
    assert state.status == "failed"
    assert "embroider: no such work; there is answer, complain, count" in state.error


def test_a_kind_that_is_no_plain_word_is_refused(jobs: Jobs) -> None:
    with pytest.raises(ValueError, match="small letters"):
        jobs.start("../evil", {})


def test_while_a_job_runs_a_second_one_is_refused(jobs: Jobs, tmp_path: Path) -> None:
    id = jobs.start("count", FOREVER)
    with pytest.raises(JobBusy, match="one job runs at a time"):
        Jobs(tmp_path, tasks="job_tasks").start("count", {"to": 1})
    running(jobs, id)
    with pytest.raises(JobBusy, match="count is still running"):
        jobs.start("count", {"to": 1})


def test_of_many_starts_at_once_exactly_one_succeeds(jobs: Jobs, tmp_path: Path) -> None:
    outcomes: list[str] = []

    def start() -> None:
        try:
            outcomes.append(Jobs(tmp_path, tasks="job_tasks").start("count", FOREVER))
        except JobBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("busy") == 7
    assert len(jobs.lane.ids()) == 1


START_AND_WAIT = """
import sys, time
from pathlib import Path
from laser_core.jobs.client import JobBusy, Jobs
try:
    print(Jobs(Path(sys.argv[1]), tasks="job_tasks").start("count", {"to": 100000, "pause": 0.01}))
except JobBusy:
    print("busy")
sys.stdout.flush()
time.sleep(600 if sys.argv[2] == "stay" else 0)
"""


def another_process(home: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(home), then],
        cwd=TESTS.parent,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_two_processes_that_start_at_once_exactly_one_succeeds(
    jobs: Jobs, tmp_path: Path
) -> None:
    processes = [another_process(tmp_path, "leave") for _ in range(2)]
    said = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(said) == ["00000001-count", "busy"]


def test_a_job_survives_the_sudden_death_of_the_process_that_started_it(
    jobs: Jobs, tmp_path: Path
) -> None:
    with another_process(tmp_path, "stay") as starter:
        assert starter.stdout is not None
        id = starter.stdout.readline().strip()
        running(jobs, id)
        starter.kill()
    before = jobs.state(id).done
    assert until(lambda: jobs.state(id).done > before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_worker_leaves_a_lost_job_and_the_next_one_works(jobs: Jobs) -> None:
    id = jobs.start("count", FOREVER)
    os.kill(running(jobs, id).pid, signal.SIGKILL)
    state = jobs.wait(id)
    assert state.status == "lost"
    assert "ended from outside" in state.error
    assert jobs.worker_pid() == 0
    assert jobs.wait(jobs.start("count", {"to": 1})).status == "done"


def test_a_worker_that_falls_over_leaves_its_last_words_in_the_details(jobs: Jobs) -> None:
    state = jobs.wait(jobs.start("end", {}))
    assert state.status == "lost"
    assert "about to fall over" in state.details


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_a_worker_that_is_told_to_end_leaves_its_job_cancelled(jobs: Jobs) -> None:
    id = jobs.start("count", FOREVER)
    os.kill(running(jobs, id).pid, signal.SIGTERM)
    assert jobs.wait(id).status == "cancelled"


def test_a_worker_that_cannot_start_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    jobs = Jobs(tmp_path)
    monkeypatch.setattr("laser_core.jobs.client.launch_worker", broken_launch)
    state = jobs.wait(jobs.start("count", {"to": 1}))
    assert state.status == "lost"
    assert "could not be started" in state.error


def broken_launch(*_: Any) -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    child.wait()
    return child


def test_a_module_of_tasks_that_cannot_be_imported_fails_the_job(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path, tasks="no_such_module")
    state = jobs.wait(jobs.start("count", {"to": 1}))
    assert state.status == "failed"
    assert "no_such_module" in state.details
    assert jobs.stop_worker(60)


def test_a_request_is_answered_while_a_long_job_runs(jobs: Jobs, requests: Requests) -> None:
    id = jobs.start("count", FOREVER)
    running(jobs, id)
    assert requests.ask("answer", {"text": "a red fox"})["text"] == "a red fox"
    assert jobs.state(id).status == "running"


def test_requests_keep_a_worker_of_their_own_that_a_stuck_job_cannot_take_along(
    jobs: Jobs, requests: Requests
) -> None:
    before = requests.ask("answer", {})["pid"]
    id = jobs.start("stuck", {})
    running(jobs, id)
    jobs.cancel(id)
    jobs.wait(id)
    assert requests.ask("answer", {})["pid"] == before


def test_requests_wait_in_turn(requests: Requests) -> None:
    ids = [requests.send("answer", {"text": str(n)}) for n in range(5)]
    for id in ids:
        requests.wait(id)
    assert [requests.result(id)["calls"] for id in ids] == [1, 2, 3, 4, 5]


SLOW_TO_SAY_WHO_IT_IS = """
import time
from laser_core.jobs import worker

def slow_write(path, content, write=worker.write_json):
    time.sleep(0.5 if path.name == "worker.json" else 0.0)
    write(path, content)

worker.write_json = slow_write
worker.main()
"""


def test_a_worker_that_has_its_lock_and_not_yet_said_who_it_is_stays_the_only_one(
    requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def launch(arguments: list[str], *_: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SLOW_TO_SAY_WHO_IT_IS, *arguments]
        started.append(subprocess.Popen(command, cwd=TESTS.parent))
        return started[-1]

    monkeypatch.setattr("laser_core.jobs.client.launch_worker", launch)
    ids = [requests.send("answer", {}) for _ in range(3)]
    pids = {requests.wait(id) and requests.result(id)["pid"] for id in ids}
    assert requests.stop_worker(60)
    for worker in started:
        worker.wait(timeout=60)
    assert pids == {worker.pid for worker in started}
    assert len(started) == 1


def test_a_reader_that_looks_for_a_worker_is_not_taken_for_one(requests: Requests) -> None:
    requests.ask("answer", {})
    assert requests.stop_worker(60)
    looking = threading.Event()

    def look_slowly() -> None:  # as long as a busy machine may hold a reader up
        with lock_of(requests.lane.worker_lock):
            looking.set()
            time.sleep(0.3)

    reader = threading.Thread(target=look_slowly)
    reader.start()
    looking.wait(timeout=60)
    assert requests.ask("answer", {"text": "a fox"})["text"] == "a fox"
    reader.join(timeout=60)


def test_a_worker_that_ends_takes_the_wish_and_its_own_file_away(requests: Requests) -> None:
    requests.ask("answer", {})
    requests.lane.stop.touch()
    until(lambda: requests.worker_pid() == 0)
    assert not requests.lane.stop.exists()
    assert not requests.lane.worker_file.exists()


def test_a_request_that_fails_raises_its_sentence(requests: Requests) -> None:
    with pytest.raises(JobError, match="the folder has no pictures"):
        requests.ask("complain", {})


def test_a_request_without_answer_in_time_says_so(requests: Requests) -> None:
    with pytest.raises(JobError, match=r"took more than 0\.3 s"):
        requests.ask("count", {"to": 100, "pause": 0.01}, timeout=0.3)


def test_after_a_restart_of_the_app_the_last_job_is_still_known(jobs: Jobs, tmp_path: Path) -> None:
    id = jobs.start("complain", {"folder": "x"})
    jobs.wait(id)
    state = Jobs(tmp_path).latest()
    assert state is not None
    assert (state.id, state.kind, state.params) == (id, "complain", {"folder": "x"})
    assert state.error == "the folder has no pictures; choose another"


def test_a_dismissed_end_stays_dismissed(jobs: Jobs, tmp_path: Path) -> None:
    id = jobs.start("count", {"to": 1})
    jobs.wait(id)
    jobs.dismiss(id)
    assert Jobs(tmp_path).state(id).dismissed


def test_an_idle_worker_goes_home_and_a_new_one_comes(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path, tasks="job_tasks", idle_seconds=0.0)
    first = jobs.result(jobs.wait(jobs.start("answer", {})).id)
    until(lambda: jobs.worker_pid() == 0)
    second = jobs.result(jobs.wait(jobs.start("answer", {})).id)
    assert first["pid"] != second["pid"]
    until(lambda: jobs.worker_pid() == 0)


def test_a_worker_older_than_the_code_is_replaced(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_slow_disk() -> int:
        time.sleep(0.3)
        return code_stamp()

    old = jobs.result(jobs.wait(jobs.start("answer", {})).id)
    write_json(jobs.lane.worker_file, {"pid": old["pid"], "code": 0})
    monkeypatch.setattr("laser_core.jobs.client.code_stamp", on_a_slow_disk)
    new = jobs.result(jobs.wait(jobs.start("answer", {})).id)
    assert new["pid"] != old["pid"]


def test_a_damaged_order_fails_with_a_sentence_and_does_not_stop_the_next(jobs: Jobs) -> None:
    jobs.wait(jobs.start("answer", {}))
    with_damage = jobs.lane.job("00000002-answer")
    with_damage.mkdir()
    (with_damage / "job.json").write_text('{"kind": "ans')
    (jobs.lane.queue / "00000002-answer").touch()
    assert "damaged on disk" in jobs.wait("00000002-answer").error
    assert jobs.wait(jobs.start("answer", {})).status == "done"


def test_a_damaged_progress_of_a_dead_worker_counts_as_lost(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    folder = jobs.lane.job("00000001-count")
    folder.mkdir()
    write_json(folder / "job.json", {"kind": "count", "params": {}, "created": 0.0})
    (folder / "progress.json").write_text("\x00\x00[1, 2")
    assert jobs.state("00000001-count").status == "lost"
    assert jobs.active() is None


def test_a_job_left_running_by_a_dead_worker_counts_as_lost(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    folder = jobs.lane.job("00000001-count")
    folder.mkdir()
    write_json(folder / "progress.json", {"status": "running", "stage": "counting", "pid": 1})
    state = jobs.state("00000001-count")
    assert (state.status, state.stage) == ("lost", "counting")


def test_a_queue_entry_without_a_folder_does_not_stop_the_worker(jobs: Jobs) -> None:
    (jobs.lane.queue / "00000000-ghost").touch()
    assert jobs.wait(jobs.start("answer", {})).status == "done"


def test_an_unknown_job_is_told(jobs: Jobs) -> None:
    with pytest.raises(JobError, match="no job '00000009-x'"):
        jobs.state("00000009-x")


def test_only_the_newest_jobs_are_kept(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("laser_core.jobs.client").jobs.client.KEPT, "jobs", 2)
    for _ in range(5):
        jobs.wait(jobs.start("answer", {}))
    assert jobs.lane.ids()[-1] == "00000005-answer"
    assert len(jobs.lane.ids()) == 3  # the two kept, and the new one


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    write_json(path, {"n": 0, "filler": "x" * 50_000})
    done = threading.Event()

    def write() -> None:
        for n in range(100):
            write_json(path, {"n": n, "filler": "x" * 50_000})
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        assert len(read_json(path)["filler"]) == 50_000
    thread.join()
    assert read_json(path)["n"] == 99


def test_the_worker_starts_without_the_heavy_libraries_and_without_streamlit() -> None:
    code = "import sys, laser_core.jobs.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TESTS.parent
    ).stdout.split()
    assert not {"torch", "umap", "numpy", "streamlit", "open_clip"} & set(loaded)
