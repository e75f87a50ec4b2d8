"""Claim: `resnet18` learns from at least 1.2 times the images a second of a plain PyTorch loop.

    python -m benchmarks.train_rate [--images 384] [--repeats 5] [--device cpu] [--threads 2]
    python -m benchmarks.train_rate --cifar10 ARCHIVE.zip       with a GPU: one whole run as well

The plain loop is the recipe of Section 4.1 as it is usually written: a DataLoader over decoded
pictures, torchvision's random crop and mirror, float32, SGD 0.01 with momentum 0.9 and weight decay
5e-4, batches of 128, the same ResNet-18 for 32 pixels. Both see the same pictures in turns, so that
other work on the machine meets both; a first turn of each is not counted. With --cifar10 (class
folders in `train` and `test`) and a GPU: the seconds of LaSeR's ten rounds of 1,500 labels at 300
epochs, class split 0.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from benchmarks.machine import Seconds, Stopwatch, machine, spread, verdict
from benchmarks.runs import Runs
from laser_core.basics.arrays import Floats, Ids
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.nets import make_learner
from laser_core.nets.batches import BATCH
from laser_core.nets.objectives import detector
from laser_core.nets.resnet import build
from laser_core.progress import Progress, Steps, drain

SIDE, CLASSES = 32, 3
LEAST = 1.2
GPU_IMAGES = 50_000


class Noise:
    """Pictures that mean nothing, as a learner has them (`laser_core.nets.base.Pictures`)."""

    side = SIDE

    def __init__(self, images: int) -> None:
        rng = rng_for(0, "train rate")
        self.ids = np.array([f"{i:06d}" for i in range(images)])
        self.labels = np.arange(images) % CLASSES
        self.all = rng.integers(0, 256, (images, SIDE, SIDE, 3), dtype=np.uint8)

    def prepare_pixels(self, size: int) -> Steps[None]:
        """They are there."""
        yield Progress("nothing to do")

    def pixels(self, ids: Ids, size: int) -> Any:
        """(n, 32, 32, 3) whatever the size."""
        return self.all[np.searchsorted(self.ids, ids)]

    def vectors(self, ids: Ids) -> Floats:
        """(n, 1) nothing: no objective here looks at them."""
        return np.zeros((len(ids), 1), dtype=np.float32)


def main() -> None:
    """Both loops in turns, then a whole run where there is a GPU."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=0, help="a turn; 384, or 50,000 on a GPU")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch on a CPU")
    parser.add_argument("--cifar10", help="archive with CIFAR-10 as class folders")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    gpu = options.device != "cpu" and torch.cuda.is_available()
    images = options.images or (GPU_IMAGES if gpu else 384)
    how = {"device": options.device, "precision": options.precision, "compiled": options.compiled}
    config = ExperimentConfig(learner="resnet18", epochs=1, **how)
    name = torch.cuda.get_device_name() if gpu else f"CPU, {torch.get_num_threads()} threads"
    print(f"{machine()}; PyTorch {torch.__version__}, {name}; {images} images a turn")
    compare(config, Noise(images), "cuda" if gpu else "cpu", options.repeats)
    if gpu and options.cifar10:
        whole_run(config.with_changes(pool=options.cifar10, epochs=300))
    else:
        print("one whole CIFAR-10 run at 300 epochs: needs a GPU and --cifar10, not measured")


def compare(config: ExperimentConfig, pictures: Noise, device: str, repeats: int) -> None:
    """Turns of both, what they come to, and the promise."""
    plain = PlainLoop(pictures, device)
    loops: dict[str, Callable[[], object]] = {
        "ours": lambda: drain(
            make_learner(config).train(
                detector(), pictures, pictures.ids, pictures.labels, CLASSES - 1, rng_for(0)
            )
        ),
        "plain": plain.epoch,
    }
    count = len(pictures.ids)
    turns: dict[str, list[Seconds]] = {name: [] for name in loops}
    for number in range(repeats + 1):
        for name, loop in loops.items():
            found = timed(loop)
            if number:  # the first warms up
                turns[name].append(found)
    for name, own in turns.items():
        print(f"{name:6} images/s {spread([count / t.wall for t in own], 1)}")
        print(f"{'':6} images per CPU second {spread([count / t.cpu for t in own], 1)}")
    for what in ("wall", "cpu"):
        ratios = [
            getattr(plain_turn, what) / getattr(our_turn, what)  # of as many images
            for our_turn, plain_turn in zip(turns["ours"], turns["plain"], strict=True)
        ]
        print(f"ours / plain by {'the clock' if what == 'wall' else 'CPU'}: {spread(ratios, 2)}")
        promised = what == ("wall" if device == "cuda" else "cpu")
        if promised:  # on a CPU that others use too, the clock says little
            print(verdict("ours / plain, median", statistics.median(ratios), LEAST))


def timed(loop: Callable[[], object]) -> Seconds:
    """One turn, the GPU's work waited for."""
    watch = Stopwatch()
    loop()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return watch.read()


class PlainLoop:
    """The recipe as one would write it without this program."""

    def __init__(self, pictures: Noise, device: str) -> None:
        from torchvision import transforms

        taken = pictures.all.reshape(-1, 3) / 255.0
        self.device = torch.device(device)
        self.model = build(CLASSES, SIDE, 0).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self.model = self.model.to(self.device)
        self.optimiser = torch.optim.SGD(
            self.model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4
        )
        steps = [
            transforms.RandomCrop(SIDE, padding=4),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(taken.mean(axis=0).tolist(), taken.std(axis=0).tolist()),
        ]
        workers = 4 if device == "cuda" else 0
        self.loader = DataLoader(
            Decoded(pictures, transforms.Compose(steps)), BATCH, shuffle=True, num_workers=workers,
            pin_memory=device == "cuda", persistent_workers=workers > 0,
        )  # fmt: skip

    def epoch(self) -> None:
        """All pictures once."""
        self.model.train()
        for images, targets in self.loader:
            images, targets = images.to(self.device), targets.to(self.device)
            self.optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(self.model(images) / 0.5, targets)
            loss.backward()
            self.optimiser.step()


class Decoded(Dataset[Any]):
    """Pillow pictures, as torchvision's CIFAR-10 hands them out."""

    def __init__(self, pictures: Noise, prepare: Callable[[Any], Any]) -> None:
        self.pictures, self.prepare = pictures, prepare

    def __len__(self) -> int:
        return len(self.pictures.ids)

    def __getitem__(self, row: int) -> tuple[Any, int]:
        from PIL import Image

        picture = Image.fromarray(self.pictures.all[row])
        return self.prepare(picture), int(self.pictures.labels[row])


def whole_run(config: ExperimentConfig) -> None:
    """LaSeR's ten rounds with the paper's settings, and what a round took."""
    watch = Stopwatch()
    records = Runs().records(config.with_changes(rounds=10, batch_size=1500))
    seconds = [record.seconds for record in records]
    print(f"one whole CIFAR-10 run at {config.epochs} epochs: {watch.read()[0]:.0f} s, of which")
    print(f"rounds {sum(seconds):.0f} s: {' '.join(f'{s:.0f}' for s in seconds)}")
    last = records[-1]
    print(f"accuracy {last.accuracy or 0:.3f}, precision {last.precision or 0:.3f} in round 10")


if __name__ == "__main__":
    main()
