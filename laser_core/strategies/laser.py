"""LaSeR itself: what language knows at first, what the detector learned more and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.errors import PoolError
from laser_core.metrics.paper import own_top_precision
from laser_core.nets.objectives import NetSpec, detector
from laser_core.pool import positions
from laser_core.progress import Steps
from laser_core.scores import (
    Fusion,
    best_rows,
    detector_score,
    detector_share,
    final_score,
    temperature_probabilities,
)
from laser_core.selection import Images, balanced, top_b, top_p_per_group
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.explanation import Explanation, explain_laser, prediction_at
from laser_core.strategies.helpers.delta import (
    NO_DETECTOR,
    DeltaSchedule,
    delta_schedule,
    scheduled_delta,
    why_no_detector,
)
from laser_core.strategies.hooks import ClosedRound, Dial, RankedRound
from laser_core.strategies.settings import read_settings, require_temperature, setting
from laser_core.texts.cosines import TextCosines
from laser_core.texts.neglabel import NAME_SIGNALS, NegativeNames
from laser_core.view import LaserArrays, PoolView, Query, Signal, take

Selection = Literal["balanced", "quota", "global"]
Aggregator = Literal["mean", "neglabel"]


@dataclass(frozen=True)
class Parts:
    """What Eq. (5) was made of, for every unlabeled image.

    Args:
        s_vlm: (U,) Eq. (1).
        s_det: (U,) Eq. (4); all 0 where no detector is usable.
        best: (U,) row of the relevant description that matches best.
        delta: (U,) the detector's share for each image.
        final: (U,) Eq. (5).
        classes: (U,) the relevant class that each image may be: its best description's, or the
            detector's most probable one where that counts.
        note: why the detector counts for nothing, or "".
    """

    s_vlm: Floats
    s_det: Floats
    best: Ints
    delta: Floats
    final: Floats
    classes: Ints
    note: str

    def at(self, places: Ints) -> Parts:
        """The same for the images at `places` (k,), in that order."""
        return Parts(
            self.s_vlm[places], self.s_det[places], self.best[places], self.delta[places],
            self.final[places], self.classes[places], self.note,
        )  # fmt: skip


@dataclass(frozen=True)
class Labeled:
    """What the labels so far allow the detector to say.

    Args:
        labels: (L,) class indices, n_classes for irrelevant.
        n_classes: n.
        owner: (R,) which class each relevant description describes.
    """

    labels: Ints
    n_classes: int
    owner: Ints

    def why_no_detector(self) -> str:
        """Why a detector trained on these labels cannot be used yet; "" if it can."""
        return why_no_detector(self.labels, self.n_classes)

    def unseen(self, best: Ints) -> Bools:
        """(U,) whether each image's best description belongs to a class without a label.

        The detector has no output for such a class yet: language alone can find it.
        """
        return ~np.isin(self.owner[best], self.labels)

    def counts(self) -> Ints:
        """(n,) labels of each relevant class."""
        return np.bincount(self.labels[self.labels < self.n_classes], minlength=self.n_classes)


@register
class Laser(Strategy):
    """VLM relevance at first, the detector's more and more, spread over descriptions."""

    name = "laser"
    title = "LaSeR"
    needs = frozenset(
        {
            "relevant_cosines",
            "irrelevant_cosines",
            "relevant_owner",
            "irrelevant_owner",
            "detector.logits",
        }
    )

    @dataclass(frozen=True)
    class Settings:
        """How Eq. (1), (3) and (5) are read, and how a batch is shared out."""

        delta: str = setting(
            "linear", "linear, precision, or fixed:X; the detector's share in Eq. (5) (Section 4.1)"
        )
        fusion: Fusion = setting(
            "raw", "raw as printed in Eq. (5), or zscore (ours): both scores on one scale"
        )
        selection: Selection = setting(
            "balanced",
            "balanced (ours): the batch shared out by class; quota: top p of each description, "
            "Section 3.2; global: top b of all, Algorithm 1",
        )
        aggregator: Aggregator = setting(
            "mean",
            "how confusers count in Eq. (1): mean as printed, or neglabel: the relevant classes' "
            "share among confusers and some thousand other names",
        )
        temperature: float = setting(0.5, "T of Eq. (3) (Section 4.1)")

        def __post_init__(self) -> None:
            delta_schedule(self.delta)
            require_temperature(self.temperature, "the detector's logits; the paper has 0.5")

    settings: Laser.Settings

    def __init__(self, settings: Laser.Settings | None = None) -> None:
        super().__init__(settings)
        self.schedule = delta_schedule(self.settings.delta)
        if self.settings.aggregator == "neglabel":
            self.needs = self.needs | set(NAME_SIGNALS)
        if self.schedule == DeltaSchedule("fixed", 0.0):  # the ablation "without detector"
            self.needs = self.needs - {"detector.logits"}

    def nets(self) -> tuple[NetSpec, ...]:
        trained = "detector.logits" in self.needs
        return (detector(self.settings.temperature),) if trained else ()

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self.parts(view).final

    def parts(self, view: PoolView) -> Parts:
        """Eq. (1), (4) and (5) for every unlabeled image of the view."""
        s = view.signals
        texts = TextCosines(
            s["relevant_cosines"], s["irrelevant_cosines"], s["relevant_owner"],
            s["irrelevant_owner"],
        )  # fmt: skip
        # double from here on, so that an explanation adds up to the score within 1e-6
        s_vlm = texts.score(_names(s)).astype(np.float64)
        best = best_rows(s["relevant_cosines"])
        labeled = Labeled(view.labels, view.n_classes, s["relevant_owner"])
        return self.fuse(s_vlm, best, s.get("detector.logits"), labeled, self._delta(view))

    def fuse(
        self, s_vlm: Floats, best: Ints, logits: Floats | None, labeled: Labeled, delta: float
    ) -> Parts:
        """Eq. (3), (4) and (5), from the scores of Eq. (1); also for looking at a round again.

        Args:
            s_vlm, best: (U,) as in `Parts`.
            logits: (U, n + 1) of the detector, None without one.
            labeled: what the round knew.
            delta: the detector's share, as far as there is a usable one.
        """
        note = labeled.why_no_detector() if delta > 0.0 else ""
        if delta > 0.0 and not note and logits is None:
            note = "no detector was trained in the round before"
        if delta == 0.0 or note or logits is None:
            nothing, why = np.zeros(len(s_vlm)), note and NO_DETECTOR + note
            return Parts(s_vlm, nothing, best, nothing, s_vlm, labeled.owner[best], why)
        s_det = detector_score(temperature_probabilities(logits, self.settings.temperature))
        unseen = labeled.unseen(best)
        shares = np.where(unseen, 0.0, delta)
        final = final_score(s_vlm, s_det, shares, self.settings.fusion)
        classes = np.where(unseen, labeled.owner[best], logits[:, :-1].argmax(axis=1))
        return Parts(s_vlm, s_det, best, shares, final, classes, "")

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        parts = self.parts(view)
        labeled = Labeled(view.labels, view.n_classes, view.signals["relevant_owner"])
        images = Images(view.unlabeled, view.embeddings)
        picked = self.pick(parts, labeled, images, batch_size, rng)
        return take(
            view,
            picked,
            parts.final,
            laser=self._arrays(parts, view.signals),
            figures=self.figures(parts),
            note=parts.note,
        )

    def _arrays(self, parts: Parts, signals: Mapping[str, Signal]) -> LaserArrays:
        logits = signals.get("detector.logits")
        kept = laser_arrays(parts, None if logits is None else logits.astype(np.float32))
        names = {name: signals[name] for name in NAME_SIGNALS if name in self.needs}
        return replace(kept, **names)

    def pick(
        self,
        parts: Parts,
        labeled: Labeled,
        images: Images,
        batch_size: int,
        rng: np.random.Generator,
    ) -> Ints:
        """(b,) positions of the batch, in the order it is asked; b = min(batch_size, U).

        Args:
            labeled: what the round knows.
            images: names and vectors of the images that `parts` speaks of.
        """
        b = min(batch_size, len(parts.final))
        if self.settings.selection == "balanced":
            return balanced(parts.final, parts.classes, labeled.counts(), images, b, rng)
        if self.settings.selection == "global":
            return top_b(parts.final, b, rng)
        return top_p_per_group(parts.final, parts.best, len(labeled.owner), b, rng)

    def _delta(self, view: PoolView) -> float:
        if view.round_index == 1:  # there is no detector yet
            return 0.0
        if view.choice.delta is not None:
            return view.choice.delta
        return scheduled_delta(self.schedule, view.round_index, view.records)

    def closing(self, closed: ClosedRound) -> Steps[Mapping[str, float]]:
        """How well each part of Eq. (5) would have chosen alone, as far as labels tell (4.6).

        Figures `precision_vlm` and `precision_det`. Where the detector did not count in this round,
        the precision-based delta takes its out-of-fold precision instead.
        """
        laser = closed.query.arrays.laser
        if laser is None:
            return {}
        rows = positions(closed.pool[closed.query.arrays.row], closed.answers)
        relevant = np.array([i < closed.n_classes for i in closed.answers.values()], dtype=bool)
        b = len(closed.query.ids)

        def own_top(scores: Floats) -> float:
            return own_top_precision(scores, rows, relevant, b, closed.rng("component"))

        figures = {"precision_vlm": own_top(laser.s_vlm)}
        if laser.delta.any():
            figures["precision_det"] = own_top(laser.s_det)
        elif self.schedule.kind == "precision" and not why_no_detector(
            closed.labels, closed.n_classes
        ):
            temperature = self.settings.temperature
            logits = yield from closed.out_of_fold(detector(temperature))
            figures["precision_det"] = precision_of_detector(
                logits, closed.labels, closed.n_classes, temperature
            )
        return figures

    def explain(self, ranked: RankedRound, id: str) -> Explanation:
        row = int(positions(ranked.pool, [id])[0])
        here, laser, arrays = ranked.arrays.place(row), ranked.arrays.laser, ranked.arrays
        if laser is None or ranked.descriptions is None:
            raise PoolError(
                f"round {ranked.round} has no scores to explain; ask for a round that a LaSeR run "
                "has queried"
            )
        if here is None:
            raise PoolError(
                f"{id!r} was labeled before round {ranked.round}; ask for an earlier round"
            )
        config, cosines = ranked.config, ranked.cosines(row)
        found = explain_laser(
            id, here, arrays, ranked.descriptions, cosines, config.relevant,
            self.settings.fusion, self.settings.temperature,
            summed=self.settings.aggregator == "mean"
            and "aggregator" not in dict(config.retired),
        )  # fmt: skip
        return replace(found, predicted=prediction_at(arrays, here, config))

    def dial(self, ranked: RankedRound) -> Dial | None:
        kept, config = ranked.arrays.laser, ranked.config
        if ranked.descriptions is None or config.retired:
            return None
        if detector_missing(kept, ranked.round, ranked.labels, len(config.relevant)):
            return None
        return Dial(
            "delta", "δ", "δ, the detector's say", ranked.delta,
            "Eq. (5): $S = (1 - \\delta)\\,S_{vlm} + \\delta\\,S_{det}$.",
        )  # fmt: skip

    def what_if(self, ranked: RankedRound, choice: RoundChoice) -> Query:
        kept, config = ranked.arrays.laser, ranked.config
        if kept is None or ranked.descriptions is None:
            raise PoolError(
                f"round {ranked.round} kept no scores of LaSeR, so nothing else can be tried on it"
            )
        if config.retired:
            raise PoolError(
                f"round {ranked.round} asked by {config.retired_words()}, which this version no "
                "longer has, so nothing else can be tried on it"
            )
        n = len(config.relevant)
        labeled = Labeled(ranked.labels, n, ranked.descriptions.relevant_owner())
        # in the order that the engine hands out, or ties would be broken otherwise
        order = np.argsort(ranked.ranks()[ranked.arrays.row])
        arrays = ranked.arrays.at(order)
        rows, own = arrays.row, arrays.laser or kept
        delta = choice.delta or 0.0
        parts = self.fuse(own.s_vlm, own.best, own.detector_logits, labeled, delta)
        images = Images(ranked.pool[rows], lambda places: ranked.vectors(rows[places]))
        rng = rng_for(config.seed, "query", ranked.round)
        picked = self.pick(parts, labeled, images, config.batch_size or 1, rng)
        tried = replace(
            laser_arrays(parts, own.detector_logits),
            names_log_sum=own.names_log_sum,
            names_sharpness=own.names_sharpness,
        )
        all_of_them = replace(arrays, score=parts.final, laser=tried).at(np.argsort(rows))
        ids, scores = images.ids[picked], parts.final[picked]
        return Query(ids, scores, all_of_them, self.figures(parts), parts.note, choice)

    def figures(self, parts: Parts) -> dict[str, float]:
        """delta, the detector's effective share, and the spreads of both scores."""
        delta = float(parts.delta.max(initial=0.0))
        sd_vlm, sd_det = float(parts.s_vlm.std()), float(parts.s_det.std())
        return {
            "delta": delta,
            "delta_effective": detector_share(sd_vlm, sd_det, delta, self.settings.fusion),
            "sd_vlm": sd_vlm,
            "sd_det": sd_det,
        }


