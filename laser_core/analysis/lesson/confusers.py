"""Card 3: round 1's batch with some confusers switched on, and one picture's Eq. (1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from laser_core.analysis.first_query import ColdStart, cold_start
from laser_core.analysis.lesson.pictures import first_texts, truth_of
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Bools, Floats
from laser_core.errors import LessonError
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.live_scores import CosineMemory, LiveScores


@dataclass(frozen=True)
class FirstBatch:
    """Round 1's batch of a run with some of its confusers.

    Args:
        start: the batch and the scores it came from.
        closest: (N,) best cosine of each picture, the first term of Eq. (1).
        relevant: how many of the batch are relevant.
    """

    start: ColdStart
    closest: Floats
    relevant: int

    @property
    def size(self) -> int:
        return len(self.start.rows)

    def place(self, row: int) -> int:
        """Where the picture at `row` stands by Eq. (1); 1 is the highest."""
        return int((self.start.s_vlm > self.start.s_vlm[row]).sum()) + 1


def confuser_names(run: RunReader) -> list[str]:
    """Confusers of round 1 that have sentences.

    Raises:
        LessonError: there are none.
    """
    names = [c.name for c in first_texts(run).confusers if c.sentences]
    if not names:
        raise LessonError(
            "This run asked without confusers, so there is none to switch on; choose the lesson's "
            "own run above."
        )
    return names


def first_batch(
    run: RunReader, on: Collection[str], memory: CosineMemory | None = None
) -> FirstBatch:
    """Round 1's batch with the confusers named in `on`, by the run's own settings.

    Args:
        memory: reduced cosines of the run's pool, to save the time.

    Raises:
        LessonError: the pool has no labels, or the run no sentences.
        CacheError: some cosines are not computed yet.
    """
    texts, true = with_confusers_on(first_texts(run), on), truth_of(run)
    reduced = (memory or CosineMemory(run.table)).reduce(texts)
    start = cold_start(
        LiveScores(reduced, run.names()),
        texts.relevant_owner(),
        len(texts.relevant),
        run.config.with_changes(strategy="laser"),
        run.images(),
    )
    return FirstBatch(start, reduced.best.max(axis=0), int(true[start.rows].sum()))


def with_confusers_on(texts: Descriptions, on: Collection[str]) -> Descriptions:
    """`texts` with the confusers named in `on` switched on, and all others off."""
    return replace(
        texts, confusers=tuple(replace(c, enabled=c.name in on) for c in texts.confusers)
    )


def lost_picture(bare: FirstBatch, true: Bools) -> int:
    """The row to explain: the irrelevant picture that words alone put highest into the batch.

    The highest of the batch where all are relevant.
    """
    rows = bare.start.rows
    wrong = rows[~true[rows]]
    among = wrong if len(wrong) else rows
    return int(among[bare.start.s_vlm[among].argmax()])
