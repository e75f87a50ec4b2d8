"""A button whose work knows what the fields hold at the click.

A Streamlit callback gets the arguments of the drawing before the click: what is typed last and
followed by the click at once is not among them, though it is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

PENDING = "_late_button_work"


def late_button(label: str, work: Callable[[], None], **looks: Any) -> None:
    """Draw a button that does `work`, made of what the fields hold by the drawing after the click.

    The work is done before the page is drawn again, so that it may set what widgets show.

    Args:
        label: on the button.
        work: reads no widget itself: what it needs was read by the drawing that passes it.
        looks: as `st.button` takes them, but for `on_click`.
    """
    if st.button(label, **looks):
        st.session_state[PENDING] = work
        st.rerun()


def do_pending_work() -> None:
    """Do what the last click of a late button asked for; called before a page draws anything."""
    work = st.session_state.pop(PENDING, None)
    if work is not None:
        work()
