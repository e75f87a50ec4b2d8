"""Round page: at most four figures of a batch, each saying what it counts, and the dial's line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from laser_core.analysis.class_report import BatchWorth
from laser_core.analysis.ranking import Ranking, Trial
from laser_core.strategies.hooks import Dial
from ui.widgets.figures import Card, Curve, Tone


def batch_cards(
    worth: BatchWorth,
    own: BatchWorth,
    guess: float | None,
    tried: Ranking,
    shared: int,
    trials: Sequence[Trial],
    dial: Dial | None = None,
    at: float = 0.0,
) -> list[Card]:
    """Precision, what luck alone would bring, how much is as planned, and who had a say.

    Args:
        worth: of the batch that is shown.
        own: of the round's own batch.
        guess: share of the batch that the model takes for relevant; None where nobody asked.
        tried: the batch that is shown.
        shared: pictures of it that the round's own batch has as well.
        trials: the same figures for the round's `dial` from 0 to 1; empty without one.
        at: where the dial stands.
    """
    every = f" The line: the same for every {dial.sign} from 0 to 1." if dial else ""
    cards = [_precision(worth, own, guess, at, trials, every)]
    if worth.luck is not None:
        luck = f"{worth.luck:.0f} of {worth.size:,}"
        cards.append(Card("By luck", luck, help="What as many pictures drawn at random bring."))
    if not trials:
        return cards
    planned = Card(
        "As planned", f"{shared:,} of {worth.size:,}",
        help="Pictures that are also in the batch of the planned settings." + every,
        line=_line(trials, lambda trial: trial.shared / worth.size), at=at,
    )  # fmt: skip
    return [*cards, planned, *_of_strategy(tried, trials, every, at)]


def _of_strategy(tried: Ranking, trials: Sequence[Trial], every: str, at: float) -> list[Card]:
    """What the strategy itself tells of a batch: the detector's part, or what passed the gate."""
    if "delta_effective" in tried.figures:
        return [
            Card(
                "Detector", f"{tried.figures['delta_effective']:.0%}",
                help="Its part of what tells the pictures apart in Eq. (5). It is not δ itself: "
                "its scores spread wider, or less wide, than those of the text." + every,
                line=_line(trials, lambda trial: trial.detector), at=at,
            )
        ]  # fmt: skip
    if "passed" in tried.figures:
        return [
            Card(
                "Past gate", f"{tried.figures['passed']:,.0f}",
                help="Pictures that are probable enough. The batch is chosen among them.",
            )
        ]  # fmt: skip
    return []


def _precision(
    worth: BatchWorth,
    own: BatchWorth,
    guess: float | None,
    at: float,
    trials: Sequence[Trial],
    every: str,
) -> Card:
    line = _line(trials, lambda trial: trial.worth)
    if worth.precision is None:
        expected = "not known" if guess is None else f"{guess * worth.size:.0f} of {worth.size:,}"
        return Card(
            "Expected", expected, note="relevant", line=line, at=at,
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
        f"Relevant pictures among those{told} that are asked for." + every * bool(line),
        line, at,
    )  # fmt: skip


def _line(trials: Sequence[Trial], reading: Callable[[Trial], float | None]) -> tuple[float, ...]:
    """The card's figure for every value of the dial."""
    values = [reading(trial) for trial in trials]
    return tuple(value for value in values if value is not None) if None not in values else ()


def dial_curve(trials: Sequence[Trial], dial: Dial, at: float, worth: BatchWorth) -> Curve | None:
    """Precision for the dial from 0 to 1, or what is expected; None where neither is known.

    Args:
        at: where the slider stands.
        worth: of the batch that is shown.
    """
    points = tuple((trial.value, trial.worth) for trial in trials if trial.worth is not None)
    if len(points) < 2:
        return None
    best = max(points, key=lambda point: (point[1], -abs(point[0] - dial.value)))
    name = "Expected precision" if worth.precision is None else "Precision"
    words = f"{name} for every {dial.sign}: best {best[1]:.2f} at {best[0]:.1f}"
    if worth.ceiling is not None and worth.ceiling < 1.0:
        words += f", {worth.ceiling:.2f} is possible"
    return Curve(points, words, dial.value, at, worth.ceiling)
