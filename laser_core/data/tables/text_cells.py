"""The cells of CSV, TSV and JSON lines; what is wrong in them is told with its line."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from laser_core.data.tables.cells import (
    Cells,
    column_key,
    only_column,
    quote_value,
    refuse_rows,
    refuse_width,
    texts_of,
)
from laser_core.data.tables.spreadsheet import unguard_cell
from laser_core.errors import PoolError


def table_text(data: bytes, name: str) -> str:
    """`data` as text, without a byte order mark at its beginning.

    Raises:
        PoolError: it is in UTF-16 or not UTF-8, or holds a zero byte or a mark in its midst.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise PoolError(f"{name}: the table is in UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line(data[: error.start].decode("latin-1"), error.start)
        raise PoolError(
            f'{name}: line {line} is not in UTF-8; save the table as UTF-8 (in Excel: "CSV UTF-8")'
        ) from error
    if (zero := text.find("\x00")) >= 0:
        raise PoolError(
            f"{name}: line {_line(text, zero)} holds a zero byte, as UTF-16 and damaged files do; "
            "save the table as UTF-8"
        )
    if mark := re.search("(?:^|[\r\n])\ufeff", text):
        raise PoolError(
            f"{name}: line {_line(text, mark.end())} begins with a byte order mark, as where two "
            "files were joined; remove it"
        )
    return text


def _line(text: str, place: int) -> int:
    """The number of the line that `place` lies in."""
    return len(re.findall(r"\r\n|\n|\r", text[:place])) + 1


def csv_cells(text: str, name: str, suffix: str, wanted: Collection[str]) -> Cells:
    """The `wanted` columns of a CSV or TSV; blank lines are no rows.

    Raises:
        PoolError: a row has another number of cells than the header, or its quotes are broken.
    """
    mark = _separator(text, suffix)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    header: list[str] = []
    kept: dict[int, list[str]] = {}
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if not header:
                header = row if any(cell.strip() for cell in row) else []
                refuse_width(name, len(header))
                kept = {n: [] for n, cell in enumerate(header) if column_key(cell) in wanted}
            elif len(row) != len(header) and (len(row) > 1 or any(cell.strip() for cell in row)):
                raise _uneven_row_error(name, line, row, header, mark)
            elif any(cell.strip() for cell in row):
                lines.append(line)
                for n, cells in kept.items():
                    cells.append(unguard_cell(row[n]))
                refuse_rows(name, len(lines))
            line = reader.line_num + 1
    except csv.Error as error:
        raise PoolError(
            f"{name}: line {line} cannot be read as a {suffix} table ({error}); mend its quotes, "
            "or save the table again"
        ) from error
    if not header:
        raise PoolError(f"{name}: cannot be read as a {suffix} table (it is empty); save it again")
    found: dict[str, list[list[str]]] = {}
    for n, cells in kept.items():
        found.setdefault(column_key(header[n]), []).append(cells)
    table = Cells(name, tuple(header), len(lines), lines)
    table.readers = {
        key: partial(only_column, name, key, columns) for key, columns in found.items()
    }
    return table


def _uneven_row_error(
    name: str, line: int, row: Sequence[str], header: Sequence[str], mark: str
) -> PoolError:
    sign = {",": "comma", ";": "semicolon", "\t": "tab"}[mark]
    what = "too many" if len(row) > len(header) else "too few"
    written = mark.join(row)
    return PoolError(
        f"{name}: line {line} has {len(row):,} cells, the header {len(header):,}: a {sign} {what} "
        f"in {quote_value(written)}; a cell that holds a {sign} needs quotes around it"
    )


def _separator(text: str, suffix: str) -> str:
    """A tab for .tsv; for .csv what parts the header most often: Excel writes ";" in many lands."""
    if suffix == ".tsv":
        return "\t"
    header = re.split("[\r\n]", text.lstrip(), maxsplit=1)[0]
    return max(",;\t", key=header.count)


def json_line_cells(text: str, name: str, wanted: Collection[str]) -> Cells:
    """The `wanted` columns of JSON lines; a key that a line lacks is an empty cell.

    Raises:
        PoolError: a line is no JSON object, or has one key twice.
    """
    lines: list[int] = []
    raw: dict[str, list[Any]] = {}
    columns: dict[str, None] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip():
            continue
        row = _json_row(line, f"{name}: line {number}")
        columns.update(dict.fromkeys(row))
        refuse_width(name, len(columns))
        for column, value in row.items():
            if (key := column_key(column)) in wanted:
                cells = raw.setdefault(key, [])
                if len(cells) > len(lines):
                    raise PoolError(f"{name}: line {number} has {key!r} twice; keep one of them")
                cells.extend([None] * (len(lines) - len(cells)))
                cells.append(value)
        lines.append(number)
        refuse_rows(name, len(lines))
    for cells in raw.values():
        cells.extend([None] * (len(lines) - len(cells)))
    table = Cells(name, tuple(columns), len(lines), lines)
    table.readers = {key: partial(texts_of, table, key, cells) for key, cells in raw.items()}
    return table


def _json_row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line, object_pairs_hook=_object_without_repeats)
    except (ValueError, RecursionError) as error:
        raise PoolError(
            f"{where} cannot be read as a .jsonl table ({error}); save it again"
        ) from error
    if not isinstance(row, dict):
        raise PoolError(
            f"{where} cannot be read as a .jsonl table (it holds {quote_value(row)}); each line "
            'has to be an object such as {"path": "a.jpg", "label": "cat"}'
        )
    return row


def _object_without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found
