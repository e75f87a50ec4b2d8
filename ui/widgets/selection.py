"""Ids chosen in a widget of ours: one truth in the session, with what the browser needs to agree.

The browser holds the selection while someone clicks; Python hears of it as state. Both keep it
when the widget is taken down and put up again (a page switch, overlapping reruns).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st


class Selection:
    """The selection of the widget with key `key`, in this tab."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._name = f"_selection_{key}"
        if self._name not in st.session_state:
            st.session_state[self._name] = {
                "memory": uuid.uuid4().hex,  # names this tab's copy in the browser
                "reset": 0,
                "initial": (),
                "ids": (),
            }

    @property
    def _state(self) -> dict[str, Any]:
        kept: dict[str, Any] = st.session_state[self._name]
        return kept

    @property
    def ids(self) -> tuple[str, ...]:
        """The chosen ids, in the order they were chosen."""
        return tuple(self._state["ids"])

    def set(self, ids: Iterable[str]) -> None:
        """Choose `ids` from Python; the browser follows at the next run of the page."""
        chosen = tuple(ids)
        self._state.update(ids=chosen, initial=chosen, reset=self._state["reset"] + 1)

    def take(self, ids: Iterable[str]) -> None:
        """Note what the browser reports."""
        self._state["ids"] = tuple(ids)

    def widget_state(self, name: str) -> Any:
        """The widget's own state `name`; None before anyone has clicked."""
        state: Mapping[str, Any] = st.session_state.get(self.key) or {}
        return state.get(name)

    def for_browser(self) -> dict[str, Any]:
        """What the browser's half needs; the same from run to run unless `set` was called."""
        return {
            "memory": self._state["memory"],
            "reset": self._state["reset"],
            "selected": list(self._state["initial"]),
        }
