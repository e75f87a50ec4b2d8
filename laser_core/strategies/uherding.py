"""UHerding: it takes images that cover what the classifier is unsure of."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.strategies.base import register
from laser_core.strategies.helpers.probabilities import class_chances, margin
from laser_core.strategies.maxherding import MaxHerding
from laser_core.view import PoolView


@register
class UHerding(MaxHerding):
    """MaxHerding with every image worth 1 less the margin of its two likeliest classes.

    The published method also calibrates the temperature and narrows the kernel from round to
    round; neither is done here. Where the classifier is sure of everything, it is MaxHerding.
    """

    name = "uherding"
    title = "UHerding (fixed kernel)"
    reference = "Bae et al., ICLR 2025"
    needs = frozenset({"vectors", "labeled_vectors", "classifier.logits"})
    classes_needed: ClassVar[int] = 2
    relevant_needed: ClassVar[int] = 2

    def worth(self, view: PoolView) -> Floats:
        unsure = 1.0 - margin(class_chances(view.signals["classifier.logits"]))
        return unsure if unsure.any() else np.ones_like(unsure)
