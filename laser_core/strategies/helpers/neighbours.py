"""What an image's neighbours say of it: votes of labeled ones, how typical of a group it is."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats, Ints, unit_rows
from laser_core.basics.clusters import nearest

MOST = 2000  # members that an image of a large group is compared with


def reverse_votes(pool: Floats, labeled: Floats, labels: Ints, n: int, k: int) -> Floats:
    """(U, n + 1) how often labeled images of each class have a pool image among their k nearest.

    Each count is divided by the class's labels over the mean of the relevant classes' labels, so
    that a class with many labels has no more to say. By cosine.

    Args:
        pool: (U, D); labeled: (L, D).
        labels: (L,) 0 to n, n for irrelevant.
        k: neighbours of each labeled image.
    """
    near = nearest(unit_rows(labeled), unit_rows(pool), k)
    votes = np.zeros((len(pool), n + 1))
    for each in range(n + 1):
        votes[:, each] = np.bincount(near[labels == each].ravel(), minlength=len(pool))
    counts = np.bincount(labels, minlength=n + 1).astype(np.float64)
    relevant = counts[:n][counts[:n] > 0]
    usual = relevant.mean() if len(relevant) else 1.0
    return votes / np.where(counts > 0, counts / usual, 1.0)


def typicality(vectors: Floats, group: Ints, neighbours: int, rng: np.random.Generator) -> Floats:
    """(U,) one over the mean distance to the nearest images of the same group; 0 when alone.

    In a group of more than `MOST` images the nearest are looked for among so many, drawn at random.

    Args:
        vectors: (U, D) unit vectors.
        group: (U,) 0, 1, ...
        neighbours: how many of the nearest.
    """
    typical = np.zeros(len(vectors))
    order = group.argsort(kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(group))[:-1]):
        if len(rows) > 1:
            others = rows if len(rows) <= MOST else np.sort(rng.choice(rows, MOST, replace=False))
            typical[rows] = _closeness(vectors, rows, others, neighbours)
    return typical


def _closeness(vectors: Floats, rows: Ints, others: Ints, neighbours: int) -> Floats:
    """(k,) for `rows` (k,): one over the mean distance to the nearest of `others`, not itself."""
    count = min(neighbours, len(others) - 1)
    found = []
    for some in np.array_split(rows, -(-len(rows) // MOST)):
        products = vectors[some] @ vectors[others].T
        products[some[:, None] == others] = -np.inf
        top = np.partition(products, len(others) - count, axis=1)[:, len(others) - count :]
        away = np.sqrt(np.maximum(2.0 - 2.0 * top, 0.0)).mean(axis=1)
        found.append(1.0 / np.maximum(away, 1e-6))
    return np.concatenate(found)
