"""`head`: regularised multinomial logistic regression on frozen image vectors; seconds on a CPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from warnings import catch_warnings

import numpy as np

from laser_core.basics.arrays import ROWS_AT_ONCE, Floats, Ids, Ints
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.objectives import NetSpec, Objective, Seen
from laser_core.nets.training.outputs import Outputs, outputs_of
from laser_core.nets.training.samples import dropout_samples
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
SMALLEST_STEP = 64 * float(np.finfo(np.float64).eps)  # of the loss; scikit-learn's own limit
MAX_ITERATIONS = 1000  # 20 to 60 are used; the limit is there for the day when something is off


@dataclass(frozen=True)
class LogitParts:
    """A logit taken apart: a z_c + w x + b, for k images and C classes.

    Args:
        text: (k, C) a z_c, what the text says; 0 without an anchor.
        learned: (k, C) w x, what labels taught.
        bias: (C,) b.
    """

    text: Floats
    learned: Floats
    bias: Floats


Linear = tuple[Floats, Floats]  # weights (k, D) and bias (k,)


class LinearNet(Net):
    """logits = anchor + vectors @ weights.T + bias, -inf where a class was never seen.

    Args:
        weights: (C, D).
        bias: (C,); -inf for a class without a label in training, unless there is an anchor.
        anchor: what the net started from, or None.
        others: further heads, by name.
        centre: (D,) mean of the training vectors, which dropout turns around; None: no samples.
        dropout, passes: of "samples", as in `NetSpec`.
    """

    def __init__(
        self,
        weights: Floats,
        bias: Floats,
        anchor: Anchor | None = None,
        others: Mapping[str, Linear] | None = None,
        centre: Floats | None = None,
        dropout: float = 0.0,
        passes: int = 1,
    ) -> None:
        self.weights = weights
        self.bias = bias
        self.anchor = anchor
        self.others = dict(others or {})
        self.centre = centre
        self._dropout = dropout
        self._passes = passes

    @property
    def outputs(self) -> int:
        return len(self.bias)

    def read(
        self, what: str, pictures: Pictures, ids: Ids, rng: np.random.Generator | None = None
    ) -> Steps[Floats]:
        if what not in ("logits", "features", "samples", *self.others):
            raise ValueError(f"this net has no {what!r}")
        along = 1 if what == "samples" else 0
        parts = [self._say(what, pictures.vectors(ids[:0]), rng)]  # its shape, for no image at all
        for start in range(0, len(ids), ROWS_AT_ONCE):
            yield Progress("scoring images", start, len(ids))
            vectors = pictures.vectors(ids[start : start + ROWS_AT_ONCE])
            parts.append(self._say(what, vectors, rng))
        return np.concatenate(parts, axis=along)

    def _say(self, what: str, vectors: Floats, rng: np.random.Generator | None) -> Floats:
        if what == "features":
            return vectors
        if what == "samples":
            if rng is None or self.centre is None:
                raise ValueError("samples need a generator, and a net that was trained for them")
            return dropout_samples(
                vectors, self.weights, self.bias, self._dropout, self._passes, rng, self.centre
            )
        weights, bias = (self.weights, self.bias) if what == "logits" else self.others[what]
        found: Floats = vectors @ weights.T + bias
        if what != "logits" or self.anchor is None:
            return found
        return self.anchor.logits(vectors) + found

    def parts(self, vectors: Floats) -> LogitParts:
        """The logits of images with `vectors` (k, D), taken apart."""
        learned = vectors @ self.weights.T
        text = np.zeros_like(learned) if self.anchor is None else self.anchor.logits(vectors)
        return LogitParts(text, learned, self.bias)

    def save(self, path: Path) -> None:
        tensors = {"weights": self.weights, "bias": self.bias}
        if self.anchor is not None:
            tensors |= {"text_weights": self.anchor.weights, "text_bias": self.anchor.bias}
        if self.centre is not None:
            tensors["centre"] = self.centre
        for name, (weights, bias) in self.others.items():
            tensors |= {f"{name}.weights": weights, f"{name}.bias": bias}
        write_weights(path, Head.name, tensors)


def text_alone(anchor: Anchor) -> LinearNet:
    """The classifier before any label: its logits are the anchor's."""
    return LinearNet(np.zeros_like(anchor.weights), np.zeros_like(anchor.bias), anchor)


