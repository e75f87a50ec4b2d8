"""A study of chosen strategies on one pool: what the Arena page asks the worker for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.studies.cells import WHOLE, Study
from laser_core.studies.files import study_of
from laser_core.studies.parts import (
    ABLATIONS,
    NAMES,
    STARTS,
    ablation_lines,
    known_names,
    place_of,
)
from laser_core.studies.settings import require_known

WITHOUT_LABELS = (
    "laser",
    "gated",
)  # as published they begin with nothing, the others with 1% or 8%
SHOWS = ("accuracy", "precision", "recall", "ranks")


def arena_study(
    name: str,
    pool: Mapping[str, Any],
    strategies: Sequence[str],
    ablations: Sequence[str] = (),
    start: str = "random",
    splits: Sequence[int] = (0,),
    seeds: Sequence[int] = (0,),
    settings: Mapping[str, Any] | None = None,
) -> Study:
    """Chosen strategies and ablations on one pool, with what all of its labels would give.

    Args:
        name: of the study.
        pool: fields of `ExperimentConfig` that say which pictures and classes.
        strategies: by their names in the registry.
        ablations: of `ABLATIONS`, of LaSeR as printed.
        start: of `STARTS`, for all lines.
        splits, seeds: every line is repeated with all of them.
        settings: fields of `ExperimentConfig` for all runs, such as rounds, or "strategy.name".

    Raises:
        ConfigError: a name is unknown, nothing is chosen, or a setting is not allowed.
    """
    require_known(strategies, known_names(), "strategy")
    require_known(ablations, ABLATIONS, "ablation of Section 4.6")
    require_known([start], STARTS, "start")
    if not strategies and not ablations:
        raise ConfigError("nothing is chosen to run: choose at least one strategy or ablation")
    every = ablation_lines("cold" if start == "published" else start)
    varied = [line for line, key in zip(every, ABLATIONS, strict=True) if key in ablations]
    lines = {
        NAMES.get(each, each): {"strategy": each, "start": _start_of(each, start)}
        for each in strategies
    } | {line.name: dict(line.settings) for line in varied}
    place = place_of(str(pool.get("pool", "demo")), float(pool.get("mismatch", 0.2)))
    return study_of({
        "name": name,
        "settings": dict(settings or {}),
        "places": {place.name: dict(pool)},
        "lines": {**lines, WHOLE: {"strategy": "random", "whole": True}},
        "splits": list(splits),
        "seeds": list(seeds),
        "parts": [{"name": "arena", "title": "Strategies by labels paid", "shows": list(SHOWS)}],
    })  # fmt: skip


def _start_of(strategy: str, start: str) -> str:
    if start != "published":
        return start
    return "cold" if strategy in WITHOUT_LABELS else "known"


def study_params(study: Study) -> dict[str, Any]:
    """A study as parameters of a task."""
    given: dict[str, Any] = json.loads(study.to_json())
    return given


@dataclass(frozen=True)
class Work:
    """What a study has to do; how long that takes nobody knows before it runs.

    Args:
        lines: without those of all labels.
        repeats: class splits times seeds, in every place.
        runs: of the lines.
        whole: runs that learn from all labels at once.
        rounds: of each run of a line.
    """

    lines: int
    repeats: int
    runs: int
    whole: int
    rounds: int


def work_of(study: Study) -> Work:
    """The work of a study."""
    cells = study.cells()
    whole = sum(cell.line.whole for cell in cells)
    return Work(
        sum(not line.whole for line in study.lines),
        len(study.places) * len(study.splits) * len(study.seeds),
        len(cells) - whole,
        whole,
        int(study.settings.get("rounds", ExperimentConfig.rounds)),
    )
