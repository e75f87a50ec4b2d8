"""Accuracy without a test split: a classifier that did not see some of the labels is asked them."""

from __future__ import annotations

from laser_core.basics.arrays import Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.metrics.intervals import accuracy_interval, held_out
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Pictures
from laser_core.progress import Steps

SHARE = 0.2
LEAST = 10  # held-out labels; fewer give an interval that says nothing


def held_out_accuracy(
    learner: Learner,
    pictures: Pictures,
    ids: Ids,
    labels: Ints,
    n: int,
    seed: int,
    round: int,
    anchor: Anchor | None = None,
) -> Steps[dict[str, float]]:
    """Figures `accuracy_low`, `accuracy_high` (95%, Wilson) and `accuracy_labels` of a round.

    A further classifier is trained on four fifths of the relevant labels and asked the rest. It
    has learned from less than the round's own, so it errs on the careful side.

    Args:
        ids, labels: (L,) labeled images and their classes, n for irrelevant.
        n: relevant classes.
        anchor: what the round's classifier started from, or None.

    Returns:
        No figure where fewer than `LEAST` labels can be held out.
    """
    ids, labels = ids[labels < n], labels[labels < n]
    aside = held_out(labels, SHARE, rng_for(seed, "held out", round))
    if aside.sum() < LEAST:
        return {}
    rng = rng_for(seed, "held out classifier", round)
    net = yield from learner.train(pictures, ids[~aside], labels[~aside], n, rng, 1.0, anchor)
    logits = yield from net.logits(pictures, ids[aside])
    interval = accuracy_interval(logits.argmax(axis=1), labels[aside])
    return {
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "accuracy_labels": float(aside.sum()),
    }
