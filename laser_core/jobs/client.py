"""Background jobs as the app sees them: start, watch, stop, read the result.

The work runs in a worker process (`worker.py`) that is started on demand, outlives page, tab and
server, and stays warm between jobs. Everything known about a job stands in its folder, so every
tab, and the app after a restart, sees the same. There are two lanes with a worker each:

`Jobs`      long work, one at a time, at low priority; a second `start` is refused.
`Requests`  small questions ("embed this sentence"), in turn, at normal priority. A process of its
            own and not a thread of the first: UMAP and training hold the interpreter for seconds
            at a time, and stopping a stuck job kills its process.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import Timeout

from laser_core.errors import JobError
from laser_core.jobs.folder import Lane, code_stamp, is_held, lock_of, read_json, remove, write_json
from laser_core.jobs.process import kill, launch_worker
from laser_core.jobs.state import JobState, Status, read_state

__all__ = ["JobBusy", "JobState", "Jobs", "Requests", "Status"]

DEFAULT_TASKS = "laser_core.jobs.tasks"
IDLE_SECONDS = 900.0  # a worker without work ends then, so that its memory is free again
GRACE_SECONDS = 1.0  # a job that has not stopped by itself by then is killed with its worker
POLL_SECONDS = 0.01  # between two looks at what another process does
START_SECONDS = 20.0  # a worker that does not live by then is not going to
KEPT = {"jobs": 50, "requests": 200}  # newest folders kept on disk
LOST = (
    "The work was ended from outside (the computer may have run out of memory); start it again, "
    "with a smaller batch size if it happens twice."
)
NO_WORKER = "The background worker could not be started; the details say what Python answered."


class JobBusy(JobError):  # noqa: N818 - a state of affairs, told to the user as it is
    """Another job is under way; there is one at a time."""


class _Client:
    """One lane of one home, seen from a process that asks for work.

    Args:
        home: the app's or the run's folder; the lane's folder is made in it.
        tasks: the module whose `JOBS` says which function does which kind.
        threads: of the worker's numeric libraries; 0 takes half of the cores, at least 1.
        idle_seconds: without work for so long, the worker ends.
    """

    lane_name = "jobs"

    def __init__(
        self,
        home: Path,
        tasks: str = DEFAULT_TASKS,
        threads: int = 0,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.home = Path(home).resolve()
        self.lane = Lane(self.home, self.lane_name)
        self._threads = threads
        self._arguments = [str(self.home), self.lane_name, "--tasks", tasks]
        self._arguments += ["--idle-seconds", str(idle_seconds)]

    def state(self, id: str) -> JobState:
        """What is known about job `id`; notices here when its worker has died.

        Raises:
            JobError: there is no such job.
        """
        state = read_state(self.lane, id)
        if not state.active:
            return state
        folder = self.lane.job(id)
        if state.status == "queued":
            if self._will_be_taken(state):
                return state
        elif is_held(folder / "lock"):
            self._kill_if_stuck(state)
            return state
        return self._settle(id)

    def latest(self) -> JobState | None:
        """The newest job, in whatever state; None before the first."""
        ids = self.lane.ids()
        return self.state(ids[-1]) if ids else None

    def latest_of(self, kind: str) -> JobState | None:
        """The newest job of a kind that is still kept on disk; None if there is none."""
        for id in reversed(self.lane.ids()):
            if id.partition("-")[2] == kind:
                return self.state(id)
        return None

    def result(self, id: str) -> dict[str, Any]:
        """What the job returned.

        Raises:
            JobError: it is not done, or failed: then with its sentence.
        """
        state = self.state(id)
        if state.status != "done":
            raise JobError(state.error or f"job {id} is {state.status}; it has no result to read")
        return read_json(self.lane.job(id) / "result.json")

    def cancel(self, id: str) -> None:
        """Ask job `id` to stop: between two steps of its own, or by force after `GRACE_SECONDS`.

        A job that has ended already stays as it is.
        """
        if read_state(self.lane, id).active:
            (self.lane.job(id) / "cancel").touch()
            self.state(id)

    def dismiss(self, id: str) -> None:
        """Remember that someone has read how job `id` ended."""
        (self.lane.job(id) / "dismissed").touch()

    def wait(self, id: str, timeout: float = 60.0) -> JobState:
        """Wait until job `id` has ended, at most `timeout` seconds, and return its state then.

        Raises:
            JobError: it has not ended by then; it goes on.
        """
        end = time.monotonic() + timeout
        while (state := self.state(id)).active:
            if time.monotonic() > end:
                raise JobError(f"{state.kind} took more than {timeout:g} s; wait, or stop it")
            time.sleep(POLL_SECONDS)
        return state

    def worker_pid(self) -> int:
        """The live worker's process id; 0 when none is alive."""
        return int(self._live_worker().get("pid", 0))

    def stop_worker(self, timeout: float = 5.0) -> bool:
        """Ask the worker to end after what it does now; True once none is alive."""
        end = time.monotonic() + timeout
        self.lane.stop.touch()
        while is_held(self.lane.worker_lock):
            if time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        remove(self.lane.stop)
        return True

    def _add(self, kind: str, params: Mapping[str, Any]) -> str:
        """Write a new job's folder and see to a worker; the caller holds the start lock.

        The worker first, the place in the queue after: one with old code would take it at once.
        """
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", kind):
            raise ValueError(f"kind {kind!r}: small letters, digits, - and _ only")
        ids = self.lane.ids()
        number = int(ids[-1].partition("-")[0]) + 1 if ids else 1
        id = f"{number:08d}-{kind}"
        folder = self.lane.job(id)
        folder.mkdir()
        spec = {"kind": kind, "params": dict(params), "created": time.time()}
        write_json(folder / "job.json", spec)
        self._ensure_worker()
        (self.lane.queue / id).touch()
        self._prune(ids)
        return id

    def _will_be_taken(self, state: JobState) -> bool:
        """Whether a worker is there, or on its way, to take a queued job.

        The start lock is looked at first: whoever adds a job holds it until the worker is alive.
        """
        if state.cancelling:
            return False
        if is_held(self.lane.start_lock):
            return True
        return (self.lane.queue / state.id).exists() and is_held(self.lane.worker_lock)

    def _settle(self, id: str) -> JobState:
        """End a job that nobody works on: cancelled if that was asked for, else lost.

        The job's lock keeps a worker from taking it in the same moment, and two readers apart.
        """
        folder = self.lane.job(id)
        try:
            hold = lock_of(folder / "lock").acquire(timeout=0)
        except Timeout:  # a worker took it, or another reader is settling it
            return read_state(self.lane, id)
        with hold:
            state = read_state(self.lane, id)
            if state.active:
                ended: dict[str, Any] = {"status": "cancelled", "ended": time.time()}
                if not state.cancelling:
                    error = NO_WORKER if state.status == "queued" else LOST
                    ended |= {"status": "lost", "error": error, "details": self.lane.log_tail()}
                write_json(folder / "progress.json", read_json(folder / "progress.json") | ended)
                remove(self.lane.queue / id)
        return read_state(self.lane, id)

    def _kill_if_stuck(self, state: JobState) -> None:
        """The worker kills itself when a stop is overdue; this is for one that cannot do that."""
        try:
            asked = (self.lane.job(state.id) / "cancel").stat().st_mtime
        except FileNotFoundError:
            return
        if state.pid and time.time() - asked > GRACE_SECONDS + 0.4:
            kill(state.pid)

    def _prune(self, ids: list[str]) -> None:
        for id in ids[: -KEPT[self.lane_name]]:
            if not read_state(self.lane, id).active:
                shutil.rmtree(self.lane.job(id), ignore_errors=True)

    def _ensure_worker(self) -> None:
        """See to it that a worker with today's code is alive; the caller holds the start lock."""
        if live := self._live_worker():
            if live.get("code", 0) >= code_stamp():
                return
            if not self.stop_worker(timeout=2.0) and self._take_back_stop():
                return  # busy: it takes this job too, with its old code
        self._start_worker()

    def _live_worker(self) -> dict[str, Any]:
        """What the live worker's file says; {} when none is alive.

        A worker takes its lock first and then writes who it is. Between the two it is waited for:
        read as a worker without a pid and with old code, it would be asked to end, and a second
        one started beside it. A reader's look holds the lock for a moment as well, and passes.
        """
        end = time.monotonic() + START_SECONDS
        while is_held(self.lane.worker_lock) and time.monotonic() < end:
            if facts := read_json(self.lane.worker_file):
                return facts
            time.sleep(POLL_SECONDS)
        return {}

    def _take_back_stop(self) -> bool:
        """Take back the wish that the worker ends; False if it heard it, and it has ended then."""
        try:
            self.lane.stop.unlink()
        except FileNotFoundError:
            end = time.monotonic() + START_SECONDS
            while is_held(self.lane.worker_lock) and time.monotonic() < end:
                time.sleep(POLL_SECONDS)
            return False
        return True

    def _start_worker(self) -> None:
        """Start a worker, and wait until its file is there: it is alive then, and no reader's look
        at its lock can be taken for it."""
        remove(self.lane.stop)
        remove(self.lane.worker_file)  # one that was killed has left it
        low_priority = self.lane_name == "jobs"
        child = launch_worker(self._arguments, self.lane.log, self._threads, low_priority)
        end = time.monotonic() + START_SECONDS
        while not self.lane.worker_file.exists() and time.monotonic() < end:
            if child.poll() is not None:
                return
            time.sleep(POLL_SECONDS)


