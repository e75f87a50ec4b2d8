"""Which images a batch takes, given their scores: the top b, or a quota for every description."""

from __future__ import annotations

import numpy as np

from laser_core.arrays import Floats, Ints
from laser_core.errors import PoolError


def best_first(scores: Floats, rng: np.random.Generator, second: Floats | None = None) -> Ints:
    """(N,) positions by falling score; ties by falling `second` (N,), then by lot.

    Never by storage order: pools are often sorted by class, which would leak labels.

    Raises:
        ValueError: a score is NaN.
    """
    if np.isnan(scores).any():
        raise ValueError(f"{int(np.isnan(scores).sum())} of {len(scores)} scores are NaN")
    lot = rng.permutation(len(scores))
    keys = (lot, -scores) if second is None else (lot, -second, -scores)
    return np.lexsort(keys)


def top_b(scores: Floats, b: int, rng: np.random.Generator, second: Floats | None = None) -> Ints:
    """(b,) positions of the highest scores, best first: Algorithm 1, line 9.

    Raises:
        PoolError: fewer than `b` images are left.
    """
    _require(len(scores), b)
    return best_first(scores, rng, second)[:b]


def quotas(b: int, groups: int) -> Ints:
    """(groups,) how many images each group may take: b / groups, summing to exactly b.

    All remainders are equal, so the largest-remainder rule gives the odd ones to the first groups.
    """
    return np.full(groups, b // groups) + (np.arange(groups) < b % groups)


def top_p_per_group(
    scores: Floats,
    group: Ints,
    groups: int,
    b: int,
    rng: np.random.Generator,
    reach: int = 0,
) -> Ints:
    """(b,) positions, best first: the top p of every group, p = b / groups (Section 3.2).

    What groups with fewer than p images leave over goes to the highest scores of the rest, so
    exactly `b` images come back.

    Args:
        scores: (N,) higher is taken first.
        group: (N,) which description, 0 to groups - 1, matches each image best.
        groups: how many there are, those that no image matches included.
        reach: only the reach * b highest scores can fill a quota. Section 3.2 samples "top-p
            relevant samples" for each description; without a limit a description that matches
            nothing relevant takes p images all the same, however low they score. 0: no limit.

    Raises:
        PoolError: fewer than `b` images are left.
    """
    _require(len(scores), b)
    order = best_first(scores, rng)
    within = _rank_within_group(group[order])
    taken = within < quotas(b, groups)[group[order]]
    if reach:
        taken[reach * b :] = False
    rest = np.flatnonzero(~taken)[: b - int(taken.sum())]
    taken[rest] = True
    return order[taken]


def _rank_within_group(group: Ints) -> Ints:
    """(N,) how many earlier entries belong to the same group."""
    by_group = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(group[by_group]) != 0])
    lengths = np.diff(np.r_[starts, len(group)])
    rank = np.empty(len(group), dtype=np.intp)
    rank[by_group] = np.arange(len(group)) - np.repeat(starts, lengths)
    return rank


def _require(left: int, b: int) -> None:
    if b > left:
        raise PoolError(
            f"only {left} unlabeled images are left; lower batch_size={b} to at most that"
        )
