"""DropQuery: it takes images whose class changes when features are left out, and spreads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.clusters import k_means, main_directions
from laser_core.nets.objectives import CrossEntropy, NetSpec
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.choosing import fill_up
from laser_core.strategies.settings import require_between, setting
from laser_core.view import PoolView, Query, take

MANY = 2000  # candidates above which groups are looked for in main directions
DIRECTIONS = 64


@register
class DropQuery(Strategy):
    """Queries, of the images that more than half of the passes put into another class, the one
    nearest to the centre of each of b k-means groups.

    Where fewer are left than asked for, those whose class changes most often fill the batch up.
    """

    name = "dropquery"
    title = "DropQuery"
    reference = "Gupte et al., TMLR 2024"
    needs = frozenset({"dropquery.samples", "classifier.logits", "vectors"})
    classes_needed: ClassVar[int] = 2
    relevant_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How often and how much is left out."""

        passes: int = setting(3, "passes with dropout (published)")
        dropout: float = setting(0.75, "share of the features left out (published)")

        def __post_init__(self) -> None:
            require_between("passes", self.passes, 1, 1000, "it is a count", with_low=True)
            require_between(
                "dropout", self.dropout, 0.0, 0.99, "it is a share of the features", with_low=True
            )

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        s = self.settings
        return (NetSpec("dropquery", CrossEntropy(1.0, "relevant"), s.dropout, s.passes),)

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        predicted = view.signals["classifier.logits"].argmax(axis=1)
        changed = view.signals["dropquery.samples"].argmax(axis=2) != predicted  # (passes, U)
        rate: Floats = changed.mean(axis=0)
        return rate

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        b, score = min(batch_size, len(view.unlabeled)), self.score(view, rng)
        order, candidates = best_first(score, rng), np.flatnonzero(score > 0.5)
        picked = candidates[:0]
        if len(candidates) > b:
            picked = candidates[central(view.signals["vectors"][candidates], b, rng)]
        return take(view, fill_up(picked, order, b), score)


def central(vectors: Floats, k: int, rng: np.random.Generator) -> Ints:
    """(k or fewer,) positions: of each k-means group of `vectors` (C, D) the one nearest to its
    centre."""
    if len(vectors) > MANY:
        vectors = main_directions(vectors, DIRECTIONS, rng)
    groups = k_means(vectors, k, rng)
    away = np.linalg.norm(vectors - groups.centres[groups.group], axis=1)
    order = np.lexsort((away, groups.group))
    return order[np.unique(groups.group[order], return_index=True)[1]]
