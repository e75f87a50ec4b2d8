"""One figure of several plots, and in each the same lines in the same colours.

The first plot is large and has the names at the lines' ends. Three figures would take the browser
half a second longer than one with three plots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ui.escape import chart_text
from ui.look.sizes import font
from ui.shared.lines.ends import share_axis, spread_out
from ui.shared.plots import colours, figure, short

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
LONGEST = 33  # characters of a name at a line's end
LARGE, SMALL = (0.0, 0.5), (0.78, 1.0)  # shares of the width
GAP = 0.2  # between two small plots, of the height
BANDS = 6  # lines that a chart may have bands for: more would cover one another
ROW = 15.5  # CSS pixels on a desk for a name at a line's end
UNIFIED = 10  # lines whose values one box beside the pointer can list
Marks = list[dict[str, Any]]  # shapes or annotations, as Plotly takes them


@dataclass(frozen=True)
class Drawn:
    """One line of a plot; all tuples are of the same length.

    Args:
        name: at its end.
        number: which of the lines it is: it has the same colour and dash in every plot.
        x, y: what is drawn.
        spread: one standard deviation at each point.
        runs: behind each point; 1 for a single run, which has no band.
        strong: drawn thick.
    """

    name: str
    number: int
    x: tuple[float, ...]
    y: tuple[float, ...]
    spread: tuple[float, ...] = ()
    runs: int = 1
    strong: bool = False


@dataclass(frozen=True)
class Limit:
    """A dotted line in grey that is nobody's: the most that is possible, or the text alone."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Plot:
    """One plot of shares from 0 to 1.

    Args:
        title: above it.
        lines: those without a point are left out.
        limits: in grey.
    """

    title: str
    lines: tuple[Drawn, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where a plot lies in the figure.

    Args:
        axis: "" for the first, then "2", "3".
        across, up: shares of the figure.
        large: whether the names stand at its lines' ends.
    """

    axis: str
    across: tuple[float, float]
    up: tuple[float, float]
    large: bool


def line_colours() -> list[str]:
    """The theme's colours for lines; the last, a grey, is for what is nobody's."""
    palette = colours()
    return [*palette.classes, palette.grey]


def line_style(number: int, colours: Sequence[str]) -> tuple[str, str]:
    """(colour, dash) of line 0, 1, ...: no two are alike while the pairs last."""
    own = len(colours) - 1
    return colours[number % own], DASHES[(number + number // own) % len(DASHES)]


def line_figure(
    plots: Sequence[Plot], x_title: str, height: int, *, rounds: bool = False
) -> go.Figure:
    """A figure of one large plot and up to two small ones beside it.

    Args:
        plots: the large one first.
        x_title: below the large one.
        height: in CSS pixels, at least; many names make it higher.
        rounds: whether the x axis counts 1, 2, 3, ...
    """
    shown = line_colours()
    names = max((len(plot.lines) + len(plot.limits) for plot in plots[:1]), default=0)
    made = figure(max(height, round(names * ROW) + 90))
    many = max((len(plot.lines) for plot in plots), default=0) > UNIFIED
    made.update_layout(margin_t=34, showlegend=False, hovermode="closest" if many else "x unified")
    shapes: Marks = []
    notes: Marks = []
    for plot, place in zip(plots, _places(len(plots)), strict=True):
        leaders, texts = _add_plot(made, plot, place, shown, x_title, rounds)
        shapes += leaders
        notes += texts
    made.update_layout(shapes=shapes, annotations=notes)
    return made


def _places(count: int) -> list[_Place]:
    if count == 1:
        return [_Place("", (0.0, 0.74), (0.0, 1.0), True)]
    small = count - 1
    high = (1.0 - GAP * (small - 1)) / small
    tops = [1.0 - i * (high + GAP) for i in range(small)]
    below = [
        _Place(str(i + 2), SMALL, (max(0.0, top - high), top), False) for i, top in enumerate(tops)
    ]
    return [_Place("", LARGE, (0.0, 1.0), True), *below]


def _add_plot(
    made: go.Figure,
    plot: Plot,
    place: _Place,
    colours: Sequence[str],
    x_title: str,
    rounds: bool,
) -> tuple[Marks, Marks]:
    """Add the lines of a plot and its axes; its leaders and its texts come back."""
    lines = [line for line in plot.lines if line.x]
    limits = [limit for limit in plot.limits if limit.x]
    points = [(one.x, one.y) for one in lines] + [(one.x, one.y) for one in limits]
    low, high, step = share_axis([y for _, ys in points for y in ys])
    first, last = _across([x for xs, _ in points for x in xs], rounds)
    if len(lines) <= BANDS:
        for line in lines:
            _add_band(made, line, line_style(line.number, colours)[0], place)
    for limit in limits:
        made.add_scatter(
            x=limit.x, y=limit.y, name=chart_text(limit.name), mode="lines", hoverinfo="skip",
            xaxis=f"x{place.axis}", yaxis=f"y{place.axis}",
            line={"color": colours[-1], "dash": "dot", "width": 2},
        )  # fmt: skip
    for line in sorted(lines, key=lambda line: line.strong):  # the strong ones lie on top
        _add_line(made, line, line_style(line.number, colours), place)
    title = {
        "x": place.across[0], "y": place.up[1], "xref": "paper", "yref": "paper",
        "text": f"<b>{chart_text(plot.title)}</b>", "xanchor": "left", "yanchor": "bottom",
        "showarrow": False, "yshift": 6, "font": {"size": font()},
    }  # fmt: skip
    _set_axes(made, place, (first, last), (low, high, step), x_title if place.large else "", rounds)
    if not place.large:
        return [], [title]
    leaders, names = _names(lines, limits, colours, (low, high), last)
    return leaders, [title, *names]


def _across(xs: Sequence[float], rounds: bool) -> tuple[float, float]:
    """The x axis, with room at its end for what leads to the names."""
    low = min(xs, default=0.0) if rounds else 0.0
    high = max(xs, default=1.0)
    span = (high - low) or 1.0
    return low - (0.06 if rounds else 0.0) * span, high + 0.07 * span


def _set_axes(
    made: go.Figure,
    place: _Place,
    across: tuple[float, float],
    up: tuple[float, float, float],
    x_title: str,
    rounds: bool,
) -> None:
    low, high, step = up
    fine = step * 100 % 1 > 1e-6
    x: dict[str, Any] = {
        "range": across, "domain": place.across, "title": {"text": x_title, "standoff": 8},
        "anchor": f"y{place.axis}", "tickfont": {"size": font() - 1}, "automargin": True,
        "showgrid": False, "zeroline": False, "nticks": 7 if place.large else 4,
    }  # fmt: skip
    if rounds and across[1] - across[0] <= (12 if place.large else 6):
        x["dtick"] = 1
    y = {
        "range": (low, high), "domain": place.up, "anchor": f"x{place.axis}",
        "tick0": 0, "dtick": step if place.large else 2 * step,
        "tickformat": ".1%" if fine else ".0%", "tickfont": {"size": font() - 1},
        "automargin": True, "zeroline": False, "title": {"text": ""},
    }  # fmt: skip
    made.update_layout({f"xaxis{place.axis}": x, f"yaxis{place.axis}": y})


def _add_line(made: go.Figure, line: Drawn, style: tuple[str, str], place: _Place) -> None:
    width = 2.0 + (1.5 if line.strong else 0.0) - (0.0 if place.large else 0.5)
    spread = [
        f" ± {value:.1%}" if line.runs > 1 else "" for value in line.spread or [0.0] * len(line.x)
    ]
    made.add_scatter(
        x=line.x, y=line.y, name=chart_text(line.name), mode="lines+markers",
        xaxis=f"x{place.axis}", yaxis=f"y{place.axis}", customdata=spread,
        hovertemplate="%{fullData.name}: %{y:.1%}%{customdata}<extra></extra>",
        line={"color": style[0], "dash": style[1], "width": width},
        marker={"size": 7 if place.large else 4},
    )  # fmt: skip


def _add_band(made: go.Figure, line: Drawn, colour: str, place: _Place) -> None:
    if line.runs < 2:
        return
    high = [y + s for y, s in zip(line.y, line.spread, strict=True)]
    low = [y - s for y, s in zip(line.y, line.spread, strict=True)]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    made.add_scatter(
        x=[*line.x, *reversed(line.x)], y=[*high, *reversed(low)], fill="toself", mode="lines",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.16)", line={"width": 0}, hoverinfo="skip",
        xaxis=f"x{place.axis}", yaxis=f"y{place.axis}",
    )  # fmt: skip


def _names(
    lines: Sequence[Drawn],
    limits: Sequence[Limit],
    colours: Sequence[str],
    axis: tuple[float, float],
    edge: float,
) -> tuple[Marks, Marks]:
    """What leads from each line's end to the right edge, and its name there, in its colour."""
    low, high = axis
    ends = [
        (line.name, line.x[-1], line.y[-1], line_style(line.number, colours)[0], line.strong)
        for line in lines
    ]
    ends += [(limit.name, limit.x[-1], limit.y[-1], colours[-1], False) for limit in limits]
    heights = spread_out([y for _, _, y, _, _ in ends], low, high)
    shapes: Marks = []
    notes: Marks = []
    for (name, x, y, colour, strong), height in zip(ends, heights, strict=True):
        text = chart_text(short(name, LONGEST))
        notes.append({
            "x": edge, "y": height, "xref": "x", "yref": "y", "xanchor": "left", "xshift": 2,
            "text": f"<b>{text}</b>" if strong else text, "showarrow": False,
            "font": {"size": font(), "color": colour},
        })  # fmt: skip
        shapes.append({
            "type": "line", "x0": x, "y0": y, "x1": edge, "y1": height, "xref": "x", "yref": "y",
            "line": {"color": colour, "width": 1}, "opacity": 0.55, "layer": "below",
        })  # fmt: skip
    return shapes, notes
