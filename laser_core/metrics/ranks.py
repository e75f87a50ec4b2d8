"""Lines of a study against one another: mean rank, and labels paid until they are good enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

GOOD_ENOUGH = 0.9  # of the accuracy that all relevant labels of the pool would give


def mean_ranks(blocks: Sequence[Sequence[float]]) -> list[float]:
    """(L,) mean rank of each of L lines, 1 for the best; lines that are equal share their ranks.

    Args:
        blocks: one a repetition (a pool, split and seed), each the L lines' values in the same
            order, higher is better.

    Raises:
        ValueError: there is no block, or one has another number of lines.
    """
    if not blocks or len({len(block) for block in blocks}) > 1:
        raise ValueError("ranks need at least one block, and the same lines in each")
    ranks = [rankdata(-np.asarray(block, dtype=float)) for block in blocks]
    means: list[float] = np.mean(ranks, axis=0).tolist()
    return means


def labels_to_reach(
    paid: Sequence[int], accuracies: Sequence[float | None], wanted: float
) -> int | None:
    """Labels paid at the end of the first round whose accuracy is at least `wanted`.

    Nothing is read between the rounds: a run that gets there within its second round has paid for
    all of it. None if no round does.

    Args:
        paid: (rounds,) labels paid so far.
        accuracies: (rounds,) of the classifier; None where nobody knows it.
    """
    for labels, accuracy in zip(paid, accuracies, strict=True):
        if accuracy is not None and accuracy >= wanted:
            return labels
    return None
