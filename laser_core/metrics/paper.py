"""Precision with its ceiling, recall and accuracy, as Section 4.3 and appendix C define them."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.selection import top_b


def precision(relevant: int, queried: int) -> float:
    """Share of this round's queried images that are relevant, 0 to 1.

    Raises:
        ValueError: nothing was queried.
    """
    if queried < 1:
        raise ValueError("precision needs at least one queried image")
    return relevant / queried


def ceiling(relevant_left: int, queried: int) -> float:
    """The best precision still possible this round: min(1, relevant left / queried).

    `relevant_left` counts the relevant images in the unlabeled pool before the query. On CIFAR-10
    at 20% ten rounds ask for 15,000 images where 10,000 are relevant, so no selector can average
    more than 0.667.
    """
    return min(1.0, precision(relevant_left, queried))


def recall(relevant_found: int, relevant_at_start: int) -> float | None:
    """Share of the pool's relevant images found so far, 0 to 1; None if the pool has none."""
    return relevant_found / relevant_at_start if relevant_at_start else None


def accuracy(logits: Floats, labels: Ints) -> float | None:
    """Share of test images (relevant classes only) whose highest logit is their class.

    Args:
        logits: (M, n) of the classifier.
        labels: (M,) true classes, 0 to n - 1.

    Returns:
        0 to 1, or None when there is no test image.
    """
    return float((logits.argmax(axis=1) == labels).mean()) if len(labels) else None


def confusion(logits: Floats, labels: Ints) -> tuple[tuple[int, ...], ...]:
    """n rows (true class) of n columns (predicted class): counts of test images."""
    classes = logits.shape[1]
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (labels, logits.argmax(axis=1)), 1)
    return tuple(map(tuple, table.tolist()))


def own_top_precision(
    scores: Floats, queried: Ints, relevant: Bools, b: int, rng: np.random.Generator
) -> float:
    """Precision of one part of Eq. (5) by itself: among queried images in its own top b.

    Only queried images have labels, so only they count (Section 4.6, "individually").

    Args:
        scores: (U,) that part's score of every image in the round's pool.
        queried: (q,) positions of the queried images.
        relevant: (q,) whether each is relevant.
        b: the batch size.

    Returns:
        0 to 1; 0 when none of the part's top b was queried.
    """
    counts = np.isin(queried, top_b(scores, b, rng))
    return float(relevant[counts].mean()) if counts.any() else 0.0
