"""What a log of label events comes to: which answers stand, what the classes are called by now, and
the lines of its history.

Pure memory: `laser_core.store.log.event_log` reads the rows and writes new ones. Any row can be
applied in any state; one that has lost its meaning (two people undid one another) changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from laser_core.pool import Label, LabelSpace
from laser_core.store.log.events import (
    CLASS_ADDED,
    LABEL,
    NAMED,
    PROMOTED,
    REDO,
    UNDO,
    Event,
    NameTable,
    Thing,
)
from laser_core.view import RoundRecord


class Replay:
    """The state after some events. Feed them in order with `apply`.

    Args:
        relevant: the classes the run started with.

    Attributes:
        last: number of the last event applied, 0 for none.
        names: what the classes are called by now.
        renamings: grows whenever an answer may count as something else than before.
    """

    def __init__(self, relevant: Sequence[str]) -> None:
        self.last = 0
        self.renamings = 0
        self.names = NameTable(relevant)
        self._relevant = tuple(relevant)
        self._events: dict[int, Event] = {}  # label and class events by number
        self._things: dict[int, Thing] = {}  # of the label events
        self._undone: set[int] = set()
        self._flips: dict[int, list[int]] = {}  # event -> undos and redos that changed it
        self._of_image: dict[str, list[int]] = {}
        self._open: dict[str, list[int]] = {}  # actor -> actions that may stand, ascending
        # actor -> what each undo took back, in order; looked up by number, as a page may be large
        self._redo: dict[str, list[dict[int, None]]] = {}
        self._undo_action = 0
        self._labels: dict[tuple[str, str], Label] = {}  # one object for equal labels

    # ---- going on

    def apply(self, events: Sequence[Event]) -> None:
        """Take in further events, in order."""
        stale = False
        for event in events:
            self.last = event.seq
            if event.kind in (UNDO, REDO):
                stale = self._flip(event) or stale
            else:
                self._take(event)
        if stale:
            self._name_anew()

    def _take(self, event: Event) -> None:
        self._events[event.seq] = event
        if event.actor in self._redo:
            del self._redo[event.actor]
        opened = self._open.get(event.actor)
        if opened is None:
            self._open[event.actor] = [event.action]
        elif not opened or opened[-1] != event.action:
            opened.append(event.action)
        self._name(event)
        if event.image is not None:
            earlier = self._of_image.get(event.image)
            if earlier is None:
                self._of_image[event.image] = [event.seq]
            else:
                earlier.append(event.seq)

    def _name(self, event: Event) -> None:
        if event.kind != LABEL:
            self.renamings += 1
            self.names.apply(event)
        elif event.name and event.state in NAMED:
            self._things[event.seq] = self.names.thing(event.name)

    def _name_anew(self) -> None:
        """What each name stands for, again from the start: a class event was undone or redone."""
        self.names = NameTable(self._relevant)
        self.renamings += 1
        for seq, event in self._events.items():
            if event.kind == LABEL or seq not in self._undone:
                self._name(event)

    def _flip(self, event: Event) -> bool:
        """Take an undo or redo in; returns whether a class event is among what it changed."""
        target, actor = event.target or 0, event.actor
        if target not in self._events or (target in self._undone) == (event.kind == UNDO):
            return False
        self._flips.setdefault(target, []).append(event.seq)
        steps = self._redo.setdefault(actor, [])
        if event.kind == UNDO:
            self._undone.add(target)
            if not steps or event.action != self._undo_action:
                steps.append({})
            self._undo_action = event.action
            steps[-1][target] = None
        else:
            self._undone.discard(target)
            for step in steps:
                step.pop(target, None)
            if not all(steps):
                self._redo[actor] = [step for step in steps if step]
            self._reopen(target)
        return self._events[target].kind != LABEL

    def _reopen(self, target: int) -> None:
        action, opened = self._events[target].action, self._open[self._events[target].actor]
        place = bisect_left(opened, action)
        if opened[place : place + 1] != [action]:
            opened.insert(place, action)

    # ---- what stands

    def space(self) -> LabelSpace:
        """The relevant classes as they are now."""
        return LabelSpace(self.names.relevant())

    def alive(self, seq: int) -> bool:
        """Whether `seq` is a label or class event that is not undone."""
        return seq in self._events and seq not in self._undone

    def event(self, seq: int) -> Event:
        """The label or class event of that number, undone or not."""
        return self._events[seq]

    def event_that_added(self, name: str) -> int | None:
        """The last event that stands and made `name` a relevant class; None if none did."""
        kinds = (CLASS_ADDED, PROMOTED)
        found = (
            seq
            for seq, event in reversed(self._events.items())
            if event.kind in kinds and event.name == name and seq not in self._undone
        )
        return next(found, None)

    def label(self, seq: int) -> Label:
        """What the label event `seq` says under the names as they are now."""
        event, thing = self._events[seq], self._things.get(seq)
        return self._as_now(event.state or "", event.name or "", thing)

    def resolve(self, label: Label) -> Label:
        """What `label`, given now, counts as."""
        if label.state not in NAMED or not label.name or not self.names.knows(label.name):
            return label
        return self._as_now(label.state, label.name, self.names.thing(label.name))

    def _as_now(self, state: str, name: str, thing: Thing | None) -> Label:
        if thing is not None:
            thing = thing.now()
            name, state = thing.name, "irrelevant" if thing.rank is None else "relevant"
        key = (state, name)
        if key not in self._labels:
            self._labels[key] = Label(state, name)  # type: ignore[arg-type]
        return self._labels[key]

    def current_answers(self, up_to_round: int | None = None) -> list[int]:
        """Numbers of the answers that stand: of each image the last that is not undone; sorted."""
        found = (self._top(seqs, up_to_round) for seqs in self._of_image.values())
        return sorted(seq for seq in found if seq is not None)

    def answer(self, image: str) -> int | None:
        """Number of the answer about `image` that stands, or None."""
        return self._top(self._of_image.get(image, ()), None)

    def answered_by(self, moment: int) -> set[str]:
        """Images that had an answer when event number `moment` was the newest."""
        return {
            image
            for image, seqs in self._of_image.items()
            if any(seq <= moment and self._was_current(seq, moment) for seq in seqs)
        }

    def _was_current(self, seq: int, moment: int) -> bool:
        return sum(flip <= moment for flip in self._flips.get(seq, ())) % 2 == 0

    def answers(self) -> dict[str, list[int]]:
        """image -> numbers of all answers about it that are not undone, oldest first."""
        alive = {
            i: [s for s in seqs if s not in self._undone] for i, seqs in self._of_image.items()
        }
        return {image: seqs for image, seqs in alive.items() if seqs}

    def _top(self, seqs: Sequence[int], up_to_round: int | None) -> int | None:
        for seq in reversed(seqs):
            if seq in self._undone:
                continue
            if up_to_round is None or (self._events[seq].round or 0) <= up_to_round:
                return seq
        return None

    # ---- undo and redo

    def undoable(self, actor: str) -> list[int]:
        """Events of the last action of `actor` that stands, as far as they do; [] if none does."""
        opened = self._open.get(actor, [])
        while opened:
            alive = [seq for seq in self._members(opened[-1]) if seq not in self._undone]
            if alive:
                return alive
            opened.pop()
        return []

    def redoable(self, actor: str) -> list[int]:
        """Events that the last undo of `actor` took back; [] if there is none to bring back."""
        steps = self._redo.get(actor, [])
        return [seq for seq in steps[-1] if seq in self._undone] if steps else []

    def _members(self, action: int) -> list[int]:
        """Events of an action: they were committed together, so their numbers run on."""
        seq = action
        while seq in self._events and self._events[seq].action == action:
            seq += 1
        return list(range(action, seq))


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
        seq: number of its event, for `EventWriter.take_back`.
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
        action: its number, for `EventWriter.take_back_action`.
        actor, at: who brought them, and when (UTC).
        labels: how many of them stand.
    """

    action: int
    actor: str
    at: str
    labels: int


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history: a label, or a change of the classes.

    Args:
        seq: number of the event, for `EventWriter.take_back`.
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


def history_entry(replay: Replay, event: Event) -> HistoryEntry:
    """A label or class event as a line of the history."""
    of_label = event.kind == LABEL
    return HistoryEntry(
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


def agrees_with_record(record: RoundRecord, replay: Replay, start: tuple[str, ...]) -> bool:
    """Whether the labels of a round's query are still those of its record."""
    classes = [replay.resolve(Label("relevant", name)).name for name in record.classes or start]
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
