"""BUAL: it takes what two classifiers are unsure of, one of them taught by what images are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from laser_core.basics.arrays import Bools, Floats
from laser_core.nets.objectives import CrossEntropy, Negative, NetSpec
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.choosing import fill_up
from laser_core.strategies.helpers.mixtures import scaled01
from laser_core.strategies.helpers.probabilities import class_chances, entropy, margin
from laser_core.strategies.settings import setting
from laser_core.view import Part, PoolView, Query, take


@register
class BUAL(Strategy):
    """Queries the least a c_neg + r (1 - a) c_pos among the images not predicted irrelevant.

    c_neg and c_pos are how certain the negative learner and the classifier are, a how likely an
    auxiliary net finds an image irrelevant, all three scaled to 0..1 over the pool; r is the
    precision of the round before. That is what the released code computes; the paper's formula
    differs. Until there is an irrelevant label: the least c_neg. A port: the negative loss is in
    expectation, frozen features have no warm start, and nothing stops early by true labels.
    """

    name = "bual"
    title = "BUAL (released code, port)"
    reference = "Zong et al., ECCV 2024"
    needs = frozenset({"classifier.logits", "negative.logits", "auxiliary.logits"})
    classes_needed: ClassVar[int] = 2
    relevant_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How sure a classifier is."""

        certainty: Literal["margin", "confidence", "entropy"] = setting(
            "margin",
            "margin (published as best on the average), confidence (the code's default) or entropy",
        )

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        return (
            NetSpec("negative", Negative(), start="classifier", snapshots=5),
            NetSpec("auxiliary", CrossEntropy(1.0, "labeled")),
        )

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self._parts(view)[0]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        score, irrelevant, candidate, balance = self._parts(view)
        b = min(batch_size, len(score))
        order = best_first(score, rng, -irrelevant)
        picked = fill_up(order[candidate[order]][:b], best_first(-irrelevant, rng), b)
        parts = {"irrelevant": Part("likely irrelevant", irrelevant, higher_is_better=False)}
        return take(view, picked, score, parts=parts, figures={"balance": balance})

    def _parts(self, view: PoolView) -> tuple[Floats, Floats, Bools, float]:
        """(U,) score, (U,) chance of irrelevant, (U,) whether it may be asked about, and r."""
        s = view.signals
        negative = scaled01(self._certainty(class_chances(s["negative.logits"])))
        positive = scaled01(self._certainty(class_chances(s["classifier.logits"])))
        auxiliary = class_chances(s["auxiliary.logits"])
        irrelevant, relevant = auxiliary[:, -1], auxiliary.argmax(axis=1) < view.n_classes
        balance = self._balance(view)
        if not (view.labels == view.n_classes).any():
            return -negative, irrelevant, relevant, balance
        a = scaled01(irrelevant)
        return -(a * negative + balance * (1.0 - a) * positive), irrelevant, relevant, balance

    def _certainty(self, chances: Floats) -> Floats:
        if self.settings.certainty == "confidence":
            return chances.max(axis=1)
        return -entropy(chances) if self.settings.certainty == "entropy" else margin(chances)

    def _balance(self, view: PoolView) -> float:
        """r: precision of the round before, at least one image of it; 0 before the first."""
        last = view.records[-1] if view.records else None
        if last is None or last.precision is None:
            return 0.0
        return max(last.precision, 1.0 / max(len(last.ids), 1))
