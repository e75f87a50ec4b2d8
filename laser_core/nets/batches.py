"""Batches of uint8 pictures: shuffled, cropped and flipped on the device, made numbers last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import pad

BATCH = 128  # Section 4.1
PADDING = 4  # black pixels on each side before the random crop, as all open-set codes have
ROWS_AT_ONCE = 4096  # pictures summed at a time, so that float64 copies stay small


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation of each colour channel, in the pixels' 0 to 255.

    Args:
        mean: red, green, blue.
        deviation: the same three, above 0.
    """

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    def apply(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) float32 of mean 0 and deviation 1 from uint8 (n, h, w, 3).

        Channels stay last in memory, which convolutions run faster on.
        """
        mean = torch.tensor(self.mean, device=pixels.device)
        deviation = torch.tensor(self.deviation, device=pixels.device)
        return ((pixels.float() - mean) / deviation).permute(0, 3, 1, 2)


def normalisation_of(pixels: npt.NDArray[np.uint8]) -> Normalisation:
    """That of the training pictures (L, h, w, 3) themselves; a channel of one value gets 1."""
    total, squares = np.zeros(3), np.zeros(3)
    for start in range(0, len(pixels), ROWS_AT_ONCE):
        channels = pixels[start : start + ROWS_AT_ONCE].reshape(-1, 3).astype(np.float64)
        total += channels.sum(axis=0)
        squares += (channels**2).sum(axis=0)
    count = pixels.size // 3
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0.0))
    deviation[deviation < 1e-3] = 1.0
    red, green, blue = mean.tolist()
    d_red, d_green, d_blue = deviation.tolist()
    return Normalisation((red, green, blue), (d_red, d_green, d_blue))


def epoch_batches(n_images: int, generator: torch.Generator) -> tuple[Tensor, ...]:
    """All positions 0 to n_images - 1 once, shuffled, in batches of nearly equal size.

    At most `BATCH` each. Equal sizes leave no single picture over, of which batch normalisation
    could learn nothing.
    """
    order = torch.randperm(n_images, generator=generator)
    return order.tensor_split(-(-n_images // BATCH))


def crop_and_flip(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture of (n, h, w, 3) shifted by up to `PADDING` pixels, and mirrored half the time.

    The draws come from `generator` on the CPU, so that they are the same on every device.
    """
    n, height, width, _ = pixels.shape
    shift = torch.randint(0, 2 * PADDING + 1, (2, n), generator=generator).to(pixels.device)
    mirrored = (torch.rand(n, generator=generator) < 0.5).to(pixels.device)
    row = torch.arange(height, device=pixels.device) + shift[0][:, None]  # (n, h)
    column = torch.arange(width, device=pixels.device).expand(n, width)
    column = torch.where(mirrored[:, None], column.flip(1), column) + shift[1][:, None]  # (n, w)
    padded = pad(pixels, (0, 0, PADDING, PADDING, PADDING, PADDING))
    image = torch.arange(n, device=pixels.device)[:, None, None]
    return padded[image, row[:, :, None], column[:, None, :]]
