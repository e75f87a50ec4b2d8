"""One zero-shot line of Table 2, and several as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from laser_core.data.tables.spreadsheet import safe_csv

NAMES, SENTENCES, ANCHORED = "names", "sentences", "anchored head"  # methods by text
AMONG = " with neighbours"  # as Eq. (1) sees a picture with the offline model
SAYS = {  # of each, for who reads its name beside a line
    NAMES: "each picture gets the class with the nearest name",
    SENTENCES: "the class with the nearest sentences",
    ANCHORED: "the classifier before its first label, which starts from the sentences",
    AMONG.strip(): "each picture together with those of the pool that it resembles most",
}
DIGITS = 6  # in the CSV, as in rounds.csv


@dataclass(frozen=True)
class ZeroShot:
    """How many test pictures one way without labels names right.

    Args:
        method: what named them.
        accuracy: share of the `n` pictures that were named right, 0 to 1.
        n: test pictures of relevant classes that it was tried on.
        low, high: Wilson's interval (95%) where they are a sample of the test pictures; None where
            they are all.
        asked: answers of an endpoint that it rests on, those kept from earlier among them; 0 for
            text.
        no_answer: pictures for which none of the names was said; they count as wrong.
        seconds: that the answers took, added up; for text, that the scoring took.
        tokens_in, tokens_out: of the answers, as the endpoint counts them; None where it does not.
        cost: by the prices that the user gave; None without prices or counts.
    """

    method: str
    accuracy: float
    n: int
    low: float | None = None
    high: float | None = None
    asked: int = 0
    no_answer: int = 0
    seconds: float = 0.0
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None

    def text(self) -> str:
        """For a terminal, in one line."""
        interval = "" if self.low is None else f", 95% of {self.low:.3f} to {self.high:.3f}"
        parts = [f"{self.method}: {self.accuracy:.3f} of {self.n:,} test pictures{interval}"]
        if self.asked:
            parts.append(f"{self.no_answer:,} without an answer, {self.seconds:,.1f} s of answers")
        if self.tokens_in is not None:
            parts.append(f"{self.tokens_in:,} tokens asked and {self.tokens_out:,} answered")
        if self.cost is not None:
            parts.append(f"cost {self.cost:.4f} by the prices given")
        return "; ".join(parts)


COLUMNS = tuple(field.name for field in fields(ZeroShot))


def zero_shot_csv(lines: Sequence[ZeroShot]) -> str:
    """The lines as a table with `COLUMNS`; an empty cell is what nobody knows."""
    rows = [
        [round(value, DIGITS) if isinstance(value, float) else value for value in astuple(line)]
        for line in lines
    ]
    return safe_csv(COLUMNS, rows)
