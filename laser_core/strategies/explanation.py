"""Why an image was picked: Eq. (1), (3), (4), (5) with its numbers, which add up to its score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.config import ExperimentConfig
from laser_core.scores import (
    Fusion,
    confuser_cosines,
    detector_score,
    penalty,
    temperature_probabilities,
)
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.neglabel import NegativeNames, Share, denominator
from laser_core.view import QueryArrays


@dataclass(frozen=True)
class Match:
    """A sentence, the class it describes, and its cosine with the image."""

    text: str
    name: str
    cosine: float


@dataclass(frozen=True)
class Part:
    """One confuser's part of the penalty.

    Args:
        name: the confuser.
        cosine: mean cosine of its sentences with the image.
        share: what it adds to the penalty; the shares sum to the penalty.
    """

    name: str
    cosine: float
    share: float


@dataclass(frozen=True)
class Prediction:
    """What the classifier thought an image shows when the batch was asked, and its logit's parts.

    Args:
        name: the relevant class of the highest logit.
        probability: its share among the relevant classes.
        factor: a, how much the text counts.
        text: z_c, the class's mean cosine in deviations from the pool's mean.
        learned: w x, what labels taught.
        bias: b.
        logit: a z_c + w x + b.
    """

    name: str
    probability: float
    factor: float
    text: float
    learned: float
    bias: float
    logit: float

    def sentence(self) -> str:
        """The logit and its parts in one line."""
        return (
            f"classifier: {self.name} {self.probability:.2f}, logit {self.factor:g} x "
            f"{self.text:.3f} (text) {with_sign(self.learned)} (labels) {with_sign(self.bias)} = "
            f"{self.logit:.3f}"
        )


def prediction_of(
    text: Floats, learned: Floats, logits: Floats, factor: float, classes: Sequence[str]
) -> Prediction:
    """The classifier's part of an explanation.

    Args:
        text, learned, logits: (n,) a z_c, w x and the logit of each class for one image.
        factor: a, above 0.
        classes: the n relevant classes.
    """
    best = int(logits.argmax())
    chances = temperature_probabilities(logits[None].astype(float), 1.0)[0]
    said, taught, logit = float(text[best]), float(learned[best]), float(logits[best])
    bias = logit - said - taught
    return Prediction(
        classes[best], float(chances[best]), factor, said / factor, taught, bias, logit
    )


def prediction_at(arrays: QueryArrays, here: int, config: ExperimentConfig) -> Prediction | None:
    """The classifier's part for the image at `here` of a round; None where no text is in it."""
    if arrays.classifier is None:
        return None
    read = (arrays.classifier.text, arrays.classifier.learned, arrays.classifier.logits)
    text, learned, logits = (np.asarray(array[here], dtype=float) for array in read)
    return prediction_of(text, learned, logits, config.anchor or 1.0, config.relevant)


def with_sign(number: float) -> str:
    """A number that stands in a sum, "+ 0.500" or "- 0.500"."""
    return f"{'-' if number < 0 else '+'} {abs(number):.3f}"