class Head(Learner):
    """The linear head: the default without a GPU."""

    name: ClassVar[str] = "head"

    def train(
        self,
        spec: NetSpec,
        pictures: Pictures,
        ids: Ids,
        labels: Ints,
        n: int,
        rng: np.random.Generator,
        *,
        anchor: Anchor | None = None,
        start: Net | None = None,  # a frozen trunk is the same for all
    ) -> Steps[Net]:
        if len(ids) == 0:
            raise ValueError("a head needs at least one labeled image")
        vectors = pictures.vectors(ids)
        yield Progress(f"training the {spec.name} on {len(ids)} images", 0, 1)
        if anchor is not None:
            return LinearNet(*fit_anchored(vectors, labels, anchor.logits(vectors)), anchor)
        outputs = outputs_of(spec.objective, labels, n, lambda rows: vectors[rows], rng)
        heads = _fit_heads(spec.objective, outputs.seen, vectors, outputs.targets)
        weights = np.zeros((outputs.width, vectors.shape[1]), dtype=np.float32)
        bias = np.full(outputs.width, -np.inf, dtype=np.float32)
        weights[outputs.columns], bias[outputs.columns] = heads.pop("logits")
        net = LinearNet(weights, bias, None, heads, vectors.mean(axis=0), spec.dropout, spec.passes)
        if spec.objective.plain and len(outputs.columns) > 1:
            loss = _loss(spec.objective, net, vectors, outputs)
            yield Progress(f"trained the {spec.name} on {len(ids)} images", 1, 1, {"loss": loss})
        return net

    def load(self, path: Path, spec: NetSpec) -> Net:
        tensors, _ = read_weights(path, self.name)
        weights, bias = tensors.get("weights"), tensors.get("bias")
        if weights is None or bias is None or not _belong(weights, bias):
            raise unusable(path, self.name, "weights and bias do not belong together")
        text, text_bias = tensors.get("text_weights"), tensors.get("text_bias")
        if text is not None and text_bias is not None:
            if text.shape != weights.shape or text_bias.shape != bias.shape:
                raise unusable(path, self.name, "its text part does not belong to its weights")
            return LinearNet(weights, bias, Anchor(text, text_bias))
        names = [name.removesuffix(".weights") for name in tensors if name.endswith(".weights")]
        others = {name: (tensors[f"{name}.weights"], tensors[f"{name}.bias"]) for name in names}
        if not all(_belong(*head) for head in others.values()):
            raise unusable(path, self.name, "a head's weights and bias do not belong together")
        return LinearNet(
            weights, bias, None, others, tensors.get("centre"), spec.dropout, spec.passes
        )


def _belong(weights: Floats, bias: Floats) -> bool:
    return weights.ndim == 2 and weights.shape[:1] == bias.shape


def _fit_heads(
    objective: Objective, seen: Seen, vectors: Floats, targets: Ints
) -> dict[str, Linear]:
    """Head -> weights and bias that minimise the loss; zeros where there is nothing to tell."""
    if seen.known + seen.unknown == 1:  # the one class wins everywhere
        sizes = objective.heads(seen).items()
        width = vectors.shape[1]
        return {
            name: (np.zeros((k, width), np.float32), np.zeros(k, np.float32)) for name, k in sizes
        }
    if objective.plain:
        return {"logits": fit_softmax(vectors, targets, objective.temperature)}
    from laser_core.nets.training.solve import solve  # imports torch, which costs seconds

    return solve(objective, seen, vectors, targets)


