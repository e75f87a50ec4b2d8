"""Charts page: precision, recall, accuracy and delta, against rounds, labels or minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from laser_core.analysis.known import answered_in, random_expectation
from laser_core.analysis.reader import RunReader
from laser_core.metrics.summary import (
    labels_paid,
    minutes_spent,
    relevant_labels,
    running_mean,
    summarise,
)
from laser_core.view import RoundRecord
from ui.escape import escape_text
from ui.look.notes import note, note_markdown
from ui.shared.lines.chart import Drawn, Limit, Plot, line_figure
from ui.shared.plots import PictureFormat, draw

HEIGHT = 344  # CSS pixels: with the cards above, it fits 720
AXES = ("Rounds", "Labels paid", "Relevant labels", "Minutes spent")
READING = (
    "Recall: relevant pictures found, of all. Accuracy: of the classifier on relevant test "
    "pictures, dotted that of the text alone. The second line of δ: its share of the spread."
)
TITLES = {
    "Rounds": "round",
    "Labels paid": "labels paid",
    "Relevant labels": "relevant labels",
    "Minutes spent": "minutes of computing",
}


@dataclass(frozen=True)
class Axis:
    """What the rounds are drawn against.

    Args:
        title: below the axis.
        values: one a round.
    """

    title: str
    values: Sequence[float]


def axis_of(name: str, records: Sequence[RoundRecord]) -> Axis:
    """The axis called `name`, one of `AXES`."""
    values: dict[str, Sequence[float]] = {
        "Rounds": [float(record.round) for record in records],
        "Labels paid": [float(paid) for paid in labels_paid(records)],
        "Relevant labels": [float(found) for found in relevant_labels(records)],
        "Minutes spent": minutes_spent(records),
    }
    return Axis(TITLES[name], values[name])


def precision_plot(run: RunReader, records: Sequence[RoundRecord], axis: Axis) -> Plot:
    """Precision with its ceiling, its running mean, and what picking at random would give."""
    precision = [record.precision for record in records]
    limits = [_limit("ceiling", axis, [record.ceiling for record in records])]
    if run.relevant_rows is not None and all(name is not None for name in run.facts.labels):
        answered = answered_in(run.facts.ids, run.store.labels.answers())
        luck = random_expectation(run.relevant_rows, answered, len(records))
        limits.append(_limit("at random", axis, luck))
    return Plot(
        "Precision: relevant ÷ asked, each round",
        (
            _line("precision", 0, axis, precision, strong=True),
            _line("mean so far", 1, axis, running_mean(precision)),
        ),
        tuple(limits),
    )


def recall_plot(records: Sequence[RoundRecord], axis: Axis) -> Plot:
    """Share of all relevant pictures found so far."""
    line = _line("recall", 0, axis, [record.recall for record in records])
    return Plot("Recall", (line,))


def accuracy_plot(records: Sequence[RoundRecord], axis: Axis) -> Plot:
    """The classifier's accuracy on relevant test pictures, beside the text's alone from 0 on."""
    line = _line("accuracy", 0, axis, [record.accuracy for record in records])
    text = records[0].zero_shot
    if text is None:
        return Plot("Accuracy", (line,))
    whole = Axis(axis.title, [0.0, *axis.values])
    alone = _limit("text alone", whole, [text, *(record.zero_shot for record in records)])
    return Plot("Accuracy", (line,), (alone,))


def delta_plot(records: Sequence[RoundRecord], axis: Axis) -> Plot:
    """Delta of Eq. (5), and the detector's effective share of the score's spread."""
    values = [record.figures.get("delta") for record in records]
    effective = [record.figures.get("delta_effective") for record in records]
    return Plot(
        "δ of Eq. (5)",
        (_line("δ", 0, axis, values), _line("effect", 1, axis, effective)),
    )


def show_summary(run: RunReader, records: Sequence[RoundRecord], sparklines: bool) -> None:
    """The run so far: one sentence, and four cards with what each counts.

    Args:
        sparklines: whether each card has the rounds as a small line.
    """
    total, paid = summarise(records), labels_paid(records)
    looked = "" if total.looked_at is None else f", {total.looked_at:.1f} looked at for each found"
    note(
        f"{len(records)} of {run.config.rounds} rounds: {paid[-1]:,} pictures asked{looked}, "
        f"{minutes_spent(records)[-1]:.1f} minutes of computing."
    )
    cells = st.columns(4)
    cells[0].metric(
        "Precision", f"{sum(r.relevant for r in records):,} of {sum(r.queried for r in records):,}",
        help="Relevant among those asked, over the finished rounds: "
        f"{_share(total.mean_precision)} in the mean of the rounds. A selector that never errs "
        f"would have {_share(total.mean_ceiling)}.",
        chart_data=_sparkline([r.precision for r in records], sparklines), border=True,
    )  # fmt: skip
    cells[1].metric(
        "Recall", _share(total.recall),
        help="Relevant pictures found, of all in the pool.",
        chart_data=_sparkline([r.recall for r in records], sparklines), border=True,
    )  # fmt: skip
    cells[2].metric(
        "Accuracy", _share(total.accuracy),
        help="Of the classifier on relevant test pictures. The text alone, without any label: "
        f"{_share(total.zero_shot)}.",
        chart_data=_sparkline([r.accuracy for r in records], sparklines), border=True,
    )  # fmt: skip
    cells[3].metric(
        "Labels paid", f"{paid[-1]:,}", help="Answers that somebody had to give.",
        chart_data=_sparkline(paid, sparklines), border=True,
    )  # fmt: skip


def _sparkline(values: Sequence[float | None], wanted: bool) -> list[float] | None:
    """What a sparkline is drawn of: at least two numbers, else none is drawn."""
    known = [value for value in values if value is not None]
    return known if wanted and len(known) > 1 else None


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1%}"


def show_rounds(
    run: RunReader, records: Sequence[RoundRecord], axis: Axis, picture: PictureFormat
) -> None:
    """All charts over rounds in one figure; a sentence says what nobody knows, a table has all."""
    small = []
    if records[-1].recall is not None:
        small.append(recall_plot(records, axis))
    if any(record.accuracy is not None for record in records):
        small.append(accuracy_plot(records, axis))
    if any("delta" in record.figures for record in records):
        small.append(delta_plot(records, axis))
    made = line_figure(
        [precision_plot(run, records, axis), *small], axis.title, HEIGHT,
        rounds=axis.title == TITLES["Rounds"],
    )  # fmt: skip
    shows = f"precision and what else is known, by {axis.title}"
    draw(made, "chart rounds", f"{run.name}-rounds", shows, picture)
    note_markdown(" ".join([READING, *_unknown(run, records)]))
    _show_table(records)


def _unknown(run: RunReader, records: Sequence[RoundRecord]) -> list[str]:
    """What is not drawn, and why."""
    said = []
    if records[-1].ceiling is None:
        said.append(
            "The ceiling, recall and what picking at random would bring need the true labels of "
            "the whole pool, which nobody knows here."
        )
    if all(record.accuracy is None for record in records):
        said.append("Accuracy is unknown: the pool has no labeled test split.")
    if all("delta" not in record.figures for record in records):
        said.append(f"The strategy {escape_text(run.config.strategy)} has no δ.")
    return said


def _show_table(records: Sequence[RoundRecord]) -> None:
    """The numbers behind the charts, the newest round first."""
    newest = list(reversed(records))
    table = pd.DataFrame(
        {
            "round": [record.round for record in newest],
            "asked": [record.queried for record in newest],
            "relevant": [record.relevant for record in newest],
            "precision": [record.precision for record in newest],
            "ceiling": [record.ceiling for record in newest],
            "recall": [record.recall for record in newest],
            "accuracy": [record.accuracy for record in newest],
            "δ": [record.figures.get("delta") for record in newest],
            "seconds": [record.seconds for record in newest],
        }
    )
    share = st.column_config.NumberColumn(format="percent")
    settings = dict.fromkeys(("precision", "ceiling", "recall", "accuracy"), share)
    settings["seconds"] = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(table, hide_index=True, column_config=settings)


def _line(
    name: str, number: int, axis: Axis, values: Sequence[float | None], strong: bool = False
) -> Drawn:
    xs, ys = _points(axis, values)
    return Drawn(name, number, xs, ys, strong=strong)


def _limit(name: str, axis: Axis, values: Sequence[float | None]) -> Limit:
    return Limit(name, *_points(axis, values))


def _points(
    axis: Axis, values: Sequence[float | None]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(x, y) of the values that are known."""
    known = [(x, y) for x, y in zip(axis.values, values, strict=True) if y is not None]
    return tuple(x for x, _ in known), tuple(y for _, y in known)
