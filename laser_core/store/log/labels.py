"""Labels of a run: what pages, the loop and exports ask for, and how they are committed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from laser_core.pool import Label
from laser_core.store.database import next_number, now
from laser_core.store.log.event_log import Events, EventWriter
from laser_core.store.log.events import CLASS_ADDED, LABEL, Event
from laser_core.store.log.replay import (
    Answer,
    Disagreement,
    Import,
    Replay,
    Source,
    answer,
    contradict,
)


class Labels:
    """Labels of a run as they are read.

    Args:
        events: the run's log.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._answers: dict[int, Answer] = {}  # by event, under the names of `_names`
        self._names = -1
        self._newest: tuple[int, list[Answer]] = (-1, [])

    def answers(self, up_to_round: int | None = None) -> list[Answer]:
        """The answers that stand, of all rounds or of those up to one; in the order given."""
        with self._events.guard:
            replay = self._events.replay()
            if up_to_round is not None:
                return [self._answer(replay, seq) for seq in replay.current_answers(up_to_round)]
            if self._newest[0] != replay.last:
                found = [self._answer(replay, seq) for seq in replay.current_answers()]
                self._newest = (replay.last, found)
            return list(self._newest[1])

    def by_id(self, up_to_round: int | None = None) -> dict[str, Label]:
        """id -> label, as `answers` has them."""
        with self._events.guard:
            replay = self._events.replay()
            seqs = replay.current_answers(up_to_round)
            return {str(replay.event(seq).image): replay.label(seq) for seq in seqs}

    def answers_of(self, images: Collection[str]) -> dict[str, Answer]:
        """id -> answer that stands, for those of `images` that have one; quick for a few."""
        with self._events.guard:
            replay = self._events.replay()
            found = {image: replay.answer(image) for image in images}
            return {i: self._answer(replay, seq) for i, seq in found.items() if seq is not None}

    def answered_by(self, moment: int) -> set[str]:
        """Ids that had an answer when event number `moment` was the newest; no clock is asked."""
        with self._events.guard:
            return self._events.replay().answered_by(moment)

    def counts(self) -> dict[str, int]:
        """State -> how many pictures are in it; a state nobody used is missing."""
        return dict(Counter(label.state for label in self.by_id().values()))

    def disagreements(self) -> list[Disagreement]:
        """Pictures that several people labeled differently, as far as that stands.

        A skip ("unsure") contradicts nobody, and neither does an irrelevant thing without a name
        one that has a name.
        """
        with self._events.guard:
            replay, found = self._events.replay(), []
            for image, seqs in replay.answers().items():
                if len(seqs) < 2:
                    continue
                last = {a.actor: a for a in (self._answer(replay, seq) for seq in seqs)}
                if contradict([a.label for a in last.values()]):
                    ordered = tuple(sorted(last.values(), key=lambda a: a.seq))
                    found.append(Disagreement(image, ordered))
        return found

    def given_twice(self) -> set[str]:
        """Ids whose label was given again by the answer that stands: looked at once more."""
        with self._events.guard:
            replay = self._events.replay()
            pairs = {image: seqs[-2:] for image, seqs in replay.answers().items() if seqs[1:]}
            return {i for i, (a, b) in pairs.items() if replay.label(a) == replay.label(b)}

    def imports(self) -> list[Import]:
        """What was brought in from files and still stands, newest first."""
        found: dict[int, list[Answer]] = {}
        for one in self.answers():
            if one.source == "import":
                found.setdefault(one.action, []).append(one)
        return [
            Import(action, found[action][0].actor, found[action][0].at, len(found[action]))
            for action in sorted(found, reverse=True)
        ]

    def _answer(self, replay: Replay, seq: int) -> Answer:
        if self._names != replay.renamings:
            self._answers, self._names = {}, replay.renamings
        if seq not in self._answers:
            self._answers[seq] = answer(replay, seq)
        return self._answers[seq]


class LabelWriter(Labels):
    """Labels of a run as they are committed.

    Args:
        events: the run's log.
        require_ids: told the ids of answers; raises PoolError where one is not of the pool.
        committed: told the number of the last event and who answered, once they are on disk.
    """

    _events: EventWriter

    def __init__(
        self,
        events: EventWriter,
        require_ids: Callable[[Collection[str]], None],
        committed: Callable[[int, str], None],
    ) -> None:
        super().__init__(events)
        self._require_ids = require_ids
        self._committed = committed

    def append(
        self,
        answers: Mapping[str, Label],
        round: int,
        actor: str,
        seconds: Mapping[str, float] | None = None,
        *,
        client: str | None = None,
        first_seq: int = 0,
        source: Source | None = None,
        add_classes: Sequence[str] = (),
    ) -> int:
        """Commit answers, all or none; returns the last event's number once they are on disk.

        They are one action: one undo takes all of them back.

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
            source: "oracle" for that actor, else "person", unless given.
            add_classes: names that become relevant classes first, as part of the same action.

        Raises:
            PoolError: an id is not of the pool, or a relevant label names no relevant class; then
                no answer is taken.
            StoreError: they cannot be written.
        """
        spent, origin = seconds or {}, source or ("oracle" if actor == "oracle" else "person")
        with self._events.write_transaction() as cursor:
            self._check(answers, add_classes)
            first = next_number(cursor, "events")
            events = [
                Event(seq, now(), actor, CLASS_ADDED, first, name=name)
                for seq, name in enumerate(add_classes, start=first)
            ]
            senders: list[tuple[str | None, int | None]] = [(None, None)] * len(events)
            new = self._not_taken(cursor, answers, client, first_seq)
            for seq, (number, id) in enumerate(new, start=first + len(events)):
                label, took = answers[id], _kept_seconds(spent.get(id))
                said = (id, label.state, label.name, round, took)
                events.append(Event(seq, now(), actor, LABEL, first, *said, source=origin))
                senders.append((client, number) if client else (None, None))
            self._events.append(cursor, events, senders)
            last = int(cursor.execute("SELECT max(seq) FROM events").fetchone()[0] or 0)
        self._committed(last, actor)
        return last

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

    def _check(self, answers: Mapping[str, Label], added: Sequence[str]) -> None:
        """Raises: PoolError: as for `append`."""
        self._require_ids(answers.keys())
        replay = self._events.replay()
        space = replay.space()
        for label in set(answers.values()):
            if label.state == "relevant" and label.name not in added:
                space.index(replay.resolve(label))


def _kept_seconds(seconds: float | None) -> float | None:
    """Seconds as the database keeps them, also if a whole number was given."""
    return None if seconds is None else float(seconds)
