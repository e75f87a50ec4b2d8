"""Coreset: it takes images so that every image of the pool is near to a labeled one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.basics.clusters import main_directions
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.diversity import k_centre
from laser_core.view import PoolView, Query, take

MOST = 5_000_000  # images times picks up to which distances are of whole features: 10 seconds
DIRECTIONS = 256  # above that: five times as fast with 1,280 features


@register
class Coreset(Strategy):
    """Queries by greedy k-centre on the classifier's features; every labeled image is a centre.

    Irrelevant ones too: what lies near to an image that turned out irrelevant is covered. Where
    images times picks are very many, distances are those in the features' main directions.
    """

    name = "coreset"
    title = "Coreset (greedy k-centre)"
    reference = "Sener and Savarese, ICLR 2018"
    needs = frozenset({"classifier.features", "classifier.labeled.features"})
    classes_needed: ClassVar[int] = 1

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return k_centre(*self._features(view), 0, rng)[1]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        b = min(batch_size, len(view.unlabeled))
        pool, labeled = self._features(view)
        note = ""
        if len(pool) * b > MOST and pool.shape[1] > DIRECTIONS:
            both = main_directions(np.concatenate([pool, labeled]), DIRECTIONS, rng)
            pool, labeled = both[: len(pool)], both[len(pool) :]
            note = f"distances are those in the {DIRECTIONS} main directions of the features"
        picked, distance = k_centre(pool, labeled, b, rng)
        return take(view, picked, distance, note=note)

    def _features(self, view: PoolView) -> tuple[Floats, Floats]:
        s = view.signals
        return s["classifier.features"], s["classifier.labeled.features"]
