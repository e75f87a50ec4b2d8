"""Each picture drawn towards its nearest neighbours in the pool: steadier than a single view."""

from __future__ import annotations

import numpy as np

from laser_core.arrays import Floats, Ints, unit_rows

NEIGHBOURS = 10  # chosen on CIFAR-10's training images
SEARCH_DIM = 256  # principal directions in which neighbours are looked for
CHUNK = 256  # pictures compared with the whole pool at a time: 50 MB for 50,000
GROUP = 128  # pictures of which only the best is looked at first


def smoothed(vectors: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """Unit rows that are means of each picture and its neighbours, weighted by their cosines.

    Neighbours are the pictures nearest in the pool's first `SEARCH_DIM` principal directions,
    which hold nearly all of a vector; the weights are the exact cosines, negative ones as 0.

    Args:
        vectors: (N, D) unit rows, the whole pool.
        neighbours: k, besides the picture itself; a pool of fewer uses all.

    Returns:
        (N, D) float32 unit rows.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    searched = _principal(vectors, SEARCH_DIM)
    result = np.empty_like(vectors)
    wanted = min(neighbours + 1, len(vectors))
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        nearest = _best_columns(searched[rows] @ searched.T, wanted)  # (chunk, wanted)
        near = vectors[nearest]  # (chunk, wanted, D)
        cosines = np.einsum("nd,nkd->nk", vectors[rows], near)
        mixed = np.einsum("nk,nkd->nd", np.maximum(cosines, 0.0), near)
        result[rows] = unit_rows(mixed)
    return result


def _principal(vectors: Floats, dim: int) -> Floats:
    """(N, dim) the rows in the directions of most spread, about the origin; all where D <= dim."""
    if vectors.shape[1] <= dim or len(vectors) <= dim:
        return vectors
    _, directions = np.linalg.eigh(vectors.T @ vectors)  # spreads in ascending order
    projected: Floats = vectors @ np.ascontiguousarray(directions[:, -dim:])
    return projected


def _best_columns(scores: Floats, count: int) -> Ints:
    """(n, count) columns of the highest scores in each row of (n, N), in no order.

    The `count` highest lie in the `count` groups with the highest maxima, so only those are
    searched: a plain partition of whole rows takes many times longer.
    """
    rows, columns = scores.shape
    groups = -(-columns // GROUP)
    if groups <= count:
        return np.argpartition(-scores, count - 1, axis=1)[:, :count]
    # column c belongs to group c % groups, so that the maxima run along memory
    padded = np.full((rows, GROUP * groups), -np.inf, dtype=scores.dtype)
    padded[:, :columns] = scores
    maxima = padded.reshape(rows, GROUP, groups).max(axis=1)  # (n, groups)
    best_groups = np.argpartition(-maxima, count - 1, axis=1)[:, :count]
    members = best_groups[:, None, :] + groups * np.arange(GROUP)[None, :, None]
    candidates = members.reshape(rows, -1)  # (n, GROUP * count)
    values = np.take_along_axis(padded, candidates, axis=1)
    best = np.argpartition(-values, count - 1, axis=1)[:, :count]
    return np.take_along_axis(candidates, best, axis=1)
