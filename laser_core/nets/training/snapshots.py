"""A net as it was at several epochs, answering together: BUAL's mean of softmaxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

MOST = 20  # snapshots kept: 0.9 GB of ResNet-18; the published hundred epochs have 21


def snapshot_epochs(every: int, epochs: int) -> tuple[int, ...]:
    """Before which epochs, 0 to `epochs`, a snapshot is taken: each `every`-th, the end included.

    Evenly thinned to `MOST` where a long training has more. None for `every` 0.
    """
    if every == 0:
        return ()
    all_of_them = [*range(0, epochs, every), epochs]
    step = -(-len(all_of_them) // MOST)
    return tuple(reversed(all_of_them[::-1][::step]))


def snapshot(model: nn.Module) -> dict[str, Tensor]:
    """The weights of `model` as they are now, on the CPU."""
    return {name: t.detach().cpu().clone() for name, t in model.state_dict().items()}


def mean_logits(
    model: nn.Module, snapshots: Iterable[dict[str, Tensor]], logits: Callable[[], Tensor]
) -> Tensor:
    """(N, k) log of the mean over `snapshots` of the softmax of what `logits` says.

    Args:
        model: what `logits` asks; it is left with the weights of the last snapshot.
        logits: (N, k) of the model as it is.
    """
    total, count = torch.zeros(()), 0
    for weights in snapshots:
        model.load_state_dict(weights)
        total, count = total + logits().softmax(dim=1), count + 1
    return (total / count).clamp(min=torch.finfo(torch.float32).tiny).log()
