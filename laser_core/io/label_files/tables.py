"""A table of labels as text: which columns name the pictures, and which say what they show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laser_core.data.arrangement import METADATA_NAMES
from laser_core.data.tables.cells import Cells
from laser_core.data.tables.rows import PATH_COLUMNS, read_cells, table_bytes
from laser_core.errors import PoolError
from laser_core.io.label_files.tools import json_cells

LABEL_FILES = (".csv", ".tsv", ".parquet", ".jsonl", ".json")
IN_FOLDER = ("labels.csv", *sorted(METADATA_NAMES))  # the first one there is taken


@dataclass(frozen=True)
class LabelTable:
    """A table with labels.

    Args:
        cells: all of it.
        pictures: the columns that may name the pictures, the likeliest first.
    """

    cells: Cells
    pictures: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.cells.name

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.cells.size

    def names(self, column: str) -> list[str]:
        """The cells of one of `pictures`."""
        return self.cells.column(column)

    def picture(self, row: int) -> str:
        """What a row calls its picture."""
        written = (self.names(column)[row] for column in self.pictures)
        return next((name for name in written if name), "")

    @property
    def labels(self) -> list[str]:
        """The cells of the column `label`; "" for empty ones and without such a column."""
        return self.cells.column("label")

    @property
    def states(self) -> list[str]:
        """The cells of the column `status`; "" for empty ones and without such a column."""
        return self.cells.column("status")

    def place(self, row: int) -> str:
        """Where row number `row`, from 0, stands in the file, for messages: "line 3"."""
        return self.cells.place(row)


def read_label_table(table: Path) -> LabelTable:
    """The table at `table`: with a column `id` or a path (`path`, `file_name`, ...), and `label`.

    With a column `status` (relevant, irrelevant, unsure, excluded, unlabeled) a row is what it
    says. Also read are the JSON of Label Studio and FiftyOne, and a folder of pictures that has
    `labels.csv` or `metadata.csv` in it, as the exports do.

    Raises:
        PoolError: it is missing, no such table, lacks a column, or the folder's pictures do not
            lie where its table says.
    """
    if table.is_dir():
        inside = next((table / name for name in IN_FOLDER if (table / name).is_file()), None)
        if inside is None:
            raise PoolError(
                f"{table}: there is no {' or '.join(IN_FOLDER[:2])} in this folder; give a table"
            )
        given = read_label_table(inside)
        _refuse_moved(table, given)
        return given
    if not table.exists():
        raise PoolError(f"{table}: there is no such table; check the path")
    cells = _cells(table)
    pictures = tuple(key for key in ("id", *PATH_COLUMNS) if key in cells)
    if not pictures or not ("label" in cells or "status" in cells):
        raise PoolError(
            f"{table.name}: it has the columns {cells.column_list()}; needed are id or path, and "
            "label"
        )
    if cells.size == 0:
        raise PoolError(f"{table.name}: the table has no rows; add one row a picture")
    return LabelTable(cells, pictures)


def _cells(table: Path) -> Cells:
    data = table_bytes(table)
    if table.suffix.lower() == ".json":
        return json_cells(data, table.name)
    return read_cells(data, table.name, {"id", "label", "status", *PATH_COLUMNS})


def _refuse_moved(folder: Path, table: LabelTable) -> None:
    """Raises: PoolError: somebody sorted the pictures anew after the table was written."""
    if "file_name" not in table.cells:
        return
    for row, name in enumerate(table.names("file_name")):
        if name and not (folder / name).is_file():
            raise PoolError(
                f"{folder}: {name!r} ({table.name}, {table.place(row)}) is not there, so the "
                f"pictures were moved after the table was written; put them back, or give the "
                f"table itself to take what it says"
            )
