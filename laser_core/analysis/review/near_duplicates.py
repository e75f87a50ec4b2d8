"""Near-duplicates among the pictures to be labeled: a person answers each group of them once.

Told by the pictures' own vectors. Those that are compared with sentences will not do: the offline
model draws each towards its neighbours, and at a threshold that catches as many copies half of
a pool is folded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Floats, unit_rows
from laser_core.basics.clusters import leaders
from laser_core.pool import row_by_id

# Cosine, the pool's mean removed, from which pictures are near-duplicates. Measured by
# `benchmarks.near_duplicates` on the offline model (docs/decisions.md).
ALIKE = 0.86
SAMPLE = 2000  # pictures of the pool that its mean is taken from


def near_duplicates(run: RunReader, groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """id -> id of the picture that it is folded under, for those that are under another.

    Deterministic: each group is gone through in its order, and a picture goes under the earlier
    one that it is most like (`leaders`). Pictures of two groups are never folded together.

    Args:
        groups: ids, such as those of pages that are thought to show the same.

    Raises:
        CacheError: the pictures' own vectors are not kept; the run's next job keeps them.
    """
    place = row_by_id(run.facts.ids)
    mean = _pool_mean(run)
    found: dict[str, str] = {}
    for ids in groups:
        rows = np.array([place[id] for id in ids], dtype=np.intp)
        if len(rows) > 1:
            first = fold(run.table.own_vectors(rows), mean)
            found |= {ids[n]: ids[at] for n, at in enumerate(first) if at != n}
    return found


def fold(vectors: Floats, mean: Floats, alike: float = ALIKE) -> list[int]:
    """(N,) place that each of `vectors` (N, D) is folded under; its own if none.

    Args:
        mean: (D,) of the pool. Models differ in how near all pictures are to one another, so what
            they have in common is removed before they are compared.
        alike: the least cosine.
    """
    found: list[int] = leaders(unit_rows(vectors - mean), alike).tolist()
    return found


def _pool_mean(run: RunReader) -> Floats:
    count = len(run.facts.ids)
    rows = np.unique(np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.intp))
    mean: Floats = run.table.own_vectors(rows).mean(axis=0)
    return mean
