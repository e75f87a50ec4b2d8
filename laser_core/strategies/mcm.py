"""MCM: it takes what the text is surest of, as if there were no other class; it learns nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.scores import confuser_cosines, temperature_probabilities
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.settings import require_temperature, setting
from laser_core.view import PoolView


@register
class MCM(Strategy):
    """Queries the images with the largest softmax share of one relevant class's mean cosine.

    Only names compete: an image of anything else that resembles one class alone ranks high too.
    With one class there is no share, and it is the cosine.
    """

    name = "mcm"
    title = "MCM (text alone)"
    reference = "Ming et al., NeurIPS 2022"
    needs = frozenset({"relevant_cosines", "relevant_owner"})

    @dataclass(frozen=True)
    class Settings:
        """How sharply classes compete."""

        temperature: float = setting(1.0, "of the softmax of cosines (published)")

        def __post_init__(self) -> None:
            require_temperature(self.temperature, "cosines", most=100.0)

    settings: Settings

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        s = view.signals
        cosines = confuser_cosines(s["relevant_cosines"].astype(np.float64), s["relevant_owner"])
        if len(cosines) == 1:
            return cosines[0]
        return temperature_probabilities(cosines.T, self.settings.temperature).max(axis=1)
