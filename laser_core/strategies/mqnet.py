"""MQ-Net: a small net, taught by the batch before, weighs purity against information."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.scores import standardise
from laser_core.selection import best_first
from laser_core.strategies.base import Strategy, register
from laser_core.strategies.helpers.probabilities import class_chances
from laser_core.strategies.settings import require_between, setting
from laser_core.view import Part, PoolView, Query, take

LIMIT = 5.0  # standard deviations that an input is clipped at, before the exponential
PAIRS, STEPS_AN_EPOCH = 16, 100  # published: batches of 32 images in pairs, 100 steps at least
MARGIN = 1.0  # of the ranking loss (published)


@register
class MQNet(Strategy):
    """Queries the highest outputs of a monotone net of information and purity.

    Information is 1 - max p, purity the largest cosine with a labeled relevant image; both
    standardised over the pool and exponentiated. The net learns to rank the batch before by what
    was learned from it: minus the log of the right class's probability at the time it was asked,
    nothing for an irrelevant image. Without such a batch, or with one of a single kind, it is the
    sum of the two. Published with contrastive features; here the vision-language model's vectors
    say what is pure.
    """

    name = "mqnet"
    title = "MQ-Net (VLM purity)"
    reference = "Park et al., NeurIPS 2022"
    needs = frozenset({"classifier.logits", "vectors", "labeled_vectors"})
    classes_needed: ClassVar[int] = 2

    @dataclass(frozen=True)
    class Settings:
        """How the small net is trained."""

        hidden: int = setting(64, "units of the net (published)")
        epochs: int = setting(100, "of its training, 100 steps each (published)")
        rate: float = setting(1e-3, "of its training, a tenth from half way on (published)")

        def __post_init__(self) -> None:
            for name in ("hidden", "epochs"):
                require_between(
                    name, getattr(self, name), 1, 10_000, "it is a count", with_low=True
                )
            require_between("rate", self.rate, 0.0, 10.0, "it is a learning rate")

    settings: Settings

    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        return self._score_images(view, inputs_of(view), rng)[0]

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        inputs = inputs_of(view)
        score, taught_by = self._score_images(view, inputs, rng)
        picked = best_first(score, rng)[: min(batch_size, len(score))]
        chances = class_chances(view.signals["classifier.logits"])
        return take(
            view,
            picked,
            score,
            parts={
                "information": Part("information", inputs[:, 0]),
                "purity": Part("purity", inputs[:, 1]),
            },
            figures={"taught_by": float(taught_by)},
            batch={"meta_inputs": inputs[picked], "probabilities": chances[picked]},
        )

    def _score_images(
        self, view: PoolView, inputs: Floats, rng: np.random.Generator
    ) -> tuple[Floats, int]:
        """(U,) score, and how many answers taught the net, 0 without one."""
        lesson = lesson_of(view)
        if lesson is None:
            return inputs.sum(axis=1), 0
        s = self.settings
        net = MonotoneNet(s.hidden, rng)
        net.learn(*lesson, s.epochs * STEPS_AN_EPOCH, s.rate, rng)
        return net.output(inputs), len(lesson[1])


def inputs_of(view: PoolView) -> Floats:
    """(U, 2) information and purity, standardised, clipped, exponentiated; 1 without a spread."""
    chances = class_chances(view.signals["classifier.logits"])
    relevant = view.signals["labeled_vectors"][view.labels < view.n_classes]
    pure = (view.signals["vectors"] @ relevant.T).max(axis=1, initial=-1.0)
    both = [standardise(1.0 - chances.max(axis=1)), standardise(pure.astype(np.float64))]
    return np.exp(np.clip(np.stack(both, axis=1), -LIMIT, LIMIT))


def lesson_of(view: PoolView) -> tuple[Floats, Floats] | None:
    """(B, 2) inputs and (B,) targets of the batch before, its answers that count; None if it was
    another strategy's, of other classes, or of one kind."""
    kept = view.last.batch if view.last is not None and view.records else {}
    if not {"meta_inputs", "probabilities"} <= kept.keys():
        return None
    answers, chances = np.array(view.records[-1].labels), kept["probabilities"]
    if chances.shape != (len(answers), view.n_classes):
        return None
    counts, relevant = answers >= 0, (answers >= 0) & (answers < view.n_classes)
    if not relevant.any() or relevant.sum() == counts.sum():
        return None
    target = np.zeros(len(answers))
    right = chances[relevant, answers[relevant]]
    target[relevant] = -np.log(np.clip(right, 1e-12, None))
    return kept["meta_inputs"][counts], target[counts]


class MonotoneNet:
    """2 inputs, `hidden` sigmoids, 1 output; weights count as 0 where they are negative, so that
    the output never falls as an input grows.

    In NumPy with the gradient by hand: ten thousand steps on 16 pairs take half a second, and six
    in PyTorch, which spends them on calls.
    """

    def __init__(self, hidden: int, rng: np.random.Generator) -> None:
        self.first = rng.random((2, hidden)) - 0.3  # most of them positive, else nothing is learned
        self.bias = rng.random(hidden) - 0.5
        self.second = rng.random(hidden) / hidden

    def output(self, inputs: Floats) -> Floats:
        """(N,) of `inputs` (N, 2)."""
        return self._hidden(inputs) @ np.maximum(self.second, 0.0)

    def learn(
        self, inputs: Floats, target: Floats, steps: int, rate: float, rng: np.random.Generator
    ) -> None:
        """SGD on pairs that are to differ by `MARGIN`, the higher target (B,) on top.

        Pairs of equal targets teach nothing: an order would be invented for two irrelevant images.
        """
        pairs = rng.integers(len(inputs), size=(steps, 2, PAIRS))
        for step, (a, b) in enumerate(pairs):
            sign = np.sign(target[a] - target[b])
            self._step(inputs[a], inputs[b], sign, rate if step < steps // 2 else rate / 10.0)

    def _hidden(self, inputs: Floats) -> Floats:
        return 1.0 / (1.0 + np.exp(-(inputs @ np.maximum(self.first, 0.0) + self.bias)))

    def _step(self, a: Floats, b: Floats, sign: Floats, rate: float) -> None:
        """Lower mean over pairs of max(0, `MARGIN` - sign (output(a) - output(b)))."""
        over_a, over_b = self._hidden(a), self._hidden(b)
        second = np.maximum(self.second, 0.0)
        wrong = (sign != 0) & (MARGIN - sign * ((over_a - over_b) @ second) > 0)
        if not wrong.any():
            return
        slope = -(sign * wrong) / (sign != 0).sum()  # of output(a); minus that of output(b)
        at_a = np.outer(slope, second) * over_a * (1.0 - over_a)
        at_b = -np.outer(slope, second) * over_b * (1.0 - over_b)
        self.second -= rate * (slope @ (over_a - over_b)) * (self.second > 0)
        self.first -= rate * (a.T @ at_a + b.T @ at_b) * (self.first > 0)
        self.bias -= rate * (at_a + at_b).sum(axis=0)
