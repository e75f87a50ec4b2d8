"""EAOA: it takes images whose energies speak for a known class, the informative ones of those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.nets.objectives import Energy, NetSpec
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.choosing import fill_up, informative_of_the_purest
from laser_core.strategies.helpers.mixtures import upper_crowd
from laser_core.strategies.helpers.neighbours import reverse_votes
from laser_core.strategies.helpers.probabilities import class_chances
from laser_core.strategies.helpers.steering import last_steered
from laser_core.strategies.settings import require_between, setting
from laser_core.view import Part, PoolView, Query, take


@register
class EAOA(Strategy):
    """Queries, per predicted class, the most informative of the k times as many cleanest images.

    Clean is the chance that both of an image's energies are low: that of the net's logits, and that
    of votes, which labeled images give to their nearest pool images. Information is the upper crowd
    of log(1 - max p), which the paper's aleatoric energy equals. k steers to a precision of
    `target`: one more after a batch that was purer, one less after one that was less pure.
    """

    name = "eaoa"
    title = "EAOA"
    reference = "Zong and Huang, CVPR 2025"
    needs = frozenset(
        {"energy.logits", "energy.features", "energy.labeled.features", "classifier.logits"}
    )
    classes_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How deep a batch reaches, and how the net is trained."""

        k: int = setting(5, "candidates a pick in the first round (published)")
        target: float = setting(0.6, "precision that k steers to (published)")
        tolerance: float = setting(0.05, "distance from it that changes nothing (published)")
        neighbours: int = setting(
            250, "pool images that a labeled one votes for, at most a twentieth of them (published)"
        )
        weight: float = setting(0.01, "of the energies in the loss (published)")
        inside: float = setting(-25.0, "margin that relevant energies lie below (published)")
        outside: float = setting(-7.0, "margin that irrelevant energies lie above (published)")

        def __post_init__(self) -> None:
            for name in ("k", "neighbours"):
                require_between(
                    name, getattr(self, name), 1, 100_000, "it is a count", with_low=True
                )
            for name in ("target", "tolerance"):
                require_between(
                    name, getattr(self, name), 0.0, 1.0, "it is a precision", with_low=True
                )
            require_between("weight", self.weight, 0.0, 100.0, "it is a weight", with_low=True)
            require_between(
                "inside", self.inside, -1000.0, 1000.0, "it is an energy", with_low=True
            )
            require_between("outside", self.outside, self.inside, 1000.0, "above inside, an energy")

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        s = self.settings
        return (NetSpec("energy", Energy(s.weight, s.inside, s.outside)),)

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self._clean(view, rng)[0]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        clean, gap = self._clean(view, rng)
        chances = class_chances(view.signals["classifier.logits"])
        unsure = np.log(np.clip(1.0 - chances.max(axis=1), 1e-12, None))
        information = upper_crowd(unsure, rng)
        b, n, k = min(batch_size, len(clean)), view.n_classes, self.reach(view)
        by_clean = best_first(clean, rng, -gap)
        by_information = best_first(information, rng, unsure)
        picked = informative_of_the_purest(
            by_clean, chances.argmax(axis=1), by_information, b, n, k * -(-b // n), rng
        )
        parts = {"clean": Part("clean", clean), "information": Part("information", information)}
        picked = fill_up(picked, by_clean, b)
        return take(view, picked, clean, parts=parts, figures={"k": float(k)})

    def reach(self, view: PoolView) -> int:
        """k of this round, at least 1."""
        steered = last_steered(view.records, "k")
        if steered is None:
            return self.settings.k
        k, precision = int(steered[0]), steered[1]
        if abs(precision - self.settings.target) > self.settings.tolerance:
            k += 1 if precision > self.settings.target else -1
        return max(k, 1)

    def _clean(self, view: PoolView, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """(U,) chance that both energies are low, and (U,) the net's own energy gap."""
        s, n = view.signals, view.n_classes
        k = max(1, min(self.settings.neighbours, len(view.unlabeled) // 20))
        votes = reverse_votes(s["energy.features"], s["energy.labeled.features"], view.labels, n, k)
        gap = energy_gap(np.asarray(s["energy.logits"], dtype=np.float64), n)
        return upper_crowd(-gap, rng) * upper_crowd(-energy_gap(votes, n), rng), gap


def energy_gap(outputs: Floats, n: int) -> Floats:
    """(U,) minus the log-sum-exp of the first `n` outputs (U, n + 1), plus softplus of the last.

    Low for an image of a known class.
    """
    known: Floats = np.logaddexp.reduce(outputs[:, :n], axis=1)
    return np.logaddexp(0.0, outputs[:, n]) - known
