"""Each picture drawn towards its nearest neighbours in the pool: steadier than a single view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from laser_core.basics.arrays import Floats, Ints, unit_rows
from laser_core.basics.seeding import rng_for

NEIGHBOURS = 10  # chosen on CIFAR-10's training images
EXACT_UP_TO = 12_000  # pictures; comparing all numbers of all pairs takes seconds until there
# Pictures up to which all pairs are compared in those directions, half a minute there; beyond, only
# those that lie near, so that the time grows with the pictures and not with their square.
PAIRS_UP_TO = 50_000
CELL = 100  # pictures about one of the pictures, taken at random, at which it is said to lie
NEAR = 4_000  # pictures that each is compared with then
CUTS = 2  # into cells: what one cut parts, another one seldom does
SEARCH_DIM = 128  # beyond, principal directions in which candidates are looked for
CANDIDATES = 3  # times as many as wanted; the exact cosines then choose among them
CHUNK = 256  # pictures compared with the whole pool at a time: 50 MB for 50,000
GROUP = 128  # pictures of which only the best is looked at first


def smooth_among(vectors: Floats, pool: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """(M, D) float32 unit rows: each of `vectors` and its `neighbours` nearest in `pool`, weighted.

    Exact: every picture is compared with the whole pool.

    Args:
        vectors: (M, D) unit rows, pictures that are not in the pool.
        pool: (N, D) unit rows; a pool of fewer than k uses all of its pictures, an empty one none.
        neighbours: k.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    count = min(neighbours, len(pool))
    if count == 0:
        return vectors
    groups = _in_groups(np.asarray(pool, dtype=np.float32))
    result = np.empty(vectors.shape, dtype=np.float32)
    for start in range(0, len(vectors), CHUNK):
        rows = vectors[start : start + CHUNK]
        near = pool[_best_columns(_with_one(rows) @ groups.T, count)]  # (chunk, k, D)
        weights = np.maximum(np.matmul(near, rows[:, :, None])[:, :, 0], 0.0)[:, None, :]
        result[start : start + CHUNK] = unit_rows(rows + np.matmul(weights, near)[:, 0, :])
    return result


def nearest(vectors: Floats, count: int) -> Ints:
    """(N, count) int32 rows with the highest cosines to each row, itself included, in no order.

    In pools of more than `EXACT_UP_TO` pictures a few may be missed for others almost as near.
    The time grows with N squared up to `PAIRS_UP_TO` pictures, and with N beyond.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if len(vectors) > PAIRS_UP_TO:
        return _nearest_in_cells(vectors, count)
    exact = len(vectors) <= EXACT_UP_TO
    searched = vectors if exact else _principal(vectors)
    candidates = count if exact else min(CANDIDATES * count, len(vectors))
    pool = _in_groups(searched)
    result = np.empty((len(vectors), count), dtype=np.int32)
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        found = _best_columns(_with_one(searched[rows]) @ pool.T, candidates)
        result[rows] = _nearest_of(found, vectors, rows, count) if candidates > count else found
    return result


def _nearest_in_cells(vectors: Floats, count: int) -> Ints:
    """(N, count) as `nearest`, looked for in each picture's own cell and in those around it."""
    searched = unit_rows(_principal(vectors))
    found = np.concatenate(
        [_candidates(searched, CANDIDATES * count, cut) for cut in range(CUTS)], axis=1
    )
    result = np.empty((len(vectors), count), dtype=np.int32)
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        result[rows] = _nearest_of(np.sort(found[rows], axis=1), vectors, rows, count)
    return result


def _candidates(searched: Floats, wanted: int, cut: int) -> Ints:
    """(N, wanted) rows with high cosines to each row, found in one cut into cells."""
    cells, centres = _cells(searched, cut)
    result = np.empty((len(searched), wanted), dtype=np.int32)
    for place, cell in enumerate(cells):
        pool = _around(place, cells, centres)
        for start in range(0, len(cell), CHUNK):
            rows = cell[start : start + CHUNK]
            scores = searched[rows] @ searched[pool].T
            result[rows] = pool[np.argpartition(-scores, wanted - 1, axis=1)[:, :wanted]]
    return result


def _cells(searched: Floats, cut: int) -> tuple[list[Ints], Floats]:
    """Rows of each cell, 2 `CELL` at most, and (cells, d) its centre: one of the pictures.

    A larger cell, as of pictures that are all alike, is cut into several with one centre.
    """
    rng = rng_for(cut, "cells of neighbours")
    some = rng.choice(len(searched), max(1, len(searched) // CELL), replace=False)
    centres = searched[np.sort(some)]
    lengths = 0.5 * np.square(centres).sum(axis=1)
    chunks = (searched[i : i + CHUNK] for i in range(0, len(searched), CHUNK))
    of = np.concatenate([(rows @ centres.T - lengths).argmax(axis=1) for rows in chunks])
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(1, len(centres)))
    cells: list[Ints] = []
    place: list[int] = []
    for number, rows in enumerate(np.split(order, ends)):
        pieces = [rows[i : i + 2 * CELL] for i in range(0, len(rows), 2 * CELL)]
        cells += pieces
        place += [number] * len(pieces)
    return cells, centres[place]


def _around(place: int, cells: Sequence[Ints], centres: Floats) -> Ints:
    """At least `NEAR` rows, where there are as many: of the cell at `place`, and of the nearest."""
    distances = np.square(centres - centres[place]).sum(axis=1)
    distances[place] = -1.0  # others may have the same centre
    pool: list[Ints] = []
    for other in np.argsort(distances, kind="stable").tolist():
        pool.append(cells[other])
        if sum(map(len, pool)) >= NEAR:
            break
    return np.concatenate(pool)


def _nearest_of(found: Ints, vectors: Floats, rows: slice, count: int) -> Ints:
    """(n, count) those of the candidates `found` (n, c) with the highest cosines to `rows`.

    A candidate that follows itself counts once.
    """
    cosines = np.matmul(vectors[found], vectors[rows][:, :, None])[:, :, 0]
    cosines[:, 1:][found[:, 1:] == found[:, :-1]] = -2.0  # lower than any cosine
    best = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    return np.take_along_axis(found, best, axis=1)


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
