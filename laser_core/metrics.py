"""Precision with its ceiling, recall and accuracy, as Section 4.3 and appendix C define them."""

from __future__ import annotations

from laser_core.arrays import Floats, Ints


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


def confusion(logits: Floats, labels: Ints) -> list[list[int]]:
    """n rows (true class) of n columns (predicted class): counts of test images."""
    classes = logits.shape[1]
    table = [[0] * classes for _ in range(classes)]
    for true, predicted in zip(labels.tolist(), logits.argmax(axis=1).tolist(), strict=True):
        table[true][predicted] += 1
    return table
