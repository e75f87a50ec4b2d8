"""Zero-shot lines of a study as they are kept, and their means over class splits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from laser_core.experiment.zero_shot.line import ZeroShot
from laser_core.metrics.summary import mean_and_spread


@dataclass(frozen=True)
class KeptLine:
    """What one way without labels named right in one place and class split.

    Args:
        place: its name.
        split: of the classes.
        line: of Table 2.
    """

    place: str
    split: int
    line: ZeroShot


@dataclass(frozen=True)
class Level:
    """One way without labels in one place.

    Args:
        method: what named the test pictures.
        accuracy: mean over the splits.
        spread: standard deviation over them, 0 for a single one.
        splits: how many there are.
        low, high: of Wilson's interval (95%) of a single split that a sample was asked of.
        cost: of all splits, by the prices given; None without.
    """

    method: str
    accuracy: float
    spread: float
    splits: int
    low: float | None = None
    high: float | None = None
    cost: float | None = None


def levels(kept: Iterable[KeptLine], place: str) -> list[Level]:
    """Every way of `place`, in the order they were kept in."""
    by_method: dict[str, list[ZeroShot]] = {}
    for each in kept:
        if each.place == place:
            by_method.setdefault(each.line.method, []).append(each.line)
    return [_level(method, lines) for method, lines in by_method.items()]


def _level(method: str, lines: Sequence[ZeroShot]) -> Level:
    found = mean_and_spread([line.accuracy for line in lines]) or (0.0, 0.0)
    alone = lines[0] if len(lines) == 1 else None
    costs = [line.cost for line in lines if line.cost is not None]
    return Level(
        method,
        *found,
        len(lines),
        alone.low if alone else None,
        alone.high if alone else None,
        sum(costs) if costs else None,
    )


def zero_shot_rows(kept: Iterable[KeptLine]) -> list[dict[str, Any]]:
    """One row a place, split and way; seconds apart, which are never the same twice."""
    return [
        {"place": each.place, "split": each.split}
        | {name: value for name, value in asdict(each.line).items() if name != "seconds"}
        for each in kept
    ]


def zero_shot_json(kept: Iterable[KeptLine]) -> str:
    """The text of `zero-shot.json`."""
    return json.dumps([asdict(each) for each in kept], indent=2) + "\n"


def read_zero_shot(path: Path) -> tuple[KeptLine, ...]:
    """What `zero_shot_json` wrote; () where there is no such file, or no readable one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            KeptLine(str(each["place"]), int(each["split"]), ZeroShot(**each["line"]))
            for each in found
        )
    except (OSError, ValueError, TypeError, KeyError):
        return ()
