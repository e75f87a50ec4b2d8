"""`head`: regularised multinomial logistic regression on frozen image vectors; seconds on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from laser_core.arrays import Floats, Ids, Ints
from laser_core.errors import StoreError
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.progress import Progress, Steps

# Inverse strength of the L2 penalty on vectors scaled to sqrt(D) length, where each number is of
# order 1. Chosen on the demo pool by 5-fold cross-validation; flat from 0.003 to 0.1.
INVERSE_PENALTY = 0.01
MAX_ITERATIONS = 300
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
        return np.concatenate(parts) if parts else np.empty((0, len(self.bias)))

    def save(self, path: Path) -> None:
        from safetensors.numpy import save_file

        save_file({"weights": self.weights, "bias": self.bias}, path)


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
        yield Progress(f"trained the head on {len(ids)} images", 1, 1)
        return LinearNet(weights, bias)

    def load(self, path: Path) -> Net:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            saved = load_file(path)
            return LinearNet(saved["weights"], saved["bias"])
        except (OSError, KeyError, SafetensorError) as error:
            raise StoreError(
                f"{path.name} cannot be read as a head ({error}); delete it and resume the run: "
                "it is trained again from the labels"
            ) from error


def fit_softmax(vectors: Floats, labels: Ints, temperature: float) -> tuple[Floats, Floats]:
    """Weights (S, D) and bias (S,) of the S classes in `labels`, ascending; L2-penalised Eq. (2).

    The loss sees logits / T, so logistic regression fits those and T is multiplied back in.
    """
    from sklearn.linear_model import LogisticRegression

    scale = np.float32(np.sqrt(vectors.shape[1]))
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS, tol=1e-3)
    model.fit(vectors * scale, labels)
    rows, bias = model.coef_ * scale, model.intercept_
    if len(rows) == 1:  # two classes: scikit-learn keeps the difference of the two logits
        rows, bias = np.vstack([-rows / 2, rows / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    return (rows * temperature).astype(np.float32), (bias * temperature).astype(np.float32)
