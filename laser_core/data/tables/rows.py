"""Reads a table of pictures: CSV, TSV, Parquet or JSON lines, whatever its columns are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from laser_core.data.tables.cells import MAX_BYTES, Cells, refuse_size
from laser_core.data.tables.text_cells import csv_cells, json_line_cells, table_text
from laser_core.errors import PoolError

TABLE_SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl")
# The first one there is taken; `file_name` is what Hugging Face's image folders use.
PATH_COLUMNS = ("path", "file_name", "filepath", "image", "filename", "image_path")
OPTIONAL = ("label", "split", "id")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; "" stands for an empty cell and for a column that is not there.

    Args:
        number: counted from 1, without the header.
        path: the picture's file, exactly as written.
    """

    number: int
    path: str
    label: str
    split: str
    id: str


@dataclass(frozen=True)
class Rows:
    """A table's rows, and which of the optional columns it has."""

    rows: tuple[Row, ...]
    has_labels: bool
    has_splits: bool


def read_rows(data: bytes, name: str) -> Rows:
    """The rows of a table file; its kind is told from the suffix of `name`.

    Raises:
        PoolError: as for `read_cells`; it has no rows, or no column with paths.
    """
    cells = read_cells(data, name, {*PATH_COLUMNS, *OPTIONAL})
    path = next((alias for alias in PATH_COLUMNS if alias in cells), None)
    if path is None:
        raise PoolError(
            f"{name}: no column holds the pictures' paths; it has {cells.column_list()}, and "
            f"one of {', '.join(PATH_COLUMNS)} is needed"
        )
    if cells.size == 0:
        raise PoolError(f"{name}: the table has a header but no rows; add one row a picture")
    paths = cells.column(path)
    optional = [[_tidy(cell) for cell in cells.column(key)] for key in OPTIONAL]
    return Rows(
        rows=tuple(
            Row(number, *row)
            for number, row in enumerate(zip(paths, *optional, strict=True), start=1)
        ),
        has_labels="label" in cells,
        has_splits="split" in cells,
    )


def read_cells(data: bytes, name: str, wanted: Collection[str]) -> Cells:
    """The cells of the `wanted` columns of a table file, whose kind the suffix of `name` tells.

    Args:
        wanted: names of columns in lower case; what else the table has is not looked at.

    Raises:
        PoolError: it is no such table or not UTF-8; a row has another number of cells than the
            header; it holds zero bytes, or more than the limits of `laser_core.data.tables.cells`.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise PoolError(f"{name}: a table must be one of {', '.join(TABLE_SUFFIXES)}")
    refuse_size(name, len(data))
    if suffix == ".parquet":
        from laser_core.data.tables.parquet_cells import parquet_cells  # takes a while to load

        return parquet_cells(data, name, wanted)
    text = table_text(data, name)
    if suffix == ".jsonl":
        return json_line_cells(text, name, wanted)
    return csv_cells(text, name, suffix, wanted)


def table_bytes(table: Path) -> bytes:
    """What a table file holds.

    Raises:
        PoolError: it cannot be read, or has more than is read of a table.
    """
    try:
        with table.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise PoolError(f"{table}: cannot be read ({reason}); make it readable") from error
    refuse_size(table.name, len(data))
    return data


def _tidy(cell: str) -> str:
    return unicodedata.normalize("NFC", cell.strip())
