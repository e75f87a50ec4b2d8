"""Line charts as SVG text: no script, no library, readable in light and dark, on paper and offline.

Colours come from the style sheet of the page (`STYLE`), so one chart serves both schemes. A line
has one of eight colours and one of three strokes, and its name stands at its end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS, STROKES = 8, ("none", "7 3", "2 3")
LEFT, TOP, BOTTOM = 46, 10, 40
WIDTH, NARROWEST = 560, 240  # of the whole, and of the plot itself where names are long
ROW = 13  # height of a name at a line's end
LETTER = 6.7  # width of one, on average
STYLE = """
:root{--c0:#0062a8;--c1:#c85200;--c2:#00805a;--c3:#a8407f;--c4:#7d6200;--c5:#2a8fc4;--c6:#c1272d;
--c7:#5b5fa8;--ink:#1b1f24;--soft:#57606a;--rule:#d8dee4;--page:#fff;--box:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--c0:#5db4ff;--c1:#ff9a4d;--c2:#3ecf9b;--c3:#f08cc8;
--c4:#e0c04a;--c5:#8fd3f4;--c6:#ff7b72;--c7:#b0b4ff;--ink:#e6edf3;--soft:#9aa4b0;--rule:#323a44;
--page:#0f1419;--box:#171d24}}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
svg .rule{stroke:var(--rule)}
svg .limit{stroke:var(--soft);fill:none;stroke-width:1.5}
svg .line path{fill:none;stroke-width:1.8;stroke-linejoin:round}
svg .line .band{stroke:none;opacity:0}
svg .line.shown .band,svg .line:hover .band{opacity:.13}
svg .line.ours path{stroke-width:3.2}
svg .line:hover path{stroke-width:4}
svg .line.ours text{font-weight:700}
svg .leader{stroke-width:.8;opacity:.6}
svg:has(.line:hover) .line:not(:hover){opacity:.25}
""" + "".join(
    f"svg .c{i} path,svg .c{i} .leader{{stroke:var(--c{i})}}"
    f"svg .c{i} .band,svg .c{i} circle,svg .c{i} text{{fill:var(--c{i})}}\n"
    for i in range(COLOURS)
)


@dataclass(frozen=True)
class Drawn:
    """One line of a chart; all tuples are of the same length.

    Args:
        name: at its end.
        number: which of the study's lines it is: it has the same colour and stroke everywhere.
        x, mean, spread: what is drawn.
        runs: behind each point.
        ours: drawn thick.
    """

    name: str
    number: int
    x: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    runs: int
    ours: bool = False


@dataclass(frozen=True)
class Limit:
    """A line in grey that is no strategy's: a ceiling, or what the text alone reaches.

    Args:
        name: in the legend below the chart.
        x, y: what is drawn; a single y goes through all of the chart.
        stroke: of dashes.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    stroke: str


@dataclass(frozen=True)
class _Frame:
    """Where values lie: from `low_x` to `high_x` and so on, on a plot of `width` by `height`."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float
    width: float
    height: float

    def x(self, value: float) -> float:
        return LEFT + self.width * (value - self.low_x) / (self.high_x - self.low_x)

    def y(self, value: float) -> float:
        return TOP + self.height * (1 - (value - self.low_y) / (self.high_y - self.low_y))


def line_chart(lines: Sequence[Drawn], limits: Sequence[Limit], x_title: str, title: str) -> str:
    """A chart as an `<svg>`; "" where no line has a point.

    Args:
        lines: in the order of the legend.
        limits: in grey.
        x_title: of the axis.
        title: for those who do not see it.
    """
    lines = [line for line in lines if line.x]
    if not lines:
        return ""
    names = 20 + LETTER * max(len(line.name) for line in lines)
    frame = _frame(lines, limits, max(NARROWEST, WIDTH - LEFT - names))
    bands = len(lines) <= 4
    parts = [_axes(frame, x_title), *(_limit(frame, limit) for limit in limits)]
    ends = _spread_out([frame.y(line.mean[-1]) for line in lines], frame)
    order = sorted(range(len(lines)), key=lambda i: lines[i].ours)  # ours lies on top
    parts += [_line(frame, lines[i], ends[i], bands) for i in order]
    size = f"{LEFT + frame.width + names:.0f} {frame.height + TOP + BOTTOM:.0f}"
    return (
        f'<svg viewBox="0 0 {size}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _frame(lines: Sequence[Drawn], limits: Sequence[Limit], width: float) -> _Frame:
    xs = [x for line in lines for x in line.x] + [x for limit in limits for x in limit.x]
    ys = [y for line in lines for y in line.mean] + [y for limit in limits for y in limit.y]
    height = max(230, ROW * len(lines) + 6)
    low_x = 0.0 if min(xs) > 0 else min(xs)
    low, high = min(ys), max(ys)
    step = nice_step((high - low) or 0.1)
    bottom = max(0.0, step * math.floor(low / step - 0.25))
    above = step * math.ceil(high / step + 0.1)
    top = min(1.0, above) if high <= 1 else above
    return _Frame(low_x, max(xs), bottom, max(top, bottom + step), width, height)


def nice_step(span: float, wanted: int = 5) -> float:
    """A step of 1, 2 or 5 times a power of ten that parts `span` into about `wanted`."""
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def _ticks(low: float, high: float) -> list[float]:
    step = nice_step(high - low)
    first = math.ceil(low / step - 1e-9)
    return [step * i for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _axes(frame: _Frame, x_title: str) -> str:
    right, bottom = LEFT + frame.width, TOP + frame.height
    parts = []
    for tick in _ticks(frame.low_y, frame.high_y):
        y = frame.y(tick)
        parts.append(f'<path class="rule" d="M{LEFT} {y:.1f}H{right:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:.3g}</text>')
    for tick in _ticks(frame.low_x, frame.high_x):
        parts.append(_centre_text(frame.x(tick), bottom + 16, f"{tick:,g}"))
    parts.append(_centre_text(LEFT + frame.width / 2, bottom + 33, x_title))
    return "".join(parts)


def _centre_text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="middle">{escape(text)}</text>'


def _limit(frame: _Frame, limit: Limit) -> str:
    points = list(zip(limit.x, limit.y, strict=True)) if limit.x else [
        (frame.low_x, limit.y[0]), (frame.high_x, limit.y[0]),
    ]  # fmt: skip
    return (
        f'<g><title>{escape(limit.name)}</title><path class="limit" stroke-dasharray='
        f'"{limit.stroke}" d="{_path(frame, points)}"/></g>'
    )


def _line(frame: _Frame, line: Drawn, end: float, band: bool) -> str:
    stroke = STROKES[line.number // COLOURS % len(STROKES)]
    points = list(zip(line.x, line.mean, strict=True))
    kinds = f"line c{line.number % COLOURS}{' ours' if line.ours else ''}"
    shown = " shown" if band or line.ours else ""
    x, y = frame.x(line.x[-1]), frame.y(line.mean[-1])
    dots = "".join(_dot(frame, line, i) for i in range(len(line.x)))
    edge = LEFT + frame.width + 14
    return (
        f'<g class="{kinds}{shown}"><path class="band" d="{_band(frame, line)}"/>'
        f'<path stroke-dasharray="{stroke}" d="{_path(frame, points)}"/>{dots}'
        f'<path class="leader" d="M{x + 3:.1f} {y:.1f}L{edge - 2:.1f} {end:.1f}"/>'
        f'<text x="{edge:.1f}" y="{end + 4:.1f}">{escape(line.name)}</text></g>'
    )


def _dot(frame: _Frame, line: Drawn, i: int) -> str:
    said = (
        f"{line.name}: {line.x[i]:,g}, {line.mean[i]:.3f} ± {line.spread[i]:.3f} (n = {line.runs})"
    )
    x, y = frame.x(line.x[i]), frame.y(line.mean[i])
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"><title>{escape(said)}</title></circle>'


def _band(frame: _Frame, line: Drawn) -> str:
    """One standard deviation up and down, cut at the plot's edges."""
    low, high = frame.low_y, frame.high_y
    upper = [(x, min(m + s, high)) for x, m, s in zip(line.x, line.mean, line.spread, strict=True)]
    lower = [(x, max(m - s, low)) for x, m, s in zip(line.x, line.mean, line.spread, strict=True)]
    return _path(frame, [*upper, *reversed(lower)]) + "Z"


def _path(frame: _Frame, points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{frame.x(x):.1f} {frame.y(y):.1f}" for x, y in points)


def _spread_out(wanted: Sequence[float], frame: _Frame) -> list[float]:
    """Heights for the names near `wanted`, no two closer than a row, all within the plot."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    last = TOP - ROW / 2
    for i in order:
        last = placed[i] = max(wanted[i], last + ROW)
    last = TOP + frame.height + ROW * 0.6
    for i in reversed(order):
        last = placed[i] = min(placed[i], last)
        last -= ROW
    return placed
