"""Batches from ranked images: filled up, in turns over groups, or informative and even by class."""

from __future__ import annotations

import heapq

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.selection import rank_within_group


def fill_up(picked: Ints, order: Ints, b: int) -> Ints:
    """(b,) `picked`, then what `order` (U,) has beyond it."""
    rest = order[~np.isin(order, picked)]
    return np.concatenate([picked, rest[: max(b - len(picked), 0)]]).astype(np.intp)[:b]


def round_robin(group: Ints, b: int) -> Ints:
    """(min(b, C),) positions: the first of every group, then the next of every group, and so on.

    Each turn takes floor(b / groups) of a group, at least one (EOAL).

    Args:
        group: (C,) of the candidates, the best candidate first.
    """
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    rank = rank_within_group(member)
    turn = rank // max(1, b // max(len(first), 1))
    return np.lexsort((rank, first[member], turn))[:b]


def informative_of_the_purest(
    by_purity: Ints,
    classes: Ints,
    by_information: Ints,
    b: int,
    n: int,
    reach: int,
    rng: np.random.Generator,
) -> Ints:
    """(b or fewer,) positions: of each class's `reach` purest images its share of the batch, those
    that tell most (EAOA). Shuffled before it is cut to b, so that no class is cut more than others.

    Args:
        by_purity: positions that may be taken, the purest first.
        classes: (U,) predicted class of every image, 0 to n - 1.
        by_information: (U,) all positions, those that tell most first.
    """  # fmt: skip
    share = -(-b // n)
    place = np.empty(len(by_information), dtype=np.intp)
    place[by_information] = np.arange(len(by_information))
    taken = []
    for each in range(n):
        purest = by_purity[classes[by_purity] == each][:reach]
        taken.append(purest[place[purest].argsort()][:share])
    return rng.permutation(np.concatenate(taken))[:b]


def depth_for(likelihood: Floats, information: Floats, b: int, aim: float) -> int:
    """The least depth, b or more, at which the b most informative of the purest images are expected
    to be relevant `aim` of the time or less; all of them where no depth is that impure (E2OAL).

    Args:
        likelihood: (N,) chance that each image is relevant, the purest first.
        information: (N,) in the same order; of equals the purer one counts as more informative.
    """
    top = [(information[i], -i) for i in range(min(b, len(information)))]
    heapq.heapify(top)
    expected = float(likelihood[:b].sum())
    for depth in range(b, len(likelihood) + 1):
        if depth > b:
            new = (information[depth - 1], -(depth - 1))
            _, out = heapq.heappushpop(top, new)
            expected += float(likelihood[depth - 1] - likelihood[-out])
        if expected <= aim * b + 1e-9:
            return depth
    return len(likelihood)
