"""Scoring pictures with a trained network: as they are, without crop or flip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from laser_core.basics.arrays import Floats
from laser_core.nets.batches import Normalisation
from laser_core.nets.device import memory_explained, repeatable
from laser_core.nets.training.headed import Headed

# Pictures between two progress lines, where a stop is heeded: a second or two of a slow CPU.
# A GPU needs more of them to be busy.
SCORED_AT_ONCE = {"cpu": 32, "cuda": 512}


def score(
    model: Headed,
    what: str,
    pixels: npt.NDArray[np.uint8],
    normalisation: Normalisation,
    device: torch.device,
) -> Floats:
    """(n, k) what `model` says of pictures (n, h, w, 3).

    Args:
        what: "features", or the name of a head.

    Raises:
        ConfigError: the device's memory is full.
    """
    with torch.inference_mode(), repeatable(), memory_explained(device):
        model.eval()
        # a copy, because PyTorch wants arrays it may write to and these are read-only
        batch = torch.from_numpy(pixels.copy()).to(device)
        features, outputs = model(normalisation.apply(batch))
        found: Floats = (features if what == "features" else outputs[what]).cpu().numpy()
    return found
