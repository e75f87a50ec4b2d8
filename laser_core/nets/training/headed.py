"""A network with named linear heads on one trunk, and the loss of an objective for it: `resnet18`
with anything that `laser_core.nets.objectives` has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from laser_core.nets.batches import Draws
from laser_core.nets.device import Compute, torch_seed
from laser_core.nets.objectives import Batch, Extra, Objective, Seen


class Headed(nn.Module):
    """Features of a trunk, and the outputs of linear heads on them.

    Args:
        network: a trunk whose last layer `fc` is linear with `heads["logits"]` outputs; that layer
            becomes the head "logits", so a net with no other head learns as the network alone did.
        heads: outputs of each head.
        seed: of the other heads' first weights.
    """

    def __init__(self, network: nn.Module, heads: Mapping[str, int], seed: int) -> None:
        super().__init__()
        last = cast(nn.Linear, network.fc)
        if last.out_features != heads["logits"]:
            raise ValueError(f"fc has {last.out_features} outputs, logits {heads['logits']}")
        network.fc = nn.Identity()
        self.trunk = network
        self._fast: Callable[[Tensor], Tensor] | None = None
        self.width = last.in_features
        with torch_seed(seed):  # layers draw from the global generator
            self.heads = nn.ModuleDict(
                {
                    name: last if name == "logits" else nn.Linear(self.width, outputs)
                    for name, outputs in heads.items()
                }
            )

    def forward(
        self, images: Tensor, keep: Tensor | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """(B, d) features and each head's outputs (B, k).

        Args:
            keep: (B, d) what the heads' features are multiplied by, or None.
        """
        if self.training and self._fast is not None:
            features = self._fast(images).float()
        else:
            features = self.trunk(images)
        seen = features if keep is None else features * keep
        return features, {name: head(seen) for name, head in self.heads.items()}

    def speed_up(self, compute: Compute) -> None:
        """Learn as `compute` has it from now on; scoring stays as it is."""
        trunk = self.trunk.forward
        if compute.compiler:
            # sizes of batches differ by one, and from round to round
            trunk = torch.compile(trunk, dynamic=True, backend=compute.compiler)

        def fast(images: Tensor) -> Tensor:
            with compute.multiply():
                return cast(Tensor, trunk(images))

        self._fast = fast if compute.compiler or compute.bf16 else None

    def start_from(self, other: Headed) -> None:
        """Begin with the trunk of another net of this shape; the heads stay fresh (BUAL)."""
        self.trunk.load_state_dict(other.trunk.state_dict())


class ObjectiveLoss:
    """What one training minimises: an objective, for the outputs that have an example.

    Args:
        objective: with its temperature.
        seen: what the outputs stand for.
        targets: (L,) of the training images, on the device of the net.
        dropout: share of the features left out before the heads.
        rng: of what the objective looks for each epoch.
    """

    def __init__(
        self,
        objective: Objective,
        seen: Seen,
        targets: Tensor,
        dropout: float,
        rng: np.random.Generator,
    ) -> None:
        self._objective = objective
        self._seen = seen
        self._targets = targets
        self._dropout = dropout
        self._rng = rng
        self._extra: Extra | None = None

    @property
    def temperature(self) -> float:
        """T: what outputs are divided by."""
        return self._objective.temperature

    @property
    def dropout(self) -> float:
        """Share of the features left out before the heads."""
        return self._dropout

    def before_epoch(self, features: Callable[[Tensor], Tensor]) -> None:
        """Look at the irrelevant images as the net sees them now, if the objective does.

        Args:
            features: rows (k,) of the training images -> (k, d) their features, as they are scored:
                without crop, mirror or dropout.
        """
        if not (self._objective.looks_each_epoch and self._seen.unknown):
            return
        rows = torch.nonzero(self._targets >= self._seen.known)[:, 0]
        found = features(rows).detach()
        of_all = found.new_zeros((len(self._targets), found.shape[1]))
        of_all[rows] = found
        self._extra = self._objective.each_epoch(of_all, self._targets, self._rng)

    def __call__(self, model: Headed, images: Tensor, draws: Draws) -> Tensor:
        """() the loss of one step.

        Args:
            images: (B, 3, h, w) as the net takes them.
            draws: which of the training images they are, and the features left out.
        """
        # what is left counts more, so that the sum stays the same on the average
        keep = None if draws.left is None else draws.left.float() / (1.0 - self._dropout)
        features, outputs = model(images, keep)
        divided = {name: z / self._objective.temperature for name, z in outputs.items()}
        extra = None if self._extra is None else self._extra.at(draws.rows)
        return self._objective.loss(
            Batch(divided, features, self._targets[draws.rows], extra), self._seen
        )
