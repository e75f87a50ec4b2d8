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
from laser_core.nets.objectives import CLASSIFIER, NetSpec
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


def out_of_fold_logits(
    learner: Learner,
    spec: NetSpec,
    pictures: Pictures,
    labeled: tuple[Ids, Ints],
    n: int,
    seed: int,
) -> Steps[Floats]:
    """(L, C) what nets for `spec` say of labeled images that they were not trained on.

    One net for each of `FOLDS` parts. NaN for an image whose part could not be held out.

    Args:
        spec: of an objective that learns from all that is labeled and no group of it.
        labeled: (L,) ids and their classes, n for irrelevant.
        n: relevant classes.
    """
    ids, labels = labeled
    fold = rng_for(seed, "folds").permutation(len(ids)) % FOLDS
    found: Floats = np.full((len(ids), n + 1), np.nan)
    for part in range(FOLDS):
        inside = fold == part
        if not inside.any() or inside.all():
            continue
        others = ids[~inside], labels[~inside]
        net = yield from learner.train(spec, pictures, *others, n, rng_for(seed, "fold", part))
        found[inside] = yield from net.logits(pictures, ids[inside])
    return found
