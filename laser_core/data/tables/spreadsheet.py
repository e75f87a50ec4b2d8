"""CSV that is safe to open in a spreadsheet, and that comes back exactly as it was."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

# Spreadsheets run a cell that begins so; full-width characters too, in East Asian lands.
_RUN = r"(?:[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\x00-\x1f\ufeff])"
_TO_GUARD, _GUARDED = re.compile(f"'*{_RUN}"), re.compile(f"'+{_RUN}")
_PARTS = re.compile("[;\t|'\"\x0b-\x1f]")  # where a spreadsheet of another land may part cells


def guard_cell(text: str) -> str:
    """`text` as a cell that no spreadsheet runs: one that would be begins with "'"."""
    return f"'{text}" if _TO_GUARD.match(text) else text


def unguard_cell(text: str) -> str:
    """What `guard_cell` made a cell of; other cells are what they are."""
    return text[1:] if _GUARDED.match(text) else text


class Number(str):
    """A number as it is to be written: never `guard_cell`, though it may begin with a minus."""


def safe_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A CSV that is safe to open in a spreadsheet, and that `read_cells` reads back exactly.

    Texts are `guard_cell`; numbers stay numbers, negative ones too; None is an empty cell.
    """
    text = io.StringIO()
    plain = csv.writer(text, lineterminator="\n")
    careful = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    plain.writerow(header)
    for row in rows:
        cells = [_cell(cell) for cell in row]
        parted = any(isinstance(cell, str) and _PARTS.search(cell) for cell in cells)
        (careful if parted else plain).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> object:
    return guard_cell(value) if isinstance(value, str) and not isinstance(value, Number) else value
