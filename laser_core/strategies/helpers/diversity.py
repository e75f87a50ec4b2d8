"""Batches that spread: k-centre, k-means++ on gradients that are never built, kernel coverage."""

from __future__ import annotations

import heapq

import numpy as np

from laser_core.basics.arrays import Floats, Ints

CENTRES_AT_ONCE = 256
MOST = 2000  # images that coverage is measured on, and picked among; more changes no batch much
WIDTH = 1.0  # of the Gaussian kernel, on unit vectors (Bae et al., 2024)


def k_centre(
    pool: Floats, centres: Floats, b: int, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Greedy k-centre: each next pick is the image farthest from all centres and picks so far.

    Args:
        pool: (U, D).
        centres: (C, D); without one, the first pick is the image nearest to the mean.
        b: how many, at most U.

    Returns:
        (b,) positions in the order picked; (U,) distance of each image from its nearest centre
        before the first pick, from that first pick where there is no centre.
    """
    squares = np.einsum("ij,ij->i", pool, pool)

    def from_image(at: int) -> Floats:
        return np.maximum(squares + squares[at] - 2.0 * (pool @ pool[at]), 0.0)

    free = np.ones(len(pool), dtype=bool)
    picked: list[int] = []
    if len(centres):
        reach = _squared_to_nearest(pool, squares, centres)
    else:
        picked = [int((squares - 2.0 * (pool @ pool.mean(axis=0))).argmin())]
        free[picked] = False
        reach = from_image(picked[0])
    before: Floats = np.sqrt(reach)
    while len(picked) < b:
        far = np.where(free, reach, -np.inf)
        at = int(rng.choice(np.flatnonzero(far == far.max())))
        picked.append(at)
        free[at] = False
        reach = np.minimum(reach, from_image(at))
    return np.array(picked[:b], dtype=np.intp), before


def _squared_to_nearest(pool: Floats, squares: Floats, centres: Floats) -> Floats:
    """(U,) squared distance to the nearest of `centres` (C, D)."""
    reach = np.full(len(pool), np.inf)
    for start in range(0, len(centres), CENTRES_AT_ONCE):
        some = centres[start : start + CENTRES_AT_ONCE]
        away = (some**2).sum(axis=1) - 2.0 * (pool @ some.T)  # (U, k) less the image's own square
        reach = np.minimum(reach, squares + away.min(axis=1))
    return np.maximum(reach, 0.0)


def gradient_lengths(residual: Floats, features: Floats) -> Floats:
    """(U,) length of each outer product of `residual` (U, n) and `features` (U, D)."""
    found: Floats = np.sqrt((residual**2).sum(axis=1) * (features**2).sum(axis=1))
    return found


def gradient_seeds(residual: Floats, features: Floats, b: int, rng: np.random.Generator) -> Ints:
    """(b,) positions by k-means++ seeding among the outer products of `residual` (U, n) and
    `features` (U, D), the longest first.

    |r h' - s g'|^2 = |r|^2 |h|^2 + |s|^2 |g|^2 - 2 (r s)(h g): no product is ever built. Once only
    copies of what was picked are left, the rest is drawn at random.
    """
    length = gradient_lengths(residual, features) ** 2
    free = np.ones(len(length), dtype=bool)
    reach = np.full(len(length), np.inf)
    picked: list[int] = []
    at = int(length.argmax())
    while len(picked) < b:
        if picked:
            weight = np.where(free, reach, 0.0)
            total = weight.sum()
            far = weight / total if total > 1e-12 else free / free.sum()
            at = int(rng.choice(len(length), p=far))
        picked.append(at)
        free[at] = False
        shared = (residual @ residual[at]) * (features @ features[at])
        reach = np.minimum(reach, np.maximum(length + length[at] - 2.0 * shared, 0.0))
    return np.array(picked, dtype=np.intp)


def herd(
    pool: Floats, labeled: Floats, weight: Floats, b: int, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Greedy picks that add most weighted Gaussian-kernel coverage to what labels cover.

    An image is covered by exp(-d^2 / width^2) of its nearest labeled or picked one. What a pick
    adds never grows while others are made, so a gain is worked out anew only when it may be the
    best (Minoux, 1978); the picks are those of trying all.

    Args:
        pool: (U, D) unit vectors; labeled: (L, D), L may be 0.
        weight: (U,) what covering each image is worth.
        b: how many, at most U. Where U is large, coverage is measured on `MOST` images drawn at
            random, and picks are made among so many, or 2 b if that is more.

    Returns:
        (b,) positions in the order picked; (U,) what each alone would add, 0 for those that were
        not drawn.
    """
    targets = rng.permutation(len(pool))[:MOST]
    few = len(pool) <= MOST
    candidates = targets if few else rng.permutation(len(pool))[: max(MOST, 2 * b)]
    covered = np.zeros(len(targets), dtype=np.float32)
    for start in range(0, len(labeled), CENTRES_AT_ONCE):
        near = _kernel(pool[targets], labeled[start : start + CENTRES_AT_ONCE])
        covered = np.maximum(covered, near.max(axis=1))
    kernel, worth = _kernel(pool[candidates], pool[targets]), weight[targets].astype(np.float32)
    gains = np.maximum(kernel - covered, 0.0) @ worth
    adds = np.zeros(len(pool))
    adds[candidates] = gains
    return candidates[_most_added(kernel, covered, worth, gains, b)], adds


def _most_added(kernel: Floats, covered: Floats, worth: Floats, gains: Floats, b: int) -> Ints:
    """(b,) rows of `kernel` (C, T): each next one adds most to `covered` (T,)."""
    heap = [(-gain, row) for row, gain in enumerate(gains.tolist())]
    heapq.heapify(heap)
    picked: list[int] = []
    while len(picked) < b:
        _, row = heapq.heappop(heap)
        gain = float(np.maximum(kernel[row] - covered, 0.0) @ worth)
        if heap and (-gain, row) > heap[0]:  # another may add more
            heapq.heappush(heap, (-gain, row))
            continue
        picked.append(row)
        covered = np.maximum(covered, kernel[row])
    return np.array(picked, dtype=np.intp)


def _kernel(these: Floats, those: Floats) -> Floats:
    """(A, C) float32 exp(-d^2 / `WIDTH`^2) of rows (A, D) and (C, D)."""
    squares = (these**2).sum(axis=1)[:, None] + (those**2).sum(axis=1)
    away = np.maximum(squares - 2.0 * (these @ those.T), 0.0)
    found: Floats = np.exp(-away / WIDTH**2).astype(np.float32)
    return found
