"""Labels as they are read back: answers that stand, lines of the history, disagreements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from laser_core.pool import Label
from laser_core.store.events import LABEL, Event
from laser_core.store.label_state import Replay
from laser_core.view import RoundRecord

Source = Literal["person", "oracle", "import"]


class Answer(NamedTuple):
    """An answer that stands.

    Args:
        image: its id.
        label: what was said, under the names that classes have now.
        round: under which query; 0 for labels brought in from a file.
        actor: who said it ("oracle", or a person's name).
        seconds: how long it took, None if nobody measured.
        at: when, in UTC.
        seq: number of its event, for `append_undo`.
        action: number of the action it was part of.
        source: where it came from.
    """

    image: str
    label: Label
    round: int
    actor: str
    seconds: float | None
    at: str
    seq: int = 0
    action: int = 0
    source: Source = "person"


@dataclass(frozen=True)
class Import:
    """Labels that came from one file, as far as they stand.

    Args:
        action: its number, for `undo_action`.
        actor, at: who brought them, and when (UTC).
        labels: how many of them stand.
    """

    action: int
    actor: str
    at: str
    labels: int


@dataclass(frozen=True)
class Happening:
    """One line of the history: a label, or a change of the classes.

    Args:
        seq: number of the event, for `append_undo`.
        action: what one undo takes back together; the same for all of a page of labels.
        kind: "label", "class_added", "class_renamed", "promoted" or "merged".
        at, actor: when (UTC) and who.
        image: of a label, its picture; else "".
        label: of a label, what was said, under the names that classes have now; else None.
        name, other: of a class event, the class, and its new name or what it was merged into.
        round, seconds: of a label, as in `Answer`.
        undone: whether it was taken back.
    """

    seq: int
    action: int
    kind: str
    at: str
    actor: str
    image: str
    label: Label | None
    name: str
    other: str
    round: int | None
    seconds: float | None
    undone: bool


@dataclass(frozen=True)
class Step:
    """What an undo or redo did.

    Args:
        action: number of the action that was taken back or brought back.
        kind: "label" or a class event's kind.
        images: the pictures whose answers changed; () for a class event.
    """

    action: int
    kind: str
    images: tuple[str, ...]


@dataclass(frozen=True)
class Disagreement:
    """A picture that several people labeled differently; the last answer is the one that stands.

    Args:
        image: its id.
        answers: each person's last answer, the oldest first.
    """

    image: str
    answers: tuple[Answer, ...]


def answer(replay: Replay, seq: int) -> Answer:
    """The label event `seq` as an answer."""
    event = replay.event(seq)
    return Answer(
        image=str(event.image),
        label=replay.label(seq),
        round=event.round or 0,
        actor=event.actor,
        seconds=event.seconds,
        at=event.at,
        seq=seq,
        action=event.action,
        source=event.source or "person",  # type: ignore[arg-type]  # the log writes no other
    )


def happening(replay: Replay, event: Event) -> Happening:
    """A label or class event as a line of the history."""
    of_label = event.kind == LABEL
    return Happening(
        seq=event.seq,
        action=event.action,
        kind=event.kind,
        at=event.at,
        actor=event.actor,
        image=event.image or "",
        label=replay.label(event.seq) if of_label else None,
        name="" if of_label else event.name or "",
        other=event.other or "",
        round=event.round,
        seconds=event.seconds,
        undone=not replay.alive(event.seq),
    )


def contradict(labels: Sequence[Label]) -> bool:
    """Whether labels of one picture cannot all be right."""
    said = [label for label in labels if label.state != "unsure"]
    names = {(label.state, label.name) for label in said if label.name}
    return len({label.state for label in said}) > 1 or len(names) > 1


def as_recorded(record: RoundRecord, replay: Replay, start: tuple[str, ...]) -> bool:
    """Whether the labels of a round's query are still those of its record."""
    classes = [replay.resolved(Label("relevant", name)).name for name in record.classes or start]
    return all(
        _index(replay, id, classes) == index
        for id, index in zip(record.ids, record.labels, strict=True)
    )


def _index(replay: Replay, id: str, classes: list[str]) -> int:
    """What a record has for the image now; -2 for a class that the record does not know."""
    seq = replay.answer(id)
    label = None if seq is None else replay.label(seq)
    if label is None or label.state not in ("relevant", "irrelevant"):
        return -1
    if label.state == "irrelevant":
        return len(classes)
    return classes.index(label.name) if label.name in classes else -2
