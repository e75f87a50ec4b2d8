"""Card 5: what five answers say of the time that a whole pool would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.analysis.lesson.pictures import truth_of
from laser_core.analysis.reader import RunReader
from laser_core.pool import Label


@dataclass(frozen=True)
class Pace:
    """A person's pace, and what it means for the pool.

    Args:
        seconds: a picture, the mean.
        pool: pictures of the pool.
        looks: pictures that the run has asked about so far.
        found: how many of those were relevant.
        at_random: looks that drawing at random would need to find as many.
    """

    seconds: float
    pool: int
    looks: int
    found: int
    at_random: int

    @property
    def whole(self) -> float:
        """Seconds for the whole pool."""
        return self.seconds * self.pool

    @property
    def time_won(self) -> float:
        """Seconds that the run's way of asking has spared, at this pace; 0 where it did not."""
        return self.seconds * max(0, self.at_random - self.looks)


def pace_of(run: RunReader, seconds: Sequence[float], rounds: int) -> Pace:
    """What a person's pace means for a run.

    Args:
        seconds: of each answer, at least one.
        rounds: finished rounds that count.

    Raises:
        LessonError: the pool has no labels.
    """
    true, records = truth_of(run), run.records()[:rounds]
    looks = sum(record.queried for record in records)
    found = sum(record.relevant for record in records)
    share = float(true.mean()) or 1.0
    return Pace(float(np.mean(seconds)), len(true), looks, found, round(found / share))


def right_answers(run: RunReader, answers: Mapping[str, Label]) -> int:
    """How many answers agree with the true labels; an unsure one does not."""
    names = dict(zip(run.facts.ids.tolist(), run.true_names(), strict=True))
    relevant = set(run.space.relevant)
    right = 0
    for id, answer in answers.items():
        wanted = names.get(id) in relevant
        right += answer.state == "relevant" and wanted and answer.name == names[id]
        right += answer.state == "irrelevant" and not wanted
    return right
