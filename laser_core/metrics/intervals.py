"""What can be said without ground truth: intervals, a random audit, and a hint on when to stop.

Nobody knows the true labels of a pool that is labeled by hand. Each figure here comes from labels
people gave, with the interval that the number of labels allows; none of them is a point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np

from laser_core.basics.arrays import Bools, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.pool import Label

CONFIDENCE = 0.95
AUDIT_SIZE = 50  # pictures of one audit: half an interval of at most 14 points
WANTED_RECALL = 0.95  # of the stopping hint
HARDLY_ANY = 0.05  # precision of a round below which an audit is worth its time
MOSTLY = 0.5  # share of the next batch from which on a further round is worth its labels


@dataclass(frozen=True)
class Interval:
    """A share between `low` and `high`, 0 to 1; the truth is outside in 1 - confidence of cases."""

    low: float
    high: float
    confidence: float = CONFIDENCE

    def __contains__(self, share: float) -> bool:
        return self.low <= share <= self.high

    def text(self) -> str:
        """For a sentence: "71% to 88%"."""
        return f"{self.low:.0%} to {self.high:.0%}"


@dataclass(frozen=True)
class Count:
    """A number of pictures between `low` and `high`, both possible."""

    low: int
    high: int
    confidence: float = CONFIDENCE

    def less(self, found: int) -> Count:
        """What is left of it once `found` of them are known."""
        return Count(max(0, self.low - found), max(0, self.high - found), self.confidence)


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a share; (0, 1) before the first trial.

    Raises:
        ValueError: the counts make no share.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    if trials == 0:
        return Interval(0.0, 1.0, confidence)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(low, high, confidence)


def relevant_among(
    found: int, drawn: int, population: int, confidence: float = CONFIDENCE
) -> Count:
    """How many of `population` are relevant, where `found` of `drawn` random ones were.

    Exact, by the hypergeometric distribution (as Clopper and Pearson's interval is by the
    binomial): the truth is outside at most as often as `confidence` allows, however rare it is.

    Raises:
        ValueError: more were found than drawn, or drawn than there are.
    """
    if not 0 <= found <= drawn <= population:
        raise ValueError(f"{found} of {drawn} of {population}")
    tail = (1 - confidence) / 2
    least, most = found, population - (drawn - found)

    def too_few(relevant: int) -> bool:  # to have found so many
        return 1 - _at_most(found - 1, drawn, relevant, population) <= tail

    def too_many(relevant: int) -> bool:  # to have found so few
        return _at_most(found, drawn, relevant, population) <= tail

    low = _first(lambda k: not too_few(k), least, most)
    high = _first(too_many, least, most + 1) - 1
    return Count(low, max(low, high), confidence)


def _first(true_from: Callable[[int], bool], low: int, high: int) -> int:
    """The lowest whole number from `low` to `high` with a claim that holds from some number on.

    `high` itself is not asked: it is the answer if the claim holds for none below.
    """
    while low < high:
        middle = (low + high) // 2
        if true_from(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _at_most(found: int, drawn: int, relevant: int, population: int) -> float:
    """Probability of at most `found` relevant ones among `drawn` without putting back."""
    first = max(0, drawn - (population - relevant))
    total = _log_choose(population, drawn)
    terms = (
        exp(_log_choose(relevant, k) + _log_choose(population - relevant, drawn - k) - total)
        for k in range(first, min(found, relevant, drawn) + 1)
    )
    return min(1.0, sum(terms))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


# ---- precision and accuracy


def batch_precision(relevant: int, answered: int, asked: int) -> Interval:
    """What the precision of a batch can still come to; a point once all of it is answered.

    These are bounds, not a confidence: nothing is assumed about pictures without an answer, since
    people do not label them in random order.

    Raises:
        ValueError: the counts make no batch.
    """
    if not 0 <= relevant <= answered <= asked or asked == 0:
        raise ValueError(f"{relevant} of {answered} of {asked}")
    return Interval(relevant / asked, (relevant + asked - answered) / asked, 1.0)


def held_out_mask(labels: Ints, share: float, rng: np.random.Generator) -> Bools:
    """(L,) which labels to keep from training, to test on: about `share` of each class.

    A class of one keeps its label for training; larger ones give at least one.
    """
    chosen = np.zeros(len(labels), dtype=bool)
    for index in np.unique(labels):
        rows = np.flatnonzero(labels == index)
        if len(rows) > 1:
            count = min(len(rows) - 1, max(1, round(share * len(rows))))
            chosen[rng.choice(rows, count, replace=False)] = True
    return chosen


def accuracy_interval(predicted: Ints, true: Ints, confidence: float = CONFIDENCE) -> Interval:
    """Accuracy on held-out labels, with its Wilson interval; (0, 1) without any.

    It is about pictures like those that were queried, not about the pool as a whole.
    """
    return wilson(int((predicted == true).sum()), len(true), confidence)


# ---- what was missed


def audit_sample(below: Ids, seed: int, number: int, size: int = AUDIT_SIZE) -> Ids:
    """(min(size, len(below)),) different ids for an audit, each set of them as likely as another.

    Args:
        below: unlabeled ids that no query waits for: what lies below the line.
        seed: of the run.
        number: of the audit, 1 for the first.
    """
    drawn: Ids = rng_for(seed, "audit", number).permutation(below)[:size]
    return drawn


@dataclass(frozen=True)
class AuditReading:
    """What an audit says.

    Args:
        found: relevant ones among those answered.
        answered: drawn pictures with a relevant or irrelevant answer.
        drawn: all drawn.
        left: relevant pictures that were below the line and are still not found; None before the
            first answer.
    """

    found: int
    answered: int
    drawn: int
    left: Count | None


def read_audit(
    drawn: Sequence[str],
    population: int,
    answers: Mapping[str, Label],
    found_since: int = 0,
    confidence: float = CONFIDENCE,
) -> AuditReading:
    """Read an audit from the labels that stand.

    Args:
        drawn: its ids.
        population: how many pictures it was drawn from.
        answers: id -> label.
        found_since: relevant pictures of the population found after the audit, by queries. Those
            of the audit itself are taken off anyway: they are found.
    """
    given = [answers[id] for id in drawn if id in answers]
    counted = [a.state == "relevant" for a in given if a.state in ("relevant", "irrelevant")]
    found, answered = sum(counted), len(counted)
    if answered == 0:
        return AuditReading(0, 0, len(drawn), None)
    there = relevant_among(found, answered, population, confidence)
    return AuditReading(found, answered, len(drawn), there.less(found + found_since))


def recall_interval(found: int, left: Count) -> Interval:
    """Share of all relevant pictures that is found, given how many may be left.

    (0, 1) where nothing is found and nothing may be left: there is nothing to find then.
    """
    low = found / (found + left.high) if found + left.high else 0.0
    high = found / (found + left.low) if found + left.low else 1.0
    return Interval(low, high, left.confidence)


@dataclass(frozen=True)
class Hint:
    """Whether to stop: "green" may stop, "amber" look closer, "red" go on; and why."""

    colour: Literal["green", "amber", "red"]
    reason: str


def stopping_hint(
    precisions: Sequence[float],
    found: int,
    unlabeled: int,
    left: Count | None = None,
    wanted: float = WANTED_RECALL,
    *,
    expected: float | None = None,
    truly_left: int | None = None,
) -> Hint:
    """Whether labelling may stop.

    Only an audit, or the pool's own labels, make it green: that queries find little can also mean
    that they look wrongly. That more will be found is said only where the next batch speaks for it.

    Args:
        precisions: of the finished rounds, oldest first.
        found: pictures labeled relevant.
        unlabeled: pictures left.
        left: relevant ones among those, from an audit; None without one.
        wanted: recall to reach.
        expected: share of the next batch that is, or that the model takes for, relevant; None
            where the next batch or the model is not known.
        truly_left: relevant ones left by the pool's own labels; None where nobody knows.
    """
    if unlabeled == 0:
        return Hint("green", "Every picture is labeled: nothing is left to find.")
    if truly_left == 0:
        return Hint("green", "By the pool's own labels no relevant picture is left to find.")
    if left is not None:
        return _by_audit(found, left, wanted)
    if not precisions:
        return Hint("red", "No round is finished yet.")
    return _by_rounds(precisions, unlabeled, expected)


def _by_rounds(precisions: Sequence[float], unlabeled: int, expected: float | None) -> Hint:
    """Without an audit: what the last rounds brought, and what the next batch looks like."""
    last, audit = precisions[-2:], f"an audit of {AUDIT_SIZE} pictures would tell what is left"
    hardly = "found hardly any relevant picture"
    if len(last) == 2 and sum(last) / 2 < HARDLY_ANY:
        return Hint(
            "amber", f"The last two rounds {hardly} ({last[0]:.0%} and {last[1]:.0%}); {audit}."
        )
    if last[-1] < HARDLY_ANY:
        return Hint("amber", f"The last round {hardly} ({last[-1]:.0%}); {audit}.")
    brought = f"{last[-1]:.0%} of the last batch was relevant"
    if expected is None:
        return Hint("red", f"{brought}, and {unlabeled:,} pictures are left; {audit}.")
    coming = f"the next one is {expected:.0%} relevant, as far as the model and answers tell"
    if expected < MOSTLY:
        return Hint("amber", f"{brought}, but {coming}; {audit}.")
    return Hint("red", f"{brought}, and {coming}: a further round is likely to find more.")


def _by_audit(found: int, left: Count, wanted: float) -> Hint:
    recall = recall_interval(found, left)
    span = f"{left.low:,} to {left.high:,} relevant pictures are left: recall is {recall.text()}"
    if left.high == 0 or recall.low >= wanted:
        return Hint("green", f"By the audit, {span}; {wanted:.0%} is reached.")
    if recall.high < wanted:
        return Hint("red", f"By the audit, {span}; {wanted:.0%} is not reached.")
    return Hint(
        "amber",
        f"By the audit, {span}; whether {wanted:.0%} is reached cannot be told: audit more "
        "pictures, or do another round.",
    )
