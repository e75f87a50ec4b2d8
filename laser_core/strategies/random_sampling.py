"""Random sampling: the line that every other strategy has to beat."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.strategies.base import Strategy, register
from laser_core.view import PoolView


@register
class RandomSampling(Strategy):
    """Queries images at random; its expected precision is the share of relevant images left."""

    name = "random"
    title = "Random"

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return rng.random(len(view.unlabeled))
