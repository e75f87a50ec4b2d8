"""EOAL: it takes images that binary heads are sure of and that resemble no group of the unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.basics.clusters import finest, k_means
from laser_core.nets.objectives import NetSpec, OneVsRest, unknown_groups
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.choosing import fill_up, round_robin
from laser_core.strategies.helpers.probabilities import class_chances, entropy
from laser_core.strategies.settings import require_between, require_temperature, setting
from laser_core.view import Part, PoolView, Query, take

MOST = 20_000  # candidates that FINCH groups, those of the highest score: its work is their square


@register
class EOAL(Strategy):
    """Queries by S_u - S_k: entropy over groups of irrelevant images less entropy of known classes.

    S_k is the mean entropy of the one-vs-rest heads in bits: 0 where each is sure. S_u is the
    entropy of the softmax of minus the distances to the centres of irrelevant images' groups,
    1 where all are as far; 0 while there are too few for two groups. Candidates are the images
    predicted relevant; their FINCH groups take turns. A port: groups of irrelevant images are
    k-means, and with frozen features nothing holds them together in training.
    """

    name = "eoal"
    title = "EOAL (port)"
    reference = "Safaei et al., AAAI 2024"
    needs = frozenset({"eoal.logits", "eoal.binary", "eoal.features", "eoal.labeled.features"})
    classes_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How the detector is trained, and into how many groups the unknown falls."""

        alpha: float = setting(0.8, "weight of irrelevant images in the binary loss (published)")
        w: float = setting(1.0, "groups of irrelevant images a relevant class (published)")
        temperature: float = setting(0.5, "T of the cross-entropy (published)")

        def __post_init__(self) -> None:
            require_between("alpha", self.alpha, 0.0, 1.0, "it is a share", with_low=True)
            require_between(
                "w", self.w, 0.0, 100.0, "it is a number of groups a class", with_low=True
            )
            require_temperature(self.temperature, "the logits")

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        s = self.settings
        return (NetSpec("eoal", OneVsRest(s.temperature, s.alpha, s.w)),)

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        known, unknown = self._parts(view, rng)
        return unknown - known

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        known, unknown = self._parts(view, rng)
        score, b = unknown - known, min(batch_size, len(known))
        order = best_first(score, rng)
        relevant = view.signals["eoal.logits"].argmax(axis=1) < view.n_classes
        picked = candidates = order[relevant[order]][:MOST]
        if len(candidates) > b:
            group = finest(view.signals["eoal.features"][candidates], b, rng)
            picked = candidates[round_robin(group, b)]
        parts = {
            "known": Part("unsure of the known", known, higher_is_better=False),
            "unknown": Part("far from the unknown", unknown),
        }
        return take(view, fill_up(picked, order, b), score, parts=parts)

    def _parts(self, view: PoolView, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """(U,) S_k and (U,) S_u, both 0 to 1."""
        s, temperature = view.signals, self.settings.temperature
        pairs = s["eoal.binary"].reshape(len(view.unlabeled), -1, 2) / temperature
        known = entropy(class_chances(pairs)).mean(axis=1) / np.log(2.0)
        away = s["eoal.labeled.features"][view.labels == view.n_classes]
        k = unknown_groups(self.settings.w, view.n_classes, len(away))
        if not k:
            return known, np.zeros_like(known)
        distances = _distances(s["eoal.features"], k_means(away, k, rng).centres)
        return known, entropy(class_chances(-distances)) / np.log(k)


def _distances(vectors: Floats, centres: Floats) -> Floats:
    """(U, k) from each of `vectors` (U, D) to each of `centres` (k, D)."""
    squares = (vectors**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)
    found: Floats = np.sqrt(np.maximum(squares - 2.0 * (vectors @ centres.T), 0.0))
    return found
