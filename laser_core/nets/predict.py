"""Scoring pictures with a trained network: as they are, without crop or flip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from laser_core.basics.arrays import Floats
from laser_core.nets.batches import Normalisation
from laser_core.nets.device import memory_explained, repeatable

# Pictures between two progress lines, where a stop is heeded: a second or two of a slow CPU.
# A GPU needs more of them to be busy.
SCORED_AT_ONCE = {"cpu": 32, "cuda": 512}


def score(
    model: nn.Module,
    pixels: npt.NDArray[np.uint8],
    normalisation: Normalisation,
    device: torch.device,
) -> Floats:
    """(n, S) outputs of `model` for pictures (n, h, w, 3).

    Raises:
        ConfigError: the device's memory is full.
    """
    with torch.inference_mode(), repeatable(), memory_explained(device):
        model.eval()
        # a copy, because PyTorch wants arrays it may write to and these are read-only
        batch = torch.from_numpy(pixels.copy()).to(device)
        logits: Floats = model(normalisation.apply(batch)).cpu().numpy()
    return logits
