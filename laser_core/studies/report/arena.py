"""What a page shows of a study, as typed rows: curves, labels and minutes saved, batches.

Each is of one place (a pool and its share of relevant classes) and of some of its lines.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.analysis.comparison import Curve
from laser_core.experiment.zero_shot.line import ANCHORED
from laser_core.metrics.overlap import overlap
from laser_core.metrics.ranks import labels_to_reach
from laser_core.studies.cells import Cell, Line, Place
from laser_core.studies.report.results import (
    Result,
    Results,
    ceiling_of,
    curve_of,
    paid,
    zero_shot_of,
)
from laser_core.studies.report.zero_shot import levels


@dataclass(frozen=True)
class LineCurve:
    """One line of a chart.

    Args:
        line: its name.
        number: which of the study's lines it is, so that it looks the same in every chart.
        curve: mean and standard deviation over splits and seeds.
    """

    line: str
    number: int
    curve: Curve


@dataclass(frozen=True)
class LineChart:
    """A chart of one measure.

    Args:
        lines: those with a result, in the study's order.
        ceiling: for precision, the best that a selector which never errs could have; else None.
        levels: for accuracy, (name, value) of what needs no label; drawn as level lines.
    """

    lines: tuple[LineCurve, ...]
    ceiling: Curve | None
    levels: tuple[tuple[str, float], ...]


def line_chart_of(results: Results, place: Place, lines: Sequence[Line], show: str) -> LineChart:
    """Everything that a chart of `show` has in it.

    Args:
        show: a key of `laser_core.studies.report.results.READINGS`, such as "accuracy".
    """
    numbers = {line.name: i for i, line in enumerate(results.study.lines)}
    found = ((line.name, curve_of(results, place, line, show)) for line in lines)
    drawn = [LineCurve(name, numbers[name], each) for name, each in found if each and each.x]
    ceiling = ceiling_of(results, place, lines) if show == "precision" else None
    levels = levels_of(results, place, lines) if show == "accuracy" else ()
    return LineChart(tuple(drawn), ceiling, levels)


def levels_of(
    results: Results, place: Place, lines: Sequence[Line]
) -> tuple[tuple[str, float], ...]:
    """(name, accuracy) of what names the test pictures of `place` without a label.

    Before those lines are there, what the classifier is before its first label, of the first of
    `lines` that can tell.
    """
    if found := levels(results.zero_shot, place.name):
        return tuple((level.method, level.accuracy) for level in found)
    text = zero_shot_of(results, place, lines)
    return () if text is None else ((ANCHORED, text),)


@dataclass(frozen=True)
class Reached:
    """How many labels a line takes to an accuracy.

    Args:
        line: its name.
        labels: mean labels paid by the repetitions that get there; None if none does.
        spread: their standard deviation, 0 for a single one.
        reached, runs: how many get there, of how many.
        saved: mean labels fewer than the line beside it, over the repetitions in which both get
            there; negative where it takes more, None without such a repetition.
        minutes: the same as a person's minutes.
    """

    line: str
    labels: float | None
    spread: float | None
    reached: int
    runs: int
    saved: float | None
    minutes: float | None


def labels_to_accuracy(
    results: Results,
    place: Place,
    lines: Sequence[Line],
    accuracy: float,
    seconds: float,
    beside: str = "",
) -> list[Reached]:
    """One row a line with a result, in their order.

    Args:
        accuracy: to be reached, 0 to 1, on the test pictures.
        seconds: that a person takes for a label.
        beside: the line that others are held against; "": nothing is saved.
    """
    found = {line.name: _labels_by_block(results, place, line.name, accuracy) for line in lines}
    other = found.get(beside) or _labels_by_block(results, place, beside, accuracy)
    return [_reach_row(name, each, other, seconds) for name, each in found.items() if each]


def _labels_by_block(
    results: Results, place: Place, line: str, accuracy: float
) -> dict[tuple[int, int], int | None]:
    """(split, seed) -> labels paid until the accuracy is reached, None where it is not."""
    return {
        (result.cell.split, result.cell.seed): labels_to_reach(
            paid(result.records), [record.accuracy for record in result.records], accuracy
        )
        for result in results.of(place.name, line)
    }


def _reach_row(
    name: str,
    mine: dict[tuple[int, int], int | None],
    other: dict[tuple[int, int], int | None],
    seconds: float,
) -> Reached:
    there = [labels for labels in mine.values() if labels is not None]
    fewer = [
        against - labels
        for block, labels in mine.items()
        if labels is not None and (against := other.get(block)) is not None
    ]
    saved = statistics.fmean(fewer) if fewer else None
    return Reached(
        name,
        statistics.fmean(there) if there else None,
        (statistics.stdev(there) if len(there) > 1 else 0.0) if there else None,
        len(there),
        len(mine),
        saved,
        None if saved is None else saved * seconds / 60,
    )


@dataclass(frozen=True)
class LineBatch:
    """What one line asked in a round.

    Args:
        line: its name.
        cell: of which run.
        ids: the pictures, best first.
        relevant: (len(ids),) whether each was answered as relevant.
        only: those that none of the other lines asked in this round, best first.
    """

    line: str
    cell: Cell
    ids: tuple[str, ...]
    relevant: tuple[bool, ...]
    only: tuple[str, ...]


@dataclass(frozen=True)
class RoundBatches:
    """The same round of some lines.

    Args:
        round: 1, 2, ...
        batches: one a line that has this round.
        shared: ids that all of them asked, in the first one's order.
        overlaps: (line, line, share) of each pair: pictures in both over pictures in either.
        reused: pictures that one label would serve more than one of the lines for.
    """

    round: int
    batches: tuple[LineBatch, ...]
    shared: tuple[str, ...]
    overlaps: tuple[tuple[str, str, float], ...]
    reused: int


def round_batches(
    results: Results,
    place: Place,
    lines: Sequence[Line],
    split: int,
    seed: int,
    round: int,
) -> RoundBatches:
    """What `lines` asked in one round of the run with this split and seed.

    Args:
        round: 1, 2, ...; a line that has not come so far is left out.
    """
    found = [
        (name, result)
        for name in (line.name for line in lines)
        for result in results.cells
        if (result.cell.place.name, result.cell.line.name) == (place.name, name)
        and (result.cell.split, result.cell.seed) == (split, seed)
        and len(result.records) >= round
    ]
    asked = {name: result.records[round - 1].ids for name, result in found}
    batches = tuple(_batch(name, result, round, asked) for name, result in found)
    sets = [set(ids) for ids in asked.values()]
    shared = set.intersection(*sets) if sets else set()
    first = batches[0].ids if batches else ()
    several = [id for id in set().union(*sets) if sum(id in each for each in sets) > 1]
    pairs = itertools.combinations(batches, 2)
    return RoundBatches(
        round,
        batches,
        tuple(id for id in first if id in shared),
        tuple((a.line, b.line, overlap(np.array(a.ids), np.array(b.ids))) for a, b in pairs),
        len(several),
    )


def _batch(name: str, result: Result, round: int, asked: Mapping[str, Sequence[str]]) -> LineBatch:
    record = result.records[round - 1]
    others = {id for other, ids in asked.items() if other != name for id in ids}
    return LineBatch(
        name,
        result.cell,
        record.ids,
        tuple(0 <= label < len(record.classes) for label in record.labels),
        tuple(id for id in record.ids if id not in others),
    )
