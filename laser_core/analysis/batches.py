"""The batches that several strategies ask in the same round: what all asked, and what one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from laser_core.analysis.comparison import Group, KeptRun
from laser_core.errors import PoolError
from laser_core.view import RoundRecord

AT_MOST = 3  # lines side by side: more do not fit beside one another


@dataclass(frozen=True)
class Shared:
    """Pictures that exactly these lines asked, and no other of those that are held side by side.

    Args:
        by: places of the lines, ascending.
        ids: in the order in which the first of them asked.
        relevant: whether each was answered relevant; None where it was skipped.
    """

    by: tuple[int, ...]
    ids: tuple[str, ...]
    relevant: tuple[bool | None, ...]


@dataclass(frozen=True)
class SideBySide:
    """One round of two or three lines.

    Args:
        parts: what all asked first, then what fewer did, each line alone at the end; parts that
            are empty too.
        asked: how many pictures each line asked.
        relevant: how many of them were answered relevant.
    """

    parts: tuple[Shared, ...]
    asked: tuple[int, ...]
    relevant: tuple[int, ...]

    @property
    def answers(self) -> int:
        """Answers that all lines together need: a picture that several ask is answered once."""
        return sum(len(part.ids) for part in self.parts)

    @property
    def reuses(self) -> int:
        """Answers that serve a further line."""
        return sum(self.asked) - self.answers


def side_by_side(runs: Sequence[KeptRun], round: int) -> SideBySide:
    """What the runs asked in a round that all of them have finished.

    Raises:
        PoolError: there are not 2 to `AT_MOST` runs, they are on different pools, or one has not
            finished that round.
    """
    if not 2 <= len(runs) <= AT_MOST:
        raise PoolError(f"{len(runs)} lines cannot be held side by side; choose 2 or {AT_MOST}")
    if len({run.config.pool for run in runs}) > 1:
        raise PoolError("these lines are on different pools, so no picture can be in two batches")
    last = min(len(run.records) for run in runs)
    if not 1 <= round <= last:
        raise PoolError(f"round {round} is not finished by all of them; it can be 1 to {last}")
    answers = [_answers(run, round) for run in runs]
    parts = tuple(
        _part_of(answers, by)
        for size in range(len(runs), 0, -1)
        for by in combinations(range(len(runs)), size)
    )
    asked = tuple(len(each) for each in answers)
    return SideBySide(parts, asked, tuple(sum(v is True for v in a.values()) for a in answers))


def _answers(run: KeptRun, round: int) -> dict[str, bool | None]:
    """id -> whether it was answered relevant, in the order asked; None where it was skipped."""
    record: RoundRecord = run.records[round - 1]
    classes = len(record.classes) or len(run.config.relevant)
    said = (None if index < 0 else index < classes for index in record.labels)
    return dict(zip(record.ids, said, strict=True))


def _part_of(answers: Sequence[dict[str, bool | None]], by: tuple[int, ...]) -> Shared:
    """What the lines at `by` asked and no other did."""
    ids = tuple(
        id
        for id in answers[by[0]]
        if tuple(i for i, each in enumerate(answers) if id in each) == by
    )
    return Shared(by, ids, tuple(answers[by[0]][id] for id in ids))


def repetitions(groups: Sequence[Group]) -> list[tuple[int, int]]:
    """The (class split, seed) that every line has, ascending; [] where none is common to all."""
    each = [{(r.config.split_seed, r.config.seed) for r in group.runs} for group in groups]
    return sorted(set.intersection(*each)) if each else []


def run_of(group: Group, repetition: tuple[int, int] | None) -> KeptRun:
    """A line's run of that class split and seed; its first where there is none such."""
    for run in group.runs:
        if (run.config.split_seed, run.config.seed) == repetition:
            return run
    return group.runs[0]
