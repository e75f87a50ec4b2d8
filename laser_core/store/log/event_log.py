"""The log of events: append-only rows, each committed before anybody is told it is taken.

Undoing is a further row. What stands comes from replaying the rows
(`laser_core.store.log.replay`); only rows that are new since the last look are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from laser_core.store.database import Database, insert, next_number, now
from laser_core.store.log.events import REDO, UNDO, Event
from laser_core.store.log.replay import HistoryEntry, Replay, Step, history_entry
from laser_core.store.writable import WritableDatabase

SEEN = "SELECT count(*) FROM events WHERE client = ? AND client_seq = ?"
_SHOWN = len(Event._fields)  # a row goes on with the sender's name and number
_NOBODY = (None, None)


class Events:
    """The rows of a run's log as they are read, and the state they replay to.

    Args:
        database: the run's.
        relevant: the classes it started with.

    Attributes:
        start: the classes it started with.
        guard: to be held while a state of `replay` is used; pages of one server share a store.
    """

    def __init__(self, database: Database, relevant: tuple[str, ...]) -> None:
        self.start = relevant
        self.guard = database.lock
        self._database = database
        self._replayed = Replay(relevant)

    def replay(self) -> Replay:
        """The state, with what is new on disk; hold `guard` while using it.

        Raises:
            StoreError: an event is missing, or is not what was written.
        """
        rows = self._database.numbered_rows("events", self._replayed.last)
        if rows:
            self._replayed.apply([Event._make(row[:_SHOWN]) for row in rows])
        return self._replayed

    def last(self) -> int:
        """The number of the last event, 0 for none."""
        return self._database.last()

    def last_client_seq(self, client: str) -> int | None:
        """The highest number of `client` that is on disk; None before its first message.

        What a browser still holds up to it can be dropped, the rest is to be sent again.
        """
        sql = "SELECT max(client_seq) FROM events WHERE client = ?"
        found: int | None = self._database.read(sql, (client,))[0][0]
        return found

    def of_client(self, client: str, first: int, last: int) -> list[int]:
        """Numbers of the label events that `client` numbered `first` to `last`, oldest first."""
        sql = (
            "SELECT seq FROM events WHERE client = ? AND client_seq BETWEEN ? AND ? "
            "AND kind = 'label' ORDER BY seq"
        )
        return [row[0] for row in self._database.read(sql, (client, first, last))]

    def history(self, limit: int = 50) -> list[HistoryEntry]:
        """The last labels and changes of classes, newest first, undone ones too."""
        newest = "WHERE kind NOT IN ('undo', 'redo') ORDER BY seq DESC LIMIT ?"
        with self.guard:
            replay = self.replay()
            rows = self._database.rows("events", newest, (limit,))
            events = [Event._make(row[:_SHOWN]) for row in rows]
            return [history_entry(replay, event) for event in events if event.seq <= replay.last]


class EventWriter(Events):
    """The log as it is written: rows are added, and taken back by further rows.

    Args:
        database: the run's.
        relevant: the classes it started with.
    """

    _database: WritableDatabase

    def __init__(self, database: WritableDatabase, relevant: tuple[str, ...]) -> None:
        super().__init__(database, relevant)

    @contextmanager
    def write_transaction(self) -> Iterator[sqlite3.Cursor]:
        """A transaction that nobody else's thread looks into; undone whole by any error in it.

        Raises:
            StoreError: as for `WritableDatabase.write_transaction`.
        """
        with self.guard, self._database.write_transaction() as cursor:
            before = self.replay().last
            try:
                yield cursor
            except BaseException:
                if self._replayed.last != before:  # rows that are taken out again were replayed
                    self._replayed = Replay(self.start)
                raise

    def append(
        self,
        cursor: sqlite3.Cursor,
        events: Sequence[Event],
        senders: Sequence[tuple[str | None, int | None]] = (),
    ) -> None:
        """Add rows, as a part of a transaction.

        Args:
            senders: (client, its own number) of each row; nobody where there are fewer.
        """
        missing = len(events) - len(senders)
        rows = zip(events, [*senders, *[_NOBODY] * missing], strict=True)
        insert(cursor, "events", [(*event, *sender) for event, sender in rows])

    # ---- undo and redo

    def undo(self, actor: str, *, client: str | None = None, client_seq: int = 0) -> Step | None:
        """Take the last action of `actor` that stands back: a label, a whole page, a class event.

        As often as there are actions; also of rounds that are trained (see `Rounds.changed`).
        What others did is not touched.

        Args:
            client, client_seq: as for `LabelWriter.append`; a step sent twice is taken once.

        Returns:
            What was taken back; None if there is nothing, or the step was taken already.
        """
        return self._step(UNDO, actor, client, client_seq)

    def redo(self, actor: str, *, client: str | None = None, client_seq: int = 0) -> Step | None:
        """Bring back what the last undo of `actor` took back; None if a new action followed it."""
        return self._step(REDO, actor, client, client_seq)

    def take_back(
        self,
        targets: Collection[int],
        actor: str,
        *,
        client: str | None = None,
        client_seq: int = 0,
    ) -> tuple[str, ...]:
        """Take back those of the events `targets` that stand, as one action.

        Args:
            client, client_seq: as for `LabelWriter.append`; a step sent twice is taken once.

        Returns:
            The pictures whose answers changed.
        """
        mine = (client, client_seq) if client else _NOBODY
        with self.write_transaction() as cursor:
            replay = self.replay()
            alive = [seq for seq in targets if replay.alive(seq)]
            if not alive or (client and cursor.execute(SEEN, mine).fetchone()[0]):
                return ()
            self._flip(cursor, UNDO, alive, actor, mine)
            return tuple(image for seq in alive if (image := replay.event(seq).image))

    def take_back_action(self, action: int, actor: str) -> tuple[str, ...]:
        """Take back what stands of one action: a page of labels, or a file's with its new classes.

        Returns:
            The pictures whose answers changed.
        """
        sql = "SELECT seq FROM events WHERE action = ? AND kind NOT IN (?, ?)"
        rows = self._database.read(sql, (action, UNDO, REDO))
        return self.take_back([row[0] for row in rows], actor)

    def _step(self, kind: str, actor: str, client: str | None, client_seq: int) -> Step | None:
        mine = (client, client_seq) if client else _NOBODY
        with self.write_transaction() as cursor:
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
        self.append(cursor, events, [mine])
