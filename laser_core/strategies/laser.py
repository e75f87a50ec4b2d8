"""LaSeR itself: what language knows at first, what the detector learned more and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.config import (
    Aggregator,
    DeltaSchedule,
    ExperimentConfig,
    Fusion,
    Selection,
    delta_schedule,
)
from laser_core.scores import (
    detector_score,
    detector_share,
    final_score,
    temperature_probabilities,
)
from laser_core.selection import Images, balanced, top_b, top_p_per_group
from laser_core.strategies.base import Strategy, register
from laser_core.texts.cosines import TextCosines
from laser_core.texts.neglabel import NAME_SIGNALS, Names
from laser_core.view import LaserArrays, PoolView, Query, RoundRecord, Signal, take

DELTA_STEP, DELTA_CAP = 0.1, 0.9  # Section 4.1: "increase it by 0.1 in each AL round", 10 rounds
LEAST_IRRELEVANT = 10  # labels of irrelevant images without which the detector tells nothing
NO_DETECTOR = "delta counts as 0 this round: "


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
    """VLM relevance at first, the detector's more and more, spread over descriptions.

    Args:
        schedule: of delta.
        fusion: how Eq. (5) brings its two parts together.
        selection: "balanced" shares the batch out by class (ours), "quota" by description
            (Section 3.2), "global" takes the top b of all (Algorithm 1, line 9).
        temperature: T of Eq. (3), the one the detector was trained with.
        aggregator: "mean" for Eq. (1); "neglabel" for the relevant classes' share in its place.
    """

    name = "laser"
    title = "LaSeR"
    needs = frozenset(
        {
            "relevant_cosines",
            "irrelevant_cosines",
            "relevant_owner",
            "irrelevant_owner",
            "detector_logits",
        }
    )

    def __init__(
        self,
        schedule: DeltaSchedule = DeltaSchedule("linear"),
        fusion: Fusion = "raw",
        selection: Selection = "balanced",
        temperature: float = 0.5,
        aggregator: Aggregator = "mean",
    ) -> None:
        self.schedule = schedule
        self.fusion = fusion
        self.selection = selection
        self.temperature = temperature
        self.aggregator = aggregator
        if aggregator == "neglabel":
            self.needs = self.needs | set(NAME_SIGNALS)
        if schedule == DeltaSchedule("fixed", 0.0):  # the ablation "without detector"
            self.needs = self.needs - {"detector_logits"}

    @classmethod
    def from_config(cls, config: ExperimentConfig) -> Laser:
        return cls(
            delta_schedule(config.delta),
            config.fusion,
            config.selection,
            config.temperature,
            config.aggregator,
        )

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
        best = s["relevant_cosines"].argmax(axis=0)
        labeled = Labeled(view.labels, view.n_classes, s["relevant_owner"])
        return self.fuse(s_vlm, best, s.get("detector_logits"), labeled, self._delta(view))

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
        s_det = detector_score(temperature_probabilities(logits, self.temperature))
        unseen = labeled.unseen(best)
        shares = np.where(unseen, 0.0, delta)
        final = final_score(s_vlm, s_det, shares, self.fusion)
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
        logits = signals.get("detector_logits")
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
        if self.selection == "balanced":
            return balanced(parts.final, parts.classes, labeled.counts(), images, b, rng)
        if self.selection == "global":
            return top_b(parts.final, b, rng)
        return top_p_per_group(parts.final, parts.best, len(labeled.owner), b, rng)

    def _delta(self, view: PoolView) -> float:
        if view.round_index == 1:  # there is no detector yet
            return 0.0
        if view.delta_override is not None:
            return view.delta_override
        return scheduled_delta(self.schedule, view.round_index, view.records)

    def figures(self, parts: Parts) -> dict[str, float]:
        """delta, the detector's effective share, and the spreads of both scores."""
        delta = float(parts.delta.max(initial=0.0))
        sd_vlm, sd_det = float(parts.s_vlm.std()), float(parts.s_det.std())
        return {
            "delta": delta,
            "delta_effective": detector_share(sd_vlm, sd_det, delta, self.fusion),
            "sd_vlm": sd_vlm,
            "sd_det": sd_det,
        }


def _names(signals: Mapping[str, Signal]) -> Names | None:
    """What the signals hold of the names; None for a strategy that did not ask for them."""
    if "names_log_sum" not in signals:
        return None
    sharpness = signals["names_sharpness"]
    return Names(signals["names_log_sum"], float(sharpness[0]) if len(sharpness) else 1.0)


def laser_arrays(parts: Parts, logits: Floats | None) -> LaserArrays:
    """What a round keeps of `parts`, so that it can be looked at again.

    Args:
        logits: (U, n + 1) of the detector, None without one.
    """
    classes = parts.classes.astype(np.int32)
    return LaserArrays(parts.s_vlm, parts.s_det, parts.best, parts.delta, classes, logits)


def scheduled_delta(
    schedule: DeltaSchedule, round_index: int, records: tuple[RoundRecord, ...]
) -> float:
    """Delta of round 1, 2, ... as its schedule has it, 0 to 1; always 0 in round 1 (Section 3.2.1).

    "precision" reads the last record's figures `precision_det` and `precision_vlm`; with both 0
    neither is better and delta is 0.5.
    """
    if round_index == 1:
        return 0.0
    if schedule.kind == "fixed":
        return schedule.value
    if schedule.kind == "linear":
        return min(DELTA_STEP * (round_index - 1), DELTA_CAP)
    last = records[-1].figures if records else {}
    detector, language = last.get("precision_det", 0.0), last.get("precision_vlm", 0.0)
    return detector / (detector + language) if detector + language > 0.0 else 0.5


def why_no_detector(labels: Ints, n_classes: int) -> str:
    """Why a detector trained on `labels` (L,) cannot be used yet; "" if it can."""
    irrelevant = int((labels == n_classes).sum())
    seen = len(np.unique(labels[labels < n_classes]))
    if irrelevant < LEAST_IRRELEVANT:
        return f"{irrelevant} irrelevant labels so far, the detector needs {LEAST_IRRELEVANT}"
    if seen < min(2, n_classes):
        return f"{seen} of {n_classes} relevant classes labeled so far, the detector needs 2"
    return ""