def detector_missing(kept: LaserArrays | None, round: int, labels: Ints, n: int) -> str:
    """Why the detector cannot count in a round whatever delta is; "" if it can.

    Args:
        kept: of the round.
        labels: (L,) before it, n for irrelevant.
        n: relevant classes.
    """
    if round == 1 or kept is None or kept.detector_logits is None:
        return "no detector has been trained yet"
    return why_no_detector(labels, n)


def _names(signals: Mapping[str, Signal]) -> NegativeNames | None:
    """What the signals hold of the names; None for a strategy that did not ask for them."""
    if "names_log_sum" not in signals:
        return None
    sharpness = signals["names_sharpness"]
    return NegativeNames(signals["names_log_sum"], float(sharpness[0]) if len(sharpness) else 1.0)


def laser_arrays(parts: Parts, logits: Floats | None) -> LaserArrays:
    """What a round keeps of `parts`, so that it can be looked at again.

    Args:
        logits: (U, n + 1) of the detector, None without one.
    """
    classes = parts.classes.astype(np.int32)
    return LaserArrays(parts.s_vlm, parts.s_det, parts.best, parts.delta, classes, logits)


def precision_of_detector(logits: Floats, labels: Ints, n: int, temperature: float) -> float:
    """Precision of a detector before it ever chose a batch: for the precision-based delta.

    Of the labeled images with an S_det above 0 (more likely relevant than not), the share that is
    relevant; 0 if there is none. Ours: Section 4.6 does not say how the first value comes about.

    Args:
        logits: (L, n + 1) of labeled images, each by a net that was not trained on it; NaN for one
            that is not known.
        labels: (L,) their classes, n for irrelevant.
    """
    known = ~np.isnan(logits).any(axis=1)
    scores: Floats = np.full(len(labels), -1.0)
    scores[known] = detector_score(temperature_probabilities(logits[known], temperature))
    chosen = scores > 0.0
    return float((labels[chosen] < n).mean()) if chosen.any() else 0.0


def laser_settings(config: ExperimentConfig) -> Laser.Settings:
    """LaSeR's settings in a run; the defaults where another strategy asks.

    Raises:
        ConfigError: the config has settings that LaSeR does not have.
    """
    given = dict(config.settings) if config.strategy == Laser.name else {}
    return read_settings(Laser, given)
