"""The training loop of Section 4.1: SGD with momentum, the learning rate halved every 60 epochs."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from laser_core.errors import ConfigError
from laser_core.nets.batches import BATCH, Draws, Normalisation, crop_and_flip, epoch_draws
from laser_core.nets.device import ON_CPU, Compute, compiler_explained, memory_explained
from laser_core.nets.training.headed import Headed, ObjectiveLoss
from laser_core.nets.training.snapshots import snapshot, snapshot_epochs
from laser_core.progress import Progress, Steps

LEARNING_RATE = 0.01
HALVED_EVERY = 60  # epochs, also of a shorter training: the paper's ablations of 50 never halve
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
REPORT_SECONDS = 0.5  # between two progress lines within an epoch: a stop is heeded that soon


@dataclass
class _Meter:
    """What a person sees while a net learns. It measures time and changes no result."""

    stage: str
    total: int
    done: int = 0
    losses: list[Tensor] = field(default_factory=list)
    start: float = field(default_factory=time.monotonic)
    reported: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        return time.monotonic() - self.reported >= REPORT_SECONDS

    def report(self, epoch: str, rate: float) -> Progress:
        """Mean loss since the epoch began, learning rate, pictures a second since the start."""
        self.reported = time.monotonic()
        figures: dict[str, float | str] = {
            "epoch": epoch,
            "loss": round(float(torch.stack(self.losses).mean()), 4),
            "learning rate": rate,
            "images/s": round(self.done / max(self.reported - self.start, 1e-9)),
        }
        return Progress(self.stage, self.done, self.total, figures)


def fit(
    model: Headed,
    pixels: Tensor,
    loss: ObjectiveLoss,
    normalisation: Normalisation,
    epochs: int,
    generator: torch.Generator,
    every: int = 0,
    compute: Compute = ON_CPU,
) -> Steps[list[dict[str, Tensor]]]:
    """Minimise the loss of an objective in place; snapshots come back, none for `every` 0.

    Args:
        model: on the device of `pixels`.
        pixels: (L, h, w, 3) uint8.
        loss: of these L images.
        generator: on the CPU; order, crops, flips and dropout come from it.
        every: so many epochs a snapshot of the weights is taken (`snapshot_epochs`).
        compute: how it is computed on that device.

    Raises:
        ConfigError: the loss is no number any more, the device's memory is full, or the trunk
            cannot be compiled.
    """
    optimiser = sgd(model, compute)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=HALVED_EVERY, gamma=0.5)
    count, kept = len(pixels), snapshot_epochs(every, epochs)
    meter = _Meter(f"training resnet18 on {count} images", epochs * count)
    snapshots = [snapshot(model)] if 0 in kept else []
    yield Progress(meter.stage, 0, meter.total)
    for epoch in range(epochs):
        name, rate = f"{epoch + 1} of {epochs}", float(schedule.get_last_lr()[0])
        meter.losses = []
        loss.before_epoch(partial(features_of, model, pixels, normalisation, compute))
        end = meter.done + count
        for draws in epoch_draws(count, generator, compute.send, model.width, loss.dropout):
            with compute.rules(), memory_explained(pixels.device), compiler_explained(compute):
                images = normalisation.apply(crop_and_flip(pixels[draws.rows], draws))
                meter.losses.append(step(model, optimiser, loss, images, draws))
            meter.done += len(draws.rows)
            if meter.due() and meter.done < end:
                yield meter.report(name, rate)
        schedule.step()
        progress = meter.report(name, rate)
        _check_finite(float(progress.figures["loss"]), loss.temperature)
        if epoch + 1 in kept:
            snapshots.append(snapshot(model))
        yield progress
    return snapshots


def sgd(model: Headed, compute: Compute) -> torch.optim.SGD:
    """Section 4.1's: on a GPU all weights in one operation, which rounds otherwise than many do."""
    return torch.optim.SGD(
        model.parameters(),
        lr=LEARNING_RATE,
        momentum=MOMENTUM,
        weight_decay=WEIGHT_DECAY,
        fused=compute.on_gpu,
    )


def features_of(
    model: Headed, pixels: Tensor, normalisation: Normalisation, compute: Compute, rows: Tensor
) -> Tensor:
    """(k, d) features of the images at `rows` (k,), as they are scored: no crop, no mirror."""
    model.eval()
    with torch.no_grad(), compute.rules(), memory_explained(pixels.device):
        some = torch.split(rows, BATCH)
        parts = [model.trunk(normalisation.apply(pixels[each])) for each in some]
    return torch.cat(parts)


def step(
    model: Headed,
    optimiser: torch.optim.Optimizer,
    objective: ObjectiveLoss,
    images: Tensor,
    draws: Draws,
) -> Tensor:
    """() the loss of one batch, and the weights moved by it. Reads nothing from the device."""
    model.train()
    optimiser.zero_grad(set_to_none=True)
    loss = objective(model, images, draws)
    if loss.requires_grad:  # a small batch may hold nothing that the objective learns from
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return loss.detach()


def _check_finite(loss: float, temperature: float) -> None:
    if not math.isfinite(loss):
        raise ConfigError(
            f"the training of resnet18 diverged (loss {loss}) at temperature={temperature:g}; "
            "choose a temperature nearer to 1, or the learner head"
        )
