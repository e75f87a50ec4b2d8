"""A table of pictures: one row a file, with its label, split and id where the table has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Literal

from laser_core.data.arrangement import items_of
from laser_core.data.base import ImageSource, Skipped
from laser_core.data.file_source import FileSource, file_fault, require_pictures
from laser_core.data.folder_layout import Place, split_roles
from laser_core.data.path_spellings import normal_id, spellings
from laser_core.data.tables.rows import Row, read_rows, table_bytes
from laser_core.errors import PoolError

_ACCENTS: tuple[Literal["NFC", "NFD"], ...] = (
    "NFC",
    "NFD",
)  # composed, as most systems write them, and apart, as macOS did


def open_table(table: Path) -> ImageSource:
    """The pictures that a .csv, .tsv, .parquet or .jsonl table lists, in its order.

    Columns, in any case: `path` (or `file_name`, `filepath`, `image`), relative to the table's
    folder or absolute, also as `file://` or with %20; and, as wished, `label` (empty: unlabeled),
    `split` (read as a folder's name is, see `laser_core.data.folder_layout`; empty: the pool) and
    `id` (else the path as written).

    Raises:
        PoolError: the table cannot be read, names a picture or an id twice, or none of its files
            can be used.
    """
    if not table.is_file():
        raise PoolError(f"{table}: there is no such table; check the path")
    folder = table.resolve().parent
    rows = _read(table, folder)
    _refuse_repeats(table.name, rows)
    _refuse_if_none_exists(table.name, rows, folder)
    places: dict[str, Place] = {}
    paths: dict[str, str] = {}
    skipped: list[Skipped] = []
    for row in rows:
        path = _find_file(folder, row.path)
        if (reason := _fault(row, path)) is None:
            places[_id(row)] = Place(row.label or None, row.split)
            paths[_id(row)] = str(path)
        else:
            skipped.append(Skipped(row.path or f"row {row.number}", reason))
    roles, notes = split_roles(place.word for place in places.values())
    return require_pictures(
        FileSource(table.name, items_of(places, roles), folder, paths, skipped, notes=notes)
    )


def _read(table: Path, folder: Path) -> list[Row]:
    """The rows, each with that spelling of its path which leads to a file, if one does."""
    rows = read_rows(table_bytes(table), table.name).rows
    return [replace(row, path=_existing_spelling(folder, row.path)) for row in rows]


def _existing_spelling(folder: Path, written: str) -> str:
    if written.strip().startswith(("http://", "https://")):
        return written.strip()
    ways = (way for way in spellings(written) if _exists(_find_file(folder, way)))
    return next(ways, written.strip())


def _id(row: Row) -> str:
    return row.id or normal_id(row.path)


def _refuse_repeats(name: str, rows: Sequence[Row]) -> None:
    """Raises: PoolError: two rows have one path, or one id."""
    for what, values in (
        ("path", [normal_id(row.path) if row.path else "" for row in rows]),
        ("id", [row.id for row in rows]),
    ):
        first: dict[str, int] = {}
        for row, value in zip(rows, values, strict=True):
            before = first.setdefault(value, row.number)
            if value and before != row.number:
                raise PoolError(
                    f"{name}: rows {before} and {row.number} have the same {what} {value!r}; "
                    f"each picture may stand in one row only, so remove the repeats"
                )


def _refuse_if_none_exists(name: str, rows: Sequence[Row], folder: Path) -> None:
    """Raises: PoolError: not one file is there, so the paths are wrong, not the files."""
    written = [row.path for row in rows if row.path]
    if written and not any(_exists(_find_file(folder, path)) for path in written):
        raise PoolError(
            f"{name}: none of the {len(written):,} files it lists is there; the first looked for "
            f"was {_find_file(folder, written[0])}; paths must be absolute, or relative to the "
            f"table's folder"
        )


def _fault(row: Row, path: Path) -> str | None:
    """Why a row's picture cannot be used, or None."""
    if not row.path:
        return "the row has no path"
    if row.path.startswith(("http://", "https://")):
        return "a web address; download the picture and write its path here"
    return file_fault(path)


def _find_file(folder: Path, written: str) -> Path:
    """The file that `written` means: also with "\\" between folders, or other accents."""
    slashes = written.replace("\\", "/")
    accents = (unicodedata.normalize(form, slashes) for form in _ACCENTS)
    spellings = (folder / spelling for spelling in chain((written, slashes), accents))
    return next(filter(_exists, spellings), folder / slashes)


def _exists(path: Path) -> bool:
    with suppress(OSError, ValueError):  # a name too long, or with a zero byte in it
        return path.exists()
    return False
