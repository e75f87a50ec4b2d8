"""Reads a table of pictures: CSV, TSV, Parquet or JSON lines, whatever its columns are called."""

from __future__ import annotations

import codecs
import io
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from laser_core.errors import PoolError

TABLE_SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl")
# The first one there is taken; `file_name` is what Hugging Face's image folders use.
PATH_COLUMNS = ("path", "file_name", "filepath", "image", "filename", "image_path")


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
        PoolError: it is not of that kind, not UTF-8, has no rows, or no column with paths.
    """
    frame = _frame(data, name)
    columns = {str(column).strip().casefold(): column for column in reversed(frame.columns)}
    path = next((columns[alias] for alias in PATH_COLUMNS if alias in columns), None)
    if path is None:
        raise PoolError(
            f"{name}: no column holds the pictures' paths; it has {_listed(frame.columns)}, and "
            f"one of {', '.join(PATH_COLUMNS)} is needed"
        )
    if len(frame) == 0:
        raise PoolError(f"{name}: the table has a header but no rows; add one row a picture")
    if isinstance(frame[path].iloc[0], dict | bytes):
        raise PoolError(
            f"{name}: the column {path!r} holds pictures, not paths; save the pictures as files "
            f"and put their paths into the table"
        )
    optional = [
        [unicodedata.normalize("NFC", _cell(value)) for value in frame[columns[key]].tolist()]
        if key in columns
        else [""] * len(frame)
        for key in ("label", "split", "id")
    ]
    paths = [_cell(value) for value in frame[path].tolist()]
    return Rows(
        rows=tuple(
            Row(number, *cells)
            for number, cells in enumerate(zip(paths, *optional, strict=True), start=1)
        ),
        has_labels="label" in columns,
        has_splits="split" in columns,
    )


def table_cells(data: bytes, name: str) -> dict[str, list[str]]:
    """Column -> its cells as text, "" for empty ones; column names in lower case.

    Raises:
        PoolError: it is no table of the kind its suffix says, or not UTF-8.
    """
    frame = _frame(data, name)
    return {
        str(column).strip().casefold(): [
            unicodedata.normalize("NFC", _cell(value)) for value in frame[column].tolist()
        ]
        for column in reversed(frame.columns)
    }


def normal_id(path: str) -> str:
    """`path` as an id: "/" between folders, no "./" or "//", accents composed (NFC)."""
    return unicodedata.normalize("NFC", str(PurePosixPath(path.replace("\\", "/"))))


def _frame(data: bytes, name: str) -> pd.DataFrame:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise PoolError(f"{name}: a table must be one of {', '.join(TABLE_SUFFIXES)}")
    try:
        if suffix == ".parquet":
            return pd.read_parquet(io.BytesIO(data))
        text = _text(data, name)
        if suffix == ".jsonl":
            return pd.read_json(io.StringIO(text), lines=True, dtype=False)
        # as text, so that a label 007 stays 007 and a class called "NA" stays a class
        return pd.read_csv(
            io.StringIO(text),
            sep=_separator(text, suffix),
            dtype=str,
            keep_default_na=False,
            index_col=False,
        )
    except (ValueError, OSError) as error:  # pandas' and pyarrow's errors are kinds of these
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise PoolError(
            f"{name}: cannot be read as a {suffix} table ({reason}); save it again"
        ) from error


def _text(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise PoolError(f"{name}: the table is in UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PoolError(
            f'{name}: line {line} is not in UTF-8; save the table as UTF-8 (in Excel: "CSV UTF-8")'
        ) from error


def _separator(text: str, suffix: str) -> str:
    """A tab for .tsv; for .csv what parts the header most often: Excel writes ";" in many lands."""
    if suffix == ".tsv":
        return "\t"
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _cell(value: object) -> str:
    """A cell as text; a whole number that became 3.0 beside empty cells is "3" again."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _listed(columns: pd.Index) -> str:
    return ", ".join(repr(str(column)) for column in columns[:12]) or "no columns"
