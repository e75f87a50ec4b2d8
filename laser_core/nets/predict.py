"""Scoring pictures with a trained network: as they are, without crop or flip."""

from __future__ import annotations

import torch
from torch import Tensor

from laser_core.nets.batches import Normalisation
from laser_core.nets.device import Compute, memory_explained
from laser_core.nets.training.headed import Headed

# Pictures between two progress lines, where a stop is heeded: a second or two of a slow CPU.
# A GPU needs more of them to be busy.
SCORED_AT_ONCE = {"cpu": 32, "cuda": 2048}


def score(
    model: Headed, what: str, pixels: Tensor, normalisation: Normalisation, compute: Compute
) -> Tensor:
    """(n, k) float32 what `model` says of pictures (n, h, w, 3), on its device.

    Args:
        what: "features", or the name of a head.

    Raises:
        ConfigError: the device's memory is full.
    """
    with torch.inference_mode(), compute.rules(), memory_explained(compute.device):
        model.eval()
        features, outputs = model(normalisation.apply(pixels))
        return features if what == "features" else outputs[what]
