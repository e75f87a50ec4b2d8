"""Turns scanned paths, and the `metadata` tables beside them, into the items of a source.

A folder and an archive share this step. A table `metadata.csv`, `.jsonl` or `.parquet` (the
convention of Hugging Face's image folders: `file_name`, relative to the table) overrules the folder
names for the pictures it lists: its `label` and `split` columns, where it has them, count. Many
other programs write files of that name too: one that cannot be read, or that lists none of the
pictures, is ignored, and that is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from laser_core.data.base import Item, Skipped, Split, natural_order
from laser_core.data.folder_layout import Place, places, split_roles
from laser_core.data.path_spellings import normal_id, spellings
from laser_core.data.tables.rows import TABLE_SUFFIXES, Row, Rows
from laser_core.errors import PoolError

METADATA_NAMES = frozenset(f"metadata{suffix}" for suffix in TABLE_SUFFIXES)
_REASON_LETTERS = 300  # of why a table is ignored: a column's name may be as long as the file


@dataclass(frozen=True)
class Arrangement:
    """The items of a source in their order, what was left out, and what was decided."""

    items: tuple[Item, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def arrange(
    pictures: Collection[str],
    tables: Mapping[str, Callable[[], Rows]],
    skipped: Collection[Skipped],
) -> Arrangement:
    """Items for `pictures`, ordered by `natural_order` of their ids.

    Args:
        pictures: ids of the pictures: relative paths with "/".
        tables: relative path of each metadata table -> what reads its rows.
        skipped: what the scan left out.
    """
    ids = sorted(pictures, key=natural_order)
    found = dict(zip(ids, places(ids), strict=True))
    known = found.keys() | {left.name for left in skipped}
    missing: list[Skipped] = []
    ignored: list[str] = []
    for table, read in sorted(tables.items()):
        try:
            rows = read()
        except PoolError as error:
            ignored.append(f"{table} is ignored: {str(error)[:_REASON_LETTERS]}")
            continue
        listed = _rows_by_id(table, rows, known)
        if known.isdisjoint(listed):
            count = f"none of the {len(listed):,} files it lists is here"
            ignored.append(f"{table} is ignored: {count}; paths in it are relative to its folder")
            continue
        for id, row in listed.items():
            if id in found:
                found[id] = _apply_row(found[id], row, rows)
            elif id not in known:
                missing.append(Skipped(id, f"no such file, though {table} lists it"))
    roles, notes = split_roles(place.word for place in found.values())
    return Arrangement(items_of(found, roles), (*skipped, *missing), (*ignored, *notes))


def _rows_by_id(table: str, rows: Rows, known: Collection[str]) -> dict[str, Row]:
    """Id -> the last row about it; a path is read as it is spelled where there is a picture."""
    folder = table.rpartition("/")[0]
    inside = f"{folder}/" if folder else ""
    listed: dict[str, Row] = {}
    for row in rows.rows:
        ids = (normal_id(f"{inside}{way}") for way in spellings(row.path))
        plain = normal_id(f"{inside}{row.path.strip()}")
        listed[next((id for id in ids if id in known), plain)] = row
    return listed


def items_of(found: Mapping[str, Place], roles: Mapping[str, Split | None]) -> tuple[Item, ...]:
    """An item for each id whose split is used, in the order given."""
    return tuple(
        Item(id, place.label, role)
        for id, place in found.items()
        if (role := roles[place.word]) is not None
    )


def _apply_row(place: Place, row: Row, rows: Rows) -> Place:
    return Place(
        label=(row.label or None) if rows.has_labels else place.label,
        word=row.split if rows.has_splits else place.word,
    )
