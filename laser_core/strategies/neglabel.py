"""NegLabel: it takes what the text says is a relevant class and nothing else; it learns nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.scores import confuser_cosines
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.settings import require_temperature, setting
from laser_core.texts.neglabel import log_share, log_sum, sharpness_of
from laser_core.view import PoolView


@register
class NegLabel(Strategy):
    """Queries by the relevant classes' share among them and the confusers, as its logarithm.

    Published with thousands of mined names as negatives; here the confusers stand for them. A class
    has the mean cosine of its sentences. Without a confuser: the sum over relevant classes alone.
    """

    name = "neglabel"
    title = "NegLabel (confusers as negatives)"
    reference = "Jiang et al., ICLR 2024"
    needs = frozenset(
        {"relevant_cosines", "relevant_owner", "irrelevant_cosines", "irrelevant_owner"}
    )

    @dataclass(frozen=True)
    class Settings:
        """How sharply names compete."""

        temperature: float = setting(
            0.5,
            "in standard deviations of the classes' cosines; 0.5 is about the published 0.01 for "
            "CLIP, whose cosines spread by 0.02",
        )

        def __post_init__(self) -> None:
            require_temperature(self.temperature, "cosines", most=100.0)

    settings: Settings

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        s = view.signals
        relevant = confuser_cosines(s["relevant_cosines"].astype(np.float64), s["relevant_owner"])
        negative: Floats = s["irrelevant_cosines"].astype(np.float64)
        if len(negative):
            negative = confuser_cosines(negative, s["irrelevant_owner"])
        both = np.concatenate([relevant, negative])
        sharpness = sharpness_of(both, 1.0 / self.settings.temperature)
        if not len(negative):
            return log_sum(relevant, sharpness)
        return log_share(relevant, log_sum(negative, sharpness), sharpness)
