"""Which of the settings is recommended, and why, in one sentence that says the result first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from laser_core.analysis.setup.evidence import Figures
from laser_core.analysis.setup.settings import Setting


@dataclass(frozen=True)
class Advice:
    """What is recommended.

    Args:
        place: of the recommended setting among those tried.
        rival: of the one that it should be held against by eye.
        basis: "labels", or "default" where there are too few: the words in use stay.
        sentence: the result and its evidence.
    """

    place: int
    rival: int
    basis: Literal["labels", "default"]
    sentence: str


def recommend(settings: Sequence[Setting], figures: Sequence[Figures], labels: int) -> Advice:
    """The setting to use, among those of the run's own model (that of the first setting).

    With labels the highest average precision wins. Without, the words in use stay, and the rival is
    the setting whose order agrees best with that of all together. Agreement alone decides nothing:
    where the truth was known it gained .03 of average precision on twelve class splits, and then
    lost .10 on one of nine others (docs/find_words.md).

    Args:
        settings, figures: of what was tried, the words in use first.
        labels: how many were looked at.
    """
    own = [n for n, setting in enumerate(settings) if setting.vlm == settings[0].vlm]
    by_labels = figures[0].average_precision is not None
    value = [(f.average_precision or 0.0) if by_labels else f.agreement for f in figures]
    order = sorted(own, key=lambda n: -value[n])  # stable: of equals the first
    best = order[0] if by_labels else 0
    rival = 0 if best else next((n for n in order if n != best), best)
    if not by_labels:
        return Advice(best, rival, "default", _stay(settings, rival))
    sentence = _by_labels(settings, figures, best, labels)
    return Advice(best, rival, "labels", sentence + _of_other_models(settings, figures, best))


def _by_labels(
    settings: Sequence[Setting], figures: Sequence[Figures], best: int, labels: int
) -> str:
    told = _with_interval(figures[best])
    if best == 0:
        return (
            f"Keep the words in use: nothing tried orders your {labels} labels better (average "
            f"precision {told})."
        )
    return (
        f"Use {settings[best].title}: on your {labels} labels its average precision is {told}, "
        f"that of the words in use {_with_interval(figures[0])}; it is ahead in "
        f"{figures[best].better or 0.0:.0%} of redraws of the labels."
    )


def _with_interval(figures: Figures) -> str:
    mean, low, high = figures.average_precision, figures.low, figures.high
    return f"{mean or 0.0:.2f} ({low or 0.0:.2f} to {high or 0.0:.2f})"


def _of_other_models(settings: Sequence[Setting], figures: Sequence[Figures], best: int) -> str:
    """One more sentence where another model's words do better still; else ""."""
    top = max(range(len(settings)), key=lambda n: figures[n].average_precision or 0.0)
    if settings[top].vlm == settings[0].vlm:
        return ""
    if (figures[top].average_precision or 0.0) <= (figures[best].average_precision or 0.0):
        return ""
    return (
        f" The model {settings[top].vlm} does better still with {settings[top].title} "
        f"({_with_interval(figures[top])}): it needs a new run, made on Data."
    )


def _stay(settings: Sequence[Setting], rival: int) -> str:
    told = "Keep the words in use for now: without labels no sign tells which setting finds more"
    if rival == 0:
        return f"{told}."
    return (
        f"{told}. The first to hold against them is {settings[rival].title}, nearest to what all "
        "settings say together: judge the pictures below."
    )
