"""Uncertainty sampling, the closed-set classic: it takes what the classifier is unsure of."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.scores import temperature_probabilities
from laser_core.strategies.base import Strategy, register
from laser_core.view import PoolView


@register
class Uncertainty(Strategy):
    """Queries the images whose class probabilities have the highest entropy, in nats."""

    name = "uncertainty"
    title = "Uncertainty (entropy)"
    relevant_needed = 2
    classes_needed = 2  # before that there is nothing to be unsure of
    needs = frozenset({"classifier.logits"})

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        logits = view.signals["classifier.logits"]
        probabilities = temperature_probabilities(logits, temperature=1.0)
        entropy: Floats = -(probabilities * np.log(np.clip(probabilities, 1e-12, None))).sum(axis=1)
        return entropy
