"""Claim: the set-up helper finds words that are about as good as the best of what it tries.

    python -m benchmarks.setup_helper [CIFAR10.zip] [--draws 5] [--labels 100]

On demo splits 0 to 4, and with an archive of CIFAR-10 in class folders on its splits 0 to 3
(1,000 pool pictures a class), for each draw of random labels: average precision, over the pictures
without a label, of the recommended setting, of the best of its grid and of the words in use.
Promised: with labels the mean of the choice within .02 of the mean of the best, on each pool;
without labels no split more than .05 below the words in use; at most 60 s on 2,880 demo pictures.

With labels the rule (average precision on them) was settled on other class splits, demo 5 to 10 and
CIFAR-10 4 to 9; the splits here were not looked at for it. Without labels a rule by agreement,
settled there too, lost .100 on CIFAR-10's split 0; since then the words in use stay until a person
has judged the 24 pictures shown, which is simulated here by the true labels ("by eye").
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.machine import machine, spread, verdict
from benchmarks.runs import Runs
from laser_core.analysis.setup.grid import Task, TextModel, try_settings
from laser_core.analysis.setup.kept import Comparison
from laser_core.analysis.setup.pictures import judge
from laser_core.basics.arrays import Bools
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.experiment.materials import Materials
from laser_core.metrics.retrieval import average_precision
from laser_core.progress import Steps, drain
from laser_core.selection import Images
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import text_cosines
from laser_core.texts.descriptions import Descriptions, describe

SECONDS = 60.0
NEAR, WORSE = 0.02, 0.05


@dataclass(frozen=True)
class Result:
    """Average precisions of one draw over the pictures that it did not see."""

    choice: float
    best: float
    now: float
    seconds: float


@dataclass(frozen=True)
class Split:
    """A pool with its words in use and its truth."""

    name: str
    config: ExperimentConfig
    materials: Materials
    words: Descriptions
    relevant: Bools
    model: TextModel

    @classmethod
    def of(cls, runs: Runs, name: str, config: ExperimentConfig) -> Split:
        planned, materials = runs.materials(config)
        decided = planned.config
        llm, names = materials.llm, decided.relevant
        words = drain(describe(llm, names, decided.descriptions or 0, decided.confusers or 0))
        labels = {item.id: item.label for item in materials.source.items}
        ids = materials.pool_ids
        relevant = np.array([labels[id] in names for id in ids.tolist()])
        folder = cosines_folder(runs.cache_dir, materials.cosines_key)
        table = FileTable(folder, len(ids))
        images = Images(ids, table.some_vectors)
        model = TextModel(decided.vlm, table, materials.cosines.add, images)
        return cls(name, decided, materials, words, relevant, model)

    def compare(self, known: Bools) -> Comparison:
        """What the helper comes to with these labels."""
        task = Task(
            self.config, 1, self.words, self.materials.pool_ids, known, self.relevant & known,
            self.materials.llm,
        )  # fmt: skip

        def open_model(_: str) -> Steps[TextModel]:
            yield from ()
            return self.model

        return drain(try_settings(task, [self.model.spec], open_model))

    def result(self, draw: int, labels: int) -> tuple[Result, str]:
        """One draw of labels (none for 0), and what was chosen."""
        known = np.zeros(len(self.relevant), dtype=bool)
        rng = rng_for(draw, "setup benchmark")
        known[rng.choice(len(known), labels, replace=False)] = True
        start = time.perf_counter()
        found = self.compare(known)
        seconds = time.perf_counter() - start
        return self._read(found, found.advice.place, known, seconds)

    def by_eye(self) -> tuple[Result, str]:
        """Without a label, after the pictures shown were judged by the truth."""
        nothing = np.zeros(len(self.relevant), dtype=bool)
        found = self.compare(nothing)
        good = set(self.materials.pool_ids[self.relevant].tolist())
        winner = judge(found.pictures, good, found.titles).winner
        place = found.advice.rival if winner == 1 else found.advice.place
        return self._read(found, place, nothing, 0.0)

    def _read(
        self, found: Comparison, place: int, known: Bools, seconds: float
    ) -> tuple[Result, str]:
        values = [self._unseen(trial.words, known) for trial in found.trials]
        title = found.trials[place].setting.title
        return Result(values[place], max(values), values[0], seconds), title

    def _unseen(self, words: Descriptions, known: Bools) -> float:
        scores = text_cosines(self.materials.cosines, words).score()
        return average_precision(scores[~known], self.relevant[~known])


def main() -> None:
    """Every split with each draw, then the promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", help="CIFAR-10 in class folders")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--labels", type=int, default=100)
    options = parser.parse_args()
    print(machine())
    pools = {"demo": [ExperimentConfig.of(split_seed=n) for n in range(5)]}
    if options.archive:
        pools["CIFAR-10"] = [
            ExperimentConfig.of(
                pool=options.archive, per_class=1000, mismatch=0.2, split_seed=n
            )
            for n in range(4)
        ]  # fmt: skip
    runs, slowest = Runs(), 0.0
    print(f"{'':34} {'choice':>7} {'best':>7} {'in use':>7}")
    for pool, configs in pools.items():
        splits = [Split.of(runs, f"{pool} split {n}", c) for n, c in enumerate(configs)]
        slowest = max(slowest, _with_labels(pool, splits, options.draws, options.labels))
        _without_labels(pool, splits)
        if pool == "demo":
            print(verdict("seconds on the demo, slowest", slowest, most=SECONDS))


def _with_labels(pool: str, splits: list[Split], draws: int, labels: int) -> float:
    """Print every draw and the promise; the slowest draw's seconds."""
    all_of_them: list[Result] = []
    for split in splits:
        mine = []
        for draw in range(draws):
            found, title = split.result(draw, labels)
            mine.append(found)
            print(_line(f"{split.name}, draw {draw}", found, title), flush=True)
        behind = [one.best - one.choice for one in mine]
        print(f"{split.name}: behind the best {spread(behind)}")
        all_of_them += mine
    behind = [one.best - one.choice for one in all_of_them]
    near = sum(value <= NEAR for value in behind)
    print(f"{pool}, {labels} labels: choice {spread([r.choice for r in all_of_them])}")
    print(f"{pool}, {labels} labels: best {spread([r.best for r in all_of_them])}")
    print(f"{pool}, {labels} labels: in use {spread([r.now for r in all_of_them])}")
    print(f"{pool}: within {NEAR} of the best in {near} of {len(behind)} draws")
    mean = sum(behind) / len(behind)
    print(verdict(f"{pool}: behind the best of the grid, mean", mean, most=NEAR))
    print(verdict(f"{pool}: behind the best, worst draw", max(behind), most=NEAR))
    return max(one.seconds for one in all_of_them)


def _without_labels(pool: str, splits: list[Split]) -> None:
    """Print each split without labels, as recommended and after a look by eye; the promise."""
    for name in ("no label", "by eye"):
        behind = []
        for split in splits:
            found, title = split.by_eye() if name == "by eye" else split.result(0, 0)
            print(_line(f"{split.name}, {name}", found, title), flush=True)
            behind.append(found.now - found.choice)
        print(f"{pool}, {name}: below the words in use by {spread(behind)}")
        said = f"{pool}, {name}: below the words in use, worst split"
        print(verdict(said, max(behind), most=WORSE))


def _line(name: str, found: Result, title: str) -> str:
    return f"{name:34} {found.choice:7.3f} {found.best:7.3f} {found.now:7.3f}  {title}"


if __name__ == "__main__":
    main()
