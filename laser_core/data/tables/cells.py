"""A table as text, cell by cell, with the place of each row and the limits of what is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from laser_core.basics.sentences import first_and_more
from laser_core.errors import PoolError

MAX_ROWS = 2_000_000  # twenty times the largest pool that is measured
MAX_COLUMNS = 10_000  # a table of vectors has some thousand
MAX_BYTES = 256 * 2**20  # of a file, and of one column's text once it is unpacked
MAX_CELL = 131_072  # characters; as Python's own CSV reader
_LISTED = 12  # columns that a sentence names
T = TypeVar("T")


@dataclass
class Cells:
    """A table as text.

    Args:
        name: of the file.
        columns: its columns as written.
        size: how many rows.
        lines: where each row begins, counted from 1; () where rows are no lines.
        readers: column by its name in lower case -> what reads its cells, when they are wanted.
    """

    name: str
    columns: tuple[str, ...]
    size: int
    lines: Sequence[int] = ()
    readers: dict[str, Callable[[], list[str]]] = field(default_factory=dict)
    _kept: dict[str, list[str]] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self.readers

    def column(self, key: str) -> list[str]:
        """The cells of a column by its name in lower case, as written; "" for empty ones.

        Raises:
            PoolError: two columns are called so, or a cell holds something that is no text.
        """
        if key not in self._kept:
            self._kept[key] = self.readers[key]() if key in self else [""] * self.size
        return self._kept[key]

    def place(self, row: int) -> str:
        """Where row number `row`, from 0, stands: "line 3", or "row 2" without lines."""
        return f"line {self.lines[row]}" if self.lines else f"row {row + 1}"

    def column_list(self) -> str:
        """Its columns for a sentence."""
        return list_values(self.columns) or "no columns"


def cells_of(name: str, rows: Sequence[Mapping[str, Any]]) -> Cells:
    """Objects as a table; a key that one lacks is an empty cell."""
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    refuse_width(name, len(columns))
    table = Cells(name, columns, len(rows))
    table.readers = {key: partial(_column, table, rows, key) for key in columns}
    return table


def _column(table: Cells, rows: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return texts_of(table, key, [row.get(key) for row in rows])


def only_column(name: str, key: str, columns: Sequence[T]) -> T:
    """The one column that is called `key`.

    Raises:
        PoolError: there are several, so nobody knows which of them counts.
    """
    if len(columns) > 1:
        raise PoolError(f"{name}: {len(columns)} columns are called {key!r}; keep one of them")
    return columns[0]


def column_key(column: object) -> str:
    """A column's name as it is looked for: without case and spaces around it."""
    return str(column).strip().casefold()


def list_values(names: Sequence[str]) -> str:
    """The first names for a sentence, and how many more there are."""
    return first_and_more([quote_value(name) for name in names], _LISTED)


def quote_value(value: object) -> str:
    """A value for a sentence: quoted, control characters shown, not longer than a line."""
    return _clip(repr(value) if isinstance(value, str) else str(value))


def _clip(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


# ---- one cell


def texts_of(table: Cells, key: str, values: Sequence[Any], before: int = 0) -> list[str]:
    """Values as the texts of a column, the first in row number `before`."""
    return [text_of(table, key, row, value) for row, value in enumerate(values, start=before)]


def text_of(table: Cells, key: str, row: int, value: Any) -> str:
    """A cell as text; a whole number that became 3.0 beside empty cells is "3" again."""
    if value is None or (isinstance(value, float) and value != value):  # NaN, as pandas has it
        return ""
    if isinstance(value, bytes):  # text, by writers that do not say so
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            raise not_text_error(table, key, row, value) from None
    if isinstance(value, str):
        return _clean(table, key, row, value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple | dict):
        raise not_text_error(table, key, row, value)
    return str(value)


def _clean(table: Cells, key: str, row: int, text: str) -> str:
    where = f"{table.name}: {table.place(row)}"
    if "\x00" in text:
        raise PoolError(f"{where} has a zero byte in {key}: {quote_value(text)}; remove it")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise PoolError(
                f"{where} has half of a sign (a lone surrogate) in {key}: {quote_value(text)}; "
                "write it anew"
            ) from error
    if len(text) > MAX_CELL:
        raise PoolError(f"{where} has {len(text):,} signs in {key}; at most {MAX_CELL:,} are read")
    return text


def not_text_error(table: Cells, key: str, row: int, value: Any) -> PoolError:
    """The error of a cell that holds bytes, a list or the like."""
    where = f"{table.name}: {table.place(row)}"
    if isinstance(value, dict | bytes) and key not in ("label", "status", "split", "id"):
        return PoolError(
            f"{where}: the column {key!r} holds pictures, not paths; save the pictures as files "
            "and put their paths into the table"
        )
    kind = "a list" if isinstance(value, list | tuple) else "no text"
    shown = f" ({_clip(json.dumps(value, ensure_ascii=False, default=str))})"
    return PoolError(
        f"{where}: {key} is {kind}{'' if isinstance(value, bytes) else shown}; one text a picture "
        "is wanted there"
    )


# ---- limits


def refuse_size(name: str, size: int) -> None:
    """Raises: PoolError: more bytes than are read of a table."""
    if size > MAX_BYTES:
        raise too_large_error(name)


def too_large_error(name: str) -> PoolError:
    """The error of a table that is larger than what is read."""
    return PoolError(
        f"{name}: the table holds more than the {MAX_BYTES // 2**20} MB that are read; leave out "
        "columns or rows, or split it"
    )


def refuse_rows(name: str, rows: int) -> None:
    """Raises: PoolError: more rows than are read of a table."""
    if rows > MAX_ROWS:
        more = "more than " if rows == MAX_ROWS + 1 else ""
        raise PoolError(
            f"{name}: it has {more}{rows - bool(more):,} rows, and at most {MAX_ROWS:,} are read; "
            "keep the rows of this pool, or split the table"
        )


def refuse_width(name: str, columns: int) -> None:
    """Raises: PoolError: more columns than are read of a table."""
    if columns > MAX_COLUMNS:
        raise PoolError(
            f"{name}: it has {columns:,} columns, and at most {MAX_COLUMNS:,} are read; keep path, "
            "label and what else is needed"
        )
