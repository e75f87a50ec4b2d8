"""The CSVs of a study: every round, every cell, and the numbers behind each figure and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from laser_core.analysis.comparison import Curve, summary_row
from laser_core.data.tables.spreadsheet import Number, safe_csv
from laser_core.metrics.summary import mean_and_spread, summarise
from laser_core.studies.cells import Line, Part, Place, slug
from laser_core.studies.report.results import (
    READINGS,
    ROUND_COLUMNS,
    Results,
    cell_rows,
    curve_of,
    round_rows,
    seconds_rows,
    standings,
)
from laser_core.studies.report.zero_shot import levels, zero_shot_rows

ROUND_SHOWS = {"rounds": ("accuracy", "precision"), "recall by round": ("recall",)}
SECONDS = "seconds.csv"  # the one table that is never the same twice
_TIMED = ("seconds",)


def study_tables(results: Results) -> dict[str, str]:
    """File name -> text of every CSV of a study as it is now."""
    tables = {
        "rounds.csv": csv_of(round_rows(results), ROUND_COLUMNS),
        "cells.csv": csv_of(cell_rows(results)),
        SECONDS: csv_of(
            seconds_rows(results),
            ("place", "line", "split", "seed", "round", "seconds", "llm_calls"),
        ),
    }
    if results.zero_shot:
        tables["zero-shot.csv"] = csv_of(zero_shot_rows(results.zero_shot))
    for part in results.study.parts:
        for show in part.shows:
            for place in places_of(results, part):
                name = file_name(part, show, place)
                tables[name] = csv_of(part_rows(results, part, show, place))
    return tables


def file_name(part: Part, show: str, place: Place) -> str:
    """The name of the CSV behind a figure or table, such as "fig3-cifar10-20.csv"."""
    several = len(part.shows) > 1
    parts = (part.name, show.replace(" ", "-") if several else "", place.name)
    return f"{'-'.join(slug(each) for each in parts if each)}.csv"


def places_of(results: Results, part: Part) -> list[Place]:
    """The places of a part, in the study's order."""
    return [place for place in results.study.places if place.name in part.places]


def lines_of(results: Results, part: Part) -> list[Line]:
    """The lines of a part, in the part's order."""
    known = {line.name: line for line in results.study.lines}
    return [known[name] for name in part.lines]


def part_rows(results: Results, part: Part, show: str, place: Place) -> list[dict[str, Any]]:
    """The numbers behind one figure or table."""
    lines = lines_of(results, part)
    if show in READINGS:
        found = {line.name: curve_of(results, place, line, show) for line in lines}
        return curve_rows(found, "round" if show == "delta" else "labels_paid")
    if show in ROUND_SHOWS:
        shows = ROUND_SHOWS[show]
        return [row for line in lines for row in by_round(results, place, line, shows)]
    if show == "final":
        return final_rows(results, place, lines)
    return [
        {name: value for name, value in _spread(asdict(row)).items() if name not in _TIMED}
        for row in standings(results, place, lines)
    ]


def curve_rows(curves: Mapping[str, Curve | None], against: str) -> list[dict[str, Any]]:
    """One row for each place on the x axis: mean, spread and runs of every line that is there."""
    steps = sorted({x for curve in curves.values() if curve for x in curve.x})
    rows: list[dict[str, Any]] = []
    for step in steps:
        row: dict[str, Any] = {against: round(step, 6)}
        for name, found in curves.items():
            at = found.x.index(step) if found and step in found.x else None
            row[f"{name} mean"] = found.mean[at] if found and at is not None else None
            row[f"{name} sd"] = found.spread[at] if found and at is not None else None
            row[f"{name} runs"] = found.runs if found and at is not None else None
        rows.append(row)
    return rows


def by_round(
    results: Results, place: Place, line: Line, shows: Sequence[str]
) -> list[dict[str, Any]]:
    """One row a round of one line: mean and spread of each of `shows`."""
    found = {show: curve_of(results, place, line, show) for show in shows}
    rows: list[dict[str, Any]] = []
    for i in range(max((len(each.x) for each in found.values() if each), default=0)):
        row: dict[str, Any] = {"line": line.name, "round": i + 1}
        for show, each in found.items():
            there = each is not None and i < len(each.x)
            row[f"{show} mean"] = each.mean[i] if each and there else None
            row[f"{show} sd"] = each.spread[i] if each and there else None
        rows.append(row)
    return rows


def final_rows(results: Results, place: Place, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Table 2: accuracy of each line at the end, and of each way without labels.

    "ahead" is how much the first line is ahead of a row; "low" and "high" are Wilson's interval
    where only a sample of the test pictures was asked about.
    """
    rows = []
    for line in lines:
        last = [result.records[-1] for result in results.of(place.name, line.name)]
        mean, spread = mean_and_spread([record.accuracy for record in last]) or (None, None)
        if last:
            rows.append(_final_row(line.name, len(last), mean, spread))
    rows += [
        _final_row(f"without labels: {level.method}", level.splits, level.accuracy, level.spread)
        | {"low": level.low, "high": level.high, "cost": level.cost}
        for level in levels(results.zero_shot, place.name)
    ]
    best = rows[0]["accuracy mean"] if rows else None
    for row in rows[1:]:
        if best is not None and row["accuracy mean"] is not None:
            row["ahead"] = best - row["accuracy mean"]
    return rows


def _final_row(name: str, runs: int, mean: float | None, spread: float | None) -> dict[str, Any]:
    return {
        "line": name, "runs": runs, "accuracy mean": mean, "accuracy sd": spread,
        "low": None, "high": None, "ahead": None, "cost": None,
    }  # fmt: skip


def comparison_rows(results: Results) -> list[dict[str, Any]]:
    """One row a line of a comparison with a finished run, as `summary_row` makes it."""
    found = {line.name: results.of("", line.name) for line in results.study.lines}
    return [
        summary_row(name, [summarise(run.records) for run in runs])
        for name, runs in found.items()
        if runs
    ]


def _spread(row: dict[str, Any]) -> dict[str, Any]:
    """`row` with each pair of mean and spread as two columns."""
    result: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("accuracy", "precision"):
            result[f"{name} mean"], result[f"{name} sd"] = value or (None, None)
        else:
            result[name] = value
    return result


def csv_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows as CSV: six decimals, an empty cell for what nobody knows."""
    heads = list(columns or (rows[0] if rows else ("nothing yet",)))
    return safe_csv(heads, [[_cell(row.get(name)) for name in heads] for row in rows])


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return Number(f"{value:.6f}")
    return Number(value) if isinstance(value, int) else value
