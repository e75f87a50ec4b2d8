"""Margin sampling: it takes what the classifier hesitates about between two classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.probabilities import class_chances, margin
from laser_core.view import PoolView


@register
class Margin(Strategy):
    """Queries the images whose two highest class probabilities differ least.

    With two classes it is the ranking of `uncertainty`.
    """

    name = "margin"
    title = "Margin"
    reference = "Scheffer, Decomain and Wrobel, IDA 2001"
    needs = frozenset({"classifier.logits"})
    classes_needed: ClassVar[int] = 2
    relevant_needed: ClassVar[int] = 2

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return -margin(class_chances(view.signals["classifier.logits"]))
