"""Passes with dropout: what a linear head says when some of the features are left out."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats


def dropout_samples(
    features: Floats,
    weights: Floats,
    bias: Floats,
    dropout: float,
    passes: int,
    rng: np.random.Generator,
    centre: Floats | None = None,
) -> Floats:
    """(passes, N, k) float32 outputs, a new share of the features left out in each pass.

    What is left counts 1 / (1 - dropout) times, so that the mean over many passes is the output
    without dropout.

    Args:
        features: (N, d). A trunk runs once: only the head sees the dropout, which is exact.
        weights: (k, d); bias: (k,).
        dropout: share left out, 0 to below 1.
        passes: how many.
        centre: (d,) the mean that features are left out around; None: around 0. Frozen vectors lie
            in a narrow cone, whose direction would otherwise be most of what changes.
    """
    if centre is not None:
        features, bias = features - centre, bias + weights @ centre
    keep = np.float32(1.0 - dropout)
    found = np.empty((passes, len(features), len(bias)), dtype=np.float32)
    for each in range(passes):
        left = rng.random(features.shape, dtype=np.float32) < keep
        found[each] = (features * left) @ (weights.T / keep) + bias
    return found
