"""Each picture drawn towards its nearest neighbours in the pool: steadier than a single view."""

from __future__ import annotations

import numpy as np

from laser_core.arrays import Floats, Ints, unit_rows

NEIGHBOURS = 10  # chosen on CIFAR-10's training images
EXACT_UP_TO = 12_000  # pictures; comparing all numbers of all pairs takes seconds until there
SEARCH_DIM = 128  # beyond, principal directions in which candidates are looked for
CANDIDATES = 3  # times as many as wanted; the exact cosines then choose among them
CHUNK = 256  # pictures compared with the whole pool at a time: 50 MB for 50,000
GROUP = 128  # pictures of which only the best is looked at first


def smoothed(vectors: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """(N, D) float32 unit rows: each of `vectors` and its `neighbours` nearest, weighted.

    Args:
        vectors: (N, D) unit rows, the whole pool.
        neighbours: k, besides the picture itself; a smaller pool uses all of its pictures.
    """
    return weighted_means(vectors, nearest(vectors, min(neighbours + 1, len(vectors))))


def nearest(vectors: Floats, count: int) -> Ints:
    """(N, count) int32 rows with the highest cosines to each row, itself included, in no order.

    In pools of more than `EXACT_UP_TO` pictures a few may be missed for others almost as near.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    exact = len(vectors) <= EXACT_UP_TO
    searched = vectors if exact else _principal(vectors)
    candidates = count if exact else min(CANDIDATES * count, len(vectors))
    pool = _in_groups(searched)
    result = np.empty((len(vectors), count), dtype=np.int32)
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        found = _best_columns(_with_one(searched[rows]) @ pool.T, candidates)
        if candidates > count:
            cosines = np.matmul(vectors[found], vectors[rows][:, :, None])[:, :, 0]
            best = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
            found = np.take_along_axis(found, best, axis=1)
        result[rows] = found
    return result


def weighted_means(vectors: Floats, near: Ints) -> Floats:
    """(N, D) float32 unit rows: the mean of rows `near` (N, c) weighted by their cosine to each.

    Negative cosines weigh nothing.
    """
    result = np.empty(vectors.shape, dtype=np.float32)
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        neighbours = vectors[near[rows]]  # (chunk, c, D)
        cosines = np.matmul(neighbours, vectors[rows][:, :, None])[:, :, 0]  # (chunk, c)
        weights = np.maximum(cosines, 0.0)[:, None, :]
        result[rows] = unit_rows(np.matmul(weights, neighbours)[:, 0, :])
    return result


def _principal(vectors: Floats) -> Floats:
    """(N, SEARCH_DIM) the rows in the directions of most spread about the origin."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)  # spreads in ascending order
    projected: Floats = vectors @ np.ascontiguousarray(directions[:, -SEARCH_DIM:])
    return projected


def _with_one(rows: Floats) -> Floats:
    return np.concatenate([rows, np.ones((len(rows), 1), dtype=rows.dtype)], axis=1)


def _in_groups(rows: Floats) -> Floats:
    """`rows` filled up to a multiple of `GROUP` with rows that score -9 against `_with_one`."""
    pool = np.zeros((-(-len(rows) // GROUP) * GROUP, rows.shape[1] + 1), dtype=rows.dtype)
    pool[: len(rows), :-1] = rows
    pool[len(rows) :, -1] = -9.0  # no cosine is as low, so a filler is never among the best
    return pool


def _best_columns(scores: Floats, count: int) -> Ints:
    """(n, count) columns of the highest scores in each row of (n, GROUP * groups), in no order.

    The `count` highest lie in the `count` groups with the highest maxima, so only those are
    searched: partitioning whole rows takes many times longer.
    """
    rows, columns = scores.shape
    groups = columns // GROUP
    if groups <= count:
        return np.argpartition(-scores, count - 1, axis=1)[:, :count]
    # column c belongs to group c % groups, so that the maxima run along memory
    maxima = scores.reshape(rows, GROUP, groups).max(axis=1)  # (n, groups)
    best_groups = np.argpartition(-maxima, count - 1, axis=1)[:, :count]
    members = best_groups[:, None, :] + groups * np.arange(GROUP)[None, :, None]
    candidates = members.reshape(rows, -1)  # (n, GROUP * count)
    values = np.take_along_axis(scores, candidates, axis=1)
    best = np.argpartition(-values, count - 1, axis=1)[:, :count]
    return np.take_along_axis(candidates, best, axis=1)