@dataclass(frozen=True)
class Explanation:
    """One image's score taken apart.

    Args:
        id: the image.
        best: the winning description, first term of Eq. (1).
        runner_up: the best description of any other sentence, or None if there is only one.
        penalty: second term of Eq. (1).
        confusers: its parts, largest first.
        s_vlm: Eq. (1), best.cosine - penalty.
        probabilities: class -> p of Eq. (3), "irrelevant" last; empty without a detector.
        s_det: Eq. (4), 0 without a detector.
        delta: the detector's share for this image.
        fusion: how Eq. (5) brought the two together.
        centre: (mean S_vlm, sd, mean S_det, sd) over the pool, which "zscore" uses.
        score: Eq. (5), the number the image was ranked by.
        predicted: what the classifier thought; None where it does not start from the text.
        shares: with the aggregator `neglabel` every class's and confuser's share of the sum, the
            largest first; S_vlm is the relevant ones' together, and `penalty` is what is left of
            the best cosine. Empty with Eq. (1) as printed.
        names_share: the share of all other names; with `shares` it adds up to 1.
    """

    id: str
    best: Match
    runner_up: Match | None
    penalty: float
    confusers: tuple[Part, ...]
    s_vlm: float
    probabilities: dict[str, float]
    s_det: float
    delta: float
    fusion: Fusion
    centre: tuple[float, float, float, float]
    score: float
    predicted: Prediction | None = None
    shares: tuple[Share, ...] = ()
    names_share: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def sentences(self) -> list[str]:
        """The explanation as a person reads it, one line an equation."""
        runner_up = f" (next best {self.runner_up.cosine:.3f})" if self.runner_up else ""
        lines = [f"matched “{self.best.text}” {self.best.cosine:.3f}{runner_up}"]
        if self.shares:
            largest = ", ".join(f"{s.name} {s.share:.3f}" for s in self.shares[:4])
            lines.append(f"shares: {largest}, other names {self.names_share:.3f}")
        elif self.confusers:
            most = self.confusers[0]
            lines.append(
                f"penalty {self.penalty:.3f} from {len(self.confusers)} confusers, "
                f"most from {most.name} ({most.cosine:.3f})"
            )
        lines.append(
            f"S_vlm = {self.s_vlm:.3f}, the relevant classes' share"
            if self.shares
            else f"S_vlm = {self.best.cosine:.3f} - {self.penalty:.3f} = {self.s_vlm:.3f}"
        )
        if self.probabilities:
            likeliest = max(list(self.probabilities)[:-1], key=self.probabilities.__getitem__)
            lines.append(
                f"detector: P({likeliest}) = {self.probabilities[likeliest]:.2f}, "
                f"P(irrelevant) = {self.probabilities['irrelevant']:.2f}, S_det = {self.s_det:.3f}"
            )
        scaled = ", both as z-scores over the pool" if self.fusion == "zscore" else ""
        shares = f"{1 - self.delta:.2f} S_vlm + {self.delta:.2f} S_det"
        lines.append(f"score = {shares} = {self.score:.3f}{scaled}")
        return [*lines, self.predicted.sentence()] if self.predicted else lines


def explain_laser(
    id: str,
    here: int,
    arrays: QueryArrays,
    descriptions: Descriptions,
    cosines: TextCosines,
    classes: Sequence[str],
    fusion: Fusion,
    temperature: float,
    summed: bool,
) -> Explanation:
    """Why an image stood where it did among the images of `arrays`, which are LaSeR's.

    Args:
        here: where it stands in the arrays.
        cosines: of the descriptions with this image alone, one column.
        classes: the relevant classes, in the detector's order.
        fusion, temperature: as they counted there.
        summed: whether S_vlm is the best cosine less the mean of the confusers'.

    Raises:
        ValueError: the arrays have nothing of LaSeR.
    """
    laser = arrays.laser
    if laser is None:
        raise ValueError("only LaSeR's arrays can be explained so")
    logits = laser.detector_logits if laser.delta.any() else None
    found = explain(
        id,
        0,
        cosines,
        descriptions,
        classes,
        None if logits is None else logits[here],
        float(laser.delta[here]),
        float(arrays.score[here]),
        fusion="raw" if logits is None else fusion,
        temperature=temperature,
        centre=(*_mean_and_spread(laser.s_vlm), *_mean_and_spread(laser.s_det)),
        s_vlm=None if summed else float(laser.s_vlm[here]),
    )
    if laser.names_log_sum is None or laser.names_sharpness is None:
        return found
    names = NegativeNames(laser.names_log_sum[[here]], float(laser.names_sharpness[here]))
    return with_shares(found, cosines, descriptions, names)


def _mean_and_spread(scores: Floats) -> tuple[float, float]:
    return float(scores.mean()), float(scores.std()) or 1.0


