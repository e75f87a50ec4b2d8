"""What a run's classes are called by now, and how people change them."""

from __future__ import annotations

from collections import Counter

from laser_core.errors import PoolError
from laser_core.pool import Label, LabelSpace
from laser_core.store.database import next_number, now
from laser_core.store.log.event_log import Events, EventWriter
from laser_core.store.log.events import CLASS_ADDED, CLASS_RENAMED, MERGED, PROMOTED, Event
from laser_core.store.log.labels import Labels


class Classes:
    """The classes of a run as they are read.

    Args:
        events: the run's log.
        labels: that stand in it.
    """

    def __init__(self, events: Events, labels: Labels) -> None:
        self._events = events
        self._labels = labels

    def space(self) -> LabelSpace:
        """The relevant classes as they are now: the config's, and what was added since."""
        with self._events.guard:
            return self._events.replay().space()

    def resolve(self, label: Label) -> Label:
        """What `label` counts as now: its class may be called otherwise, or be relevant by now."""
        with self._events.guard:
            return self._events.replay().resolve(label)

    def irrelevant_names(self) -> dict[str, int]:
        """Names of irrelevant things -> pictures called so, the most frequent first."""
        given = self._labels.by_id().values()
        names = Counter(a.name for a in given if a.state == "irrelevant" and a.name)
        return dict(names.most_common())


class ClassWriter(Classes):
    """The classes of a run as people change them: each change is an event, and can be undone."""

    _events: EventWriter

    def __init__(self, events: EventWriter, labels: Labels) -> None:
        super().__init__(events, labels)

    def add(self, name: str, actor: str) -> int:
        """Make `name` a further relevant class; what was named so counts as relevant from now on.

        Returns:
            The action's number.

        Raises:
            PoolError: it is one already, or no name.
        """
        return self._append(CLASS_ADDED, name.strip(), None, actor)

    def take_back(self, name: str, actor: str) -> None:
        """Undo what made `name` a relevant class; its labels stay, and count as irrelevant.

        Nothing happens if it is none any more.

        Raises:
            PoolError: the run began with it, or it is called so only since a class was renamed.
        """
        with self._events.write_transaction():
            found = self._events.replay().event_that_added(name)
            if found is not None:
                self._events.take_back([found], actor)
            elif name in self.space().relevant:
                raise PoolError(
                    f"what made {name!r} a relevant class cannot be taken back alone: the run "
                    "began with it, or it was renamed since; change the classes on Label"
                )

    def promote(self, name: str, actor: str) -> int:
        """Make an irrelevant thing that was named so far a relevant class.

        Raises:
            PoolError: nothing irrelevant is called `name`.
        """
        return self._append(PROMOTED, name.strip(), None, actor)

    def rename(self, name: str, new: str, actor: str) -> int:
        """Call a class, or an irrelevant thing, `new`; its answers follow.

        Raises:
            PoolError: nothing is called `name`, or something else is called `new`.
        """
        return self._append(CLASS_RENAMED, name.strip(), new.strip(), actor)

    def merge(self, name: str, into: str, actor: str) -> int:
        """Count all that is called `name` as `into` from now on.

        Raises:
            PoolError: one of them is not there, or no relevant class would be left.
        """
        return self._append(MERGED, name.strip(), into.strip(), actor)

    def _append(self, kind: str, name: str, other: str | None, actor: str) -> int:
        with self._events.write_transaction() as cursor:
            self._check(kind, name, other)
            seq = next_number(cursor, "events")
            event = Event(seq, now(), actor, kind, seq, name=name, other=other)
            self._events.append(cursor, [event])
            return seq

    def _check(self, kind: str, name: str, other: str | None) -> None:
        relevant, things = self.space().relevant, self.irrelevant_names()
        listed = f"the classes are {', '.join(relevant)}"
        if not name or other == "":
            raise PoolError("a class needs a name; type one")
        if kind == CLASS_ADDED and name in relevant:
            raise PoolError(f"{name!r} is a relevant class already; {listed}")
        if kind == PROMOTED and name not in things:
            raise PoolError(
                f"no irrelevant picture is called {name!r}; name some so, or add a class"
            )
        if kind not in (CLASS_RENAMED, MERGED):
            return
        if name not in relevant and name not in things:
            raise PoolError(f"nothing is called {name!r}; {listed}")
        if kind == CLASS_RENAMED and (other in relevant or other in things):
            raise PoolError(f"{other!r} is taken; choose another name, or merge the two")
        if kind == MERGED and (other == name or (other not in relevant and other not in things)):
            raise PoolError(f"{name!r} cannot be merged into {other!r}; {listed}")
        if kind == MERGED and relevant == (name,) and other not in relevant:
            raise PoolError(f"{name!r} is the only relevant class; at least one has to be left")
