"""Claim: of labels that were given wrong on purpose, a second look finds most near the top.

    python -m benchmarks.second_look [--pools demo,demo-hard] [--wrong 0.05,0.1] [--seeds 3]

A simulated oracle errs in a share of its answers: an irrelevant picture gets some relevant class,
a relevant one another class or irrelevant, each as often. The run learns from these answers. Then
its labels are ranked by `second_look`. Printed: precision among the first F, F the number of wrong
labels, beside the same for a random order, which is F of all labels; and how many of the wrong
ones stand among the first 2 F.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.machine import machine, spread, verdict
from benchmarks.runs import Runs
from laser_core.analysis.reader import RunReader
from laser_core.analysis.review.second_look import second_look
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource
from laser_core.experiment.oracle import SimulatedOracle
from laser_core.pool import Label, LabelSpace
from laser_core.progress import drain
from laser_core.studies.run import start

LEAST = 0.5  # promised: half of the first F are wrong labels


class ErringOracle(SimulatedOracle):
    """Gives a share of its answers wrong, which ones by the picture's name and a seed."""

    def __init__(self, source: ImageSource, space: LabelSpace, wrong: float, seed: int) -> None:
        super().__init__(source, space)
        self._names, self._wrong, self._seed = space.relevant, wrong, seed
        self.erred: set[str] = set()

    def answer(self, ids: Iterable[str]) -> dict[str, Label]:
        """id -> label, now and then of another class."""
        return {id: self._perhaps_wrong(id, label) for id, label in super().answer(ids).items()}

    def _perhaps_wrong(self, id: str, label: Label) -> Label:
        rng = rng_for(self._seed, "erring", id)
        if rng.random() >= self._wrong:
            return label
        self.erred.add(id)
        others = [Label("relevant", name) for name in self._names if name != label.name]
        if label.state == "relevant" and (not others or rng.random() < 0.5):
            return Label("irrelevant")
        return others[int(rng.integers(len(others)))]


def main() -> None:
    """Run, look, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", default="demo,demo-hard")
    parser.add_argument("--wrong", default="0.05,0.1")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(machine())
    print("pool | wrong | labels | F | precision at F | by a random order | recall at 2 F")
    runs = Runs()
    for pool in options.pools.split(","):
        for wrong in map(float, options.wrong.split(",")):
            found = [
                _cell(runs, ExperimentConfig(
                    pool=pool, seed=seed, split_seed=seed, rounds=options.rounds), wrong)
                for seed in range(options.seeds)
            ]  # fmt: skip
            labels, flips, first, chance, twice = (list(each) for each in zip(*found, strict=True))
            print(
                f"{pool} | {wrong:.0%} | {spread(labels, 0)} | {spread(flips, 0)} | "
                f"{spread(first)} | {spread(chance)} | {spread(twice)}", flush=True,
            )  # fmt: skip
            print(verdict(f"{pool}, {wrong:.0%} wrong: precision at F", sum(first) / len(first),
                          LEAST))  # fmt: skip


def _cell(
    runs: Runs, config: ExperimentConfig, wrong: float
) -> tuple[float, float, float, float, float]:
    """(labels, wrong ones, precision at as many, the same at random, recall at twice as many)."""
    planned, materials = runs.materials(config)
    oracle = ErringOracle(materials.source, LabelSpace(planned.config.relevant), wrong, config.seed)
    materials = replace(materials, oracle=oracle)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "run"
        drain(start(planned, folder, runs.cache_dir, materials=materials))
        with closing(RunReader(folder, runs.cache_dir)) as run:
            labeled = run.store.labels.by_id()
            order = [doubt.image for doubt in second_look(run, len(labeled))]
    flips = oracle.erred & set(labeled)
    count = len(flips)
    hits = len(flips & set(order[:count]))
    return (
        len(labeled), count, hits / count, count / len(labeled),
        len(flips & set(order[: 2 * count])) / count,
    )  # fmt: skip


if __name__ == "__main__":
    main()
