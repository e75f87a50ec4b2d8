"""`resnet18`: torchvision's ResNet-18, from scratch on the pictures; the paper's learner."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.config import Device
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.batches import Normalisation, normalisation_of
from laser_core.nets.device import choose_device
from laser_core.nets.objectives import NetSpec
from laser_core.nets.predict import SCORED_AT_ONCE, score
from laser_core.nets.train import fit
from laser_core.nets.training.headed import Headed, ObjectiveLoss
from laser_core.nets.training.outputs import outputs_of
from laser_core.nets.training.samples import dropout_samples
from laser_core.nets.weights import read_weights, unusable, write_weights
from laser_core.progress import Progress, Steps
from laser_core.scores import temperature_probabilities

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

    @property
    def training(self) -> str:
        return f"{self.name}, {self._epochs} epochs, {self._size or 'usual'} pixels"

    def train(
        self,
        spec: NetSpec,
        pictures: Pictures,
        ids: Ids,
        labels: Ints,
        n: int,
        rng: np.random.Generator,
        *,
        anchor: Anchor | None = None,
        start: Net | None = None,
    ) -> Steps[Net]:
        if len(ids) == 0:
            raise ValueError("resnet18 needs at least one labeled image")
        if anchor is not None:
            raise ValueError("resnet18 cannot start from the text")
        outputs = outputs_of(
            spec.objective, labels, n, lambda rows: pictures.vectors(ids[rows]), rng
        )
        size = self._size or (SMALL if pictures.side <= SMALL_UP_TO else LARGE)
        yield from pictures.prepare_pixels(size)
        pixels = pictures.pixels(ids, size)
        heads = spec.objective.heads(outputs.seen)
        network = build(heads["logits"], size, int(rng.integers(2**63)))
        order = torch.Generator().manual_seed(int(rng.integers(2**63)))
        model = Headed(network, heads, int(rng.integers(2**63))).to(self._device)
        if isinstance(start, ResNet):
            model.start_from(start.model)
        form = Form(tuple(outputs.columns.tolist()), outputs.width, size, normalisation_of(pixels))
        snapshots: list[dict[str, Tensor]] = []
        if len(outputs.columns) > 1:  # else there is nothing to tell apart
            targets = torch.from_numpy(outputs.targets).to(self._device)
            snapshots = yield from fit(
                model,
                torch.from_numpy(pixels.copy()).to(self._device),
                ObjectiveLoss(spec.objective, outputs.seen, targets, spec.dropout, rng),
                form.normalisation,
                self._epochs,
                order,
                spec.snapshots,
            )
        return ResNet(model, form, self._device, spec, snapshots)

    def load(self, path: Path, spec: NetSpec) -> Net:
        tensors, words = read_weights(path, self.name)
        try:
            about = json.loads(words["about"])
            heads, many = about["heads"], about["snapshots"]
            normalisation = Normalisation(**{k: tuple(v) for k, v in about["pixels"].items()})
            form = Form(tuple(about["columns"]), about["width"], about["size"], normalisation)
            model = Headed(build(heads["logits"], form.size, seed=0), heads, seed=0)
            weights = {name: torch.from_numpy(t) for name, t in tensors.items()}
            model.load_state_dict(_without(weights, "last/"))
            snapshots = [_without(weights, f"{number}/") for number in range(many)]
            return ResNet(model.to(self._device), form, self._device, spec, snapshots)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            first_line = str(error).splitlines()[0]
            raise unusable(path, self.name, first_line) from error


def _without(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    mine = {name: tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    return {name.removeprefix(prefix): tensor for name, tensor in mine.items()}


@dataclass(frozen=True)
class Form:
    """How the outputs and the pictures of a net are to be taken.

    Args:
        columns: the place among `width` of each class or unknown group that had an image in
            training; of one alone there is nothing to learn: it wins everywhere.
        width: C, with the classes that had none.
        size: side of the pictures in pixels.
        normalisation: of the training pictures.
    """

    columns: tuple[int, ...]
    width: int
    size: int
    normalisation: Normalisation


class ResNet(Net):
    """A trained ResNet-18 with heads.

    Args:
        model: on `device`, one output of "logits" for each of the form's columns.
        form: of its outputs and pictures.
        device: where `model` is.
        spec: what it was trained for.
        snapshots: weights of `model` at several epochs, which answer together; none: it alone.
    """

    def __init__(
        self,
        model: Headed,
        form: Form,
        device: torch.device,
        spec: NetSpec,
        snapshots: Sequence[dict[str, Tensor]] = (),
    ) -> None:
        self.model = model
        self._form = form
        self._device = device
        self._spec = spec
        self._snapshots = list(snapshots)

    @property
    def outputs(self) -> int:
        return self._form.width

    def read(
        self, what: str, pictures: Pictures, ids: Ids, rng: np.random.Generator | None = None
    ) -> Steps[Floats]:
        if what == "logits":
            return self._spread((yield from self._logits(pictures, ids)))
        if what == "samples":
            return (yield from self._samples(pictures, ids, rng))
        if what != "features" and what not in self.model.heads:
            raise ValueError(f"this net has no {what!r}")
        return (yield from self._score(what, pictures, ids))

    def _logits(self, pictures: Pictures, ids: Ids) -> Steps[Floats]:
        if len(self._form.columns) == 1:
            return np.zeros((len(ids), 1), dtype=np.float32)
        if not self._snapshots:
            return (yield from self._score("logits", pictures, ids))
        total: Floats = np.zeros((len(ids), len(self._form.columns)), dtype=np.float32)
        for weights in self._snapshots:
            self.model.load_state_dict(weights)
            logits = yield from self._score("logits", pictures, ids)
            total = total + temperature_probabilities(logits, 1.0)
        return np.log(np.maximum(total / len(self._snapshots), np.finfo(np.float32).tiny))

    def _samples(
        self, pictures: Pictures, ids: Ids, rng: np.random.Generator | None
    ) -> Steps[Floats]:
        """(passes, N, C): the trunk runs once, only the head sees the dropout."""
        if rng is None:
            raise ValueError("samples need a generator")
        features = yield from self._score("features", pictures, ids)
        head = cast(nn.Linear, self.model.heads["logits"])
        weights, bias = (t.detach().cpu().numpy() for t in (head.weight, head.bias))
        found = dropout_samples(features, weights, bias, self._spec.dropout, self._spec.passes, rng)
        return np.stack([self._spread(each) for each in found])

    def _score(self, what: str, pictures: Pictures, ids: Ids) -> Steps[Floats]:
        """(N, k) "features" or a head's outputs."""
        heads = cast(dict[str, nn.Linear], self.model.heads)
        width = self.model.width if what == "features" else heads[what].out_features
        found = np.empty((len(ids), width), dtype=np.float32)
        yield from pictures.prepare_pixels(self._form.size)
        step = SCORED_AT_ONCE[self._device.type]
        for start in range(0, len(ids), step):
            yield Progress("scoring images", start, len(ids))
            some = slice(start, start + step)
            pixels = pictures.pixels(ids[some], self._form.size)
            found[some] = score(self.model, what, pixels, self._form.normalisation, self._device)
        return found

    def _spread(self, outputs: Floats) -> Floats:
        full = np.full((len(outputs), self._form.width), -np.inf, dtype=np.float32)
        full[:, self._form.columns] = outputs
        return full

    def save(self, path: Path) -> None:
        form, states = self._form, {"last": self.model.state_dict()}
        states |= {str(number): state for number, state in enumerate(self._snapshots)}
        about = {
            "columns": form.columns,
            "width": form.width,
            "size": form.size,
            "pixels": asdict(form.normalisation),
            "heads": {name: head.out_features for name, head in self.model.heads.items()},
            "snapshots": len(self._snapshots),
        }
        tensors = {
            f"{of}/{name}": t.cpu().numpy() for of, state in states.items()
            for name, t in state.items()
        }  # fmt: skip
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
