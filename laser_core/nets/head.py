"""`head`: regularised multinomial logistic regression on frozen image vectors; seconds on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar
from warnings import catch_warnings

import numpy as np

from laser_core.arrays import Floats, Ids, Ints
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.weights import read_weights, unusable, write_weights
from laser_core.progress import Progress, Steps
from laser_core.scores import temperature_probabilities

# The L2 penalty is 1 / C with C = INVERSE_PENALTY / sqrt(L), on vectors of spread 1. The best C of
# held-out images fell with the number of labels like that: 0.03, 0.015, 0.004, 0.002 at 60, 300,
# 3,000, 12,000 labels of CIFAR-10, 2 to 9 classes (benchmarks/head_penalty.py; the demo pool is too
# easy to object). Flat around 0.2: a half or twice it costs 1% of average precision at most. The
# spread is measured, so that vectors crowded into a narrow cone (CLIP's) need no other constant.
INVERSE_PENALTY = 0.2
# Steepest slope of the mean loss that is left: no probability is over 0.03 from its end then,
# in half the time that 1e-4 takes.
TOLERANCE = 1e-3
MAX_ITERATIONS = 1000  # 20 to 60 are used; the limit is there for the day when something is off
ROWS_AT_ONCE = 8192  # 40 MB of vectors at D = 1280


class LinearNet(Net):
    """logits = vectors @ weights.T + bias, -inf where a class was never seen.

    Args:
        weights: (C, D).
        bias: (C,); -inf for a class without a label in training.
    """

    def __init__(self, weights: Floats, bias: Floats) -> None:
        self.weights = weights
        self.bias = bias

    def logits(self, pictures: Pictures, ids: Ids) -> Steps[Floats]:
        parts = []
        for start in range(0, len(ids), ROWS_AT_ONCE):
            yield Progress("scoring images", start, len(ids))
            vectors = pictures.vectors(ids[start : start + ROWS_AT_ONCE])
            parts.append(vectors @ self.weights.T + self.bias)
        return np.concatenate(parts) if parts else np.empty((0, len(self.bias)), np.float32)

    def save(self, path: Path) -> None:
        write_weights(path, Head.name, {"weights": self.weights, "bias": self.bias})


class Head(Learner):
    """The linear head: the default without a GPU."""

    name: ClassVar[str] = "head"
    needs_pixels: ClassVar[bool] = False

    def train(
        self,
        pictures: Pictures,
        ids: Ids,
        labels: Ints,
        n_outputs: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
    ) -> Steps[Net]:
        if len(ids) == 0:
            raise ValueError("a head needs at least one labeled image")
        vectors = pictures.vectors(ids)
        weights = np.zeros((n_outputs, vectors.shape[1]), dtype=np.float32)
        bias = np.full(n_outputs, -np.inf, dtype=np.float32)
        seen = np.unique(labels)
        yield Progress(f"training the head on {len(ids)} images", 0, 1)
        if len(seen) == 1:  # nothing to tell apart: the one class wins everywhere
            bias[seen] = 0.0
            return LinearNet(weights, bias)
        weights[seen], bias[seen] = fit_softmax(vectors, labels, temperature)
        logits = vectors @ weights[seen].T + bias[seen]
        chances = temperature_probabilities(logits.astype(np.float64), temperature)
        right = chances[np.arange(len(labels)), np.searchsorted(seen, labels)]
        loss = {"loss": round(float(-np.log(np.maximum(right, 1e-12)).mean()), 4)}
        yield Progress(f"trained the head on {len(ids)} images", 1, 1, loss)
        return LinearNet(weights, bias)

    def load(self, path: Path) -> Net:
        tensors, _ = read_weights(path, self.name)
        weights, bias = tensors.get("weights"), tensors.get("bias")
        if weights is None or bias is None or weights.shape[:1] != bias.shape:
            raise unusable(path, self.name, "weights and bias do not belong together")
        return LinearNet(weights, bias)


def fit_softmax(
    vectors: Floats,
    labels: Ints,
    temperature: float = 1.0,
    inverse_penalty: float = INVERSE_PENALTY,
) -> tuple[Floats, Floats]:
    """Weights (S, D) and bias (S,) of the S >= 2 classes in `labels`, ascending: Eq. (2) with L2.

    The loss sees logits / T, so logistic regression fits those and T is multiplied back in.

    Args:
        vectors: (L, D).
        labels: (L,) any numbers.
        temperature: T of Eq. (3).
        inverse_penalty: see `INVERSE_PENALTY`; a smaller one keeps the logits nearer to 0.
    """
    from sklearn.exceptions import ConvergenceWarning  # seconds to import
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    # One thread: the same numbers on any computer, and on a busy one BLAS threads that wait for
    # each other took 20 to 60 times as long.
    # A fit that stops short of the tolerance is a fit all the same, and the same one every time.
    with threadpool_limits(1), catch_warnings(action="ignore", category=ConvergenceWarning):
        centre = vectors.mean(axis=0)
        scaled = vectors - centre  # (L, D)
        scale = 1.0 / max(float(np.sqrt(np.vdot(scaled, scaled) / scaled.size)), 1e-6)
        scaled *= scale
        penalty = inverse_penalty / np.sqrt(len(labels))
        model = LogisticRegression(C=penalty, max_iter=MAX_ITERATIONS, tol=TOLERANCE)
        model.fit(scaled, labels)
    rows, bias = model.coef_ * scale, model.intercept_
    if len(rows) == 1:  # two classes: scikit-learn keeps the difference of the two logits
        rows, bias = np.vstack([-rows / 2, rows / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    bias = bias - rows @ centre
    return (rows * temperature).astype(np.float32), (bias * temperature).astype(np.float32)
