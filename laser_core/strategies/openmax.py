"""OpenMax: it takes images whose activations look like those of their predicted class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.tails import eucos, log_hazard, open_probability, tail_weight
from laser_core.strategies.settings import require_between, setting
from laser_core.view import PoolView

FEW = 5  # distances under which a Weibull fit means nothing; classes share their tails then


@register
class OpenMax(Strategy):
    """Queries the images least likely of an unknown class, by Weibull tails of distances.

    Each labeled class has a mean activation, over its rightly classified images, and the tail of
    their largest distances from it. With few labels nearly every image of the pool lies beyond all
    tails (w = 1 for 80 to 99 of 100), and the published probability then turns round: it is largest
    where activations are largest. So by default images are ranked by the unsaturated tail of their
    predicted class, which is the same order as 1 - w where w is below 1.
    """

    name = "openmax"
    title = "OpenMax (by tails)"
    reference = "Bendale and Boult, CVPR 2016"
    needs = frozenset({"classifier.logits", "classifier.labeled.logits"})
    classes_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How tails are fitted, and what ranks the images."""

        tail: int = setting(20, "largest distances of a class that are fitted (published)")
        alpha: int = setting(10, "likeliest classes revised, with mode=probability (published)")
        mode: Literal["tail", "probability"] = setting(
            "tail",
            "tail (ours): how far beyond the predicted class's tail; probability: of the unknown, "
            "as published, which turns round with few labels",
        )

        def __post_init__(self) -> None:
            for name in ("tail", "alpha"):
                require_between(
                    name, getattr(self, name), 1, 100_000, "it is a count", with_low=True
                )

    settings: Settings

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        logits = np.asarray(view.signals["classifier.logits"], dtype=np.float64)
        mine = view.labels < view.n_classes
        own = np.asarray(view.signals["classifier.labeled.logits"], dtype=np.float64)[mine]
        seen = np.unique(view.labels[mine])  # activations of a class without a label have no mean
        seen = seen[np.isfinite(logits[:, seen]).all(axis=0)]
        labels = np.searchsorted(seen, view.labels[mine])
        logits = logits[:, seen]
        hazards = self._hazards(logits, own[:, seen], labels)
        if self.settings.mode == "tail":
            return -hazards[np.arange(len(logits)), logits.argmax(axis=1)]
        rank = (-logits).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        alpha = min(self.settings.alpha, len(seen))
        revised = np.clip((alpha - rank) / alpha, 0.0, None) * tail_weight(hazards)
        return -open_probability(logits, revised)

    def _hazards(self, logits: Floats, own: Floats, labels: Ints) -> Floats:
        """(U, k) how far beyond each class's tail the images with `logits` (U, k) lie.

        Args:
            own: (L, k) logits of the labeled images; labels: (L,) their classes, 0 to k - 1.
        """
        right = own.argmax(axis=1) == labels
        means, tails = [], []
        for each in range(logits.shape[1]):
            rows = labels == each
            rows = rows & right if (rows & right).any() else rows
            means.append(own[rows].mean(axis=0))
            distances = eucos(own[rows], means[-1])
            tails.append(np.sort(distances)[::-1][: self.settings.tail])
        shared = np.concatenate(tails)
        columns = [
            log_hazard(tail if len(tail) >= FEW else shared, eucos(logits, mean))
            for tail, mean in zip(tails, means, strict=True)
        ]
        return np.stack(columns, axis=1)
