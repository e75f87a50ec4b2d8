"""Claim: on CIFAR-10 with 20% relevant, LaSeR with the offline model stays near the ceiling.

    python -m benchmarks.cifar10_precision ARCHIVE.zip [--whole] [--splits 0,1,2]

ARCHIVE holds CIFAR-10 as class folders in `train` and `test`. 1,000 pool pictures a class in
batches of 300, or with --whole all 50,000 in batches of 1,500, chosen by `global`. Promised for
split 0 (the first two classes): precision of round 1 at least 0.90, mean precision at least 0.60
(of at most 0.667), accuracy at the end at least 0.96.
"""

from __future__ import annotations

import argparse

from benchmarks.machine import Stopwatch, machine, spread, verdict
from benchmarks.runs import HEAD, Runs, line
from laser_core.config import ExperimentConfig


def main() -> None:
    """Run the splits, print one line each, then the promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    parser.add_argument("--whole", action="store_true", help="all 50,000 pictures")
    parser.add_argument("--splits", default="0")
    parser.add_argument("--selection", default="global")
    options = parser.parse_args()
    print(machine())
    print(f"selection {options.selection}, {'50,000' if options.whole else '10,000'} pictures")
    print(HEAD)
    runs, watch, results = Runs(), Stopwatch(), []
    for split in map(int, options.splits.split(",")):
        config = ExperimentConfig.of(
            pool=options.archive,
            per_class=None if options.whole else 1000,
            batch_size=1500 if options.whole else 300,
            mismatch=0.2,
            split_seed=split,
            selection=options.selection,
        )
        pair = runs.beside_random(config)
        results.append(pair[0])
        print(line(f"split {split}", *pair), flush=True)
    print("{:.0f} s, {:.0f} CPU s in all, embedding included".format(*watch.read()))
    for name, least in (("first_precision", 0.90), ("mean_precision", 0.60), ("accuracy", 0.96)):
        values = [getattr(result, name) for result in results]
        print(f"{name}: {spread(values)}")
        print(verdict(f"{name}, first split", values[0], least))


if __name__ == "__main__":
    main()
