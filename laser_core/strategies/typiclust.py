"""TypiClust: it takes the most typical image of each large group that has no label yet."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.clusters import k_means, main_directions
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.neighbours import typicality
from laser_core.strategies.settings import require_between, setting
from laser_core.view import PoolView, Query, take

DIRECTIONS = 64  # that groups are looked for in: as precise as all 1,280, and six times as fast


@register
class TypiClust(Strategy):
    """Groups pool and labeled images by k-means of their vectors, and queries group by group.

    The group with the fewest labels and picks comes next, of those the one with the most unlabeled
    images; its most typical image is taken, the one nearest to its neighbours. Published for
    self-supervised features; here it has the vision-language model's.
    """

    name = "typiclust"
    title = "TypiClust"
    reference = "Hacohen, Dekel and Weinshall, ICML 2022"
    needs = frozenset({"vectors", "labeled_vectors"})

    @dataclass(frozen=True)
    class Settings:
        """How large groups are, and what is typical."""

        most_groups: int = setting(500, "one group a label and pick, at most so many (published)")
        neighbours: int = setting(20, "nearest images that make one typical (published)")
        smallest: int = setting(
            5, "images of a group that is asked about while larger ones are left (published)"
        )

        def __post_init__(self) -> None:
            for name in ("most_groups", "neighbours", "smallest"):
                require_between(
                    name, getattr(self, name), 1, 100_000, "it is a count", with_low=True
                )

    settings: Settings

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self._group_images(view, min(10, len(view.unlabeled)), rng)[0]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        b = min(batch_size, len(view.unlabeled))
        typical, group, labels = self._group_images(view, b, rng)
        order = best_first(typical, rng)
        picked = in_need(group[order], labels, self.settings.smallest, b)
        return take(view, order[picked], typical)

    def _group_images(
        self, view: PoolView, b: int, rng: np.random.Generator
    ) -> tuple[Floats, Ints, Ints]:
        """(U,) typicality, (U,) group, and (k,) labels of each group."""
        pool, labeled = view.signals["vectors"], view.signals["labeled_vectors"]
        both = np.concatenate([pool, labeled])
        k = min(len(labeled) + b, self.settings.most_groups, len(both))
        group = k_means(main_directions(both, DIRECTIONS, rng), k, rng).group
        mine, theirs = group[: len(pool)], group[len(pool) :]
        typical = typicality(pool, mine, self.settings.neighbours, rng)
        return typical, mine, np.bincount(theirs, minlength=k)


def in_need(group: Ints, labels: Ints, smallest: int, b: int) -> Ints:
    """(b,) positions: each next one from the group with the fewest labels and picks.

    Of equal ones from the largest. Groups of fewer than `smallest` images come when no other is
    left.

    Args:
        group: (U,) of the images, those that are taken first in front.
        labels: (k,) that each group has already.
    """
    members = [np.flatnonzero(group == each).tolist() for each in range(len(labels))]
    picked: list[int] = []
    for large in (True, False):
        heap = [
            (int(labels[each]), -len(rows), each)
            for each, rows in enumerate(members)
            if rows and (len(rows) >= smallest) == large
        ]
        heapq.heapify(heap)
        while heap and len(picked) < b:
            count, size, each = heapq.heappop(heap)
            picked.append(members[each].pop(0))
            if members[each]:
                heapq.heappush(heap, (count + 1, size, each))
    return np.array(picked, dtype=np.intp)
