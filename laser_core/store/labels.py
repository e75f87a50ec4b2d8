"""Labels of a run and the names of its classes: what pages, the loop and exports ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from laser_core.errors import PoolError
from laser_core.pool import Label, LabelSpace
from laser_core.store.database import Database, insert, next_number, now
from laser_core.store.event_log import EventLog
from laser_core.store.events import CLASS_ADDED, CLASS_RENAMED, MERGED, PROMOTED, Event
from laser_core.store.label_state import (
    Answer,
    Disagreement,
    Happening,
    Import,
    Replay,
    answer,
    contradict,
    happening,
)


class LabelLog(EventLog):
    """Labels of a run, and what its classes are called.

    Args:
        database: the run's.
        relevant: the classes it started with.
    """

    def __init__(self, database: Database, relevant: tuple[str, ...]) -> None:
        super().__init__(database, relevant)
        self._answers: dict[int, Answer] = {}  # by event, under the names of `_names`
        self._names = -1
        self._standing: tuple[int, list[Answer]] = (-1, [])

    # ---- classes

    def add_class(self, name: str, actor: str) -> int:
        """Make `name` a further relevant class; what was named so counts as relevant from now on.

        Returns:
            The action's number.

        Raises:
            PoolError: it is one already, or no name.
        """
        return self._append_class(CLASS_ADDED, name.strip(), None, actor)

    def promote(self, name: str, actor: str) -> int:
        """Make an irrelevant thing that was named so far a relevant class.

        Raises:
            PoolError: nothing irrelevant is called `name`.
        """
        return self._append_class(PROMOTED, name.strip(), None, actor)

    def rename_class(self, name: str, new: str, actor: str) -> int:
        """Call a class, or an irrelevant thing, `new`; its answers follow.

        Raises:
            PoolError: nothing is called `name`, or something else is called `new`.
        """
        return self._append_class(CLASS_RENAMED, name.strip(), new.strip(), actor)

    def merge_classes(self, name: str, into: str, actor: str) -> int:
        """Count all that is called `name` as `into` from now on.

        Raises:
            PoolError: one of them is not there, or no relevant class would be left.
        """
        return self._append_class(MERGED, name.strip(), into.strip(), actor)

    def _append_class(self, kind: str, name: str, other: str | None, actor: str) -> int:
        with self._guard, self._database.writing() as cursor:
            self._check_class(kind, name, other)
            seq = next_number(cursor, "events")
            event = Event(seq, now(), actor, kind, seq, name=name, other=other)
            insert(cursor, "events", [(*event, None, None)])
            return seq

    def _check_class(self, kind: str, name: str, other: str | None) -> None:
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

    # ---- what stands

    def space(self) -> LabelSpace:
        """The relevant classes as they are now: the config's, and what was added since."""
        with self._guard:
            return self.replay().space()

    def resolved(self, label: Label) -> Label:
        """What `label` counts as now: its class may be called otherwise, or be relevant by now."""
        with self._guard:
            return self.replay().resolved(label)

    def irrelevant_names(self) -> dict[str, int]:
        """Names of irrelevant things -> pictures called so, the most frequent first."""
        given = self.labels().values()
        names = Counter(a.name for a in given if a.state == "irrelevant" and a.name)
        return dict(names.most_common())

    def standing(self, up_to_round: int | None = None) -> list[Answer]:
        """The answers that stand, of all rounds or of those up to one; in the order given."""
        with self._guard:
            replay = self.replay()
            if up_to_round is not None:
                return [self._answer(replay, seq) for seq in replay.standing(up_to_round)]
            if self._standing[0] != replay.last:
                found = [self._answer(replay, seq) for seq in replay.standing()]
                self._standing = (replay.last, found)
            return list(self._standing[1])

    def labels(self, up_to_round: int | None = None) -> dict[str, Label]:
        """id -> label, as `standing` has them."""
        with self._guard:
            replay = self.replay()
            seqs = replay.standing(up_to_round)
            return {str(replay.event(seq).image): replay.label(seq) for seq in seqs}

    def answers_of(self, images: Collection[str]) -> dict[str, Answer]:
        """id -> answer that stands, for those of `images` that have one; quick for a few."""
        with self._guard:
            replay = self.replay()
            found = {image: replay.answer(image) for image in images}
            return {i: self._answer(replay, seq) for i, seq in found.items() if seq is not None}

    def answered_by(self, moment: int) -> set[str]:
        """Ids that had an answer when event number `moment` was the newest; no clock is asked."""
        with self._guard:
            return self.replay().answered_by(moment)

    def counts(self) -> dict[str, int]:
        """State -> how many pictures are in it; a state nobody used is missing."""
        return dict(Counter(label.state for label in self.labels().values()))

    def disagreements(self) -> list[Disagreement]:
        """Pictures that several people labeled differently, as far as that stands.

        A skip ("unsure") contradicts nobody, and neither does an irrelevant thing without a name
        one that has a name.
        """
        with self._guard:
            replay, found = self.replay(), []
            for image, seqs in replay.answers().items():
                if len(seqs) < 2:
                    continue
                last = {a.actor: a for a in (self._answer(replay, seq) for seq in seqs)}
                if contradict([a.label for a in last.values()]):
                    ordered = tuple(sorted(last.values(), key=lambda a: a.seq))
                    found.append(Disagreement(image, ordered))
        return found

    def imports(self) -> list[Import]:
        """What was brought in from files and still stands, newest first."""
        found: dict[int, list[Answer]] = {}
        for one in self.standing():
            if one.source == "import":
                found.setdefault(one.action, []).append(one)
        return [
            Import(action, found[action][0].actor, found[action][0].at, len(found[action]))
            for action in sorted(found, reverse=True)
        ]

    def history(self, limit: int = 50) -> list[Happening]:
        """The last labels and changes of classes, newest first, undone ones too."""
        newest = "WHERE kind NOT IN ('undo', 'redo') ORDER BY seq DESC LIMIT ?"
        with self._guard:
            replay = self.replay()
            events = self._shown(newest, (limit,))
            return [happening(replay, event) for event in events if event.seq <= replay.last]

    def _answer(self, replay: Replay, seq: int) -> Answer:
        if self._names != replay.renamings:
            self._answers, self._names = {}, replay.renamings
        if seq not in self._answers:
            self._answers[seq] = answer(replay, seq)
        return self._answers[seq]
