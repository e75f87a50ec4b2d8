"""What a log of label events comes to: which answers stand, what the classes are called by now.

Pure memory: `laser_core.label_log` reads the rows and writes new ones. Any row can be applied in
any state; one that has lost its meaning (two people undid one another) changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from laser_core.pool import Label, LabelSpace

LABEL, UNDO, REDO = "label", "undo", "redo"
CLASS_ADDED, CLASS_RENAMED, PROMOTED, MERGED = "class_added", "class_renamed", "promoted", "merged"
NAMED = ("relevant", "irrelevant")  # states whose name stands for a thing
CLASS_KINDS = (CLASS_ADDED, CLASS_RENAMED, PROMOTED, MERGED)


class Event(NamedTuple):
    """One row of the log.

    Args:
        seq: its number; later rows have higher ones.
        at: when, in UTC.
        actor: who ("oracle", or a person's name).
        kind: "label", "undo", "redo" or one of `CLASS_KINDS`.
        action: number of the action it belongs to: what one undo takes back.
        image: of a label, its picture.
        state, name: of a label, what was said; `name` of a class event is the class it is about.
        round: of a label, under which query.
        seconds: of a label, how long it took; None if nobody measured.
        target: of an undo or redo, the number of the event it is about.
        other: the new name, or the class that `name` is merged into.
        source: of a label, where it came from: "person", "oracle" or "import".
    """

    seq: int
    at: str
    actor: str
    kind: str
    action: int
    image: str | None = None
    state: str | None = None
    name: str | None = None
    round: int | None = None
    seconds: float | None = None
    target: int | None = None
    other: str | None = None
    source: str | None = None


class Thing:
    """What a name stands for: a relevant class, or something irrelevant that was named.

    Attributes:
        name: what it is called now.
        rank: place among the relevant classes; None for an irrelevant thing.
        merged: the thing it became a part of.
    """

    __slots__ = ("merged", "name", "rank")

    def __init__(self, name: str, rank: int | None = None) -> None:
        self.name = name
        self.rank = rank
        self.merged: Thing | None = None

    def now(self) -> Thing:
        """The thing it is by now."""
        thing = self
        while thing.merged is not None:
            thing = thing.merged
        return thing


class Names:
    """Which thing each name stands for. A name stands for one thing, relevant or not.

    Args:
        relevant: the classes the run started with.
    """

    def __init__(self, relevant: Sequence[str]) -> None:
        self._things = {name: Thing(name, rank) for rank, name in enumerate(relevant)}
        self._ranks = len(self._things)

    def thing(self, name: str) -> Thing:
        """What `name` stands for; a name not met before becomes an irrelevant thing."""
        if name not in self._things:
            self._things[name] = Thing(name)
        return self._things[name].now()

    def knows(self, name: str) -> bool:
        return name in self._things

    def relevant(self) -> tuple[str, ...]:
        """The relevant classes: the starting ones in order, then those added, in that order."""
        things = {id(t.now()): t.now() for t in self._things.values()}.values()
        ranked = sorted((t.rank, t.name) for t in things if t.rank is not None)
        return tuple(name for _, name in ranked)

    def apply(self, event: Event) -> None:
        """Change the names as a class event says."""
        name, other = event.name or "", event.other or ""
        if event.kind in (CLASS_ADDED, PROMOTED):
            self._make_relevant(name)
        elif event.kind == CLASS_RENAMED:
            self._rename(name, other)
        elif event.kind == MERGED:
            self._merge(self.thing(name), self.thing(other))

    def _make_relevant(self, name: str) -> None:
        thing = self.thing(name)
        if thing.name != name:  # the name was given up by a class that is called otherwise now
            self._things[name] = thing = Thing(name)
        if thing.rank is None:
            thing.rank, self._ranks = self._ranks, self._ranks + 1

    def _rename(self, name: str, new: str) -> None:
        thing, other = self.thing(name), self.thing(new)
        if other is not thing and other.name == new:
            if other.rank is not None:
                return  # that is another class; merging is what was meant
            other.merged = thing
        self._things[new] = thing
        thing.name = new

    def _merge(self, thing: Thing, into: Thing) -> None:
        last = thing.rank is not None and into.rank is None and len(self.relevant()) == 1
        if thing is not into and not last:
            thing.merged = into


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
        self.names = Names(relevant)
        self._relevant = tuple(relevant)
        self._events: dict[int, Event] = {}  # label and class events by number
        self._things: dict[int, Thing] = {}  # of the label events
        self._undone: set[int] = set()
        self._of_image: dict[str, list[int]] = {}
        self._members: dict[int, list[int]] = {}  # action -> its label and class events
        self._open: dict[str, list[int]] = {}  # actor -> actions that may stand, ascending
        self._redo: dict[str, list[list[int]]] = {}  # actor -> what each undo took back
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
        self._redo.pop(event.actor, None)
        self._members.setdefault(event.action, []).append(event.seq)
        opened = self._open.setdefault(event.actor, [])
        if not opened or opened[-1] != event.action:
            opened.append(event.action)
        self._name(event)
        if event.kind == LABEL:
            self._of_image.setdefault(str(event.image), []).append(event.seq)

    def _name(self, event: Event) -> None:
        if event.kind != LABEL:
            self.renamings += 1
            self.names.apply(event)
        elif event.name and event.state in NAMED:
            self._things[event.seq] = self.names.thing(event.name)

    def _name_anew(self) -> None:
        """What each name stands for, again from the start: a class event was undone or redone."""
        self.names = Names(self._relevant)
        self.renamings += 1
        for seq, event in self._events.items():
            if event.kind == LABEL or seq not in self._undone:
                self._name(event)

    def _flip(self, event: Event) -> bool:
        """Take an undo or redo in; returns whether a class event is among what it changed."""
        target, actor = event.target or 0, event.actor
        if target not in self._events or (target in self._undone) == (event.kind == UNDO):
            return False
        steps = self._redo.setdefault(actor, [])
        if event.kind == UNDO:
            self._undone.add(target)
            if event.action != self._undo_action:
                steps.append([])
            self._undo_action = event.action
            steps[-1].append(target)
        else:
            self._undone.discard(target)
            for step in steps:
                if target in step:
                    step.remove(target)
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

    def label(self, seq: int) -> Label:
        """What the label event `seq` says under the names as they are now."""
        event, thing = self._events[seq], self._things.get(seq)
        return self._as_now(str(event.state), event.name or "", thing)

    def resolved(self, label: Label) -> Label:
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

    def standing(self, up_to_round: int | None = None) -> list[int]:
        """Numbers of the answers that stand: of each image the last that is not undone; sorted."""
        found = (self._top(seqs, up_to_round) for seqs in self._of_image.values())
        return sorted(seq for seq in found if seq is not None)

    def answer(self, image: str) -> int | None:
        """Number of the answer about `image` that stands, or None."""
        return self._top(self._of_image.get(image, ()), None)

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
            alive = [seq for seq in self._members[opened[-1]] if seq not in self._undone]
            if alive:
                return alive
            opened.pop()
        return []

    def redoable(self, actor: str) -> list[int]:
        """Events that the last undo of `actor` took back; [] if there is none to bring back."""
        steps = self._redo.get(actor, [])
        return [seq for seq in steps[-1] if seq in self._undone] if steps else []
