"""How sure class probabilities are: entropy, margin, and the distance from another opinion."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.scores import temperature_probabilities


def class_chances(logits: Floats) -> Floats:
    """(..., n) softmax of logits (..., n) in double precision; 0 for a logit of -inf."""
    return temperature_probabilities(np.asarray(logits, dtype=np.float64), temperature=1.0)


def entropy(chances: Floats) -> Floats:
    """(...) entropy of probabilities (..., n), in nats; 0 log 0 counts as 0."""
    found: Floats = -(chances * np.log(np.clip(chances, 1e-12, None))).sum(axis=-1)
    return found


def margin(chances: Floats) -> Floats:
    """(U,) highest less second highest of probabilities (U, n); the only one where n is 1."""
    if chances.shape[1] == 1:
        return chances[:, 0]
    two = np.partition(chances, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


def jensen_shannon(these: Floats, those: Floats) -> Floats:
    """(...) Jensen-Shannon divergence of probabilities (..., n) each, 0 to ln 2."""
    return entropy((these + those) / 2) - (entropy(these) + entropy(those)) / 2
