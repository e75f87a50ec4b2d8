"""What the job panel says; AppTest runs the page, real workers do the jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.jobs.client import Jobs
from laser_core.jobs.folder import write_json
from laser_core.jobs.state import JobState
from ui.shared.jobs import duration_text, progress_text, short_text, speed_text

PAGE = """
from pathlib import Path
import streamlit as st
from laser_core.jobs.client import Jobs
from ui.shared.jobs import show_job_badge, show_job_panel, show_notice, start_job
jobs = Jobs(Path({home!r}), tasks="job_tasks")
show_job_badge(jobs, {{"count": "Counting"}})
show_notice()
st.button("Start", on_click=start_job, args=(jobs, "count", {{"to": 100000, "pause": 0.01}}))
state = show_job_panel(jobs, {{"count": "Counting"}})
st.write("state:", state.status if state else "none")
"""


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    made = Jobs(tmp_path, tasks="job_tasks")
    yield made
    if (state := made.active()) is not None:
        made.cancel(state.id)
        made.wait(state.id)
    assert made.stop_worker(60)


@pytest.fixture
def page(jobs: Jobs) -> AppTest:
    return AppTest.from_string(PAGE.format(home=str(jobs.home)), default_timeout=30)


def ended(jobs: Jobs, kind: str) -> JobState:
    return jobs.wait(jobs.start(kind, {}))


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_without_a_job_the_panel_is_empty(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert labels(page) == ["Start"]


def test_a_running_job_shows_its_title_and_a_stop_button_in_panel_and_badge(
    page: AppTest, jobs: Jobs
) -> None:
    page.run().button[0].click().run()
    assert labels(page).count("Stop") == 2
    bars = [bar.proto.text for bar in page.get("progress")]
    assert len(bars) == 2
    assert all(text.startswith("**Counting** · ") for text in bars)
    assert jobs.active() is not None


def test_a_second_start_shows_why_not(page: AppTest, jobs: Jobs) -> None:
    jobs.start("count", {"to": 100_000, "pause": 0.01})
    page.run()
    next(button for button in page.button if button.label == "Start").click().run()
    assert "one job runs at a time" in page.warning[0].value
    page.run()
    assert not page.warning  # told once


def test_stop_stops_the_job(page: AppTest, jobs: Jobs) -> None:
    id = jobs.start("count", {"to": 100_000, "pause": 0.01})
    page.run()
    next(button for button in page.button if button.label == "Stop").click().run()
    assert jobs.wait(id, timeout=10).status == "cancelled"
    page.run()
    assert labels(page) == ["Start"]
    assert not page.error


def test_a_failed_job_shows_its_sentence_and_can_be_dismissed(page: AppTest, jobs: Jobs) -> None:
    state = ended(jobs, "complain")
    page.run()
    sentence = "the folder has no pictures; choose another"
    assert page.main.error[0].value == f"**Complain:** {sentence}"
    assert page.sidebar.error[0].value == "**Complain** failed"
    assert page.sidebar.expander[0].markdown[0].value == sentence
    next(button for button in page.button if button.label == "Dismiss").click().run()
    page.run()
    assert not page.error
    assert jobs.state(state.id).dismissed


def test_a_traceback_is_in_the_details_fold_alone(page: AppTest, jobs: Jobs) -> None:
    ended(jobs, "crash")
    page.run()
    assert not any("Traceback" in error.value for error in page.error)
    assert all("ZeroDivisionError" in fold.code[0].value for fold in page.expander)


def test_a_lost_job_says_what_to_do(page: AppTest, jobs: Jobs) -> None:
    folder = jobs.lane.job("00000001-count")
    folder.mkdir()
    write_json(folder / "progress.json", {"status": "running"})
    page.run()
    assert "start it again" in page.main.error[0].value


def test_the_progress_line_names_stage_units_speed_time_left_and_figures() -> None:
    state = JobState(
        "1-x", "x", "running", stage="training", done=30, total=90, rate=0.5, figures={"loss": 0.25}
    )
    assert progress_text(state) == (
        "Training · 30 of 90 · 2 s each · about 2 min left of this step · loss 0.25"
    )


def test_where_nothing_can_be_measured_the_time_that_has_passed_is_told() -> None:
    """C8: "half a minute" was promised of what took 93 s."""
    state = JobState("1-x", "x", "running", stage="looking for neighbours", started=1000.0)
    assert progress_text(state, now=1093.0) == "Looking for neighbours · running for 2 min"
    assert progress_text(state, now=1030.0) == "Looking for neighbours · running for 30 s"
    assert progress_text(state, now=990.0).endswith("running for 1 s")  # the clock went back
    assert short_text(state).startswith("Looking for neighbours · running for")


def test_time_left_is_of_the_step_under_way_and_of_nothing_else() -> None:
    """C8: other steps follow, of which nobody has measured anything."""
    state = JobState("1-x", "x", "running", stage="embedding", done=1, total=3, rate=0.01)
    assert "about 3 min left of this step" in progress_text(state)
    assert "left" not in progress_text(replace(state, rate=0.0))


def test_the_short_line_names_percent_and_time_left() -> None:
    state = JobState("1-x", "x", "running", stage="training", done=30, total=90, rate=0.5)
    assert short_text(state) == "33 % of this step · about 2 min left"
    assert short_text(JobState("1-x", "x", "queued")) == "Getting ready…"


def test_before_the_first_step_the_line_says_getting_ready() -> None:
    assert progress_text(JobState("1-x", "x", "queued")) == "Getting ready…"
    assert progress_text(JobState("1-x", "x", "running", cancelling=True)) == "Stopping…"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "about 1 s"), (45.4, "about 45 s"), (150, "about 2 min"), (7200, "about 2.0 h")],
)
def test_durations_are_as_coarse_as_estimates(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(1234.4, "1,234 per second"), (2.5, "2.5 per second"), (0.2, "5 s each")]
)
def test_speeds_are_units_a_second_or_seconds_a_unit(rate: float, text: str) -> None:
    assert speed_text(rate) == text
