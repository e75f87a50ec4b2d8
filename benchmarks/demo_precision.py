"""Claim: on the demo the first batch is right without a label, and almost nothing is asked in vain.

    python -m benchmarks.demo_precision

Promised for 40 classes with 20% relevant, default settings, five class splits and the presets:
precision of round 1 at least 0.90, mean precision at least 95% of the ceiling's mean, accuracy at
the end at least 0.97. For the preset "table", whose classes the offline model hardly knows: at
least three times random's precision in round 1.
"""

from __future__ import annotations

import argparse

from benchmarks.machine import machine, spread, verdict
from benchmarks.runs import HEAD, Runs, line, share
from laser_core.config import ExperimentConfig
from laser_core.data.sets.demo import PRESETS

HARD = "table"


def main() -> None:
    """Run all, print one line a run, then the promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(machine())
    print(HEAD)
    runs = Runs()
    configs = {
        f"split {n}": ExperimentConfig(split_seed=n, seed=options.seed)
        for n in range(options.splits)
    }
    for preset in PRESETS:
        configs[preset.key] = ExperimentConfig(
            pool=preset.pool, relevant=preset.relevant, seed=options.seed
        )
    results = {}
    for name, config in configs.items():
        results[name] = runs.beside_random(config)
        print(line(name, *results[name]), flush=True)
    easy = [laser for name, (laser, _) in results.items() if name != HARD]
    firsts = [laser.first_precision or 0.0 for laser in easy]
    shares = [share(laser) for laser in easy]
    accuracies = [laser.accuracy or 0.0 for laser in easy]
    print(f"round 1: {spread(firsts)}; share of ceiling: {spread(shares)}")
    print(f"accuracy: {spread(accuracies)}")
    for name, values, least in (
        ("precision of round 1", firsts, 0.90),
        ("share of the ceiling", shares, 0.95),
        ("accuracy at the end", accuracies, 0.97),
    ):
        print(verdict(f"{name}, mean of {len(values)}", sum(values) / len(values), least))
        print(verdict(f"{name}, worst of {len(values)}", min(values), least))
    laser, rival = results[HARD]
    times = (laser.first_precision or 0.0) / max(rival.first_precision or 0.0, 1e-9)
    print(verdict(f"preset {HARD}: times random's precision in round 1", times, 3.0))


if __name__ == "__main__":
    main()
