"""What the cells of a study have come to, read from their runs' folders: those are the truth.

Everything that is drawn or listed is worked out here, so that it can be made anew at any time, also
while cells are running.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

from laser_core.analysis.comparison import Against, Curve, Group, KeptRun, Reading, curve
from laser_core.basics.files import whole_file
from laser_core.data.sets.published_sets import published_set
from laser_core.errors import LaserError
from laser_core.experiment.zero_shot.line import ANCHORED
from laser_core.metrics.ranks import GOOD_ENOUGH, labels_to_reach, mean_ranks
from laser_core.metrics.summary import mean_and_spread, perfect_ceilings, summarise
from laser_core.store.database import unwritable_error
from laser_core.store.store import StoreView
from laser_core.studies.cells import Cell, Line, Place, Study, unavailable
from laser_core.studies.folder import Places
from laser_core.studies.report.zero_shot import KeptLine, levels, read_zero_shot
from laser_core.view import RoundRecord

State = Literal["finished", "running", "waiting", "failed", "unavailable"]


@dataclass(frozen=True)
class Result:
    """One cell as it is now.

    Args:
        cell: which.
        state: "running" is a cell with some of its rounds, whether or not somebody works on it.
        run: what its folder holds; None before its first round.
        error: why it failed or cannot be run, in a sentence.
    """

    cell: Cell
    state: State
    run: KeptRun | None = None
    error: str = ""

    @property
    def records(self) -> tuple[RoundRecord, ...]:
        """Its finished rounds."""
        return self.run.records if self.run else ()


@dataclass(frozen=True)
class Results:
    """A study as it is now.

    Args:
        study: what is to be run.
        cells: all of them.
        zero_shot: what named test pictures without a label; () before that was tried.
    """

    study: Study
    cells: tuple[Result, ...]
    zero_shot: tuple[KeptLine, ...] = ()

    def of(self, place: str, line: str) -> list[Result]:
        """The repetitions of a line in a place that can be held against one another.

        Finished ones, and where none is, those with as many rounds as any has.
        """
        found = [r for r in self.cells if (r.cell.place.name, r.cell.line.name) == (place, line)]
        longest = max((len(r.records) for r in found), default=0)
        return [
            r for r in found if r.records and (r.state == "finished" or len(r.records) == longest)
        ]

    def group(self, place: str, line: str) -> Group | None:
        """The same as a group of runs; None before the first round."""
        runs = tuple(result.run for result in self.of(place, line) if result.run)
        return Group(line, runs) if runs else None

    def count(self, state: str) -> int:
        """How many cells are in a state."""
        return sum(result.state == state for result in self.cells)


def read_results(study: Study, places: Places) -> Results:
    """Every cell of `study` as it is now, and what names its test pictures without a label."""
    failed = read_failures(places.failures)
    cells = tuple(result_of(cell, places.runs, failed) for cell in study.cells())
    return Results(study, cells, read_zero_shot(places.zero_shot))


def read_failures(path: Path) -> dict[str, str]:
    """Cell key -> why it failed; {} where there is no such file, or no readable one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(why) for key, why in found.items()} if isinstance(found, dict) else {}


def keep_failures(path: Path, failed: dict[str, str]) -> None:
    """Write them; no file where there are none.

    Raises:
        StoreError: the folder cannot be written.
    """
    if not failed:
        path.unlink(missing_ok=True)
        return
    write(path, json.dumps(dict(sorted(failed.items())), indent=2) + "\n")


