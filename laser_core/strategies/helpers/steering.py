"""What a strategy adapts from round to round, read from the records and kept in their figures."""

from __future__ import annotations

from collections.abc import Sequence

from laser_core.view import RoundRecord


def last_steered(records: Sequence[RoundRecord], figure: str) -> tuple[float, float] | None:
    """(value, precision) of the newest round that has the `figure` and an answer that counts."""
    for record in reversed(records):
        if figure in record.figures and record.precision is not None:
            return record.figures[figure], record.precision
    return None
