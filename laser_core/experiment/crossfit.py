"""Out-of-fold predictions: what the detector says of labeled images it was not trained on."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.nets.base import Learner, Pictures
from laser_core.progress import Steps
from laser_core.scores import detector_score, temperature_probabilities

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
    for held_out in range(FOLDS):
        inside = fold == held_out
        if not inside.any() or inside.all():
            continue
        net = yield from learner.train(
            pictures,
            ids[~inside],
            labels[~inside],
            n_classes + 1,
            rng_for(seed, "fold", held_out),
            temperature,
        )
        logits = yield from net.logits(pictures, ids[inside])
        scores[inside] = detector_score(temperature_probabilities(logits, temperature))
    chosen = scores > 0.0
    return float((labels[chosen] < n_classes).mean()) if chosen.any() else 0.0
