"""LfOSA: it takes images with the activation of a known class, as its detector sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.nets.objectives import NetSpec, detector
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.mixtures import upper_crowd
from laser_core.strategies.settings import require_temperature, setting
from laser_core.view import Part, PoolView, Query, take

IRRELEVANT = -1.0  # score of an image that is predicted irrelevant: after all others


@register
class LfOSA(Strategy):
    """Queries by the chance that an image's largest activation belongs to the upper of two crowds,
    among the images predicted as the same relevant class.

    Equal chances go by the activation. Images predicted irrelevant come last, the least irrelevant
    first. Unlike the released code it never asks about an image twice, and scores whole pictures.
    """

    name = "lfosa"
    title = "LfOSA"
    reference = "Ning et al., CVPR 2022"
    needs = frozenset({"detector.logits"})
    classes_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How the detector is trained."""

        temperature: float = setting(0.5, "T of the detector's cross-entropy (published)")

        def __post_init__(self) -> None:
            require_temperature(self.temperature, "the logits")

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        return (detector(self.settings.temperature),)

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self._parts(view, rng)[0]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        score, activation = self._parts(view, rng)
        picked = best_first(score, rng, activation)[: min(batch_size, len(score))]
        parts = {"activation": Part("largest activation", activation)}
        return take(view, picked, score, parts=parts)

    def _parts(self, view: PoolView, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """(U,) chance of the upper crowd, and (U,) activation, negative where irrelevant."""
        logits = np.asarray(view.signals["detector.logits"], dtype=np.float64)
        predicted, activation = logits.argmax(axis=1), logits.max(axis=1)
        score = np.full(len(logits), IRRELEVANT)
        for each in range(view.n_classes):
            mine = predicted == each
            score[mine] = upper_crowd(activation[mine], rng)
        return score, np.where(predicted < view.n_classes, activation, -activation)
