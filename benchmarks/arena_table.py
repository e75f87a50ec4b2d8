"""A table of every strategy by labels paid: what they find, and what a classifier learns from it.

    python -m benchmarks.arena_table --out FILE.csv [--cifar10 ARCHIVE.zip] [--splits 0,1,2,3]

With --cifar10 (class folders in `train` and `test`) 1,000 pool pictures a class in batches of 300,
class splits 0 to 3; else the demo in batches of 86, splits 0 to 4. A shared random batch first, so
that all have the same examples of what is irrelevant, then five batches of each strategy, seed 0.
The classifier is the linear head that starts from the text, for all. `laser as printed` is
Algorithm 1 with Eq. (1) to (5) as in the paper, under the same classifier; `laser cold` and `gated
cold` choose their first batch themselves. Runs that FILE.csv has already are not made again. Ends
with the table of docs/arena.md, as Markdown; there is no promise here.
"""

from __future__ import annotations

import argparse
import csv
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import Stopwatch, machine
from benchmarks.runs import Runs
from laser_core.config import PAPER_PRESETS, ExperimentConfig
from laser_core.strategies import STRATEGIES

ROUNDS = 6
COLUMNS = ("line", "split", "round", "paid", "relevant", "precision", "accuracy", "seconds")
PRINTED = {
    k: v for k, v in PAPER_PRESETS["algorithm-1"].items() if k not in ("anchor", "confusers")
}


@dataclass(frozen=True)
class Row:
    """One round of one run."""

    line: str
    split: int
    round: int
    paid: int
    relevant: int
    precision: float
    accuracy: float
    seconds: float


def main() -> None:
    """Make the runs that are missing, print a line each, then the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cifar10", help="archive with CIFAR-10 as class folders")
    parser.add_argument("--splits", default="", help="instead of 0,1,2,3,4 and 0,1,2,3")
    parser.add_argument("--lines", default="", help="instead of all")
    options = parser.parse_args()
    base = ExperimentConfig(batch_size=86, rounds=ROUNDS, vlm="offline")
    if options.cifar10:
        base = base.with_changes(pool=options.cifar10, per_class=1000, batch_size=300)
    usual = "0,1,2,3" if options.cifar10 else "0,1,2,3,4"
    splits = [int(split) for split in (options.splits or usual).split(",")]
    print(machine())
    runs, watch, found = Runs(), Stopwatch(), read(options.out)
    chosen = [name for name in options.lines.split(",") if name]
    for split in splits:
        for line, given in lines().items():
            if (chosen and line not in chosen) or any(
                (r.line, r.split) == (line, split) for r in found
            ):
                continue
            new = one_run(runs, base.with_changes(**given, split_seed=split), line, split)
            append(options.out, new)
            found += new
            last = new[-1]
            print(f"{line:18} split {split}: {last.precision:.3f} {last.accuracy:.3f}", flush=True)
    print("{:.0f} s, {:.0f} CPU s\n".format(*watch.read()))
    print("\n".join(table([row for row in found if row.split in splits], len(splits))))


def lines() -> dict[str, dict[str, Any]]:
    """Name of a line -> what is set for it."""
    shared = {name: {"strategy": name, "start": "random"} for name in STRATEGIES}
    shared["laser as printed"] = {"strategy": "laser", "start": "random", **PRINTED}
    return shared | {
        "laser cold": {"strategy": "laser"},
        "gated cold": {"strategy": "gated"},
    }


def one_run(runs: Runs, config: ExperimentConfig, line: str, split: int) -> list[Row]:
    """A row a round."""
    found: list[Row] = []
    for record in runs.records(config):
        before = found[-1] if found else None
        found.append(
            Row(
                line,
                split,
                record.round,
                len(record.ids) + (before.paid if before else 0),
                record.relevant + (before.relevant if before else 0),
                record.precision or 0.0,
                record.accuracy or 0.0,
                record.seconds,
            )
        )
    return found


def read(path: Path) -> list[Row]:
    """What an earlier call has left."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                row["line"],
                *(int(row[name]) for name in ("split", "round", "paid", "relevant")),
                *(float(row[name]) for name in ("precision", "accuracy", "seconds")),
            )
            for row in csv.DictReader(file)
        ]


def append(path: Path, rows: Iterable[Row]) -> None:
    """Add a whole run at the end of the file."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        if new:
            out.writerow(COLUMNS)
        out.writerows([getattr(row, name) for name in COLUMNS] for row in rows)


def table(rows: Sequence[Row], splits: int) -> list[str]:
    """Lines by falling accuracy at the end, as Markdown; only those that all splits have."""
    last = {row.line: [] for row in rows}
    by_round: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        by_round.setdefault((row.line, row.round), []).append(row)
        if row.round == ROUNDS:
            last[row.line].append(row)
    whole = {line: own for line, own in last.items() if len(own) == splits}
    if not whole:
        return ["no line has all splits yet"]
    rounds = (2, 4, ROUNDS)
    paid = {round: by_round[next(iter(whole)), round][0].paid for round in rounds}
    heads = [f"accuracy at {paid[round]:,}" for round in rounds]
    heads = ["strategy", "precision", *heads, "relevant of the paid", "s a round"]
    found = [f"| {' | '.join(heads)} |", f"| {' | '.join(['---'] * len(heads))} |"]
    order = sorted(whole, key=lambda line: -_mean(whole[line], "accuracy"))
    return found + [_table_line(line, by_round, rounds) for line in order]


def _table_line(
    line: str, by_round: Mapping[tuple[str, int], list[Row]], rounds: Sequence[int]
) -> str:
    later = [row for r in range(2, ROUNDS + 1) for row in by_round[line, r]]
    cells = [
        line,
        _spread(
            [
                _mean([r for r in later if r.split == s], "precision")
                for s in sorted({row.split for row in later})
            ]
        ),
    ]
    cells += [_spread([row.accuracy for row in by_round[line, round]]) for round in rounds]
    cells += [f"{_mean(by_round[line, ROUNDS], 'relevant'):.0f}", f"{_mean(later, 'seconds'):.1f}"]
    return f"| {' | '.join(cells)} |"


def _mean(rows: Iterable[Row], measure: str) -> float:
    return statistics.fmean(getattr(row, measure) for row in rows)


def _spread(values: Sequence[float]) -> str:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.fmean(values):.3f} ± {deviation:.3f}"


if __name__ == "__main__":
    main()
