"""E2OAL: it reaches as deep into the pure images as a wanted precision allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.nets.objectives import Clustered, NetSpec
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.choosing import depth_for, fill_up, informative_of_the_purest
from laser_core.strategies.helpers.mixtures import upper_crowd
from laser_core.strategies.helpers.probabilities import class_chances, jensen_shannon
from laser_core.strategies.helpers.steering import last_steered
from laser_core.strategies.settings import require_between, setting
from laser_core.view import Part, PoolView, Query, take


@register
class E2OAL(Strategy):
    """Queries the most informative of the purest images, even over the predicted classes.

    Purity is the largest relevant logit less the largest of any group of irrelevant images; its
    highest of three crowds says how likely an image is relevant. Information is far from certain
    and far from a guess: JS(p, one-hot) JS(p, uniform). The depth is the least at which the batch
    is expected to have the wanted precision; what the last batch missed it by is made good in the
    next. A linear port: no Dirichlet loss, and the number of groups is a setting.
    """

    name = "e2oal"
    title = "E2OAL (linear port)"
    reference = "Zong et al., Revisiting Unknowns, 2026"
    needs = frozenset({"clustered.logits", "clustered.labeled.logits", "classifier.logits"})
    classes_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How pure a batch is to be, and into how many groups the unknown falls."""

        target: float = setting(0.6, "precision that a batch is to have (published)")
        groups: int = setting(
            0, "of irrelevant images; 0: 10, or a fifth of the images if that is fewer (ours)"
        )

        def __post_init__(self) -> None:
            require_between("target", self.target, 0.0, 1.0, "it is a precision", with_low=True)
            require_between("groups", self.groups, 0, 100_000, "it is a count", with_low=True)

    settings: Settings

    def nets(self) -> tuple[NetSpec, ...]:
        return (NetSpec("clustered", Clustered(self.settings.groups)),)

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return purity(view.signals["clustered.logits"], view.n_classes)

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        logits, n = view.signals["clustered.logits"], view.n_classes
        pure = purity(logits, n)
        theirs = purity(view.signals["clustered.labeled.logits"], n)
        likely = upper_crowd(pure, rng, 3, fit_on=np.concatenate([pure, theirs]))
        telling = information(class_chances(view.signals["classifier.logits"]))
        b, aim = min(batch_size, len(pure)), self.aim(view)
        by_purity = best_first(likely, rng, pure)
        depth = depth_for(likely[by_purity], telling[by_purity], b, aim)
        known = by_purity[logits[by_purity].argmax(axis=1) < n]
        picked = informative_of_the_purest(
            known,
            logits[:, :n].argmax(axis=1),
            best_first(telling, rng, -pure),
            b,
            n,
            -(-depth // n),
            rng,
        )
        parts = {
            "purity": Part("likely relevant", likely),
            "information": Part("information", telling),
        }
        figures = {"aim": aim, "depth": float(depth)}
        return take(view, fill_up(picked, by_purity, b), pure, parts=parts, figures=figures)

    def aim(self, view: PoolView) -> float:
        """The precision that this round is to have, 0 to 1."""
        steered = last_steered(view.records, "aim")
        if steered is None:
            return self.settings.target
        aim, precision = steered
        return float(np.clip(aim + self.settings.target - precision, 0.0, 1.0))


def purity(logits: Floats, n: int) -> Floats:
    """(U,) largest of the first `n` logits (U, n + g) less the largest other, 0 without another."""
    known, others = logits[:, :n].max(axis=1), logits[:, n:].max(axis=1)
    return np.asarray(known - np.where(np.isfinite(others), others, 0.0), dtype=np.float64)


def information(chances: Floats) -> Floats:
    """(U,) JS(p, one-hot of the likeliest) times JS(p, uniform), of probabilities (U, n)."""
    sure = np.zeros_like(chances)
    sure[np.arange(len(chances)), chances.argmax(axis=1)] = 1.0
    even = np.full_like(chances, 1.0 / chances.shape[1])
    return jensen_shannon(chances, sure) * jensen_shannon(chances, even)
