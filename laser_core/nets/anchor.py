"""What the text says of each relevant class, as logits that a classifier can start from. Ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import ROWS_AT_ONCE, Floats, Ids
from laser_core.nets.base import Pictures


@dataclass(frozen=True)
class Anchor:
    """a z_c(x): a class's mean cosine at mean 0 and deviation 1 over the pool, times a.

    Linear in an image's vector, so that test images can be scored like those of the pool.

    Args:
        weights: (n, D) float32; zeros for a class without a sentence.
        bias: (n,) float32.
    """

    weights: Floats
    bias: Floats

    def logits(self, vectors: Floats) -> Floats:
        """(k, n) of images with `vectors` (k, D)."""
        found: Floats = vectors @ self.weights.T + self.bias
        return found

    def times(self, factor: float) -> Anchor:
        """The same with another a."""
        return Anchor(self.weights * np.float32(factor), self.bias * np.float32(factor))


def text_anchor(sentences: Sequence[Floats], pictures: Pictures, pool: Ids) -> Anchor:
    """z_c of every relevant class (a = 1): the classifier before any label.

    Args:
        sentences: for each class (K, D) unit vectors of its sentences; K may be 0, and then
            nothing is said of the class: z_c is 0 for every image.
        pictures: where the pool's vectors come from.
        pool: (N,) all ids of the pool, labeled or not.
    """
    known = [len(rows) > 0 for rows in sentences]
    dimension = pictures.vectors(pool[:1]).shape[1]
    texts = np.stack(
        [rows.mean(axis=0) if len(rows) else np.zeros(dimension) for rows in sentences]
    )
    cosines = np.concatenate(
        [
            pictures.vectors(pool[start : start + ROWS_AT_ONCE]) @ texts.T.astype(np.float32)
            for start in range(0, len(pool), ROWS_AT_ONCE)
        ]
    ).astype(np.float64)
    mean, deviation = cosines.mean(axis=0), cosines.std(axis=0)
    scale = np.where(known, 1.0 / np.where(deviation > 0.0, deviation, 1.0), 0.0)
    weights = texts * scale[:, None]
    return Anchor(weights.astype(np.float32), (-mean * scale).astype(np.float32))
