"""Batches of uint8 pictures: shuffled, cropped and flipped on the device, made numbers last.

What an epoch draws is drawn before it, on the CPU, and goes to the device in one transfer: a step
then waits for nothing, and the draws are the same on every device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

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
        mean, deviation = _tensors(self, pixels.device)
        return ((pixels.float() - mean) / deviation).permute(0, 3, 1, 2)


@lru_cache(maxsize=32)
def _tensors(numbers: Normalisation, device: torch.device) -> tuple[Tensor, Tensor]:
    """(3,) mean and (3,) deviation on a device, sent there once and not with every batch."""
    with torch.inference_mode(False):  # scoring may ask first, training goes on with them
        return torch.tensor(numbers.mean).to(device), torch.tensor(numbers.deviation).to(device)


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


@dataclass(frozen=True)
class Draws:
    """What decides some images' pictures and features in training.

    Args:
        rows: (B,) which of the training images they are.
        shift: (2, B) by how many pixels each window is moved in the padded picture, down and right.
        mirrored: (B,) 1 where the picture is mirrored, else 0.
        left: (B, d) 1 for a feature that the heads see, 0 for one left out; None without dropout.
    """

    rows: Tensor
    shift: Tensor
    mirrored: Tensor
    left: Tensor | None = None


def epoch_batches(n_images: int, generator: torch.Generator) -> tuple[Tensor, ...]:
    """All positions 0 to n_images - 1 once, shuffled, in batches of nearly equal size.

    At most `BATCH` each. Equal sizes leave no single picture over, of which batch normalisation
    could learn nothing.
    """
    order = torch.randperm(n_images, generator=generator)
    return order.tensor_split(-(-n_images // BATCH))


def epoch_draws(
    n_images: int,
    generator: torch.Generator,
    send: Callable[[Tensor], Tensor],
    width: int = 0,
    dropout: float = 0.0,
) -> Iterator[Draws]:
    """An epoch's batches with all that they draw, on the device.

    Args:
        generator: on the CPU.
        send: takes a tensor to the device; called once.
        width: d, features before the heads.
        dropout: share of them left out, 0 for none.
    """
    batches = epoch_batches(n_images, generator)
    drawn = [draw(rows, generator, width, dropout) for rows in batches]
    numbers = torch.stack(
        [
            torch.cat([each.rows for each in drawn]),
            *torch.cat([each.shift for each in drawn], dim=1),
            torch.cat([each.mirrored for each in drawn]),
        ]
    )
    bits = [each.left.flatten() for each in drawn if each.left is not None]
    there = send(torch.cat([numbers.view(torch.uint8).flatten(), *bits]))
    numbers = there[: 8 * numbers.numel()].view(torch.int64).view(4, n_images)
    left = there[8 * numbers.numel() :].view(n_images, width) if bits else None
    start = 0
    for rows in batches:
        some = slice(start, start + len(rows))
        yield Draws(
            numbers[0, some], numbers[1:3, some], numbers[3, some],
            None if left is None else left[some],
        )  # fmt: skip
        start += len(rows)


def draw(rows: Tensor, generator: torch.Generator, width: int = 0, dropout: float = 0.0) -> Draws:
    """The draws of one batch, in the order in which a step would need them."""
    n = len(rows)
    shift = torch.randint(0, 2 * PADDING + 1, (2, n), generator=generator)
    mirrored = torch.rand(n, generator=generator) < 0.5
    left = None
    if dropout:
        left = (torch.rand(n, width, generator=generator) >= dropout).to(torch.uint8)
    return Draws(rows, shift, mirrored.long(), left)


def crop_and_flip(pixels: Tensor, draws: Draws) -> Tensor:
    """Each picture of (n, h, w, 3) shifted by up to `PADDING` pixels, and mirrored half the time.

    Args:
        draws: of these n pictures, on their device.
    """
    n, height, width, _ = pixels.shape
    shift, mirrored = draws.shift, draws.mirrored.bool()
    row = torch.arange(height, device=pixels.device) + shift[0][:, None]  # (n, h)
    column = torch.arange(width, device=pixels.device).expand(n, width)
    column = torch.where(mirrored[:, None], column.flip(1), column) + shift[1][:, None]  # (n, w)
    padded = pad(pixels, (0, 0, PADDING, PADDING, PADDING, PADDING))
    image = torch.arange(n, device=pixels.device)[:, None, None]
    return padded[image, row[:, :, None], column[:, None, :]]
