"""How well scores order a pool: average precision, and how sure it is on a few labels."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.metrics.intervals import CONFIDENCE, Interval

RESAMPLES = 400  # of the labels: enough for two digits of an interval


def average_precision(scores: Floats, relevant: Bools) -> float:
    """Mean over the relevant images of the precision down to each one's place, 0 to 1.

    Images of equal scores share a place, so their order in the pool does not count.

    Args:
        scores: (N,), higher comes first.
        relevant: (N,).

    Raises:
        ValueError: no image is relevant.
    """
    if not relevant.any():
        raise ValueError("average precision needs at least one relevant image")
    return float(_average_precisions(scores[None], relevant[None])[0])


def _average_precisions(scores: Floats, relevant: Bools) -> Floats:
    """(T,) average precision of each row of scores (T, N); each row has a relevant image."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked, good = (np.take_along_axis(given, order, axis=1) for given in (scores, relevant))
    places = np.arange(scores.shape[1])
    last = np.diff(ranked, axis=1, append=-np.inf) != 0  # of those that share a place
    ends = np.where(last, places, len(places))
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    precisions = np.take_along_axis(good.cumsum(axis=1), ends, axis=1) / (ends + 1)
    means: Floats = (precisions * good).sum(axis=1) / good.sum(axis=1)
    return means


def resampled_rows(relevant: Bools, rng: np.random.Generator, times: int = RESAMPLES) -> Ints:
    """(times, L) rows of the labels, drawn with putting back, relevant and irrelevant ones apart.

    Apart, so that every draw has as many of each as were labeled.
    """
    kinds = [np.flatnonzero(relevant), np.flatnonzero(~relevant)]
    return np.concatenate([rng.choice(k, (times, len(k))) for k in kinds if len(k)], axis=1)


def resampled_precisions(scores: Floats, relevant: Bools, rows: Ints) -> Floats:
    """(times,) average precision of each draw of `resampled_rows`."""
    return _average_precisions(scores[rows], relevant[rows])


def percentile_interval(draws: Floats, confidence: float = CONFIDENCE) -> Interval:
    """The bootstrap's percentile interval of a share, from its value in every draw."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(float(low), float(high), confidence)
