"""A few figures as cards, each with a line of what it would be elsewhere; and one such line, large.

It draws shares that are given to it; what they mean is decided where they are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ui.widgets.parts import element

Tone = Literal["", "good", "bad"]
MOST_CARDS, LONGEST_NAME = 4, 12


@dataclass(frozen=True)
class Card:
    """One figure.

    Args:
        name: at most twelve characters.
        value: the figure as it is read: "45 of 60".
        note: a few words below it, in `tone`.
        help: what it means; shown on hover and to who points at the card by keyboard.
        line: the same figure as a share, 0 to 1, for x from 0 to 1 in equal steps; () for none.
        at: the x that `value` belongs to, marked on the line.
    """

    name: str
    value: str
    note: str = ""
    tone: Tone = ""
    help: str = ""
    line: tuple[float, ...] = ()
    at: float = 0.0


@dataclass(frozen=True)
class Curve:
    """A share for x from 0 to 1.

    Args:
        points: (x, share) by rising x.
        words: below the line, what it shows.
        planned: an x that is marked by a dotted line.
        at: an x that is marked by a dot on the line.
        ceiling: a share that cannot be passed, a dashed line; None for none.
    """

    points: tuple[tuple[float, float], ...]
    words: str
    planned: float
    at: float
    ceiling: float | None = None


_widget = element("laser_figures", __file__)


def figure_cards(cards: Sequence[Card], key: str) -> None:
    """Draw cards in one row, as many as there are.

    Raises:
        ValueError: there are more than four, or a name has more than twelve characters.
    """
    if len(cards) > MOST_CARDS or any(len(card.name) > LONGEST_NAME for card in cards):
        raise ValueError(
            f"at most {MOST_CARDS} cards, with names of {LONGEST_NAME} characters at most: "
            f"{[card.name for card in cards]}"
        )
    _widget(key=key, data={"cards": [asdict(card) for card in cards], "curve": None})


def share_curve(curve: Curve, key: str) -> None:
    """Draw one line as wide as there is room, so that it lies below a slider from 0 to 1."""
    _widget(key=key, data={"cards": [], "curve": asdict(curve)})
