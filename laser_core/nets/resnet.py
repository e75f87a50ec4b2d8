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
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.batches import Normalisation, normalisation_of
from laser_core.nets.device import ON_CPU, Compute, torch_seed
from laser_core.nets.objectives import NetSpec
from laser_core.nets.predict import SCORED_AT_ONCE, score
from laser_core.nets.resident import Resident
from laser_core.nets.train import fit
from laser_core.nets.training.headed import Headed, ObjectiveLoss
from laser_core.nets.training.outputs import outputs_of
from laser_core.nets.training.samples import dropout_samples
from laser_core.nets.training.side_by_side import side_by_side
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
        compute: where it is computed, and how.
        size: side of the pictures it sees, in pixels; None: 32 for pictures whose shorter side is
            48 or less, else 64.
    """

    name: ClassVar[str] = "resnet18"

    def __init__(
        self, epochs: int = 300, compute: Compute = ON_CPU, size: int | None = None
    ) -> None:
        self._epochs = epochs
        self._compute = compute
        self._size = size
        self._resident = Resident(compute)

    @property
    def training_words(self) -> str:
        how = ", bf16" if self._compute.bf16 else ""
        return f"{self.name}, {self._epochs} epochs, {self._size or 'usual'} pixels{how}"

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
        model = Headed(network, heads, int(rng.integers(2**63))).to(self._compute.device)
        model.speed_up(self._compute)
        if isinstance(start, ResNet):
            model.start_from(start.model)
        form = Form(tuple(outputs.columns.tolist()), outputs.width, size, normalisation_of(pixels))
        snapshots: list[dict[str, Tensor]] = []
        if len(outputs.columns) > 1:  # else there is nothing to tell apart
            targets = self._compute.send(torch.from_numpy(outputs.targets))
            snapshots = yield from fit(
                model,
                self._resident.take(pictures, ids, size),
                ObjectiveLoss(spec.objective, outputs.seen, targets, spec.dropout, rng),
                form.normalisation,
                self._epochs,
                order,
                spec.snapshots,
                self._compute,
            )
        return ResNet(model, form, self._resident, self._compute, spec, snapshots)

    def train_all(self, trainings: Sequence[Steps[Net]]) -> Steps[list[Net]]:
        """Side by side on a GPU, which a net this small leaves idle half of the time; on a CPU one
        after another, each on all cores."""
        if len(trainings) < 2 or not self._compute.on_gpu:
            return (yield from super().train_all(trainings))
        return (yield from side_by_side(trainings, self._compute.stream))

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
            model = model.to(self._compute.device)
            return ResNet(model, form, self._resident, self._compute, spec, snapshots)
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
        model: on the device, one output of "logits" for each of the form's columns.
        form: of its outputs and pictures.
        resident: the run's pictures there.
        compute: the device, and how it computes.
        spec: what it was trained for.
        snapshots: weights of `model` at several epochs, which answer together; none: it alone.
    """

    def __init__(
        self,
        model: Headed,
        form: Form,
        resident: Resident,
        compute: Compute,
        spec: NetSpec,
        snapshots: Sequence[dict[str, Tensor]] = (),
    ) -> None:
        self.model = model
        self._form = form
        self._resident = resident
        self._compute = compute
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
        yield from pictures.prepare_pixels(self._form.size)
        step = SCORED_AT_ONCE[self._compute.device.type]
        found = [torch.empty(0, width, device=self._compute.device)]
        for start in range(0, len(ids), step):
            yield Progress("scoring images", start, len(ids))
            pixels = self._resident.take(pictures, ids[start : start + step], self._form.size)
            found.append(score(self.model, what, pixels, self._form.normalisation, self._compute))
        with torch.inference_mode():  # read once, so that a GPU need not wait after each part
            said: Floats = torch.cat(found).cpu().numpy()
        return said

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

    with torch_seed(seed):  # torchvision draws from the global generator
        model: nn.Module = resnet18(weights=None, num_classes=n_outputs)
        if size <= LARGE:
            model.conv1 = nn.Conv2d(3, 64, kernel_size=3, stride=1, padding=1, bias=False)
            nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
            model.maxpool = nn.Identity()
    return model.to(memory_format=torch.channels_last)
