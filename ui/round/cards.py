"""Round page: at most four figures of a batch, each saying what it counts, and delta's line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from laser_core.analysis.class_report import BatchWorth
from laser_core.analysis.ranking import Ranking, Trial
from ui.widgets.figures import Card, Curve, Tone

EVERY_DELTA = " The line: the same for δ from 0 to 1."


def batch_cards(
    worth: BatchWorth,
    own: BatchWorth,
    guess: float | None,
    tried: Ranking,
    shared: int,
    trials: Sequence[Trial],
) -> list[Card]:
    """Precision, what luck alone would bring, how much is as planned, and the detector's part.

    Args:
        worth: of the batch that is shown.
        own: of the round's own batch.
        guess: share of the batch that the model takes for relevant; None where nobody asked.
        tried: the batch that is shown.
        shared: pictures of it that the round's own batch has as well.
        trials: the same figures for delta from 0 to 1; empty where delta cannot be moved.
    """
    cards = [_precision(worth, own, guess, tried.delta, trials)]
    if worth.luck is not None:
        luck = f"{worth.luck:.0f} of {worth.size:,}"
        cards.append(Card("By luck", luck, help="What as many pictures drawn at random bring."))
    if trials:
        share = tried.figures.get("delta_effective", 0.0)
        cards.append(
            Card(
                "As planned", f"{shared:,} of {worth.size:,}",
                help="Pictures that are also in the batch of the planned settings." + EVERY_DELTA,
                line=_line(trials, lambda trial: trial.shared / worth.size), at=tried.delta,
            )
        )  # fmt: skip
        cards.append(
            Card(
                "Detector", f"{share:.0%}",
                help="Its part of what tells the pictures apart in Eq. (5). It is not δ itself: "
                "its scores spread wider, or less wide, than those of the text." + EVERY_DELTA,
                line=_line(trials, lambda trial: trial.detector), at=tried.delta,
            )
        )  # fmt: skip
    return cards


def _precision(
    worth: BatchWorth,
    own: BatchWorth,
    guess: float | None,
    delta: float,
    trials: Sequence[Trial],
) -> Card:
    line = _line(trials, lambda trial: trial.worth)
    if worth.precision is None:
        expected = "not known" if guess is None else f"{guess * worth.size:.0f} of {worth.size:,}"
        return Card(
            "Expected", expected, note="relevant", line=line, at=delta,
            help="What the model takes for relevant; nobody has answered yet. The labels will tell "
            "the precision: the relevant pictures among those asked for.",
        )  # fmt: skip
    tone: Tone = ""
    note = f"{worth.precision:.2f}"
    if worth.ceiling is not None and worth.ceiling < 1.0:
        note += f", max {worth.ceiling:.2f}"
    change = worth.relevant - own.relevant if worth.counted == own.counted else 0
    if change:
        note, tone = f"{worth.precision:.2f}, {change:+,}", "good" if change > 0 else "bad"
    told = "" if worth.counted == worth.size else f" of which it is known, {worth.counted:,},"
    return Card(
        "Precision", f"{worth.relevant:,} of {worth.counted:,}", note, tone,
        f"Relevant pictures among those{told} that are asked for." + EVERY_DELTA * bool(line),
        line, delta,
    )  # fmt: skip


def _line(trials: Sequence[Trial], reading: Callable[[Trial], float | None]) -> tuple[float, ...]:
    """The card's figure for every delta."""
    values = [reading(trial) for trial in trials]
    return tuple(value for value in values if value is not None) if None not in values else ()


def delta_curve(
    trials: Sequence[Trial], planned: float, tried: float, worth: BatchWorth
) -> Curve | None:
    """Precision for delta from 0 to 1, or what is expected; None where neither is known.

    Args:
        planned: delta that the round was asked with, or the schedule's.
        tried: delta where the slider stands.
        worth: of the batch that is shown.
    """
    points = tuple((trial.delta, trial.worth) for trial in trials if trial.worth is not None)
    if len(points) < 2:
        return None
    best = max(points, key=lambda point: (point[1], -abs(point[0] - planned)))
    name = "Expected precision" if worth.precision is None else "Precision"
    words = f"{name} for every δ: best {best[1]:.2f} at {best[0]:.1f}"
    if worth.ceiling is not None and worth.ceiling < 1.0:
        words += f", {worth.ceiling:.2f} is possible"
    return Curve(points, words, planned, tried, worth.ceiling)
