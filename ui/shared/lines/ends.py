"""Where things stand beside the lines of a chart: the axis, and the names at the lines' ends."""

from __future__ import annotations

import math
from collections.abc import Sequence

APART = 0.06  # least distance of two names at the lines' ends, as a share of the axis
STEPS = 5  # about so many parts of an axis
EDGE = 1e-6  # of the axis: a name that lies on its very end may be left out as lying beyond it
MARGIN = 0.04  # of the axis, above and below what is drawn


def spread_out(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Heights for the names at the ends, as near to `wanted` as they go without touching.

    Two are at least `APART` of the axis from one another; where so many do not fit, they share the
    axis evenly.

    Args:
        wanted: where each line ends.
        low, high: the axis.
    """
    if not wanted:
        return []
    edge = EDGE * (high - low)
    low, high = low + edge, high - edge
    gap = min(APART, 1.0 / max(1, len(wanted) - 1)) * (high - low)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    last = low - gap
    for i in order:
        last = placed[i] = max(wanted[i], last + gap)
    last = high + gap
    for i in reversed(order):
        last = placed[i] = min(placed[i], last - gap)
    return placed


def nice_step(span: float, wanted: int = STEPS) -> float:
    """A step of 1, 2 or 5 times a power of ten that parts `span` into about `wanted`."""
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def share_axis(values: Sequence[float]) -> tuple[float, float, float]:
    """(low, high, step) of an axis for shares from 0 to 1: all of it, or where the values lie.

    Values that reach over half of the axis get all of it, so that two charts can be held against
    one another; those that lie close together would be one line there.
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low > 0.5:
        low, high = 0.0, 1.0
    step = nice_step((high - low) or 0.1)
    bottom = max(0.0, step * math.floor(low / step + 1e-9))
    top = min(1.0, step * math.ceil(high / step - 1e-9))
    if top - bottom < step:
        bottom = max(0.0, top - step)
    return bottom - MARGIN * (top - bottom), top + MARGIN * (top - bottom), step
