"""A text area whose text arrives while one types (Streamlit's own tells only when it is left).

It knows a text and nothing of what is asked with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.widgets.parts import element

_widget = element("laser_typing", __file__)


class LiveText:
    """The text of the area with key `key`, in this tab.

    Args:
        start: what it holds at first.
    """

    def __init__(self, key: str, start: str = "") -> None:
        self.key = key
        self._name = f"_typed_{key}"
        if self._name not in st.session_state:
            fresh = {"id": uuid.uuid4().hex, "reset": 0, "text": start, "initial": start}
            st.session_state[self._name] = fresh

    @property
    def text(self) -> str:
        """What stands there now."""
        return str(st.session_state[self._name]["text"])

    def set(self, text: str) -> None:
        """Put another text there, from the next run of the page on."""
        kept = st.session_state[self._name]
        kept.update(text=text, initial=text, reset=kept["reset"] + 1)

    def take(self) -> None:
        """Note what the browser reports, unless it was typed before the last `set`."""
        kept = st.session_state[self._name]
        state: Mapping[str, Any] = st.session_state.get(self.key) or {}
        typed = state.get("typed") or {}
        if typed.get("reset") == kept["reset"]:
            kept["text"] = typed["text"]

    def draw(
        self, label: str, *, height: int = 300, placeholder: str = "", invalid: bool = False
    ) -> None:
        """Put the area on the page."""
        kept = st.session_state[self._name]
        data = {
            "memory": kept["id"],
            "reset": kept["reset"],
            "text": kept["initial"],
            "label": label,
            "height": height,
            "placeholder": placeholder,
            "invalid": invalid,
        }
        _widget(key=self.key, data=data, on_typed_change=self.take)
