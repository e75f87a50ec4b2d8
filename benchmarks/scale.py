"""Claim: on 1,000,000 pictures (2 cores) the first query takes at most 60 s, a later round 20 s and
one confuser switched off 1 s, each in 3 GB of memory, and none 11 times as long as on 100,000.

    python -m benchmarks.scale --sizes 10000 100000 1000000

No picture is made: unit vectors of 1,280 numbers around their class's direction, in half precision
in a file of 2.6 KB a picture; 8 relevant classes with 15 sentences each, 16 confusers with 15. Each
step is a process of its own, which starts no other, so nothing is warm but the files. Memory is its
largest resident size, pages of memory-mapped files included.

- first query: the run is opened, 360 sentences are compared with all vectors, the batch chosen
- later round: the run is opened, both nets are trained on the answers and scored on all, and the
  next batch is chosen
- confuser: the batch as Prompts previews it, after one confuser is switched off
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.machine import ROOT, Stopwatch, machine, verdict
from benchmarks.memory import peak_bytes
from benchmarks.round_time import MadeUp
from laser_core.analysis.first_query import cold_start
from laser_core.basics.arrays import ROWS_AT_ONCE, Floats, unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.data.base import Item
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.materials import Materials
from laser_core.llm.pasted_model import PastedModel
from laser_core.nets.pictures import RunPictures
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.selection import Images
from laser_core.store.records import KeptPool
from laser_core.store.store import Store
from laser_core.texts.cosine_table import FileTable
from laser_core.texts.cosines import Cosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.live_scores import CosineMemory, LiveScores

DIM = 1280  # of the offline model
CLASSES, RELEVANT, CONFUSERS, SENTENCES, BATCH = 40, 8, 16, 15, 1000
NOISE = 4.8  # length of the noise beside a direction of length 1
MOST = {"first query": (60.0, 3.0), "later round": (20.0, 3.0), "confuser": (1.0, 3.0)}
GROWTH = 11.0  # from 100,000 to 1,000,000


def main() -> None:
    """Every size, each step in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--selection", default="balanced", help="balanced, quota or global")
    parser.add_argument("--step", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, folder = options.step
        print(json.dumps(STEPS[name](Path(folder), options.sizes[0], options.selection)))
        return
    print(machine())
    seconds: dict[int, dict[str, float]] = {}
    for images in options.sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            seconds[images] = _measure(Path(folder), images, options.selection)
    if {100_000, 1_000_000} <= seconds.keys():
        for step in MOST:
            times = seconds[1_000_000][step] / seconds[100_000][step]
            print(verdict(f"{step}: growth of CPU seconds", times, most=GROWTH))


def _measure(folder: Path, images: int, selection: str) -> dict[str, float]:
    """Step -> CPU seconds, for one size; prints each."""
    print(f"{images:,} pictures, {selection}")
    found = {}
    for step in STEPS:
        command = [sys.executable, "-m", "benchmarks.scale", "--sizes", str(images)]
        command += ["--selection", selection, "--step", step, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        said = json.loads(done.stdout.splitlines()[-1])
        load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        print(
            f"  {step:12} {said['wall']:8.2f} s  {said['cpu']:8.2f} CPU s  {said['gb']:6.2f} GB  "
            f"{said['note']}  {load}",
            flush=True,
        )
        found[step] = said["cpu"]
        if step in MOST and images == 1_000_000:
            print("  " + verdict(f"{step}, s", said["wall"], most=MOST[step][0]))
            print("  " + verdict(f"{step}, GB", said["gb"], most=MOST[step][1]))
    return found


# ---- the steps, each in a process of its own


def make_pool(folder: Path, images: int, selection: str) -> dict[str, object]:
    """Vectors in half precision, and an empty run."""
    watch, rng = Stopwatch(), rng_for(0, "scale")
    whole = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float16, shape=(images, DIM)
    )
    centres = _centres()
    for start in range(0, images, ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, images))
        noise = rng.standard_normal((len(rows), DIM), dtype=np.float32)
        whole[rows[0] : rows[-1] + 1] = unit_rows(
            centres[rows % CLASSES] + np.float32(NOISE / np.sqrt(DIM)) * noise
        )
    whole.flush()
    store = Store.create(folder / "run", _config(selection))
    store.texts.append(_texts(), "first")
    store.pool.keep(
        KeptPool(
            ids=tuple(map(_id, range(images))),
            labels=tuple(f"class {row % CLASSES}" for row in range(images)),
            classes=tuple(f"class {k}" for k in range(CLASSES)),
            cosines="",
            vlm="random vectors (benchmark)",
            llm="numbered sentences (benchmark)",
        )
    )
    store.close()
    return _said(watch, "vectors, ids and texts written")


