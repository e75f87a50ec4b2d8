"""Below the widget, one at a time: what the labels come to and when to stop, and their history."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.reader import RunReader
from ui.label.history import show_counts, show_history
from ui.label.stopping import show_estimates

SO_FAR, HISTORY = "So far, and when to stop", "History: take labels back, or change them"


def show_below(run: RunReader, actor: str, opened: bool) -> None:
    """A row of two buttons, and what the chosen one leads to.

    Args:
        opened: whether something is shown before anybody has chosen, as there is nothing to label.
    """
    if opened:
        st.session_state.setdefault("label_below", SO_FAR)
    chosen = st.segmented_control(
        "Below", [SO_FAR, HISTORY], key="label_below", label_visibility="collapsed",
        persist_state="session", wrap=True,
    )  # fmt: skip
    if chosen == SO_FAR:
        show_counts(run)
        show_estimates(run, actor)
    elif chosen == HISTORY:
        show_history(run, actor)
