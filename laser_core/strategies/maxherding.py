"""MaxHerding: it takes images that cover as much of the pool as possible."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.diversity import herd
from laser_core.view import PoolView, Query, take


@register
class MaxHerding(Strategy):
    """Queries greedily what adds most Gaussian-kernel coverage of the pool's vectors.

    Width 1, on unit vectors; coverage is measured on 2,000 images of a larger pool.
    """

    name = "maxherding"
    title = "MaxHerding"
    reference = "Bae et al., ECCV 2024"
    needs = frozenset({"vectors", "labeled_vectors"})

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        s = view.signals
        return herd(s["vectors"], s["labeled_vectors"], self.worth(view), 0, rng)[1]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        s, b = view.signals, min(batch_size, len(view.unlabeled))
        picked, adds = herd(s["vectors"], s["labeled_vectors"], self.worth(view), b, rng)
        return take(view, picked, adds)

    def worth(self, view: PoolView) -> Floats:
        """(U,) what covering each image is worth."""
        return np.ones(len(view.unlabeled))