def _loss(objective: Objective, net: LinearNet, vectors: Floats, outputs: Outputs) -> float:
    """Mean cross-entropy of the training images, for a person."""
    columns = outputs.columns
    logits = vectors @ net.weights[columns].T + net.bias[columns]
    chances = temperature_probabilities(logits.astype(np.float64), objective.temperature)
    right = chances[np.arange(len(vectors)), outputs.targets]
    return round(float(-np.log(np.maximum(right, 1e-12)).mean()), 4)


def fit_anchored(
    vectors: Floats, labels: Ints, offset: Floats, inverse_penalty: float = INVERSE_PENALTY
) -> tuple[Floats, Floats]:
    """Weights (n, D) and bias (n,) that correct the logits `offset` by what the labels teach.

    Minimises the mean cross-entropy of softmax(offset + w x + b) with the L2 penalty of
    `fit_softmax`, here on w and b alike, so that without evidence the offset stands as it is. A
    class without a label takes part with its offset. scikit-learn's regression takes no offset.

    Args:
        vectors: (L, D).
        labels: (L,) 0 to n - 1.
        offset: (L, n) logits that the fit starts from.
        inverse_penalty: see `INVERSE_PENALTY`.
    """
    from scipy.optimize import minimize  # seconds to import
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # as for `fit_softmax`
        inputs, centre, scale = scaled_vectors(vectors)
        inputs = np.concatenate([inputs, np.ones((len(inputs), 1), np.float32)], axis=1)
        count, classes = len(labels), offset.shape[1]
        shrink = 1.0 / (inverse_penalty * np.sqrt(count))  # of the mean loss: 1 / (C L)
        offset = offset.astype(np.float64)
        rows = np.arange(count)

        def loss(flat: Floats) -> tuple[float, Floats]:
            weights = flat.reshape(classes, -1)
            logits = offset + inputs @ weights.T.astype(np.float32)
            logits -= logits.max(axis=1, keepdims=True)
            chances = np.exp(logits)
            total = chances.sum(axis=1, keepdims=True)
            value = float((np.log(total[:, 0]) - logits[rows, labels]).mean())
            chances /= total
            chances[rows, labels] -= 1.0
            slope = (chances.T.astype(np.float32) @ inputs).astype(np.float64) / count
            slope += shrink * weights
            return value + 0.5 * shrink * float(np.vdot(weights, weights)), slope.ravel()

        start = np.zeros(classes * inputs.shape[1])
        options = {"maxiter": MAX_ITERATIONS, "gtol": TOLERANCE, "ftol": SMALLEST_STEP}
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
        weights = found.x.reshape(classes, -1)
    slopes = weights[:, :-1] * scale
    bias = weights[:, -1] - slopes @ centre
    return slopes.astype(np.float32), bias.astype(np.float32)


def scaled_vectors(vectors: Floats) -> tuple[Floats, Floats, float]:
    """(vectors at mean 0 and spread 1, their mean, what they were multiplied by)."""
    centre = vectors.mean(axis=0)
    scaled = vectors - centre  # (L, D)
    scale = 1.0 / max(float(np.sqrt(np.vdot(scaled, scaled) / scaled.size)), 1e-6)
    return scaled * np.float32(scale), centre, scale


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
        scaled, centre, scale = scaled_vectors(vectors)
        penalty = inverse_penalty / np.sqrt(len(labels))
        model = LogisticRegression(C=penalty, max_iter=MAX_ITERATIONS, tol=TOLERANCE)
        model.fit(scaled, labels)
    rows, bias = model.coef_ * scale, model.intercept_
    if len(rows) == 1:  # two classes: scikit-learn keeps the difference of the two logits
        rows, bias = np.vstack([-rows / 2, rows / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    bias = bias - rows @ centre
    return (rows * temperature).astype(np.float32), (bias * temperature).astype(np.float32)
