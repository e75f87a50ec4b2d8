"""What speaks for a setting: average precision on labels, and what its scores alone tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.basics.seeding import rng_for
from laser_core.metrics.intervals import Interval, wilson
from laser_core.metrics.retrieval import (
    average_precision,
    percentile_interval,
    resampled_precisions,
    resampled_rows,
)
from laser_core.scores import standardise

MOST_LABELS = 200  # drawn from where there are more
LEAST_LABELS = 5  # relevant ones, and irrelevant ones, from which on labels decide


@dataclass(frozen=True)
class Figures:
    """What speaks for one setting.

    Args:
        average_precision: over the labeled pictures, with its interval `low` to `high`; None
            without enough labels.
        better: share of the labels' redraws in which it beats the words in use; None likewise.
        found, known: relevant pictures among those of its first batch whose label is known.
        batch: pictures in that batch.
        agreement: rank correlation with the mean of all settings of its model, -1 to 1.
        separation: how far its scores fall into two groups: the share of their variance that lies
            between the best two groups (Otsu, 1979), 0 to 1.
    """

    average_precision: float | None
    low: float | None
    high: float | None
    better: float | None
    found: int
    known: int
    batch: int
    agreement: float
    separation: float

    @property
    def precision(self) -> Interval:
        """Where the precision of the first batch may lie, by its labels."""
        return wilson(self.found, self.known)


@dataclass(frozen=True)
class LabeledRows:
    """The labels that settings are held against.

    Args:
        rows: (L,) of the pool, ascending.
        relevant: (L,) whether each is relevant.
    """

    rows: Ints
    relevant: Bools

    @property
    def enough(self) -> bool:
        """Whether there are enough of both kinds for an average precision."""
        there = int(self.relevant.sum())
        return min(there, len(self.rows) - there) >= LEAST_LABELS

    def sentence(self) -> str:
        """Why these labels decide nothing; "" where they do."""
        there = int(self.relevant.sum())
        if self.enough:
            return ""
        if not len(self.rows):
            return "No label is known yet."
        kinds = f"{there} relevant and {len(self.rows) - there} irrelevant"
        return f"The labels are too few of one kind ({kinds}; {LEAST_LABELS} of each are needed)."


def labels_to_use(known: Bools, relevant: Bools, seed: int) -> LabeledRows:
    """At most `MOST_LABELS` of the labels.

    Args:
        known, relevant: (N,) of the pool, by the answers given so far.
    """
    rows = np.flatnonzero(known)
    if len(rows) > MOST_LABELS:
        rows = np.sort(rng_for(seed, "setup labels").choice(rows, MOST_LABELS, replace=False))
    return LabeledRows(rows, relevant[rows])


def redraws(scores: Sequence[Floats], labels: LabeledRows, seed: int) -> list[Floats]:
    """Average precision of each setting in the same redraws of the labels."""
    drawn = resampled_rows(labels.relevant, rng_for(seed, "setup redraws"))
    return [resampled_precisions(s[labels.rows], labels.relevant, drawn) for s in scores]


def weigh(
    scores: Sequence[Floats], batches: Sequence[Ints], labels: LabeledRows, seed: int
) -> list[Figures]:
    """The figures of all settings tried with one model, the words in use first.

    Args:
        scores: (N,) of each setting.
        batches: (b,) rows that each would ask for first.
    """
    draws = redraws(scores, labels, seed) if labels.enough else []
    shared = np.mean([standardise(s) for s in scores], axis=0)
    found = []
    for place, (score, batch) in enumerate(zip(scores, batches, strict=True)):
        mean = low = high = better = None
        if draws:
            mean = average_precision(score[labels.rows], labels.relevant)
            within = percentile_interval(draws[place])
            low, high = within.low, within.high
            better = float((draws[place] > draws[0]).mean())
        asked = np.isin(labels.rows, batch)
        hits = int(labels.relevant[asked].sum())
        found.append(
            Figures(
                mean, low, high, better, hits, int(asked.sum()), len(batch),
                rank_correlation(score, shared), separation(score),
            )
        )  # fmt: skip
    return found


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's, -1 to 1; 0 where one of the two puts all images alike."""
    ranks = [pd.Series(values).rank().to_numpy() for values in (first, second)]
    a, b = (standardise(rank) for rank in ranks)
    return float((a * b).mean())


def separation(scores: Floats) -> float:
    """Share of the scores' variance between the two groups that explain most of it, 0 to 1."""
    ascending = np.sort(scores.astype(np.float64))
    total, n = ascending.var(), len(ascending)
    if n < 2 or total <= 0.0:
        return 0.0
    below = np.arange(1, n)
    sums = ascending.cumsum()
    apart = (sums[-1] - sums[:-1]) / (n - below) - sums[:-1] / below
    share = below / n
    return float((share * (1.0 - share) * apart**2).max() / total)
