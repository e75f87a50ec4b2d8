"""Charts page: precision, recall, accuracy and delta, against rounds, labels or minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
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
from ui.shared.plots import PictureFormat, colours, draw, figure

HEIGHT = 300
AXES = ("Rounds", "Labels paid", "Relevant labels", "Minutes spent")
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


def precision_chart(run: RunReader, records: Sequence[RoundRecord], axis: Axis) -> go.Figure:
    """Precision with its ceiling, its running mean, and what picking at random would give."""
    made = _share_chart(axis, "precision")
    precision = [record.precision for record in records]
    ceiling = [record.ceiling for record in records]
    if any(value is not None for value in ceiling):
        _line(made, axis, ceiling, "ceiling", colours().grey, "dot", "triangle-down")
    _line(made, axis, precision, "precision", colours().blue, "solid", "circle", 3)
    mean = running_mean(precision)
    _line(made, axis, mean, "running mean", colours().navy, "dash", "circle-open")
    if run.relevant_rows is not None and all(name is not None for name in run.facts.labels):
        answered = answered_in(run.facts.ids, run.store.labels.answers())
        luck = random_expectation(run.relevant_rows, answered, len(records))
        _line(made, axis, luck, "random's expectation", colours().brown, "dashdot", "x")
    return made


def recall_chart(records: Sequence[RoundRecord], axis: Axis) -> go.Figure:
    """Share of all relevant pictures found so far."""
    made = _share_chart(axis, "recall")
    _line(made, axis, [r.recall for r in records], "recall", colours().violet, "solid", "square", 3)
    return made


def accuracy_chart(records: Sequence[RoundRecord], axis: Axis) -> go.Figure:
    """The classifier's accuracy on relevant test pictures, beside the text's alone from 0 on."""
    text = [record.zero_shot for record in records]
    known = text[0] is not None
    from_start = Axis(axis.title, [0.0, *axis.values]) if known else axis
    made = _share_chart(from_start, "accuracy")
    if known:
        _line(made, from_start, [text[0], *text], "text alone", colours().grey, "dash", "x")
    accuracy = [record.accuracy for record in records]
    _line(made, axis, accuracy, "accuracy", colours().pink, "solid", "diamond", 3)
    return made


def delta_chart(records: Sequence[RoundRecord], axis: Axis) -> go.Figure:
    """Delta of Eq. (5), and the detector's effective share of the score's spread."""
    made = _share_chart(axis, "share")
    values = [record.figures.get("delta") for record in records]
    effective = [record.figures.get("delta_effective") for record in records]
    _line(made, axis, values, "δ", colours().orange, "solid", "circle", 3)
    _line(made, axis, effective, "effective", colours().blue, "dash", "diamond")
    return made


def show_summary(run: RunReader, records: Sequence[RoundRecord]) -> None:
    """The run so far in six numbers."""
    total, cells = summarise(records), st.columns(6)
    labels, minutes = labels_paid(records)[-1], minutes_spent(records)[-1]
    cells[0].metric("Rounds", f"{len(records)} of {run.config.rounds}")
    cells[1].metric(
        "Mean precision", _share(total.mean_precision),
        help="Over the finished rounds. A selector that never errs from round 1 on would have "
        f"{_share(total.mean_ceiling)}.",
    )  # fmt: skip
    cells[2].metric("Recall", _share(total.recall), help="Relevant found of all in the pool.")
    cells[3].metric(
        "Accuracy", _share(total.accuracy),
        help=f"On relevant test pictures. The text alone: {_share(total.zero_shot)}.",
    )  # fmt: skip
    cells[4].metric("Labels paid", f"{labels:,}", help=f"In {minutes:.1f} minutes of computing.")
    looked = total.looked_at
    cells[5].metric(
        "Looked at", "unknown" if looked is None else f"{looked:.1f}",
        help="Pictures that a person looked at for each relevant one, over the finished rounds.",
    )  # fmt: skip


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def show_rounds(
    run: RunReader, records: Sequence[RoundRecord], axis: Axis, picture: PictureFormat
) -> None:
    """All charts over rounds; where nobody knows the numbers, a sentence says so."""
    st.markdown("**Precision**: relevant ÷ queried, each round")
    draw(precision_chart(run, records, axis), "chart precision", f"{run.name}-precision", picture)
    if records[-1].ceiling is None:
        st.caption(
            "The ceiling and random's expectation need the true labels of the whole pool, which "
            "nobody knows here."
        )
    cells = st.columns(3)
    with cells[0]:
        st.markdown("**Recall**: relevant found ÷ all relevant")
        if records[-1].recall is None:
            st.info("Unknown: nobody knows how many relevant pictures the pool holds.")
        else:
            draw(recall_chart(records, axis), "chart recall", f"{run.name}-recall", picture)
    with cells[1]:
        st.markdown("**Accuracy** on relevant test pictures")
        if all(record.accuracy is None for record in records):
            st.info("Unknown: the pool has no labeled test split.")
        else:
            draw(accuracy_chart(records, axis), "chart accuracy", f"{run.name}-accuracy", picture)
    with cells[2]:
        st.markdown("**δ** of Eq. (5), and its effect")
        if all("delta" not in record.figures for record in records):
            st.info(f"The strategy {escape_text(run.config.strategy)} has no δ.")
        else:
            draw(delta_chart(records, axis), "chart delta", f"{run.name}-delta", picture)


def _share_chart(axis: Axis, title: str) -> go.Figure:
    """An empty chart of shares from 0 to 1."""
    made = figure(HEIGHT, title, axis.title)
    made.update_yaxes(range=[-0.03, 1.05])
    made.update_xaxes(**_ticks(axis))
    return made


def _ticks(axis: Axis) -> dict[str, Any]:
    """Whole rounds on the axis, and room on both sides also for a single one."""
    low, high = min(axis.values), max(axis.values)
    margin = 0.04 * (high - low) or 0.5 * max(1.0, abs(high) * 0.1)
    ticks: dict[str, Any] = {"range": [low - margin, high + margin]}
    if axis.title == TITLES["Rounds"] and len(axis.values) <= 20:
        ticks["tickvals"] = list(axis.values)
    return ticks


def _line(
    made: go.Figure,
    axis: Axis,
    values: Sequence[float | None],
    name: str,
    colour: str,
    dash: str,
    symbol: str,
    width: int = 2,
) -> None:
    made.add_scatter(
        x=list(axis.values),
        y=list(values),
        name=name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": width},
        marker={"symbol": symbol, "size": 8},
        hovertemplate="%{y:.3f}",
    )
