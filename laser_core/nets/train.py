"""The training loop of Section 4.1: SGD with momentum, the learning rate halved every 60 epochs."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from laser_core.errors import ConfigError
from laser_core.nets.batches import Normalisation, crop_and_flip, epoch_batches
from laser_core.nets.device import memory_explained, repeatable
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
    model: nn.Module,
    pixels: Tensor,
    labels: Tensor,
    normalisation: Normalisation,
    epochs: int,
    temperature: float,
    generator: torch.Generator,
) -> Steps[None]:
    """Minimise Eq. (2), cross-entropy of softmax(logits / temperature), in place.

    Args:
        model: on the device of `pixels`.
        pixels: (L, h, w, 3) uint8.
        labels: (L,) int64, one of the model's outputs each.
        generator: on the CPU; order, crops and flips come from it.

    Raises:
        ConfigError: the loss is no number any more, or the device's memory is full.
    """
    optimiser = torch.optim.SGD(
        model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=HALVED_EVERY, gamma=0.5)
    meter = _Meter(f"training resnet18 on {len(labels)} images", epochs * len(labels))
    yield Progress(meter.stage, 0, meter.total)
    for epoch in range(epochs):
        name, rate = f"{epoch + 1} of {epochs}", float(schedule.get_last_lr()[0])
        meter.losses = []
        batches = epoch_batches(len(labels), generator)
        for number, batch in enumerate(batches, start=1):
            with repeatable(), memory_explained(pixels.device):
                some = batch.to(pixels.device)
                images = normalisation.apply(crop_and_flip(pixels[some], generator))
                meter.losses.append(_step(model, optimiser, images, labels[some], temperature))
            meter.done += len(batch)
            if meter.due() and number < len(batches):
                yield meter.report(name, rate)
        schedule.step()
        progress = meter.report(name, rate)
        _check_finite(float(progress.figures["loss"]), temperature)
        yield progress


def _step(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    temperature: float,
) -> Tensor:
    model.train()
    optimiser.zero_grad(set_to_none=True)
    loss = cross_entropy(model(images) / temperature, labels)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return loss.detach()


def _check_finite(loss: float, temperature: float) -> None:
    if not math.isfinite(loss):
        raise ConfigError(
            f"the training of resnet18 diverged (loss {loss}) at temperature={temperature:g}; "
            "choose a temperature nearer to 1, or the learner head"
        )
