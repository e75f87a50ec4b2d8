"""The log of events: append-only rows, each committed before anybody is told it is taken.

Undoing is a further row. What stands comes from replaying the rows
(`laser_core.store.label_state`); only rows that are new since the last look are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from laser_core.errors import StoreError
from laser_core.pool import Label
from laser_core.store.database import Database, insert, next_number, now
from laser_core.store.events import CLASS_ADDED, LABEL, REDO, UNDO, Event
from laser_core.store.label_state import Replay, Source, Step

SEEN = "SELECT count(*) FROM events WHERE client = ? AND client_seq = ?"
_SHOWN = len(Event._fields)  # a row goes on with the sender's name and number


class EventLog:
    """The rows of a run's log, and the state they replay to.

    Args:
        database: the run's.
        relevant: the classes it started with.
    """

    def __init__(self, database: Database, relevant: tuple[str, ...]) -> None:
        self._database = database
        self._guard = database.lock  # pages of one server share a store
        self._start = relevant
        self._replayed = Replay(relevant)

    # ---- labels

    def append_labels(
        self,
        answers: Mapping[str, Label],
        round: int,
        actor: str,
        seconds: Mapping[str, float] | None = None,
        *,
        client: str | None = None,
        first_seq: int = 0,
        one_action: bool = True,
        source: Source | None = None,
        add_classes: Sequence[str] = (),
    ) -> int:
        """Commit answers, all or none; returns the last event's number once they are on disk.

        With a `client`, an answer is known by `client` and its own number, `first_seq` for the
        first, one more for each that follows. One that is stored already is left as it is, so a
        message may be sent again until it is confirmed.

        Args:
            answers: id -> label.
            round: under which query they were given.
            actor: who gave them ("oracle", or a person's name).
            seconds: id -> how long the person took, where known.
            client: names the sender (one tab of one browser), "" or None for none.
            first_seq: the sender's number of the first answer.
            one_action: whether one undo takes all of them back; else one each.
            source: "oracle" for that actor, else "person", unless given.
            add_classes: names that become relevant classes first, as part of the same action.

        Raises:
            PoolError: a relevant label names no relevant class; then no answer is taken.
            StoreError: they cannot be written.
        """
        spent, origin = seconds or {}, source or ("oracle" if actor == "oracle" else "person")
        with self._guard, self._database.writing() as cursor:
            self._check(answers, add_classes)
            first = next_number(cursor, "events")
            rows: list[tuple[object, ...]] = [
                (*Event(seq, now(), actor, CLASS_ADDED, first, name=name), None, None)
                for seq, name in enumerate(add_classes, start=first)
            ]
            new = self._not_taken(cursor, answers, client, first_seq)
            for seq, (number, id) in enumerate(new, start=first + len(rows)):
                action, label = first if one_action else seq, answers[id]
                event = Event(
                    seq, now(), actor, LABEL, action, id, label.state, label.name, round,
                    _measured(spent.get(id)), source=origin,
                )  # fmt: skip
                rows.append((*event, *((client, number) if client else (None, None))))
            insert(cursor, "events", rows)
            last = int(cursor.execute("SELECT max(seq) FROM events").fetchone()[0] or 0)
        self._committed(last, actor)
        return last

    def _committed(self, seq: int, actor: str) -> None:
        """What is to follow once labels are on disk; nothing here."""

    def _not_taken(
        self, cursor: sqlite3.Cursor, ids: Iterable[str], client: str | None, first_seq: int
    ) -> list[tuple[int, str]]:
        """(the sender's number, id) of what is not stored yet of a message."""
        numbered = list(enumerate(ids, start=first_seq))
        if not client:
            return numbered
        sql = "SELECT client_seq FROM events WHERE client = ? AND client_seq BETWEEN ? AND ?"
        values = (client, first_seq, first_seq + len(numbered) - 1)
        taken = {row[0] for row in cursor.execute(sql, values)}
        return [(number, id) for number, id in numbered if number not in taken]

    def last_client_seq(self, client: str) -> int | None:
        """The highest number of `client` that is on disk; None before its first message.

        What a browser still holds up to it can be dropped, the rest is to be sent again.
        """
        sql = "SELECT max(client_seq) FROM events WHERE client = ?"
        found: int | None = self._database.read(sql, (client,))[0][0]
        return found

    def _check(self, answers: Mapping[str, Label], added: Sequence[str]) -> None:
        """Raises: PoolError: a relevant label names no relevant class."""
        replay = self.replay()
        space = replay.space()
        for label in set(answers.values()):
            if label.state == "relevant" and label.name not in added:
                space.index(replay.resolved(label))

    # ---- undo and redo

    def undo(self, actor: str, *, client: str | None = None, client_seq: int = 0) -> Step | None:
        """Take the last action of `actor` that stands back: a label, a whole page, a class event.

        As often as there are actions; also of rounds that are trained (see `changed_rounds`).
        What others did is not touched.

        Args:
            client, client_seq: as for `append_labels`; a step sent twice is taken once.

        Returns:
            What was taken back; None if there is nothing, or the step was taken already.
        """
        return self._step(UNDO, actor, client, client_seq)

    def redo(self, actor: str, *, client: str | None = None, client_seq: int = 0) -> Step | None:
        """Bring back what the last undo of `actor` took back; None if a new action followed it."""
        return self._step(REDO, actor, client, client_seq)

    def append_undo(self, target: int, actor: str) -> None:
        """Take the event `target` alone back; the answer before it stands again.

        Raises:
            StoreError: there is no such label or class event, or it is taken back already.
        """
        with self._guard, self._database.writing() as cursor:
            if not self.replay().alive(target):
                raise StoreError(f"label {target} is not there or is undone already; reload")
            self._flip(cursor, UNDO, [target], actor, (None, None))

    def undo_events(
        self,
        targets: Collection[int],
        actor: str,
        *,
        client: str | None = None,
        client_seq: int = 0,
    ) -> tuple[str, ...]:
        """Take back those of the events `targets` that stand, as one action.

        Args:
            client, client_seq: as for `append_labels`; a step sent twice is taken once.

        Returns:
            The pictures whose answers changed.
        """
        mine = (client, client_seq) if client else (None, None)
        with self._guard, self._database.writing() as cursor:
            replay = self.replay()
            alive = [seq for seq in targets if replay.alive(seq)]
            if not alive or (client and cursor.execute(SEEN, mine).fetchone()[0]):
                return ()
            self._flip(cursor, UNDO, alive, actor, mine)
            return tuple(image for seq in alive if (image := replay.event(seq).image))

    def undo_action(self, action: int, actor: str) -> tuple[str, ...]:
        """Take back what stands of one action: a page of labels, or a file's with its new classes.

        Returns:
            The pictures whose answers changed.
        """
        sql = "SELECT seq FROM events WHERE action = ? AND kind NOT IN (?, ?)"
        rows = self._database.read(sql, (action, UNDO, REDO))
        return self.undo_events([row[0] for row in rows], actor)

    def events_of_client(self, client: str, first: int, last: int) -> list[int]:
        """Numbers of the label events that `client` numbered `first` to `last`, oldest first."""
        sql = (
            "SELECT seq FROM events WHERE client = ? AND client_seq BETWEEN ? AND ? "
            "AND kind = 'label' ORDER BY seq"
        )
        return [row[0] for row in self._database.read(sql, (client, first, last))]

    def _step(self, kind: str, actor: str, client: str | None, client_seq: int) -> Step | None:
        mine = (client, client_seq) if client else (None, None)
        with self._guard, self._database.writing() as cursor:
            if client and cursor.execute(SEEN, mine).fetchone()[0]:
                return None
            replay = self.replay()
            targets = replay.undoable(actor) if kind == UNDO else replay.redoable(actor)
            if not targets:
                return None
            self._flip(cursor, kind, targets, actor, mine)
            events = [replay.event(seq) for seq in targets]
        images = tuple(event.image for event in events if event.image)
        return Step(events[0].action, events[0].kind, images)

    def _flip(
        self,
        cursor: sqlite3.Cursor,
        kind: str,
        targets: list[int],
        actor: str,
        mine: tuple[str | None, int | None],
    ) -> None:
        first, at = next_number(cursor, "events"), now()
        events = [
            Event(seq, at, actor, kind, first, target=target)
            for seq, target in enumerate(targets, start=first)
        ]
        nobody = (None, None)
        rows = [(*event, *(mine if event.seq == first else nobody)) for event in events]
        insert(cursor, "events", rows)

    # ---- replaying

    def replay(self) -> Replay:
        """The state, with what is new on disk; hold the log's lock while using it.

        Raises:
            StoreError: an event is missing, or is not what was written.
        """
        rows = self._database.counted("events", self._replayed.last)
        if rows:
            self._replayed.apply([Event._make(row[:_SHOWN]) for row in rows])
        return self._replayed

    def _shown(self, where: str, values: tuple[object, ...]) -> list[Event]:
        """Some events, checked one by one."""
        found = self._database.rows("events", where, values)
        return [Event._make(row[:_SHOWN]) for row in found]


def _measured(seconds: float | None) -> float | None:
    """Seconds as the database keeps them, also if a whole number was given."""
    return None if seconds is None else float(seconds)
