"""`resnet18`: torchvision's ResNet-18, from scratch on the pictures; the paper's learner."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.config import Device
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.batches import Normalisation, normalisation_of
from laser_core.nets.device import choose_device
from laser_core.nets.predict import SCORED_AT_ONCE, score
from laser_core.nets.train import fit
from laser_core.nets.weights import read_weights, unusable, write_weights
from laser_core.progress import Progress, Steps

SMALL, LARGE = 32, 64  # pixels: the sizes of CIFAR and Tiny-ImageNet, which the paper has
SMALL_UP_TO = 48  # pixels: the middle; larger pictures are shrunk to LARGE


class ResNet18(Learner):
    """The paper's network, trained anew each round. It wants a GPU.

    One core of a CPU learns from about 25 pictures of 32 pixels a second, or 6 of 64. The same
    seed gives the same weights on the same computer with the same number of threads.

    Args:
        epochs: passes over the labeled images; the paper has 300.
        device: "auto" takes a CUDA device where there is one.
        size: side of the pictures it sees, in pixels; None: 32 for pictures whose shorter side is
            48 or less, else 64.

    Raises:
        ConfigError: "cuda" is wanted and PyTorch sees none.
    """

    name: ClassVar[str] = "resnet18"

    def __init__(self, epochs: int = 300, device: Device = "auto", size: int | None = None) -> None:
        self._epochs = epochs
        self._device = choose_device(device)
        self._size = size

    def train(
        self,
        pictures: Pictures,
        ids: Ids,
        labels: Ints,
        n_outputs: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        anchor: Anchor | None = None,
    ) -> Steps[Net]:
        if len(ids) == 0:
            raise ValueError("resnet18 needs at least one labeled image")
        if anchor is not None:
            raise ValueError("resnet18 cannot start from the text")
        size = self._size or (SMALL if pictures.side <= SMALL_UP_TO else LARGE)
        classes, targets = np.unique(labels, return_inverse=True)  # those without an image: not
        yield from pictures.prepare_pixels(size)
        pixels = pictures.pixels(ids, size)
        normalisation = normalisation_of(pixels)
        model = build(len(classes), size, int(rng.integers(2**63))).to(self._device)
        if len(classes) > 1:  # else there is nothing to tell apart
            yield from fit(
                model,
                torch.from_numpy(pixels.copy()).to(self._device),
                torch.from_numpy(targets).to(self._device),
                normalisation,
                self._epochs,
                temperature,
                torch.Generator().manual_seed(int(rng.integers(2**63))),
            )
        return ResNet(model, classes.tolist(), n_outputs, size, normalisation, self._device)

    def load(self, path: Path) -> Net:
        tensors, words = read_weights(path, self.name)
        try:
            about = json.loads(words["about"])
            model = build(len(about["classes"]), about["size"], seed=0)
            model.load_state_dict({name: torch.from_numpy(t) for name, t in tensors.items()})
            normalisation = Normalisation(**{k: tuple(v) for k, v in about.pop("pixels").items()})
            return ResNet(
                model.to(self._device), normalisation=normalisation, device=self._device, **about
            )
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            first_line = str(error).splitlines()[0]
            raise unusable(path, self.name, first_line) from error


class ResNet(Net):
    """A trained ResNet-18.

    Args:
        model: on `device`, one output for each of `classes`.
        classes: those that had an image in training, ascending; of one alone there is nothing
            to learn: it wins everywhere.
        n_outputs: C, with the classes that had none.
        size: side of the pictures in pixels.
        normalisation: of the training pictures.
        device: where `model` is.
    """

    def __init__(
        self,
        model: nn.Module,
        classes: Sequence[int],
        n_outputs: int,
        size: int,
        normalisation: Normalisation,
        device: torch.device,
    ) -> None:
        self._model = model
        self._classes = list(classes)
        self._n_outputs = n_outputs
        self._size = size
        self._normalisation = normalisation
        self._device = device

    @property
    def outputs(self) -> int:
        return self._n_outputs

    def logits(self, pictures: Pictures, ids: Ids) -> Steps[Floats]:
        logits = np.full((len(ids), self._n_outputs), -np.inf, dtype=np.float32)
        if len(self._classes) == 1:
            logits[:, self._classes] = 0.0
            return logits
        yield from pictures.prepare_pixels(self._size)
        step = SCORED_AT_ONCE[self._device.type]
        for start in range(0, len(ids), step):
            yield Progress("scoring images", start, len(ids))
            end = start + step
            pixels = pictures.pixels(ids[start:end], self._size)
            logits[start:end, self._classes] = score(
                self._model, pixels, self._normalisation, self._device
            )
        return logits

    def save(self, path: Path) -> None:
        about = {
            "classes": self._classes,
            "n_outputs": self._n_outputs,
            "size": self._size,
            "pixels": asdict(self._normalisation),
        }
        tensors = {name: t.cpu().numpy() for name, t in self._model.state_dict().items()}
        write_weights(path, ResNet18.name, tensors, about=json.dumps(about))


def build(n_outputs: int, size: int, seed: int) -> nn.Module:
    """An untrained ResNet-18 for pictures of `size` pixels; the same weights for the same seed.

    Up to 64 pixels it has the usual stem for small pictures: a 3x3 convolution of stride 1 and no
    max-pooling, widths 64 to 512. Larger ones get torchvision's own stem.
    """
    from torchvision.models import resnet18

    with torch.random.fork_rng(devices=[]):  # torchvision draws from the global generator
        torch.manual_seed(seed)
        model: nn.Module = resnet18(weights=None, num_classes=n_outputs)
        if size <= LARGE:
            model.conv1 = nn.Conv2d(3, 64, kernel_size=3, stride=1, padding=1, bias=False)
            nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
            model.maxpool = nn.Identity()
    return model.to(memory_format=torch.channels_last)
