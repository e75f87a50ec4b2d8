"""Claim: seconds and memory of a run grow with its pictures, not faster: 5,000, 20,000 and 100,000.

    python -m benchmarks.many_pictures [--sizes 5000,20000,100000] [--stub]

Each size is a process of its own with an empty cache: it generates tiny pictures of 40 classes,
opens them as a folder, embeds them, runs three rounds, opens the run again as a page does, and
writes the labels. Printed are the seconds of each stage, by the clock and of all processors, the
largest resident size so far, and how the processors' seconds grew from the size before: the
exponent, 1.0 for "in proportion". Stages under a second say nothing. With --stub a random map of
the pixels stands in for the image network, whose cost a picture never changes; all else is as it
is.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PIL import Image

from benchmarks.machine import ROOT, Stopwatch, machine
from benchmarks.memory import peak_bytes
from laser_core.analysis.explain_run import explain_in
from laser_core.analysis.ranking import round_ranking
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Floats
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.data.open import open_pool, summarise_pool
from laser_core.data.sets.demo import DemoSource
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.plan import plan
from laser_core.experiment.prepare import prepare
from laser_core.io.exports.tables import export_run
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.vlm.base import PreparedImage
from laser_core.vlm.offline.model import OfflineVLM

SIDE = 16  # pixels of a picture
ROUNDS = 3
SAID = "stages: "
Stage = tuple[str, float, float, float]  # name, seconds, of processors, GB at the peak so far


def main() -> None:
    """One child a size; the table at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="5000,20000,100000")
    parser.add_argument("--stub", action="store_true", help="no image network")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print(SAID + json.dumps(stages(options.child, Path(folder), options.stub)))
        return
    print(machine())
    before: tuple[int, dict[str, float]] | None = None
    for size in map(int, options.sizes.split(",")):
        found = _child(size, options.stub)
        print(f"\n{size:,} pictures{', stub for the network' if options.stub else ''}")
        for name, seconds, cpu, peak in found:
            grown = _growth(name, cpu, size, before)
            print(f"  {name:<24}{seconds:8.1f} s {cpu:8.1f} s CPU {peak:6.2f} GB  {grown}")
        before = size, {name: cpu for name, _, cpu, _ in found}


def _child(size: int, stub: bool) -> list[Stage]:
    command = [sys.executable, "-m", "benchmarks.many_pictures", "--child", str(size)]
    done = subprocess.run(
        command + ["--stub"] * stub,
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    said = next(line for line in done.stdout.splitlines() if line.startswith(SAID))
    return [tuple(stage) for stage in json.loads(said.removeprefix(SAID))]


def _growth(
    name: str, seconds: float, size: int, before: tuple[int, dict[str, float]] | None
) -> str:
    if before is None or seconds < 1.0 or before[1].get(name, 0.0) < 0.1:
        return ""
    exponent = math.log(seconds / before[1][name]) / math.log(size / before[0])
    return f"grew with the power {exponent:.1f}"


def stages(size: int, folder: Path, stub: bool) -> list[Stage]:
    """Everything a run of `size` pictures goes through, timed."""
    found: list[Stage] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        watch = Stopwatch()
        yield
        found.append((name, *watch.read(), peak_bytes() / 1e9))
        print(*found[-1], file=sys.stderr, flush=True)

    pool, cache, run = folder / "pool", folder / "cache", folder / "run"
    with stage("generate"):
        paint(pool, size)
    with stage("open the folder"):
        source = open_pool(str(pool))
    with stage("describe it"):
        summarise_pool(source)
    with stage("plan"):
        config = ExperimentConfig(pool=str(pool), vlm="offline", rounds=ROUNDS)
        planned = plan(config, cache)
    with _network(stub):
        with stage("embed and look around"):
            drain(prepare(planned, cache))
        with stage("embed again, cached"):
            materials = drain(prepare(planned, cache))
    with stage("make the run"):
        store = Store.create(run, planned.config)
        keep_pool(store, materials)
        experiment = Experiment(materials, store)
    for round in range(1, ROUNDS + 1):
        with stage(f"round {round}: query"):
            query = drain(experiment.query())
        with stage(f"round {round}: label"):
            assert materials.oracle is not None
            experiment.annotate(materials.oracle.answer(query.ids.tolist()))
        with stage(f"round {round}: train"):
            drain(experiment.train())
    store.close()
    read_back(run, cache, found, stage)
    return found


def read_back(run: Path, cache: Path, found: list[Stage], stage) -> None:
    """What pages and the command line do with the run afterwards."""
    with stage("open the run"):
        reader = RunReader(run, cache)
        reader.pool()
        reader.true_names()
    with stage("its last batch"):
        ranking = round_ranking(reader, ROUNDS)
        assert ranking is not None
    with stage("explain one"):
        explain_in(reader, ranking, str(ranking.ids[0]))
    with stage("label everything"):
        left = reader.pool().unlabeled().tolist()
        names = dict(zip(reader.facts.ids.tolist(), reader.true_names(), strict=True))
        _label(reader, left, names)
    with stage("undo and redo it"):
        with closing(Store.open(reader.folder)) as store:
            store.events.undo("someone")
        with closing(Store.open(reader.folder)) as store:
            store.events.redo("someone")
    with stage("what stands"):
        reader.store.labels.answers()
        reader.store.labels.counts()
        reader.store.labels.disagreements()
    with stage("write the labels"):
        export_run(run, run.parent / "export")
    reader.store.close()


def _label(reader: RunReader, ids: Sequence[str], names: dict[str, str | None]) -> None:
    relevant = reader.space.relevant
    answers = {
        id: Label("relevant" if names[id] in relevant else "irrelevant", names[id] or "")
        for id in ids
    }
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(answers, ROUNDS, "someone")


def paint(folder: Path, size: int) -> None:
    """`size` pictures in class folders of a pool, and a twentieth as many to test on."""
    names = DemoSource().classes()
    rng = rng_for(0, "many pictures")
    bases = rng.integers(0, 256, size=(len(names), SIDE, SIDE, 3))
    for split, count in (("train", size), ("test", size // 20)):
        for name in names:
            (folder / split / name).mkdir(parents=True, exist_ok=True)
        for row in range(count):
            of = row % len(names)
            noise = rng.integers(-60, 61, size=(SIDE, SIDE, 3))
            pixels = np.clip(bases[of] + noise, 0, 255).astype(np.uint8)
            data = io.BytesIO()
            Image.fromarray(pixels).save(data, "PNG", compress_level=0)
            (folder / split / names[of] / f"{row:06d}.png").write_bytes(data.getvalue())


@contextmanager
def _network(stub: bool) -> Iterator[None]:
    """With `stub`, 1280 sums over a random part of the pixels each in place of the network."""
    if not stub:
        yield
        return
    weights = rng_for(0, "stub").normal(size=(8 * 8 * 3, OfflineVLM.feature_dim)).astype(np.float32)

    def prepare(self: OfflineVLM, image: Image.Image) -> PreparedImage:
        return np.asarray(image.resize((8, 8)))

    def features(self: OfflineVLM, prepared: PreparedImage) -> Floats:
        pixels = prepared.reshape(len(prepared), -1).astype(np.float32) / 255.0 - 0.5
        return np.maximum(pixels @ weights, 0.0)

    with patch.multiple(OfflineVLM, prepare=prepare, features=features):
        yield


if __name__ == "__main__":
    main()
