"""BALD: it takes images about which nets that dropped other features are sure and disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.nets.objectives import CrossEntropy, NetSpec
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.probabilities import class_chances, entropy
from laser_core.strategies.settings import require_between, setting
from laser_core.view import PoolView


@register
class BALD(Strategy):
    """Queries the images whose class has the highest mutual information with the weights.

    H[mean over passes of p] - mean over passes of H[p], in nats; what rounding leaves below 0 is 0.
    """

    name = "bald"
    title = "BALD"
    reference = "Houlsby et al., 2011; with dropout: Gal, Islam and Ghahramani, ICML 2017"
    needs = frozenset({"bald.samples"})
    classes_needed: ClassVar[int] = 2
    relevant_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How the classifier's opinions are drawn."""

        passes: int = setting(10, "passes with dropout, as BADGE's code has")
        dropout: float = setting(0.2, "share of the features left out, as EOAL's network has")

        def __post_init__(self) -> None:
            require_between(
                "passes",
                self.passes,
                2,
                1000,
                "one pass has nothing to disagree with",
                with_low=True,
            )
            require_between(
                "dropout", self.dropout, 0.0, 0.99, "it is a share of the features", with_low=True
            )

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        s = self.settings
        return (NetSpec("bald", CrossEntropy(1.0, "relevant"), s.dropout, s.passes),)

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        chances = class_chances(view.signals["bald.samples"])  # (passes, U, n)
        gain = entropy(chances.mean(axis=0)) - entropy(chances).mean(axis=0)
        return np.maximum(gain, 0.0)
