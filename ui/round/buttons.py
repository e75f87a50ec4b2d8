"""Round page: what can be done now, and the way to the pictures that wait for labels."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.jobs.client import JobState
from ui.round.controls import TriedChoice
from ui.round.state import RunProgress
from ui.shared.jobs import start_job
from ui.shared.navigation import LABEL_PAGE, go_to
from ui.shared.runs import jobs
from ui.widgets.late_button import late_button

TO_LABEL = "round_to_label"  # the run whose query this tab has asked for, to label it by hand


def show_buttons(
    run: RunReader, stand: RunProgress, tried: TriedChoice, finished: bool, busy: bool
) -> None:
    """Buttons that ask, answer and train; none while the shown round is an older one."""
    if stand.finished:
        st.page_link("pages/6_Charts.py", label="To the charts", icon=":material/show_chart:")
    if finished:
        return
    folder = {"folder": str(run.folder)}
    choice = {"choice": {k: v for k, v in asdict(tried.choice).items() if v is not None}}
    if stand.pending:
        _pending_buttons(stand, folder, busy)
    elif stand.simulated:
        _button(
            "Ask, answer, train", "run_rounds", {**folder, **choice, "rounds": 1}, busy, "primary",
            help="The pool knows its labels and answers by itself.",
        )  # fmt: skip
        with st.popover("More", icon=":material/more_horiz:", disabled=busy):
            left = stand.rounds - len(stand.records)
            _button(
                "Run it to the end", "run_rounds", {**folder, **choice, "rounds": 0}, busy,
                help=f"{left:,} {'round is' if left == 1 else 'rounds are'} left.",
            )  # fmt: skip
            _ask_by_hand("Ask, and label by hand", run, {**folder, **choice}, busy)
    else:
        _ask_by_hand("Ask, and label", run, {**folder, **choice}, busy, "primary")


def _pending_buttons(stand: RunProgress, folder: dict[str, Any], busy: bool) -> None:
    if Path(__file__).resolve().parents[2].joinpath(LABEL_PAGE).exists():
        st.page_link(LABEL_PAGE, label="Label them", icon=":material/label:")
    if stand.simulated:
        params = {**folder, "rounds": 1}
        _button("Answer and train", "run_rounds", params, busy, "primary",
                help="The pool knows its labels and answers by itself.")  # fmt: skip
    some = stand.answered > 0
    _button(
        f"Train on {stand.answered:,}" if some else "Train", "train", folder, busy or not some,
        "secondary" if stand.simulated else "primary",
        help="Training closes the round." if some else "Training needs at least one answer.",
    )  # fmt: skip


def _button(
    label: str,
    kind: str,
    params: dict[str, Any],
    disabled: bool,
    look: Any = "secondary",
    help: str | None = None,
) -> None:
    late_button(
        label, lambda: start_job(jobs(), kind, params), type=look, disabled=disabled,
        key=f"round do {kind} {look}", help=help,
    )  # fmt: skip


def _ask_by_hand(
    label: str, run: RunReader, params: dict[str, Any], disabled: bool, look: Any = "secondary"
) -> None:
    """Asks for the batch; once that is done the page leads to Label, where its pictures wait."""

    def ask() -> None:
        st.session_state[TO_LABEL] = run.name
        start_job(jobs(), "query", params)

    late_button(
        label, ask, type=look, disabled=disabled, key="round do query",
        help="The pictures then wait for your labels on the page Label.",
    )  # fmt: skip


def lead_to_label(run: RunReader, job: JobState | None) -> None:
    """Go to Label once the query that this tab has asked for is there."""
    if st.session_state.get(TO_LABEL) != run.name or job is None or job.active:
        return
    del st.session_state[TO_LABEL]
    if job.kind == "query" and job.status == "done":
        go_to(LABEL_PAGE, "To the pictures that wait for labels")
