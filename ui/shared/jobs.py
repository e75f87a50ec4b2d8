"""A running job on the screen: bar, time left, stop button, how it ended; it refreshes itself.

Everything shown is read from the job's folder, never from the session, so every tab shows the
same, also after a reload or a restart of the server.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from laser_core.errors import JobError, LaserError
from laser_core.jobs.client import Jobs, JobState
from ui.escape import escape_text, in_app_words
from ui.shared.fragment import fragment

BUSY_SECONDS = 0.5  # between two looks while a job is under way
IDLE_SECONDS = 1.0  # a tab where nothing happens notices a job of another tab within this


def show_job_panel(jobs: Jobs, titles: Mapping[str, str] | None = None) -> JobState | None:
    """Draw the newest job at this place of the page, and keep it fresh.

    While it waits or runs: bar, rate, time left and a stop button. When it has failed or was
    lost: one sentence, its details in a fold, and a button that puts them away. Nothing otherwise.
    The whole page is run again when a job begins or ends, in this tab or elsewhere.

    Args:
        titles: kind of job -> what it is called on the screen; a kind without one is shown as is.

    Returns:
        The newest job's state at this run of the page; None before the first job.
    """
    return _follow(jobs, lambda state: _draw(jobs, state, titles or {}, "panel"))


def show_job_badge(jobs: Jobs, titles: Mapping[str, str] | None = None) -> JobState | None:
    """The same in small, for the sidebar of every page."""
    with st.sidebar:
        return _follow(jobs, lambda state: _draw(jobs, state, titles or {}, "badge"))


def start_job(jobs: Jobs, kind: str, params: Mapping[str, Any]) -> None:
    """Start a job as a button's callback; what stands in the way is shown as a notice.

    The notice waits in the session until `show_notice` draws it: a callback runs before the page.
    """
    try:
        jobs.start(kind, params)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def show_notice() -> None:
    """Show, once, what `start_job` had to say."""
    if notice := st.session_state.pop("job_notice", ""):
        st.warning(escape_text(notice))


def progress_text(state: JobState, now: float | None = None) -> str:
    """One line on how far a job is: step, units, speed, time left of the step, figures.

    Time left is the step's at its measured speed; of steps to come nothing is promised. Where
    nothing can be measured the time that has passed is told.

    Args:
        now: seconds since the epoch; None: the clock's.
    """
    if state.cancelling:
        return "Stopping…"
    if state.status == "queued" or not state.stage:
        return "Getting ready…"
    parts = [state.stage[:1].upper() + state.stage[1:]]
    if state.total > 0:
        parts.append(f"{state.done:,} of {state.total:,}")
    elif state.done > 0:
        parts.append(f"{state.done:,}")
    if state.total <= 0 and state.started is not None:
        passed = max(0.0, (time.time() if now is None else now) - state.started)
        parts.append(f"running for {duration_text(passed).removeprefix('about ')}")
    if state.rate > 0.0 and state.done < state.total:
        parts.append(speed_text(state.rate))
    if (left := state.seconds_left) is not None and state.done < state.total:
        parts.append(f"{duration_text(left)} left of this step")
    parts += [f"{name} {_figure(value)}" for name, value in state.figures.items()]
    return " · ".join(parts)


def short_text(state: JobState) -> str:
    """The same for the narrow sidebar: percent of the step, and its time left."""
    if state.cancelling or not state.stage or state.total <= 0:
        return progress_text(state)
    percent = f"{100 * state.done // state.total} % of this step"
    left = state.seconds_left
    return percent if left is None else f"{percent} · {duration_text(left)} left"


def duration_text(seconds: float) -> str:
    """Seconds for a person, as coarse as an estimate is: "about 2 min"."""
    if seconds < 1.5:
        return "about 1 s"
    if seconds < 90:
        return f"about {round(seconds)} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def speed_text(rate: float) -> str:
    """Units a second, or seconds a unit where that reads better."""
    if rate >= 10:
        return f"{round(rate):,} per second"
    if rate >= 1:
        return f"{rate:.1f} per second"
    return f"{duration_text(1 / rate).removeprefix('about ')} each"


def _figure(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"


def _follow(jobs: Jobs, draw: Callable[[JobState | None], None]) -> JobState | None:
    """Draw the newest job now and at short intervals; run the page when one began or ended.

    A fragment's interval is fixed when the page runs. So the page must run again both when a job
    begins (else the bar would never move) and when it ends (else its result would not appear).
    """
    seen = jobs.latest()
    seen_active = seen.id if seen is not None and seen.active else ""

    @fragment(run_every=BUSY_SECONDS if seen_active else IDLE_SECONDS)
    def poll() -> None:
        state = jobs.latest()
        if (state.id if state is not None and state.active else "") != seen_active:
            st.rerun()
        draw(state)

    poll()
    return seen


def _draw(jobs: Jobs, state: JobState | None, titles: Mapping[str, str], place: str) -> None:
    if state is None or state.dismissed:
        return
    title = titles.get(state.kind, state.kind.replace("-", " ").capitalize())
    with st.container(key=f"job_{place}", gap="small"):
        if state.active:
            _draw_running(jobs, state, title, place)
        elif state.status in ("failed", "lost"):
            _draw_failure(jobs, state, title, place)


def _draw_running(jobs: Jobs, state: JobState, title: str, place: str) -> None:
    share = min(1.0, max(0.0, state.done / state.total)) if state.total > 0 else 0.0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = progress_text(state) if place == "panel" else short_text(state)
        st.progress(share, text=f"**{escape_text(title)}** · {escape_text(said)}", width="stretch")
        st.button(
            "Stop",
            key=f"job_stop_{place}_{state.id}",
            icon=":material/stop_circle:",
            disabled=state.cancelling,
            on_click=_ignore_missing_job(jobs.cancel, state.id),
        )


def _draw_failure(jobs: Jobs, state: JobState, title: str, place: str) -> None:
    """In the panel the sentence stands open; the badge has room for little, the rest is folded."""
    in_panel = place == "panel"
    text = (
        f"**{escape_text(title)}:** {escape_text(in_app_words(state.error))}"
        if in_panel
        else f"**{escape_text(title)}** failed"
    )
    st.error(text, icon=":material/error:")
    if state.details or not in_panel:
        with st.expander("Details" if in_panel else "Why"):
            if not in_panel:
                st.markdown(escape_text(in_app_words(state.error)))
            if state.details:
                st.code(state.details, language=None, wrap_lines=True)
    st.button(
        "Dismiss",
        key=f"job_dismiss_{place}_{state.id}",
        on_click=_ignore_missing_job(jobs.dismiss, state.id),
    )


def _ignore_missing_job(verb: Callable[[str], None], id: str) -> Callable[[], None]:
    """A callback that does nothing when the job has been cleared away in the meantime."""

    def call() -> None:
        with contextlib.suppress(JobError, OSError):
            verb(id)

    return call


def share_secrets() -> None:
    """Hand keys from .streamlit/secrets.toml to the worker, through the environment only.

    What the environment says already wins. Keys are never written, logged or shown.
    """
    try:
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
            if name in st.secrets and name not in os.environ:
                os.environ[name] = str(st.secrets[name])
    except FileNotFoundError:  # no secrets file, which is fine
        return
