"""A folder of pictures: with classes and splits, with a metadata table, or flat."""

from __future__ import annotations

import os
import unicodedata
from functools import partial
from pathlib import Path

from laser_core.data.arrangement import METADATA_NAMES, arrange
from laser_core.data.base import ImageSource, Skipped
from laser_core.data.file_source import FileSource, file_fault, read_fault, require_pictures
from laser_core.data.folder_layout import is_litter, wrapper
from laser_core.data.pictures.headers import MAX_FILE_BYTES
from laser_core.data.tables.rows import Rows, read_rows
from laser_core.errors import PoolError


def open_folder(folder: Path) -> ImageSource:
    """The pictures below `folder`; `laser_core.data.folder_layout` has the rules for their names.

    Ids are paths relative to the folder, with "/" and composed accents (NFC) on every system; a
    folder that merely wraps everything is no part of them. Links to files and folders are
    followed, links that lead back up are not.

    Raises:
        PoolError: no such folder, or no usable picture in it.
    """
    if not folder.is_dir():
        raise PoolError(f"{folder}: there is no such folder; check the path")
    scan = _Scan(folder)
    scan.read(folder, "", ())
    around = wrapper([*scan.pictures, *scan.tables])
    arrangement = arrange(
        [id.removeprefix(around) for id in scan.pictures],
        {
            id.removeprefix(around): partial(_rows, folder / path)
            for id, path in scan.tables.items()
        },
        [Skipped(left.name.removeprefix(around), left.reason) for left in scan.skipped],
    )
    source = FileSource(
        folder.resolve().name or str(folder),
        arrangement.items,
        folder.resolve(),
        {id.removeprefix(around): path for id, path in scan.pictures.items()},
        arrangement.skipped,
        notes=arrangement.notes,
    )
    return require_pictures(source)


class _Scan:
    """What lies in a folder.

    Attributes:
        pictures: id -> relative path as the system spells it.
        tables: the same for the metadata tables.
        skipped: files and folders that cannot be used.
    """

    def __init__(self, root: Path) -> None:
        self.pictures: dict[str, str] = {}
        self.tables: dict[str, str] = {}
        self.skipped: list[Skipped] = []
        self._root = root

    def read(self, folder: Path, inside: str, above: tuple[str, ...]) -> None:
        """Take in all that lies below `folder`.

        Args:
            inside: the folder's path relative to the root, "" or ending in "/".
            above: real paths of the folders around it, to notice a link that leads back up.
        """
        here = os.path.realpath(folder)  # sees through Windows' junctions too
        if here in above:
            return self._skip(inside.rstrip("/"), "a link back to a folder around it")
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            return self._skip(inside.rstrip("/") or str(folder), read_fault(error))
        for entry in listed:
            if is_litter(entry.name):
                continue
            path = inside + entry.name
            if not _is_utf8(entry.name):
                self._skip(path, "its name is not valid UTF-8; rename it")
            elif entry.is_dir():
                self.read(folder / entry.name, f"{path}/", (*above, here))
            else:
                self._take(path, entry)
        return None

    def _take(self, path: str, entry: os.DirEntry[str]) -> None:
        id = unicodedata.normalize("NFC", path)
        if entry.name.casefold() in METADATA_NAMES:
            self.tables[id] = path
        elif id in self.pictures:
            self._skip(path, "another file has this name, with its accents stored differently")
        elif (reason := file_fault(self._root / path)) is not None:
            self._skip(path, reason)
        else:
            self.pictures[id] = path

    def _skip(self, path: str, reason: str) -> None:
        readable = path.encode("utf-8", "replace").decode()
        self.skipped.append(Skipped(unicodedata.normalize("NFC", readable), reason))


def _is_utf8(name: str) -> bool:
    """False for a name of stray bytes, which neither a database nor a table can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _rows(table: Path) -> Rows:
    """Raises: PoolError: the table cannot be read."""
    name = table.name
    try:
        if not table.is_file() or table.stat().st_size > MAX_FILE_BYTES:
            raise PoolError(f"{name}: it is no file of at most {MAX_FILE_BYTES / 1e6:.0f} MB")
        return read_rows(table.read_bytes(), name)
    except OSError as error:
        raise PoolError(
            f"{table.name}: {read_fault(error)}; make it readable or remove it"
        ) from error
