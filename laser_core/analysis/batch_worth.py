"""What a batch is worth: how many of it are relevant, at best, by luck, or by a guess."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.analysis.known import Known
from laser_core.analysis.ranking import Ranking
from laser_core.metrics.paper import ceiling, precision


@dataclass(frozen=True)
class BatchWorth:
    """What is known of a batch.

    Args:
        size: of the batch.
        counted: images of it that something is known about.
        relevant: those of them that are relevant.
        ceiling: the best precision that any batch of that size could have; None unless the
            relevance of every unlabeled image is known.
        luck: relevant images that as many drawn by lot would have, on average; None as above.
    """

    size: int
    counted: int
    relevant: int
    ceiling: float | None
    luck: float | None

    @property
    def precision(self) -> float | None:
        """Share of relevant ones among those counted; None if none is."""
        return precision(self.relevant, self.counted) if self.counted else None


def batch_worth(ranking: Ranking, known: Known) -> BatchWorth:
    """The worth of a ranking's batch, asked or only tried."""
    size, rows = len(ranking.rows), np.asarray(ranking.arrays.row)
    relevant = int(known.relevant[ranking.rows][known.known[ranking.rows]].sum())
    best = luck = None
    if size and len(rows) and known.count(rows) == len(rows):
        left = int(known.relevant[rows].sum())
        best, luck = ceiling(left, size), size * precision(left, len(rows))
    return BatchWorth(size, known.count(ranking.rows), relevant, best, luck)
