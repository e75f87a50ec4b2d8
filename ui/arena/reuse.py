"""One label for all: answers of other runs on the same pictures, offered to the open run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from laser_core.analysis.comparison import KeptRun
from laser_core.analysis.reader import RunReader
from laser_core.basics.sentences import count_of
from laser_core.errors import LaserError
from laser_core.io.other_runs import answers_elsewhere, take_over
from laser_core.store.log.replay import Answer
from ui.escape import escape_text
from ui.shared.runs import open_run_name, reader, writable


def offer_answers(runs: Sequence[KeptRun]) -> None:
    """Offer what was answered in other runs; nothing where the open run waits for none of it.

    Args:
        runs: all that can be read.
    """
    name = open_run_name()
    mine = next((run for run in runs if run.name == name), None)
    if mine is None:
        return
    names = [
        other.name
        for other in runs
        if other.name != name and "/" not in other.name and other.config.pool == mine.config.pool
    ]
    try:
        run = reader(name)
        found = answers_elsewhere(run.store, [reader(other).store for other in names])
    except LaserError:  # what cannot be read is named where it is shown
        return
    if found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{escape_text(name)} waits for {count_of(len(found), 'answer')} that somebody has "
                "given in another run.",
                width="content",
            )
            st.button(
                "Take them over", icon=":material/move_down:", key="arena_take_over",
                on_click=_take, args=(run, found),
                help="Each keeps the name of who gave it; Files can take them back as one.",
            )  # fmt: skip


def _take(run: RunReader, found: Mapping[str, Answer]) -> None:
    try:
        take_over(writable(run), found)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
