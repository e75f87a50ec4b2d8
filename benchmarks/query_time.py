"""Claim: a query takes at most 3 s on 10,000 images, and no step grows with the pool's square.

    python -m benchmarks.query_time [--strategies a,b] [--sizes 10000,50000]

Real queries of the real experiment with the linear head: a shared random batch of 90, then three
batches of each strategy, the pictures' vectors (1,280 numbers each) made up around the sentences of
their classes. A query is all between the answers to one batch and the next: the strategy's nets
trained, read for the whole pool, and the choice. A strategy's first query also does what is done
once a process or a pool (imports, names compared with the pool), so it stands by itself. Busy cores
count in seconds and not in CPU seconds; with one thread the latter are what a free core takes. Five
times the images may take ten times the CPU
seconds: five is a step that grows with the pool, twenty-five one that grows with its square.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.machine import Seconds, Stopwatch, machine, verdict
from benchmarks.round_time import CLASSES, made_up
from laser_core.config import ExperimentConfig
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.materials import Materials
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies import STRATEGIES

BATCH = 90
QUERIES = 3
MOST_SECONDS = 3.0
MOST_GROWTH = 2.0  # of CPU seconds an image
SHORT = 0.2  # CPU seconds under which growth is that of something else


@dataclass(frozen=True)
class Both:
    """A strategy's first query after the shared batch, and the slowest after that."""

    first: Seconds
    later: Seconds


def main() -> None:
    """Both sizes, one line a strategy, then the promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strategies", default="", help="instead of all registered ones")
    parser.add_argument("--sizes", default="10000,50000")
    options = parser.parse_args()
    print(machine())
    names = [name for name in options.strategies.split(",") if name] or list(STRATEGIES)
    found: dict[int, dict[str, Both]] = {}
    for size in map(int, options.sizes.split(",")):
        print(f"\n{size:,} images, batches of {BATCH}: seconds, CPU seconds of the first query")
        print(f"and of the slowest of {QUERIES - 1} more")
        found[size] = of_size(size, names)
    promises(found)


def of_size(images: int, names: list[str]) -> dict[str, Both]:
    """Strategy -> its slowest query on so many images."""
    found = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        config = ExperimentConfig(
            pool="made up", relevant=CLASSES[:2], start="random", batch_size=BATCH,
            rounds=1 + QUERIES, descriptions=5, confusers=4, vlm="offline", anchor=1.0,
        )  # fmt: skip
        materials = made_up(config, images, Path(folder))
        for name in names:
            found[name] = slowest(
                materials, config.with_changes(strategy=name), Path(folder) / name
            )
            numbers = (found[name].first, found[name].later)
            told = " |".join(f"{taken.wall:7.2f} {taken.cpu:7.2f}" for taken in numbers)
            print(f"  {name:12} {told}", flush=True)
    return found


def slowest(materials: Materials, config: ExperimentConfig, folder: Path) -> Both:
    """One run; a query's nets are trained when the round before it is closed."""
    store, oracle = Store.create(folder, config), materials.oracle
    if oracle is None:
        raise ValueError("made-up pictures have true labels")
    experiment = Experiment(replace(materials, config=config), store)
    taken, nets = [], Seconds(0.0, 0.0)
    for round in range(1 + QUERIES):
        watch = Stopwatch()
        query = drain(experiment.query())
        chosen = watch.read()
        if round > 0:
            taken.append(Seconds(nets.wall + chosen.wall, nets.cpu + chosen.cpu))
        experiment.annotate(oracle.answer(query.ids.tolist()))
        watch = Stopwatch()
        drain(experiment.train())
        nets = watch.read()
    store.close()
    later = Seconds(max(t.wall for t in taken[1:]), max(t.cpu for t in taken[1:]))
    return Both(taken[0], later)


def promises(found: Mapping[int, Mapping[str, Both]]) -> None:
    """Seconds on 10,000 images, and what five times the images cost."""
    sizes = sorted(found)
    for name, both in found.get(10_000, {}).items():
        print(verdict(f"{name}: CPU seconds on 10,000", both.later.cpu, most=MOST_SECONDS))
    if len(sizes) < 2:
        return
    for name in found[sizes[0]]:
        few, many = (found[size][name].later.cpu for size in (sizes[0], sizes[-1]))
        growth = (max(many, SHORT) / sizes[-1]) / (max(few, SHORT) / sizes[0])
        print(verdict(f"{name}: growth of CPU seconds an image", growth, most=MOST_GROWTH))


if __name__ == "__main__":
    main()