def write(path: Path, text: str) -> None:
    """Write a file of a study in one step.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(text.encode("utf-8"))
    except OSError as error:
        raise unwritable_error(path, error) from error


def result_of(cell: Cell, runs: Path, failed: dict[str, str]) -> Result:
    """One cell as it is now.

    Args:
        failed: cell key -> why it failed, of those that did.
    """
    if not cell.line.available:
        return Result(cell, "unavailable", None, unavailable([cell.line])[0])
    why = failed.get(cell.key, "")
    try:
        run, ended = _read_kept(runs, cell.key)
    except LaserError as error:
        return Result(cell, "failed", None, why or str(error))
    if run is not None and ended:
        return Result(cell, "finished", run)
    if why:
        return Result(cell, "failed", run, why)
    return Result(cell, "running" if run and run.records else "waiting", run)


def _read_kept(runs: Path, key: str) -> tuple[KeptRun | None, bool]:
    """(the run in a cell's folder, whether it is at its end)."""
    if not (runs / key / "rounds.csv").exists():  # not begun, or just being made
        return None, False
    with closing(StoreView.open(runs / key)) as store:
        config, facts = store.config(), store.pool.read()
        records = tuple(store.rounds.records())
        names = (facts.vlm, facts.llm) if facts else ("", "")
        looked_at = sum(len(record.ids) for record in records)
        ended = len(records) >= config.rounds or bool(facts and looked_at >= len(facts.ids))
        data_set = config.data_set or published_set(facts.classes if facts else ())
        return KeptRun(key, config, records, names, data_set), ended


# ---- one row a round, one row a cell


def paid(records: Sequence[RoundRecord]) -> list[int]:
    """Labels paid by the end of each round."""
    return list(accumulate(len(record.ids) for record in records))


def classes_seen(records: Sequence[RoundRecord]) -> list[int]:
    """Relevant classes with a label by the end of each round."""
    seen: set[int] = set()
    counts = []
    for record in records:
        seen |= {index for index in record.labels if 0 <= index < len(record.classes)}
        counts.append(len(seen))
    return counts


ROUND_COLUMNS = (
    "place", "line", "split", "seed", "round", "labels_paid", "given", "queried", "relevant",
    "precision", "ceiling", "recall", "recall_without_given", "accuracy", "zero_shot",
    "classes_seen", "delta",
)  # fmt: skip


def round_rows(results: Results) -> list[dict[str, Any]]:
    """One row a finished round of every cell, `ROUND_COLUMNS`; None for what nobody knows."""
    return [row for result in results.cells for row in _rounds_of(result)]


def _rounds_of(result: Result) -> list[dict[str, Any]]:
    records, rows = result.records, []
    for record, labels, seen in zip(records, paid(records), classes_seen(records), strict=True):
        row = {name: getattr(record, name, None) for name in ROUND_COLUMNS}
        rows.append(
            row
            | _where(result.cell)
            | {
                "labels_paid": labels,
                "classes_seen": seen,
                "delta": record.figures.get("delta"),
            }
        )
    return rows


def seconds_rows(results: Results) -> list[dict[str, Any]]:
    """What each round took; apart from `round_rows`, for it is never the same twice."""
    return [
        _where(result.cell)
        | {"round": record.round, "seconds": record.seconds, "llm_calls": record.llm_calls}
        for result in results.cells
        for record in result.records
    ]


def cell_rows(results: Results) -> list[dict[str, Any]]:
    """One row a cell: its state, rounds done, and what it says of itself."""
    return [
        _where(result.cell)
        | {
            "state": result.state,
            "rounds": len(result.records),
            "labels_paid": paid(result.records)[-1] if result.records else 0,
            "mean_precision": summarise(result.records).mean_precision,
            "accuracy": summarise(result.records).accuracy,
            "error": result.error,
        }
        for result in results.cells
    ]


def _where(cell: Cell) -> dict[str, Any]:
    return {
        "place": cell.place.name, "line": cell.line.name, "split": cell.split, "seed": cell.seed,
    }  # fmt: skip


# ---- what the parts show

READINGS: dict[str, Reading] = {
    "accuracy": lambda records: records[-1].accuracy,
    "precision": lambda records: records[-1].precision,
    "recall": lambda records: records[-1].recall,
    "recall without given": lambda records: records[-1].recall_without_given,
    "delta": lambda records: records[-1].figures.get("delta"),
}


def curve_of(results: Results, place: Place, line: Line, show: str) -> Curve | None:
    """Mean and spread over splits and seeds; None where there is nothing yet.

    By labels paid; delta by round, as in Figure 6.
    """
    group = results.group(place.name, line.name)
    against: Against = "round" if show == "delta" else "labels"
    return curve(group, READINGS[show], against) if group else None


def ceiling_of(results: Results, place: Place, lines: Sequence[Line]) -> Curve | None:
    """What a selector that never errs would have, from the first line that can tell."""
    for line in lines:
        group = results.group(place.name, line.name)
        found = group and curve(group, lambda records: perfect_ceilings(records)[-1], "labels")
        if found and found.x:
            return found
    return None


def level_lines(
    results: Results, place: Place, lines: Sequence[Line]
) -> tuple[tuple[str, float], ...]:
    """(name, accuracy) of what names the test pictures of `place` without a label.

    Before those lines are there, what the classifier is before its first label, of the first of
    `lines` that can tell.
    """
    if found := levels(results.zero_shot, place.name):
        return tuple((level.method, level.accuracy) for level in found)
    for line in lines:
        runs = [result.records for result in results.of(place.name, line.name)]
        text = mean_and_spread([records[0].zero_shot for records in runs])
        if text:
            return ((ANCHORED, text[0]),)
    return ()


@dataclass(frozen=True)
class Standing:
    """A line among the others in one place.

    Args:
        line: its name.
        runs: repetitions that count.
        rank_accuracy, rank_precision: mean ranks of the last round's accuracy and of the mean
            precision, 1 for the best, over the repetitions that all lines have; None without one.
        blocks: how many repetitions those are.
        labels: mean labels paid until the accuracy is `GOOD_ENOUGH` of what all labels give, over
            the repetitions that get there; None if none does.
        reached, asked: how many get there, of how many where it is known.
        accuracy, precision, classes: mean and spread at the end (precision: over the rounds).
        seconds: mean of a round.
        llm_calls: mean of a run.
    """

    line: str
    runs: int
    rank_accuracy: float | None
    rank_precision: float | None
    blocks: int
    labels: float | None
    reached: int
    asked: int
    accuracy: tuple[float, float] | None
    precision: tuple[float, float] | None
    classes: float
    seconds: float
    llm_calls: float


def standings(results: Results, place: Place, lines: Sequence[Line]) -> list[Standing]:
    """Every line with a result in `place`, the best accuracy rank first."""
    found = {line.name: results.of(place.name, line.name) for line in lines}
    found = {name: runs for name, runs in found.items() if runs}
    blocks = _common(found)
    by_accuracy = _ranks(found, blocks, lambda records: summarise(records).accuracy)
    by_precision = _ranks(found, blocks, lambda records: summarise(records).mean_precision)
    wanted = full_accuracies(results, place)
    rows = [
        _rank_row(name, runs, wanted, by_accuracy.get(name), by_precision.get(name), len(blocks))
        for name, runs in found.items()
    ]
    return sorted(rows, key=lambda row: (row.rank_accuracy is None, row.rank_accuracy or 0.0))


def full_accuracies(results: Results, place: Place) -> dict[tuple[int, int], float]:
    """(split, seed) -> accuracy that all labels of the pool give, where that was run."""
    found = {}
    for line in results.study.lines:
        if line.whole:
            for result in results.of(place.name, line.name):
                accuracy = result.records[-1].accuracy
                if accuracy is not None:
                    found[result.cell.split, result.cell.seed] = accuracy
    return found


def _common(found: dict[str, list[Result]]) -> list[tuple[int, int]]:
    """The (split, seed) that every line has."""
    each = [{(r.cell.split, r.cell.seed) for r in runs} for runs in found.values()]
    return sorted(set.intersection(*each)) if each else []


def _ranks(
    found: dict[str, list[Result]], blocks: Sequence[tuple[int, int]], reading: Reading
) -> dict[str, float]:
    values = {
        name: {(r.cell.split, r.cell.seed): reading(r.records) for r in runs}
        for name, runs in found.items()
    }
    table = [[values[name][block] for name in found] for block in blocks]
    known = [[value for value in row if value is not None] for row in table]
    if not table or any(len(row) < len(found) for row in known):
        return {}
    return dict(zip(found, mean_ranks(known), strict=True))


def _rank_row(
    name: str,
    runs: Sequence[Result],
    full: dict[tuple[int, int], float],
    rank_accuracy: float | None,
    rank_precision: float | None,
    blocks: int,
) -> Standing:
    reached: list[int | None] = []
    for run in runs:
        whole = full.get((run.cell.split, run.cell.seed))
        if whole is not None:
            accuracies = [record.accuracy for record in run.records]
            reached.append(labels_to_reach(paid(run.records), accuracies, GOOD_ENOUGH * whole))
    there = [labels for labels in reached if labels is not None]
    summaries = [summarise(run.records) for run in runs]
    rounds = [record for run in runs for record in run.records]
    return Standing(
        name,
        len(runs),
        rank_accuracy,
        rank_precision,
        blocks,
        statistics.fmean(there) if there else None,
        len(there),
        len(reached),
        mean_and_spread([summary.accuracy for summary in summaries]),
        mean_and_spread([summary.mean_precision for summary in summaries]),
        statistics.fmean(classes_seen(run.records)[-1] for run in runs),
        statistics.fmean(record.seconds for record in rounds),
        sum(record.llm_calls for record in rounds) / len(runs),
    )
