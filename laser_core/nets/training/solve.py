"""The linear head for any objective: one full-batch L-BFGS on frozen vectors, with PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.nets.head import INVERSE_PENALTY, scaled_vectors
from laser_core.nets.objectives import Batch, Objective, Seen

if TYPE_CHECKING:
    from torch import Tensor

# EOAL's hardest wrong class has a kink, at which the line search stalls; with smooth losses 20 to
# 60 steps are used. Stopped short it is the same result every time.
MOST_STEPS = 300
TOLERANCE, SMALLEST_STEP = 1e-4, 1e-7
Linear = tuple[Floats, Floats]  # weights (k, D) and bias (k,)


def solve(objective: Objective, seen: Seen, vectors: Floats, targets: Ints) -> dict[str, Linear]:
    """For each head of `objective`: weights (k, D) and bias (k,) that minimise its loss.

    With the L2 penalty of `laser_core.nets.head.fit_softmax`, on vectors of spread 1; biases are
    free of it. The loss sees outputs / T, and T is multiplied back in. Features are frozen, so a
    term of the loss that moves them has no meaning here.

    Args:
        vectors: (L, D) of the training images.
        targets: (L,) which output of "logits" is right; -1 for an unlabeled image.
    """
    import torch  # seconds to import
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # the same numbers on any computer
    try:
        with threadpool_limits(1):
            inputs, centre, scale = scaled_vectors(vectors)
            found = _minimise(objective, seen, torch.from_numpy(inputs), torch.from_numpy(targets))
    finally:
        torch.set_num_threads(before)
    heads = {}
    for name, (weights, bias) in found.items():
        rows = weights.numpy() * scale
        heads[name] = (
            (rows * objective.temperature).astype(np.float32),
            ((bias.numpy() - rows @ centre) * objective.temperature).astype(np.float32),
        )
    return heads


def _minimise(
    objective: Objective, seen: Seen, inputs: Tensor, targets: Tensor
) -> dict[str, tuple[Tensor, Tensor]]:
    import torch

    heads = objective.heads(seen)
    sizes, count = list(heads.values()), sum(heads.values())
    weights = torch.zeros(count, inputs.shape[1], requires_grad=True)
    bias = torch.zeros(count, requires_grad=True)
    labeled = max(int((targets >= 0).sum()), 1)
    penalty = 1.0 / (2.0 * INVERSE_PENALTY * np.sqrt(labeled))
    optimiser = torch.optim.LBFGS(
        [weights, bias],
        max_iter=MOST_STEPS,
        tolerance_grad=TOLERANCE,
        tolerance_change=SMALLEST_STEP,
        history_size=10,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        outputs = torch.split(inputs @ weights.T + bias, sizes, dim=1)
        batch = Batch(dict(zip(heads, outputs, strict=True)), inputs, targets)
        loss = objective.loss(batch, seen) + penalty * weights.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    parts = torch.split(weights.detach(), sizes), torch.split(bias.detach(), sizes)
    return dict(zip(heads, zip(*parts, strict=True), strict=True))