def first_query(folder: Path, images: int, selection: str) -> dict[str, object]:
    """The first batch, from vectors on disk."""
    watch = Stopwatch()
    experiment = _opened(folder, images)
    query = drain(experiment.query())
    experiment.store.close()
    return _said(watch, f"precision {_precision(query.ids.tolist()):.3f}")


def later_round(folder: Path, images: int, selection: str) -> dict[str, object]:
    """Answers, both nets, their scores on all, the second batch."""
    watch = Stopwatch()
    experiment = _opened(folder, images)
    assert experiment.pending is not None
    answers = {id: _answer(id) for id in experiment.pending.ids.tolist()}
    experiment.annotate(answers, "benchmark")
    drain(experiment.train())
    query = drain(experiment.query())
    experiment.store.close()
    return _said(watch, f"precision {_precision(query.ids.tolist()):.3f}")


def confuser(folder: Path, images: int, selection: str) -> dict[str, object]:
    """One confuser off, its batch; what a page has open already is not counted in the seconds."""
    store, texts, table = Store.open(folder / "run"), _texts(), _table(folder, images)
    kept = store.pool.read()
    assert kept is not None
    memory = CosineMemory(table)
    pool = Images(np.array(kept.ids), table.some_vectors)

    def batch(texts: Descriptions) -> None:
        live = LiveScores(memory.reduce(texts))
        cold_start(live, texts.relevant_owner(), RELEVANT, store.config(), pool)

    opened = Stopwatch()
    batch(texts)
    before = opened.read()
    off = (replace(texts.confusers[0], enabled=False), *texts.confusers[1:])
    watch = Stopwatch()
    batch(replace(texts, confusers=off))
    said = _said(watch, f"the first view took {before.wall:.2f} s")
    store.close()
    return said


Step = Callable[[Path, int, str], dict[str, object]]
STEPS: dict[str, Step] = {
    "the pool": make_pool,
    "first query": first_query,
    "later round": later_round,
    "confuser": confuser,
}


def _said(watch: Stopwatch, note: str) -> dict[str, object]:
    seconds = watch.read()
    return {"wall": seconds.wall, "cpu": seconds.cpu, "gb": peak_bytes() / 1e9, "note": note}


# ---- the made-up pool


def _opened(folder: Path, images: int) -> Experiment:
    store = Store.open(folder / "run")
    config = store.config()
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    source = MadeUp("made up", [Item(_id(row), None, "pool") for row in range(images)])
    ids = source.ids("pool")
    materials = Materials(
        config=config,
        pool_ids=ids,
        pictures=RunPictures(source, ids, vectors, folder),
        cosines=Cosines(vectors, _encode, _table(folder, images)),
        llm=PastedModel(""),
        oracle=None,
        vlm=None,
        source=source,
    )
    return Experiment(materials, store)


def _table(folder: Path, images: int) -> FileTable:
    """Its vectors are the very file that the pool's are read from."""
    table = FileTable(folder / "cosines", images)
    table.folder.mkdir(exist_ok=True)
    if not (table.folder / "vectors.npy").exists():
        os.link(folder / "vectors.npy", table.folder / "vectors.npy")
    return table


def _config(selection: str) -> ExperimentConfig:
    return ExperimentConfig(
        pool="made up",
        relevant=tuple(f"class {k}" for k in range(RELEVANT)),
        batch_size=BATCH,
        descriptions=SENTENCES,
        confusers=CONFUSERS,
        vlm="offline",
        settings=(("selection", selection),),
    )


def _texts() -> Descriptions:
    def classes(numbers: Sequence[int]) -> tuple[ClassText, ...]:
        return tuple(
            ClassText(f"class {k}", tuple(f"{k} {n}" for n in range(SENTENCES))) for k in numbers
        )

    return Descriptions(classes(range(RELEVANT)), classes(range(RELEVANT, RELEVANT + CONFUSERS)))


def _centres() -> Floats:
    return unit_rows(rng_for(0, "centres").standard_normal((CLASSES, DIM)).astype(np.float32))


def _encode(texts: Sequence[str]) -> Floats:
    """Each sentence "<class> <number>" as its class's direction, a third of it noise."""
    centres, found = _centres(), []
    for text in texts:
        noise = rng_for(0, "sentence", text).standard_normal(DIM)
        found.append(centres[int(text.split()[0])] + 0.5 * noise / np.sqrt(DIM))
    return unit_rows(np.array(found, dtype=np.float32))


def _id(row: int) -> str:
    return f"{row:07d}"


def _answer(id: str) -> Label:
    name = f"class {int(id) % CLASSES}"
    return Label("relevant", name) if int(id) % CLASSES < RELEVANT else Label("irrelevant")


def _precision(ids: Sequence[str]) -> float:
    return sum(_answer(id).state == "relevant" for id in ids) / len(ids)


if __name__ == "__main__":
    main()