def with_shares(
    found: Explanation, cosines: TextCosines, descriptions: Descriptions, names: NegativeNames
) -> Explanation:
    """An explanation under the aggregator `neglabel`, whose score is in `found` already.

    Args:
        cosines: of the sentences with this image alone, one column.
        names: of this image alone.
    """
    terms: list[tuple[str, float]] = []
    for rows, owner, classes in (
        (cosines.relevant, cosines.relevant_owner, descriptions.relevant),
        (cosines.irrelevant, cosines.irrelevant_owner, descriptions.confusers),
    ):
        if len(rows):
            means = confuser_cosines(rows.astype(float), owner)[:, 0].tolist()
            named = [classes[place].name for place in np.unique(owner)]
            terms += zip(named, means, strict=True)
    shares, others = denominator(terms, float(names.log_sum[0]), names.sharpness)
    return replace(found, shares=shares, names_share=others)


def explain(
    id: str,
    column: int,
    cosines: TextCosines,
    descriptions: Descriptions,
    classes: Sequence[str],
    logits: Floats | None,
    delta: float,
    score: float,
    *,
    fusion: Fusion = "raw",
    temperature: float = 0.5,
    centre: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0),
    s_vlm: float | None = None,
) -> Explanation:
    """Take one image's score apart.

    Args:
        id: the image.
        column: where it stands in `cosines`.
        cosines: of the sentences that were in use.
        descriptions: those sentences.
        classes: the relevant classes, in the detector's order.
        logits: (n + 1,) of the detector for this image; None when delta was 0 for all.
        delta: the detector's share for this image.
        score: the number the image was ranked by.
        fusion, temperature: as the round had them.
        centre: means and spreads over the round's pool, for "zscore".
        s_vlm: as the round kept it, where it summed confusers by a rule that exists no more; the
            penalty is then what is left of it, and the confusers' shares are those of the mean.
    """
    best, runner_up = _best_two(cosines, descriptions, column, classes)
    parts, taken_off = _parts(cosines, descriptions, column)
    if s_vlm is not None:
        taken_off = best.cosine - s_vlm
    probabilities, s_det = _detector_says(logits, classes, temperature)
    return Explanation(
        id=id,
        best=best,
        runner_up=runner_up,
        penalty=taken_off,
        confusers=parts,
        s_vlm=best.cosine - taken_off,
        probabilities=probabilities,
        s_det=s_det,
        delta=delta,
        fusion=fusion,
        centre=centre,
        score=score,
    )


def _best_two(
    cosines: TextCosines, descriptions: Descriptions, column: int, classes: Sequence[str]
) -> tuple[Match, Match | None]:
    """The sentences that match best and second best; no second where there is one alone."""
    relevant = cosines.relevant[:, column].astype(float)
    texts, owners = descriptions.relevant_texts(), cosines.relevant_owner
    two = [
        Match(texts[row], classes[int(owners[row])], float(relevant[row]))
        for row in np.argsort(-relevant, kind="stable")[:2].tolist()
    ]
    return two[0], two[1] if len(two) > 1 else None


def _detector_says(
    logits: Floats | None, classes: Sequence[str], temperature: float
) -> tuple[dict[str, float], float]:
    """Eq. (3) by class, "irrelevant" last, and Eq. (4); nothing and 0 without a detector."""
    if logits is None:
        return {}, 0.0
    p = temperature_probabilities(logits[None].astype(float), temperature)
    chances = dict(zip([*classes, "irrelevant"], p[0].tolist(), strict=True))
    return chances, float(detector_score(p)[0])


def _parts(
    cosines: TextCosines, descriptions: Descriptions, column: int
) -> tuple[tuple[Part, ...], float]:
    """The confusers' parts, largest first, and the penalty they make."""
    irrelevant = cosines.irrelevant[:, column : column + 1].astype(float)
    total = float(penalty(irrelevant, cosines.irrelevant_owner)[0])
    if len(irrelevant) == 0:
        return (), total
    names = [descriptions.confusers[i].name for i in np.unique(cosines.irrelevant_owner)]
    means = confuser_cosines(irrelevant, cosines.irrelevant_owner)[:, 0].tolist()
    parts = [Part(n, c, c / len(means)) for n, c in zip(names, means, strict=True)]
    return tuple(sorted(parts, key=lambda part: -part.cosine)), total
