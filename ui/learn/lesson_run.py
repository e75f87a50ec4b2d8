"""Which run the cards speak of: the lesson's own, made here once, or the one that is open."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.learn.state import ways_of_run
from ui.look.notes import note
from ui.look.sizes import height
from ui.shared.jobs import start_job
from ui.shared.pictures import Thumbnails
from ui.shared.runs import is_run, jobs, open_run_name, reader, runs_folder

LESSON_RUN = "lesson-work-bag"
OWN, CHOICE = "The lesson's run", "learn run"


def is_lesson(run: RunReader) -> bool:
    """Whether it is the lesson's own run."""
    return run.name == LESSON_RUN


def choose_run() -> RunReader | None:
    """The run that the cards speak of; None where the lesson has to be prepared first.

    Raises:
        LaserError: the chosen run cannot be read.
    """
    mine = open_run_name()
    if mine and mine != LESSON_RUN:
        options = [OWN, mine]
        chosen = st.segmented_control(
            "Run",
            options,
            default=OWN,
            key=CHOICE,
            required=True,
            format_func=escape_text,
            persist_state="session",
            label_visibility="collapsed",
        )
        if chosen == mine:
            run = reader(mine)
            return run if run.prepared else None
    return reader(LESSON_RUN) if lesson_is_ready() else None


def lesson_is_ready() -> bool:
    """Whether the lesson's run stands where the cards need it."""
    if not is_run(LESSON_RUN):
        return False
    try:
        run = reader(LESSON_RUN)
        return run.prepared and len(run.records()) >= 2 and ways_of_run(run) is not None
    except LaserError:  # a damaged one is told, with what to do, by Home
        return False


def offer_to_prepare() -> None:
    """Card 1 before there is a run: what it needs, one button, and the wall's place."""
    left, right = st.columns([5, 7], gap="medium")
    job = jobs().active()
    with left:
        st.subheader("Most of the pile is something else", anchor=False)
        st.markdown(
            "The lesson works on a real run: “Pack a work bag”, 2,880 rendered pictures, models "
            "that need no internet. It is made once, on this machine; nothing leaves it."
        )
        st.button(
            "Prepare the lesson",
            type="primary",
            icon=":material/play_arrow:",
            disabled=job is not None,
            on_click=_prepare,
            key="learn prepare",
        )
        if job is not None and job.kind != "prepare_lesson":
            note("Other work is under way; the lesson can be prepared after it.")
    with right:
        st.skeleton(height=height(480))


def _prepare() -> None:
    config_key = "demo "  # pool and data root, as for every run on the demo
    start_job(
        jobs(),
        "prepare_lesson",
        {
            "folder": str(runs_folder() / LESSON_RUN),
            "thumbnails": str(Thumbnails(config_key).folder),
        },
    )


def show_error(error: LaserError) -> None:
    """What a card lacks, in one sentence."""
    st.info(escape_text(error))
