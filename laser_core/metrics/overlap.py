"""How much two batches have in common."""

from __future__ import annotations

from laser_core.basics.arrays import Ids, Ints


def overlap(some: Ids | Ints, others: Ids | Ints) -> float:
    """Jaccard index of two batches: pictures in both over pictures in either.

    Args:
        some: (b,) ids or rows of one batch.
        others: (c,) the same of another one, in any order.

    Returns:
        0 to 1; two empty batches are the same, so 1.
    """
    mine, theirs = set(some.tolist()), set(others.tolist())
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 1.0
