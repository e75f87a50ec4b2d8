"""BADGE: it takes images that would change the classifier much, and each in another way."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.diversity import gradient_lengths, gradient_seeds
from laser_core.strategies.helpers.probabilities import class_chances
from laser_core.view import PoolView, Query, take


@register
class BADGE(Strategy):
    """Queries k-means++ seeds of the gradients that the last layer would get.

    The gradient of an image is (p - one-hot(argmax p)) times its features, as if the predicted
    class were right; no true label is read.
    """

    name = "badge"
    title = "BADGE"
    reference = "Ash et al., ICLR 2020"
    needs = frozenset({"classifier.logits", "classifier.features"})
    classes_needed: ClassVar[int] = 2
    relevant_needed: ClassVar[int] = 2

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return gradient_lengths(*self._factors(view))

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        residual, features = self._factors(view)
        b = min(batch_size, len(view.unlabeled))
        picked = gradient_seeds(residual, features, b, rng)
        return take(view, picked, gradient_lengths(residual, features))

    def _factors(self, view: PoolView) -> tuple[Floats, Floats]:
        """(U, n) probabilities less one for the predicted class; (U, D) features."""
        residual = class_chances(view.signals["classifier.logits"])
        residual[np.arange(len(residual)), residual.argmax(axis=1)] -= 1.0
        return residual.astype(np.float32), view.signals["classifier.features"]
