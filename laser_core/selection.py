"""Which images a batch takes, given their scores: the top b, a quota for every description, or a
share for every class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.errors import PoolError

# Candidates of a class are its images of highest score, this many times its share. Narrower would
# ask for near copies: 500 labels of the highest scores taught CIFAR-10's classifier less than
# random's 108. Ours; measured on the demo and on CIFAR-10 (docs/decisions.md).
WIDTH = 1.5
GRAM_LIMIT = 4096  # candidates whose inner products are computed at once: 134 MB
Decider = Literal["score", "spread", "share"]
SAME = 1e-9  # squared distance under which two unit vectors are the same picture


def best_first(scores: Floats, rng: np.random.Generator, second: Floats | None = None) -> Ints:
    """(N,) positions by falling score; ties by falling `second` (N,), then at random.

    Never by storage order: pools are often sorted by class, which would leak labels.

    Raises:
        ValueError: a score is NaN.
    """
    _require_numbers(scores)
    lot = rng.permutation(len(scores))
    keys = (lot, -scores) if second is None else (lot, -second, -scores)
    return np.lexsort(keys)


def top_b(scores: Floats, b: int, rng: np.random.Generator, second: Floats | None = None) -> Ints:
    """(b,) positions of the highest scores, best first: Algorithm 1, line 9.

    Raises:
        PoolError: fewer than `b` images are left.
    """
    _require(len(scores), b)
    _require_numbers(scores)
    lot = rng.permutation(len(scores))  # of all, as `best_first` draws it: the same batch
    among = _highest_at_least(scores, b)
    middle = () if second is None else (-second[among],)
    best: Ints = among[np.lexsort((lot[among], *middle, -scores[among]))[:b]]
    return best


def _highest_at_least(scores: Floats, b: int) -> Ints:
    """Positions of the `b` highest scores, and of all that are equal to the last of them."""
    if not 0 < b < len(scores):
        return np.arange(len(scores))
    lowest = np.partition(scores, len(scores) - b)[len(scores) - b]
    return np.flatnonzero(scores >= lowest)


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
) -> Ints:
    """(b,) positions, best first: the top p of every group, p = b / groups (Section 3.2).

    What groups with fewer than p images leave over goes to the highest scores of the rest, so
    exactly `b` images come back.

    Args:
        scores: (N,) higher is taken first.
        group: (N,) which description, 0 to groups - 1, matches each image best.
        groups: how many there are, those that no image matches included.

    Raises:
        PoolError: fewer than `b` images are left.
    """
    _require(len(scores), b)
    order = best_first(scores, rng)
    within = rank_within_group(group[order])
    taken = within < quotas(b, groups)[group[order]]
    rest = np.flatnonzero(~taken)[: b - int(taken.sum())]
    taken[rest] = True
    return order[taken]


@dataclass(frozen=True)
class Images:
    """What `balanced` knows of the images beside their scores.

    Args:
        ids: (N,) their names; they alone decide between equal scores.
        vectors: positions (k,) -> (k, D) unit rows.
    """

    ids: Ids
    vectors: Callable[[Ints], Floats]

    def far_apart(self, positions: Ints, count: int, rng: np.random.Generator) -> Ints:
        """`far_apart` of the images at `positions`."""
        return far_apart(self.vectors(positions), count, rng)


def balanced(
    scores: Floats,
    classes: Ints,
    labeled: Ints,
    images: Images,
    b: int,
    rng: np.random.Generator,
) -> Ints:
    """(b,) positions: the batch shared out by class, each share by score and then far apart. Ours.

    Each next pick goes to the class with the fewest labels (`share_out`). The candidates of a class
    are its images of highest score, `WIDTH` times its share; of these it takes the best one and
    then pictures far from those taken (`far_apart`). Classes take turns in the order that comes
    back, so a batch that is answered half way is balanced as well. The same images in any order
    give the same batch.

    Args:
        scores: (N,) higher is taken first.
        classes: (N,) the relevant class that each image may be, 0 to n - 1.
        labeled: (n,) labels that each class has already.
        images: their names and vectors.
        b: how many are taken.

    Raises:
        PoolError: fewer than `b` images are left.
        ValueError: a score is NaN.
    """
    _require(len(scores), b)
    _require_numbers(scores)
    shares = share_out(b, labeled, np.bincount(classes, minlength=len(labeled)))
    key = rng.bytes(16)
    taken = []
    for each, (share, own) in enumerate(zip(shares.tolist(), rng.spawn(len(shares)), strict=True)):
        members = np.flatnonzero(classes == each)
        candidates = highest(scores, members, candidate_count(share), images.ids, key)
        taken.append(candidates[images.far_apart(candidates, share, own)])
    return in_turns(taken)


def share_out(b: int, labeled: Ints, available: Ints) -> Ints:
    """(n,) picks of each class: one by one to the class with the fewest labels and picks so far.

    A class without an image left gives its picks to the others. Equal ones take turns in order.

    Args:
        b: picks in all; fewer come back where fewer images are left.
        labeled: (n,) labels that each class has already.
        available: (n,) images that it has left.
    """
    left = min(b, int(available.sum()))
    full = labeled + available
    # how high the poorest can be brought with what there is; the odd ones go in order
    low, high = 0, int(full.max(initial=0))
    while low < high:
        middle = (low + high + 1) // 2
        if np.clip(middle - labeled, 0, available).sum() <= left:
            low = middle
        else:
            high = middle - 1
    picks: Ints = np.clip(low - labeled, 0, available).astype(np.intp)
    open_ones = np.flatnonzero((labeled <= low) & (picks < available))
    picks[open_ones[: left - int(picks.sum())]] += 1
    return picks


def candidate_count(share: int) -> int:
    """How many of its highest scores a class with this share chooses among."""
    return int(np.ceil(WIDTH * share))


def decided_by(place: int, share: int, among: int, picked: bool) -> Decider:
    """What brought an image into a batch of `balanced`, or kept it out.

    Args:
        place: its rank by score among the images of its class, 1 for the highest.
        share: how many of that class the batch has.
        among: how many images the class had.
        picked: whether it is in the batch.
    """
    if not share:
        return "share"
    candidates = min(among, candidate_count(share))
    if picked:
        return "score" if place == 1 or share >= candidates else "spread"
    return "score" if place > candidates else "spread"


def highest(scores: Floats, members: Ints, count: int, ids: Ids, key: bytes) -> Ints:
    """(min(count, k),) of the positions `members` (k,) with the highest scores, best first.

    Equal scores are put in an order drawn from `key` and each image's name.
    """
    members = members[_highest_at_least(scores[members], count)]
    own = scores[members]
    order = np.argsort(-own, kind="stable")
    if (own[order[1:]] == own[order[:-1]]).any():  # else no lot would be looked at
        lots = np.array([_lot(id, key) for id in ids[members].tolist()], dtype=np.uint64)
        order = np.lexsort((lots, -own))
    return members[order][:count]


def _lot(id: str, key: bytes) -> int:
    digest = blake2b(id.encode("utf-8", "surrogatepass"), key=key, digest_size=8).digest()
    return int.from_bytes(digest, "big")


def far_apart(vectors: Floats, count: int, rng: np.random.Generator) -> Ints:
    """(min(count, k),) of the rows of `vectors` (k, D), in the order taken: k-means++ seeding.

    The first is row 0. Each next one is drawn with a chance that grows with its squared distance
    to the nearest one taken (Arthur and Vassilvitskii, 2007), so near copies follow only when
    nothing else is left.
    """
    if count >= len(vectors):
        return np.arange(len(vectors))
    rows = vectors.astype(np.float64)
    squares = np.einsum("ij,ij->i", rows, rows)
    if len(rows) <= GRAM_LIMIT:
        between = squared_distances(rows @ rows.T, squares, squares[:, None])
        return draw_apart(between.__getitem__, count, rng)
    return draw_apart(
        lambda row: squared_distances(rows @ rows[row], squares, squares[row]), count, rng
    )


def squared_distances(products: Floats, squares: Floats, own: Floats) -> Floats:
    """|x|^2 + |y|^2 - 2 x y, in place of `products` x y (double); exactly 0 between copies.

    Args:
        squares: (k,) of every row.
        own: of the row or rows that the products are with.
    """
    products *= -2.0
    products += squares + own
    products[products < SAME] = 0.0
    return products


def draw_apart(distances: Callable[[int], Floats], count: int, rng: np.random.Generator) -> Ints:
    """(count,) rows as `far_apart` draws them.

    Args:
        distances: row -> (k,) squared distances from every row to this one; k > count > 0.
    """
    taken = [0]
    nearest = distances(0).copy()
    while len(taken) < count:
        nearest[taken[-1]] = 0.0
        reach = nearest.cumsum()
        if reach[-1] > 0.0:
            row = int(reach.searchsorted(rng.random() * reach[-1], side="right"))
        else:  # only copies of what was taken are left
            row = int(np.setdiff1d(np.arange(len(nearest)), taken)[0])
        taken.append(row)
        np.minimum(nearest, distances(row), out=nearest)
    return np.array(taken[:count], dtype=np.intp)


def in_turns(groups: list[Ints]) -> Ints:
    """All entries: the first of each group, then the second of each, and so on."""
    turn = np.concatenate([np.arange(len(group)) for group in groups])
    merged: Ints = np.concatenate(groups)[np.argsort(turn, kind="stable")]
    return merged


def rank_within_group(group: Ints) -> Ints:
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


def _require_numbers(scores: Floats) -> None:
    if np.isnan(scores).any():
        raise ValueError(f"{int(np.isnan(scores).sum())} of {len(scores)} scores are NaN")
