"""What nets say of labeled images that they were not trained on: accuracy and precision without a
test split.
"""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.metrics.intervals import accuracy_interval, held_out_mask
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Pictures
from laser_core.nets.objectives import CLASSIFIER, detector
from laser_core.progress import Steps
from laser_core.scores import detector_score, temperature_probabilities

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
    aside = held_out_mask(labels, SHARE, rng_for(seed, "held out", round))
    if aside.sum() < LEAST:
        return {}
    rng = rng_for(seed, "held out classifier", round)
    seen = ids[~aside], labels[~aside]
    net = yield from learner.train(CLASSIFIER, pictures, *seen, n, rng, anchor=anchor)
    logits = yield from net.logits(pictures, ids[aside])
    interval = accuracy_interval(logits.argmax(axis=1), labels[aside])
    return {
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "accuracy_labels": float(aside.sum()),
    }


FOLDS = 5


def out_of_fold_precision(
    learner: Learner,
    pictures: Pictures,
    ids: Ids,
    labels: Ints,
    n_classes: int,
    temperature: float,
    seed: int,
) -> Steps[float]:
    """Precision of the detector before it ever chose a batch: for the precision-based delta.

    Of the labeled images with an out-of-fold S_det above 0 (more likely relevant than not), the
    share that is relevant; 0 if there is none. Ours: Section 4.6 does not say how the first
    value comes about.

    Args:
        ids, labels: (L,) the labeled images and their classes, n_classes for irrelevant.
    """
    fold = rng_for(seed, "folds").permutation(len(ids)) % FOLDS
    scores: Floats = np.full(len(ids), -1.0)
    for part in range(FOLDS):
        inside = fold == part
        if not inside.any() or inside.all():
            continue
        seen = ids[~inside], labels[~inside]
        rng = rng_for(seed, "fold", part)
        net = yield from learner.train(detector(temperature), pictures, *seen, n_classes, rng)
        logits = yield from net.logits(pictures, ids[inside])
        scores[inside] = detector_score(temperature_probabilities(logits, temperature))
    chosen = scores > 0.0
    return float((labels[chosen] < n_classes).mean()) if chosen.any() else 0.0
