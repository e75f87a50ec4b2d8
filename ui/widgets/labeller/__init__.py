"""Labeling by keyboard: one picture at a time, or pages of alike pictures with exceptions marked.

Keys act at once in the browser; every answer travels to Python as a numbered row, and counts as
saved when Python has acknowledged it. What is heavy (the pictures, the labels before) and what
goes back and forth with every key (acknowledgements) are two messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from laser_core.analysis.suggestions import AlikeGroup
from laser_core.pool import Label
from ui.widgets.parts import element


@dataclass(frozen=True)
class Picture:
    """One picture to be answered.

    Args:
        file: the file name of its copies.
        group: which of the deck's `groups` it is in.
        sure: confidence of the guess, 0 to 1; a group's pictures come the surest first.
        reason: why the model thinks so, for those who ask.
        under: the earlier picture that it is folded under as a near-duplicate, "" for none.
        doubt: in a second look, who speaks against its label, in a sentence.
        instead: in a second look, what they say it is.
        round: under which query its answers are given; None: the deck's.
    """

    id: str
    file: str
    group: int
    sure: float = 0.0
    reason: str = ""
    under: str = ""
    doubt: str = ""
    instead: str = ""
    round: int | None = None


@dataclass(frozen=True)
class Recent:
    """An answer of before, in the history.

    Args:
        event: its number in the store.
        action: number of the action it was part of.
        count: how many answers of that action one undo takes back.
    """

    id: str
    file: str
    label: Label
    actor: str
    event: int
    action: int = 0
    count: int = 1


@dataclass(frozen=True)
class Deck:
    """The pictures at hand, and all that is known of them when the page is drawn.

    Args:
        name: another name begins at the first open picture again.
        pictures: in the order to be answered.
        labels: id -> (label, who) of those that have one.
        groups: of alike pictures, in the order of their pages; those with `bulk` can be accepted.
        small, large: addresses that file names are appended to.
        recent: answers before, newest first.
        actor: who labels.
        round: under which query answers are given.
        spent, budget: labels so far in the whole run, and as many as are planned.
        seconds: what the last answers of `actor` took, in this run, oldest first.
        per_class: labels of each relevant class, in the whole run.
        review: whether it is a second look at labels that are there.
        reviewed: in a second look, ids that got an answer since it began.
    """

    name: str
    pictures: Sequence[Picture]
    labels: Mapping[str, tuple[Label, str]]
    groups: Sequence[AlikeGroup]
    small: str
    large: str
    recent: Sequence[Recent]
    actor: str
    round: int
    spent: int
    budget: int
    seconds: Sequence[float] = ()
    per_class: Mapping[str, int] = field(default_factory=dict)
    review: bool = False
    reviewed: Sequence[str] = ()


_deck_widget = element(
    "laser_label_deck", __file__, "outbox.js", "deck.js", "tab.js", "items.js", shown=False
)
_label_widget = element("laser_labeller", __file__, "outbox.js", "deck.js", "tab.js", "labeller.js")


def send_deck(deck: Deck, memory: str, acks: Mapping[str, int], key: str) -> None:
    """Send the pictures and their labels; to be called outside of the fragment of `labeller`.

    Args:
        memory: names the browser tab's memory; the same as for `labeller`.
        acks: client -> the last of its rows that `deck.labels` has in it.
    """
    data = {
        "memory": memory,
        "acks": dict(acks),
        "name": deck.name,
        "items": [vars(picture) for picture in deck.pictures],
        "labels": {id: _label_fields(label, who) for id, (label, who) in deck.labels.items()},
        "answered": sum(picture.id in deck.labels for picture in deck.pictures),
        "per_class": dict(deck.per_class),
        "review": deck.review,
        "reviewed": list(deck.reviewed),
        "groups": [_group(each) for each in deck.groups],
        "seconds": list(deck.seconds),
        "small": deck.small,
        "large": deck.large,
        "recent": [
            {
                "id": r.id,
                "file": r.file,
                "event": r.event,
                "action": r.action,
                "count": r.count,
                "label": _label_fields(r.label, r.actor),
            }
            for r in deck.recent
        ],
        "actor": deck.actor,
        "round": deck.round,
        "spent": deck.spent,
        "budget": deck.budget,
    }
    _deck_widget(key=f"{key}_deck", data=data)


def labeller(
    memory: str,
    classes: Sequence[str],
    keys: Mapping[str, str],
    names: Sequence[str],
    acks: Mapping[str, int],
    refused: str,
    sharp: int,
    saved: int,
    key: str,
    on_message: Callable[[Mapping[str, Any]], None],
) -> None:
    """Draw the widget; to be called in a fragment, which runs again with every answer.

    Args:
        classes: the relevant ones.
        keys: class -> the key that answers with it, for those that have one.
        names: of irrelevant things met so far, for completion.
        acks: client -> the last of its rows that is on disk.
        refused: why the last message was not taken, or "".
        sharp: how many pictures, from the first, have their large copies.
        saved: how many of the pictures at hand have an answer on disk.
        on_message: told what the browser sends: "client" and "rows", each with "seq", a "kind"
            and what belongs to it (`ui.shared.answers.inbox.take`).
    """
    data = {
        "memory": memory,
        "classes": list(classes),
        "keys": dict(keys),
        "names": list(names),
        "acks": dict(acks),
        "refused": refused,
        "sharp": sharp,
        "saved": saved,
    }

    def take_log() -> None:
        state: Mapping[str, Any] = st.session_state.get(key) or {}
        if message := state.get("log"):
            on_message(message)

    _label_widget(key=key, data=data, on_log_change=take_log)


def _label_fields(label: Label, who: str = "") -> dict[str, str]:
    said = {"state": label.state, "name": label.name}
    return {**said, "actor": who} if who else said


def _group(group: AlikeGroup) -> dict[str, Any]:
    label = group.label
    title = "" if label is None else label.name if label.state == "relevant" else label.state
    return {"label": _label_fields(label) if label else None, "title": title, "bulk": group.bulk}
