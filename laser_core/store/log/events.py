"""Rows of the log of labels, and what the names in them stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LABEL, UNDO, REDO = "label", "undo", "redo"
CLASS_ADDED, CLASS_RENAMED, PROMOTED, MERGED = "class_added", "class_renamed", "promoted", "merged"
NAMED = ("relevant", "irrelevant")  # states whose name stands for a thing


class Event(NamedTuple):
    """One row of the log.

    Args:
        seq: its number; later rows have higher ones.
        at: when, in UTC.
        actor: who ("oracle", or a person's name).
        kind: "label", "undo", "redo", or what was done to a class ("class_added", "merged", ...).
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


class NameTable:
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
