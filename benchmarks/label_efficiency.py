"""Claim: a balanced batch is pure and teaches every class; beside random under the same classifier.

    python -m benchmarks.label_efficiency [--cifar10 ARCHIVE.zip] [--splits 0,1,2,3,4]

The demo, class splits 0 to 4, batches of 86, six rounds; with --cifar10 (class folders in `train`
and `test`) also 1,000 pool pictures a class, splits 0 to 3, batches of 90. LaSeR's selections
`balanced`, `quota` and `global` beside random with three seeds. Labels are the same whichever
classifier learns from them, so each round's are given to both: `plain` knows labels alone,
`anchored` starts from the text. The two pools are those that the rule was chosen on.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import Stopwatch, machine, spread, verdict
from benchmarks.runs import Runs, chosen_pools
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.experiment.class_changes import images_to_test
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.metrics.paper import accuracy
from laser_core.nets.head import Head
from laser_core.nets.objectives import CLASSIFIER
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.view import RoundRecord

SELECTIONS = ("balanced", "quota", "global")
SEEDS = (0, 1, 2)
ROUNDS = 6


@dataclass(frozen=True)
class Round:
    """One round: precision, labels found so far, accuracy of both classifiers and of the text."""

    precision: float
    labels: int
    relevant: int
    plain: float
    anchored: float
    zero_shot: float


Curves = dict[tuple[str, int, int], list[Round]]  # (rule, split, seed) -> rounds


def main() -> None:
    """Both pools, one table each, then the promises."""
    pools = chosen_pools(__doc__, ROUNDS)
    print(machine())
    watch, runs, below, cells = Stopwatch(), Runs(), 0, 0
    for name, (config, splits) in pools.items():
        curves = all_curves(runs, config, splits)
        show(name, curves, splits)
        promises(name, curves, splits)
        under, all_cells = below_zero_shot(curves)
        below, cells = below + under, cells + all_cells
    print(verdict(f"balanced, anchored: cells of {cells} over .01 below zero-shot", below, most=2))
    print("{:.0f} s, {:.0f} CPU s".format(*watch.read()))


def all_curves(runs: Runs, config: ExperimentConfig, splits: Sequence[int]) -> Curves:
    """Every selection, and random with its seeds, on every split."""
    curves: Curves = {}
    for split in splits:
        for selection in SELECTIONS:
            given = config.with_changes(split_seed=split, selection=selection)
            curves[selection, split, 0] = curve(runs, given)
        for seed in SEEDS:
            given = config.with_changes(split_seed=split, strategy="random", seed=seed)
            curves["random", split, seed] = curve(runs, given)
    return curves


def curve(runs: Runs, config: ExperimentConfig) -> list[Round]:
    """The rounds of one run, with the labels of each given to the plain classifier as well."""
    planned, materials = runs.materials(config)
    found: list[Round] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        store = Store.create(Path(folder) / "run", planned.config)
        experiment = Experiment(materials, store)

        def closed(record: RoundRecord) -> None:
            found.append(
                Round(
                    record.precision or 0.0,
                    len(experiment.pool.labels()),
                    experiment.pool.relevant_found(),
                    plain_accuracy(experiment),
                    record.accuracy or 0.0,
                    record.figures["zero_shot"],
                )
            )

        drain(simulate(experiment, closed))
        store.close()
    return found


def plain_accuracy(experiment: Experiment) -> float:
    """Accuracy of the head that knows no text, trained on the relevant labels so far."""
    materials, n = experiment.materials, experiment.space.n
    ids, labels = experiment.pool.training_labels()
    ids, labels = ids[labels < n], labels[labels < n]
    if not len(ids):
        return 0.0
    net = drain(Head().train(CLASSIFIER, materials.pictures, ids, labels, n, rng_for(0, "plain")))
    names = {name: name for name in experiment.space.relevant}
    tests, truth = images_to_test(materials.source, names, experiment.space)
    return accuracy(drain(net.logits(materials.pictures, tests)), truth) or 0.0


def show(name: str, curves: Curves, splits: Sequence[int]) -> None:
    """One line a rule and split, and the mean over splits."""
    print(
        f"\n{name}: precision | accuracy plain | accuracy anchored, by round | pictures looked at"
    )
    print("for each relevant one, after the last round")
    for split in splits:
        zero = curves["balanced", split, 0][0].zero_shot
        print(f"split {split} (zero-shot {zero:.3f})")
        for rule in (*SELECTIONS, "random"):
            print(f"  {rule:9} {_line(_mean(_runs(curves, rule, [split])))}")
    print(f"mean of {len(splits)} splits (random: {len(SEEDS)} seeds each)")
    for rule in (*SELECTIONS, "random"):
        print(f"  {rule:9} {_line(_mean(_runs(curves, rule, splits)))}")
        means = [statistics.fmean(r.precision for r in run) for run in _runs(curves, rule, splits)]
        print(f"  {'':9} mean precision {spread(means)}")


def _runs(curves: Curves, rule: str, splits: Iterable[int]) -> list[list[Round]]:
    return [run for (name, split, _), run in curves.items() if name == rule and split in splits]


def _mean(runs: Sequence[Sequence[Round]]) -> dict[str, list[float]]:
    """Measure -> its mean over runs, by round."""
    return {
        field: [
            statistics.fmean(getattr(r, field) for r in rounds)
            for rounds in zip(*runs, strict=True)
        ]
        for field in ("precision", "plain", "anchored", "labels", "relevant")
    }


def _line(mean: Mapping[str, Sequence[float]]) -> str:
    parts = [" ".join(f"{v:.3f}" for v in mean[m]) for m in ("precision", "plain", "anchored")]
    return f"{' | '.join(parts)} | {mean['labels'][-1] / max(mean['relevant'][-1], 1):.1f}"


def below_zero_shot(curves: Curves) -> tuple[int, int]:
    """(cells of split and round in which balanced, anchored, is over .01 below the text, cells)."""
    rounds = [r for (rule, *_), run in curves.items() if rule == "balanced" for r in run]
    return sum(r.anchored < r.zero_shot - 0.01 for r in rounds), len(rounds)


def promises(name: str, curves: Curves, splits: Sequence[int]) -> None:
    """What is promised of `balanced` on this pool."""
    balanced = _mean(_runs(curves, "balanced", splits))
    rival = _mean(_runs(curves, "random", splits))
    least = 0.90 if name == "demo" else 0.94
    print(
        verdict(f"{name}: balanced, mean precision", statistics.fmean(balanced["precision"]), least)
    )
    floors = [0.95, 0.965, 0.985] if name == "demo" else [0.93] * ROUNDS
    for round, floor in enumerate(floors):
        figure = balanced["plain"][round]
        print(verdict(f"{name}: balanced, plain accuracy, round {round + 1}", figure, floor))
    gaps = [a - b for a, b in zip(balanced["anchored"], rival["anchored"], strict=True)]
    figure = statistics.fmean(gaps)
    print(verdict(f"{name}: anchored balanced less anchored random, mean", figure, -0.01))
    print(verdict(f"{name}: the same, worst round", min(gaps), -0.02))
    second = [run[1].plain for run in _runs(curves, "balanced", splits)]
    print(verdict(f"{name}: balanced, plain accuracy of round 2, worst split", min(second), 0.85))


if __name__ == "__main__":
    main()
