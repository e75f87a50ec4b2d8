"""What a study is: parts that are drawn, over cells that are run. A cell is an ordinary run.

A cell is one place (a pool and its share of relevant classes), one line (a strategy with its
settings and its start), one class split and one seed. Several parts share cells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from laser_core.basics.file_names import safe_name
from laser_core.config import ExperimentConfig
from laser_core.strategies import STRATEGIES
from laser_core.studies.settings import checked_config

Show = Literal[
    "accuracy", "precision", "recall", "recall without given", "delta", "rounds",
    "recall by round", "final", "ranks",
]  # fmt: skip
WHOLE = "all labels"  # the line whose one batch is the whole pool


@dataclass(frozen=True)
class Place:
    """A pool and which share of its classes is relevant.

    Args:
        name: in folders, tables and titles, such as "cifar10-20".
        settings: fields of `ExperimentConfig`; they win over those of the study.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Args:
        name: as it stands in charts and tables.
        settings: fields of `ExperimentConfig` and settings of its strategy; they win over those of
            the place.
        whole: its one batch is the whole pool: what accuracy all labels would give.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False

    @property
    def strategy(self) -> str:
        """The name of its strategy."""
        return str(self.settings.get("strategy", ExperimentConfig.strategy))

    @property
    def available(self) -> bool:
        """Whether this version, with what is installed, has its strategy."""
        return self.strategy in STRATEGIES


@dataclass(frozen=True)
class Part:
    """One figure or table.

    Args:
        name: of its files, such as "fig3".
        title: of its section in the report.
        shows: what is drawn or listed, for each place.
        places, lines: by name.
        published: what the paper has there, in a sentence; "" for nothing.
    """

    name: str
    title: str
    shows: tuple[Show, ...]
    places: tuple[str, ...]
    lines: tuple[str, ...]
    published: str = ""


@dataclass(frozen=True)
class Cell:
    """One run of a study."""

    place: Place
    line: Line
    split: int
    seed: int

    @property
    def key(self) -> str:
        """Its name among the cells, which is its folder below `runs`."""
        if not self.place.name:  # a comparison has one place, and named its runs so before
            return f"{slug(self.line.name)}/seed-{self.seed}-split-{self.split}"
        run = f"split-{self.split}-seed-{self.seed}"
        return f"{slug(self.place.name)}/{slug(self.line.name)}/{run}"

    def config(self, base: Mapping[str, Any]) -> ExperimentConfig:
        """Its run's settings, before the pool is open; `base` counts where nothing else is said.

        "strategy.name" is a setting of that strategy alone.

        Raises:
            ConfigError: two do not go together, or a value is not allowed.
        """
        strategy = self.line.strategy
        given: dict[str, Any] = {}
        for name, value in {**base, **self.place.settings, **self.line.settings}.items():
            of, _, own = name.rpartition(".")
            if not of or of == strategy:
                given[own] = value
        return checked_config({**given, "seed": self.seed, "split_seed": self.split})


@dataclass(frozen=True)
class Study:
    """Parts over cells.

    Args:
        name: for the report.
        settings: fields of `ExperimentConfig` that count for every cell.
        places, lines, parts: as they are to be shown.
        splits, seeds: every line of every place is repeated with all of them.
    """

    name: str
    settings: Mapping[str, Any]
    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    splits: tuple[int, ...] = (0,)
    seeds: tuple[int, ...] = (0,)

    def cells(self) -> list[Cell]:
        """Every cell that a part needs, once: split 0 of every line first, then split 1."""
        wanted = {(place, line) for part in self.parts for place, line in self._pairs(part)}
        return [
            Cell(place, line, split, seed)
            for split in self.splits
            for seed in self.seeds
            for place in self.places
            for line in self.lines
            if (place.name, line.name) in wanted
        ]

    def _pairs(self, part: Part) -> Iterator[tuple[str, str]]:
        """(place, line) of a part; ranks are held against what all labels would give."""
        whole = [line.name for line in self.lines if line.whole and "ranks" in part.shows]
        for place in part.places:
            for line in (*part.lines, *whole):
                yield place, line

    def to_json(self) -> str:
        """The text of `study.json`."""
        given = asdict(self)
        given["places"] = {place.name: dict(place.settings) for place in self.places}
        given["lines"] = {line.name: _line_dict(line) for line in self.lines}
        return json.dumps(given, indent=2) + "\n"


def _line_dict(line: Line) -> dict[str, Any]:
    return {**line.settings, **({"whole": True} if line.whole else {})}


def slug(name: str) -> str:
    """`name` as a folder's name on every system; what is neither letter nor digit becomes "-"."""
    return safe_name("".join(c if c.isalnum() or c in "-=." else "-" for c in name))


def unavailable(lines: Sequence[Line]) -> list[str]:
    """Sentences on the lines that cannot be run here."""
    return [
        f"{line.name}: this version has no strategy {line.strategy!r}"
        for line in lines
        if not line.available
    ]
