"""OpenMax's arithmetic: distances to a class's mean activation, and the tail they fall into."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.scores import temperature_probabilities

EUCLID_SHARE = 1 / 200  # of the Euclidean distance in "eucos", as in the released code
SHAPES = (1e-2, 500.0)  # where the Weibull shape is looked for; 2 to 30 are usual
HALVINGS = 80


def eucos(activations: Floats, mean: Floats) -> Floats:
    """(N,) Euclidean distance / 200 plus cosine distance, of `activations` (N, n) from a `mean`."""
    lengths = np.linalg.norm(activations, axis=1) * np.linalg.norm(mean)
    cosine = (activations @ mean) / np.maximum(lengths, 1e-12)
    apart = np.linalg.norm(activations - mean, axis=1)
    found: Floats = EUCLID_SHARE * apart + 1.0 - cosine
    return found


def log_hazard(tail: Floats, distances: Floats) -> Floats:
    """(N,) log of -log(1 - w): w is the Weibull distribution's value at `distances` (N,).

    It rises with the distance and, unlike w, is never 1 for all images that are far away. The
    distribution is the most likely one for the `tail` (t,), the largest distances of a class's own
    images, moved and scaled to begin at 1. Where the tail is one number, distances in its units.
    """
    spread = float(np.ptp(tail))
    if spread < 1e-12:
        return distances / max(float(tail.max()), 1e-12)
    logs = np.log((tail - tail.min()) / spread + 1.0)
    shape = _shape(logs)
    powers = np.exp(shape * (logs - logs.max()))
    log_scale = np.log(powers.mean()) / shape + logs.max()
    inside = np.maximum((distances - tail.min()) / spread + 1.0, 1e-3)
    found: Floats = shape * (np.log(inside) - log_scale)
    return found


def _shape(logs: Floats) -> float:
    """The most likely shape k of a Weibull distribution for numbers with these `logs` (t,).

    The root of sum(x^k log x) / sum(x^k) - 1 / k - mean(log x), which rises with k; by halving.
    """
    low, high = SHAPES
    for _ in range(HALVINGS):
        shape = (low + high) / 2
        powers = np.exp(shape * (logs - logs.max()))
        slope = (powers * logs).sum() / powers.sum() - 1.0 / shape - logs.mean()
        low, high = (shape, high) if slope < 0 else (low, shape)
    return (low + high) / 2


def tail_weight(hazard: Floats) -> Floats:
    """(...) w of `log_hazard`, 0 to 1."""
    found: Floats = -np.expm1(-np.exp(np.minimum(hazard, 6.0)))  # w is 1 in doubles from 3.7 on
    return found


def open_probability(activations: Floats, taken: Floats) -> Floats:
    """(N,) probability of "unknown", which gets the share `taken` (N, n) of every activation.

    Activations (N, n) count from each row's least: a share of a negative one would be a gift.
    """
    above = activations - activations.min(axis=1, keepdims=True)
    unknown = (above * taken).sum(axis=1, keepdims=True)
    outputs = np.concatenate([unknown, above * (1.0 - taken)], axis=1)
    return temperature_probabilities(outputs, temperature=1.0)[:, 0]
