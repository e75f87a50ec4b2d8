"""Curves of many runs in one chart, and their table."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from laser_core.analysis.comparison import (
    COLUMNS,
    Against,
    Curve,
    Group,
    Measure,
    comparison_rows,
    curve,
    rows_csv,
)
from ui.escape import chart_text
from ui.shared.plots import colours, draw, figure

# Told apart by colour, and past six lines by dash and marker too.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "star", "triangle-down", "cross")
HEIGHT = 420
CEILING = "dotted: a line's own ceiling"
TEXT_ALONE = "dotted: text alone (zero-shot)"
CEILINGS = (
    "Dotted is each line's own ceiling, min(1, relevant pictures left ÷ b): the most that these "
    "very runs could still reach in that round."
)
MEASURES: dict[Measure, str] = {
    "precision": "Precision: relevant among the queried, this round",
    "recall": "Recall: relevant found so far of all in the pool",
    "accuracy": "Accuracy of the classifier on relevant test pictures",
}
AXES: dict[Against, str] = {"round": "Round", "labels": "Labels paid"}
HEADS = {
    "name": "Runs",
    "runs": "n",
    "rounds": "Rounds",
    "first_precision": "Round 1",
    "mean_precision": "Mean precision",
    "mean_ceiling": "of at most",
    "looked_at": "Looked at",
    "recall": "Recall",
    "accuracy": "Accuracy",
    "zero_shot": "Text alone",
    "seconds": "Seconds",
}


def comparison_chart(groups: list[Group], measure: Measure, against: Against) -> None:
    """Draw one line a group: the mean, with a band of one standard deviation around it."""
    curves = [curve(group, measure, against) for group in groups]
    if not any(line.x for line in curves):
        st.info(
            "None of these runs knows its "
            f"{measure}: precision needs answers, recall a labeled pool, accuracy a test split."
        )
        return
    made = figure(HEIGHT, measure.capitalize(), AXES[against])
    for place, (group, line) in enumerate(zip(groups, curves, strict=True)):
        _add_band(made, line, _colour(place))
        _add_line(made, group.name, line, place)
    if measure == "precision":
        _add_dotted(made, groups, "ceiling", against, CEILING)
    if measure == "accuracy":
        _add_dotted(made, groups, "zero_shot", against, TEXT_ALONE)
    made.update_yaxes(range=[0, 1.02], tickformat=".0%")
    if against == "round":
        made.update_xaxes(dtick=1)
    if len(groups) > 6:
        made.update_layout(legend={"orientation": "v", "x": 1.01, "y": 1, "yanchor": "top"})
    draw(made, f"compare_{measure}_{against}", f"comparison-{measure}")


def _add_dotted(
    made: go.Figure, groups: list[Group], measure: Measure, against: Against, name: str
) -> None:
    """Another measure of the same runs, dotted in the colour of each line.

    The ceiling is the most that the line's own runs could still reach; the text alone is what
    their classifier would be without a label.
    """
    lines = [curve(group, measure, against) for group in groups]
    for place, line in enumerate(lines):
        made.add_scatter(
            x=line.x, y=line.mean, mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": _colour(place), "dash": "dot", "width": 1.5},
        )  # fmt: skip
    if any(line.x for line in lines):  # one entry stands for all of them
        made.add_scatter(
            x=[None], y=[None], mode="lines", name=name, hoverinfo="skip",
            line={"color": colours().grey, "dash": "dot", "width": 1.5},
        )  # fmt: skip


def _add_line(made: go.Figure, name: str, line: Curve, place: int) -> None:
    spread = [f" ± {value:.3f}" if line.runs > 1 else "" for value in line.spread]
    made.add_scatter(
        x=line.x,
        y=line.mean,
        name=f"{chart_text(name)}, n = {line.runs}",
        mode="lines+markers",
        line={
            "color": _colour(place),
            "dash": DASHES[place // len(colours().classes) % len(DASHES)],
            "width": 2.5,
        },
        marker={"symbol": MARKERS[place % len(MARKERS)], "size": 8},
        customdata=spread,
        hovertemplate="%{y:.3f}%{customdata}",
    )


def _colour(place: int) -> str:
    given = colours().classes
    return given[place % len(given)]


def _add_band(made: go.Figure, line: Curve, colour: str) -> None:
    if line.runs < 2 or not line.x:
        return
    high = [m + s for m, s in zip(line.mean, line.spread, strict=True)]
    low = [m - s for m, s in zip(line.mean, line.spread, strict=True)]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    made.add_scatter(
        x=[*line.x, *reversed(line.x)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.18)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        mode="lines",
    )


def comparison_table(groups: list[Group]) -> None:
    """The runs in a few numbers, mean ± standard deviation, and the same as CSV."""
    rows = comparison_rows(groups)
    shown = []
    for row in rows:
        cells = {HEADS[key]: row[key] for key in ("name", "runs", "rounds")}
        for column in COLUMNS:
            digits = 1 if column == "seconds" else 3
            mean, spread = row[f"{column}_mean"], row[f"{column}_sd"]
            repeated = row["runs"] > 1 and column != "mean_ceiling"
            cells[HEADS[column]] = _cell(mean, spread if repeated else None, digits)
        shown.append(cells)
    st.dataframe(shown, hide_index=True, width="stretch")
    st.caption(
        "Round 1 is the precision of the cold start; mean precision is over the rounds, beside "
        "that of a selector that never errs from round 1 on: having found all relevant pictures "
        "early it ends with empty rounds, so a single round of a line can lie above it. Looked at "
        "is how many pictures were asked for each relevant one. Recall and accuracy are at the "
        "end; text alone is the accuracy without a label."
    )
    st.download_button(
        "Table as CSV",
        rows_csv(rows),
        "comparison.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _cell(mean: float | None, spread: float | None, digits: int) -> str:
    if mean is None:
        return "–"
    return f"{mean:.{digits}f}" + ("" if spread is None else f" ± {spread:.{digits}f}")
