"""Which part of the page is looked at: lines, pictures, or the form of a new study."""

from __future__ import annotations

import streamlit as st

LINES, PICTURES, NEW = "Lines", "Pictures", "New study"
VIEW = "arena_view"


def choose_part() -> str:
    """One of the three; the lines at first."""
    if not st.session_state.get(VIEW):
        st.session_state[VIEW] = LINES
    part = st.segmented_control(
        "Part of the page", [LINES, PICTURES, NEW], required=True, key=VIEW, wrap=True,
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return part or LINES


def show_part(part: str) -> None:
    """A button's callback: look at another part from the next run of the page on."""
    st.session_state[VIEW] = part
