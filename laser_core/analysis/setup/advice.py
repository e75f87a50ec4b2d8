"""Which of the settings is recommended, and why, in one sentence that says the result first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from laser_core.analysis.setup.evidence import Figures
from laser_core.analysis.setup.settings import Setting

# Without labels: on eleven other class splits of demo and CIFAR-10 (12 in all) the setting that
# agrees best with all others was at worst .009 of average precision below the words in use.
MARGIN = 0.01  # of agreement, from which on it may leave the words in use


@dataclass(frozen=True)
class Advice:
    """What is recommended.

    Args:
        place: of the recommended setting among those tried.
        rival: of the one that it should be held against by eye.
        basis: "labels", "agreement", or "default" where nothing speaks against the words in use.
        sentence: the result and its evidence.
    """

    place: int
    rival: int
    basis: Literal["labels", "agreement", "default"]
    sentence: str


def recommend(settings: Sequence[Setting], figures: Sequence[Figures], labels: int) -> Advice:
    """The setting to use, among those of the run's own model (that of the first setting).

    With labels the highest average precision wins. Without, the setting whose order agrees best
    with that of all settings together; where it is not ahead by `MARGIN`, the words in use stay.

    Args:
        settings, figures: of what was tried, the words in use first.
        labels: how many were looked at.
    """
    own = [n for n, setting in enumerate(settings) if setting.vlm == settings[0].vlm]
    by_labels = figures[0].average_precision is not None
    value = [(f.average_precision or 0.0) if by_labels else f.agreement for f in figures]
    order = sorted(own, key=lambda n: -value[n])  # stable: of equals the first
    best = order[0]
    if not by_labels and value[best] - value[0] < MARGIN:
        best = 0
    rival = next((n for n in order if n != best), best) if best == 0 else 0
    if by_labels:
        sentence = _by_labels(settings, figures, best, labels)
        return Advice(best, rival, "labels", sentence + _of_other_models(settings, figures, best))
    if best:
        return Advice(best, rival, "agreement", _by_agreement(settings, figures, best))
    return Advice(0, rival, "default", _stay(len(own)))


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


def _by_agreement(settings: Sequence[Setting], figures: Sequence[Figures], best: int) -> str:
    return (
        f"Try {settings[best].title}: of all settings it comes nearest to what they say together "
        f"(rank correlation {figures[best].agreement:.2f}, the words in use "
        f"{figures[0].agreement:.2f}). No label confirms it yet: judge the pictures below."
    )


def _stay(tried: int) -> str:
    return (
        f"Keep the words in use: without labels nothing among {tried} settings speaks clearly for "
        "another. The pictures below, judged by you, can."
    )
