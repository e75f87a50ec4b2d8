"""Claim: a round with the head takes at most 2 s on 10,000 images and 6 s on 50,000 (2 cores).

    python -m benchmarks.round_time

Real rounds of the real experiment: the offline models for language, the head for detector and
classifier, labels that grow from round to round, everything written to disk. Only the pictures'
vectors are made up: noise around the sentence of their class. The rival is the strategy "random",
which trains the classifier alone.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.machine import Stopwatch, machine, spread, verdict
from laser_core.basics.arrays import Floats, unit_rows
from laser_core.basics.files import default_cache_dir
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource, Item
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.experiment.materials import Materials
from laser_core.experiment.oracle import SimulatedOracle
from laser_core.llm.choose import open_llm
from laser_core.nets.pictures import RunPictures
from laser_core.pool import LabelSpace
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.texts.cosine_table import FileTable
from laser_core.texts.cosines import Cosines
from laser_core.view import RoundRecord
from laser_core.vlm.choose import open_vlm
from laser_core.vlm.text_store import embed_texts

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
NOISE = 1.2  # length of the noise beside a class's sentence of length 1: as precise as CIFAR-10


class MadeUp(ImageSource):
    """Pictures that nobody looks at."""

    def content_key(self, id: str) -> str:
        return id

    def image(self, id: str) -> Image.Image:
        return Image.new("RGB", (32, 32))


def main() -> None:
    """Both sizes, ten rounds each, beside random."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,50000")
    options = parser.parse_args()
    print(machine())
    for images in map(int, options.sizes.split(",")):
        batch, most = images * 3 // 100, 2.0 if images <= 10_000 else 6.0
        print(f"{images:,} images, batches of {batch}, 10 rounds")
        for strategy in ("laser", "random"):
            watch = Stopwatch()
            records, cpu = rounds(images, batch, strategy)
            seconds = [record.seconds for record in records]
            print(f"  {strategy:7} seconds {spread(seconds, 2)}; first round {seconds[0]:.2f}")
            print(f"  {'':7} CPU seconds {spread(cpu, 2)}")
            precision = [record.precision or 0.0 for record in records]
            print(f"  {'':7} precision {spread(precision)}")
            print("  {:7} {:.0f} s, {:.0f} CPU s with the preparation".format("", *watch.read()))
            if strategy == "laser":
                print(verdict("seconds a round, median", statistics.median(seconds), most=most))
                print(verdict("the same in CPU seconds", statistics.median(cpu), most=most))
                print(verdict("slowest after the first round", max(seconds[1:]), most=most))


def rounds(images: int, batch: int, strategy: str) -> tuple[list[RoundRecord], list[float]]:
    """(the records of a run, CPU seconds of each round)."""
    config = ExperimentConfig(
        pool="made up",
        relevant=CLASSES[:2],
        batch_size=batch,
        descriptions=15,
        confusers=4,
        strategy=strategy,
        vlm="offline",
        anchor=1.0,
    )
    cpu: list[float] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        materials = made_up(config, images, Path(folder))
        store = Store.create(Path(folder) / "run", config)
        watch = Stopwatch()
        records = drain(
            simulate(Experiment(materials, store), lambda _: cpu.append(watch.read()[1]))
        )
        store.close()
    return records, np.diff([0.0, *cpu]).tolist()


def made_up(config: ExperimentConfig, images: int, folder: Path) -> Materials:
    """A pool of `images` and a fifth as many test images, with the models that a real run has."""
    cache = default_cache_dir()
    vlm, rng = open_vlm("offline", "cpu", cache), rng_for(0, "round time")
    splits = [("pool", images), ("test", images // 5)]
    items = [
        Item(f"{split}/{n:06d}", CLASSES[n % len(CLASSES)], split)  # type: ignore[arg-type]
        for split, count in splits
        for n in range(count)
    ]
    source, space = MadeUp("made up", items), LabelSpace(config.relevant)
    centres = vlm.text_vectors([f"a photo of a {name}" for name in CLASSES])
    vectors = _around(centres, images + images // 5, rng)
    table = FileTable(folder / "cosines", images)
    return Materials(
        config=config,
        pool_ids=source.ids("pool"),
        pictures=RunPictures(source, source.ids(), vectors, folder),
        cosines=Cosines(vectors[:images], lambda texts: embed_texts(texts, vlm, cache), table),
        llm=open_llm("offline", cache),
        oracle=SimulatedOracle(source, space),
        vlm=vlm,
        source=source,
    )


def _around(centres: Floats, count: int, rng: np.random.Generator) -> Floats:
    """(count, D) unit rows, classes in turn; made in slices to spare memory."""
    vectors = np.empty((count, centres.shape[1]), dtype=np.float32)
    scale = NOISE * 4 / np.sqrt(centres.shape[1])
    for start in range(0, count, 5000):
        rows = np.arange(start, min(start + 5000, count))
        noise = rng.standard_normal((len(rows), centres.shape[1]), dtype=np.float32)
        vectors[rows] = unit_rows(centres[rows % len(centres)] + scale * noise)
    return vectors


if __name__ == "__main__":
    main()
