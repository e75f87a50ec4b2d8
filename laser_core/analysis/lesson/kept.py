"""Figures that were made before: of a run's own classifiers, and of the lesson as it is shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from laser_core.analysis.reader import RunReader
from laser_core.errors import LessonError, StoreError

KEPT_FILE = "lesson.json"  # in a run's folder, and beside this module
WAY_NAMES = {
    "best": "The best", "sentence": "Per sentence", "balanced": "Balanced", "random": "At random",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """Card 4: a batch that was chosen in one way, and what a plain classifier learned from it.

    Args:
        ids: the pictures; of "random" the first of the batches.
        relevant: share of them that is relevant, 0 to 1; of "random" the mean of all batches.
        accuracy: share of unseen test pictures that are named right afterwards, likewise; None
            without a test picture.
        classes: relevant class -> labels.
        spread: standard deviation of the accuracy over random batches; None for one batch.
    """

    ids: tuple[str, ...]
    relevant: float
    accuracy: float | None
    classes: Mapping[str, int]
    spread: float | None = None


Ways = dict[tuple[str, int], Way]  # (way of `WAY_NAMES`, labels) -> what came of it


def kept_ways(run: RunReader) -> Ways | None:
    """What was trained for card 4 on this run; None where nothing was, or it is damaged."""
    try:
        return ways_of(json.loads(run.store.files.read(KEPT_FILE))["ways"])
    except (StoreError, ValueError, LookupError, TypeError, AttributeError):
        return None


def ways_of(given: Mapping[str, Any]) -> Ways:
    """Card 4's figures from their JSON form.

    Raises:
        LookupError, TypeError, AttributeError, ValueError: they are not of that form.
    """
    return {_way_key(key): _way(value) for key, value in given.items()}


def _way_key(key: str) -> tuple[str, int]:
    way, size = key.split()
    return way, int(size)


def _way(given: Mapping[str, Any]) -> Way:
    known = None if given["accuracy"] is None else float(given["accuracy"])
    classes = {str(name): int(count) for name, count in given["classes"].items()}
    spread = None if given.get("spread") is None else float(given["spread"])
    return Way(tuple(map(str, given["ids"])), float(given["relevant"]), known, classes, spread)


@lru_cache(maxsize=1)
def lesson_figures() -> Mapping[str, Any]:
    """The lesson as it is shipped: every card's figures, measured by `python -m tools.make_lesson`.

    Raises:
        LessonError: the file is missing or damaged.
    """
    place = resources.files("laser_core.analysis.lesson") / KEPT_FILE
    try:
        found: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LessonError(
            f"the lesson's figures cannot be read ({error}); run `git checkout -- "
            "laser_core/analysis/lesson` in the project's folder, or install it anew"
        ) from error
    return found
