"""Editable lists of classes and their sentences: one line a class, its sentences in a fold.

An edit is told at once and only once; what the lists show comes back from Python.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from ui.widgets.parts import element

Tone = Literal["", "good", "bad"]
Action = Mapping[str, Any]


@dataclass(frozen=True)
class SentenceLine:
    """One sentence: its text, a figure beside it with what it means, and remarks below it."""

    text: str
    stat: str = ""
    title: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassButton:
    """A button in a class's fold; `do` is what its action is called."""

    do: str
    label: str
    title: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class ClassLine:
    """One class.

    Args:
        on: whether it counts.
        fixed: its name cannot be changed and it cannot be deleted.
        tag: a short text beside its name.
        readout: a figure at the end of the line, in `tone`; `title` says what it means.
        remarks: about the class as a whole.
    """

    name: str
    on: bool
    sentences: tuple[SentenceLine, ...]
    fixed: bool = False
    tag: str = ""
    readout: str = ""
    tone: Tone = ""
    title: str = ""
    remarks: tuple[str, ...] = ()
    actions: tuple[ClassButton, ...] = ()


_widget = element("laser_words", __file__, "../fit.js", "class_lists.js")


def word_lists(
    relevant: Sequence[ClassLine],
    confusers: Sequence[ClassLine],
    key: str,
    on_action: Callable[[Action], None],
    *,
    titles: tuple[str, str] = ("Relevant classes", "Confusers"),
) -> None:
    """Draw both lists; `on_action` is called for every edit, in order, before the page runs.

    An action has "do" ("switch", "rename", "remove", "add", "add sentence", "change sentence",
    or a button's), "side", "name" (but for "add"), and "text" and "new" where there is an old and
    a new text. The lists are as high as the window has room for, and scroll.
    """
    memory = st.session_state.setdefault(f"_words_{key}", {"id": uuid.uuid4().hex, "done": 0})
    _widget(
        key=key,
        data={
            "memory": memory["id"],
            "done": memory["done"],
            "relevant": [asdict(line) for line in relevant],
            "confusers": [asdict(line) for line in confusers],
            "titles": {"relevant": titles[0], "confusers": titles[1]},
        },
        on_log_change=lambda: take_actions(key, on_action),
    )


def take_actions(key: str, on_action: Callable[[Action], None]) -> None:
    """Hand on what the browser's log has beyond what was read before."""
    memory = st.session_state[f"_words_{key}"]
    state: Mapping[str, Any] = st.session_state.get(key) or {}
    for action in state.get("log") or ():
        if action["seq"] > memory["done"]:
            memory["done"] = action["seq"]
            on_action(action)