class Jobs(_Client):
    """Long work: one job at a time in a home, whoever starts it."""

    lane_name = "jobs"

    def active(self) -> JobState | None:
        """The job that waits or runs now; None when there is none."""
        state = self.latest()  # one at a time, so an older one cannot be active
        return state if state is not None and state.active else None

    def start(self, kind: str, params: Mapping[str, Any]) -> str:
        """Put a job of `kind` to work and return its id.

        Raises:
            JobBusy: one is under way, started here, in another tab or in another process.
            ValueError: `kind` is no plain lower-case word.
            TypeError: `params` has no JSON form.
        """
        with lock_of(self.lane.start_lock):
            if (busy := self.active()) is not None:
                raise JobBusy(
                    f"{busy.kind} is still {busy.status}, and one job runs at a time; "
                    f"wait until it has ended, or stop it"
                )
            return self._add(kind, params)


class Requests(_Client):
    """Small questions, answered in turn by a worker of their own, also while a job runs."""

    lane_name = "requests"

    def send(self, kind: str, params: Mapping[str, Any]) -> str:
        """Ask, and return at once with the id; `state` and `result` have the answer later."""
        with lock_of(self.lane.start_lock):
            return self._add(kind, params)

    def ask(self, kind: str, params: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
        """Ask, wait for the answer and return it.

        The first question may take as long as its imports and models need to load; send one early
        (`send("warm_up", {})`) and later ones are answered within a moment.

        Raises:
            JobError: no answer within `timeout` seconds, or it failed: then with its sentence.
        """
        id = self.send(kind, params)
        self.wait(id, timeout)
        return self.result(id)
