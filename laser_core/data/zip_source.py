"""A folder of pictures inside a .zip, read in place: nothing is ever unpacked to the disk."""

from __future__ import annotations

import io
import re
import stat
import struct
import threading
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from laser_core.basics.zip_limits import DAMAGE, Limits, damage_reason, excess
from laser_core.data.arrangement import METADATA_NAMES, Arrangement, arrange
from laser_core.data.base import EncodedSource, ImageSource, Skipped
from laser_core.data.file_source import read_fault, require_pictures
from laser_core.data.folder_layout import is_litter, wrapper
from laser_core.data.pictures.file_kinds import HEAD_BYTES
from laser_core.data.pictures.headers import MAX_FILE_BYTES, header_fault, pixel_fault
from laser_core.data.tables.rows import Rows, read_rows
from laser_core.errors import PoolError

_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_MASKED = 0x1 | 0x40 | 0x2000  # flags: encrypted, strongly encrypted, encrypted directory
_Entry: TypeAlias = tuple[str, zipfile.ZipInfo]


class ArchiveSource(EncodedSource):
    """Pictures in an open .zip. Any number of threads may read from it.

    Args:
        archive: the open file; it is read under a lock, for `ZipFile` counts its readers without.
        entries: id -> its entry.
    """

    def __init__(
        self,
        name: str,
        arrangement: Arrangement,
        archive: zipfile.ZipFile,
        entries: Mapping[str, zipfile.ZipInfo],
    ) -> None:
        super().__init__(name, arrangement.items, arrangement.skipped, notes=arrangement.notes)
        self._archive = archive
        self._entries = dict(entries)
        self._lock = threading.Lock()
        self._file = _stamp_of(Path(str(archive.filename)))

    def file_bytes(self, id: str) -> bytes:
        """The picture's file, unpacked in memory.

        Raises:
            PoolError: its bytes in the archive are damaged.
        """
        try:
            with self._lock:
                return self._archive.read(self._entries[id])
        except DAMAGE as error:
            raise PoolError(
                f"{id}: damaged in {self.name} ({damage_reason(error)}); pack it anew"
            ) from error

    def stamp(self, id: str) -> str:
        """The archive's own stamp, and the checksum it holds of the picture."""
        entry = self._entries[id]
        return f"{self._file}|{id}|{entry.file_size}|{entry.CRC:08x}"


def open_archive(path: Path, limits: Limits = Limits()) -> ImageSource:
    """The pictures in the .zip at `path`, read by the rules of `laser_core.data.folder_layout`.

    Ids are those that the unpacked folder would have.

    Raises:
        PoolError: it is no .zip, is cut off or encrypted, holds links or paths that leave it,
            claims more than `limits`, or has no usable picture.
    """
    archive = _open_archive(path)
    try:
        entries = _check_entries(archive, path.name, limits)
        return require_pictures(_source(path, archive, entries))
    except BaseException:
        archive.close()
        raise


def _open_archive(path: Path) -> zipfile.ZipFile:
    try:
        with path.open("rb") as file:
            head = file.read(4)
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError) as error:
        cut = "it is cut off or damaged; copy or download it again"
        other = "it is no .zip archive; give a .zip, a folder or a table"
        raise PoolError(f"{path.name}: {cut if head[:2] == b'PK' else other}") from error
    except OSError as error:
        raise PoolError(f"{path}: {read_fault(error)}; check the path and its rights") from error


def _check_entries(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[_Entry]:
    """The archive's files, each with its path made safe.

    Raises:
        PoolError: see `open_archive`.
    """
    listed = archive.infolist()
    if found := excess(listed, limits):
        raise PoolError(f"{name}: it {found}; if you trust it, unpack it and give the folder")
    return [(_safe_path(entry, name), entry) for entry in listed if not entry.is_dir()]


def _safe_path(entry: zipfile.ZipInfo, name: str) -> str:
    """The entry's path with "/" between its parts.

    Raises:
        PoolError: it leaves the archive, or the entry is a link, a device or encrypted.
    """
    path = _real_name(entry).replace("\\", "/")  # old Windows tools write backslashes
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or re.match("[A-Za-z]:", path):
        raise PoolError(
            f"{name}: the entry {path!r} leads out of the archive, so the archive is refused; "
            f"pack it anew with paths below one folder"
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise PoolError(
            f"{name}: the entry {path!r} is a link or a device, so the archive is refused; pack "
            f"it anew with the files themselves"
        )
    if entry.flag_bits & _MASKED:
        raise PoolError(f"{name}: it is encrypted; unpack it with its password and give the folder")
    return "/".join(part for part in parts if part not in ("", "."))


def _real_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; macOS and others write UTF-8 and forget to say so."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _source(path: Path, archive: zipfile.ZipFile, entries: Collection[_Entry]) -> ArchiveSource:
    pictures: dict[str, zipfile.ZipInfo] = {}
    tables: dict[str, zipfile.ZipInfo] = {}
    skipped: list[Skipped] = []
    with path.open("rb") as file:
        for inside, entry in entries:
            id = unicodedata.normalize("NFC", inside)
            *_, last = parts = id.split("/")
            if any(is_litter(part) for part in parts):
                continue
            if last.casefold() in METADATA_NAMES:
                tables[id] = entry
            elif id in pictures:
                skipped.append(Skipped(id, "another entry has this name"))
            elif (reason := _fault(archive, file, entry, last)) is not None:
                skipped.append(Skipped(id, reason))
            else:
                pictures[id] = entry
    around = wrapper([*pictures, *tables])
    arrangement = arrange(
        [id.removeprefix(around) for id in pictures],
        {id.removeprefix(around): partial(_rows, archive, entry) for id, entry in tables.items()},
        [Skipped(left.name.removeprefix(around), left.reason) for left in skipped],
    )
    by_id = {id.removeprefix(around): entry for id, entry in pictures.items()}
    return ArchiveSource(path.name, arrangement, archive, by_id)


def _rows(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Rows:
    """Raises: PoolError: the table cannot be read."""
    name = entry.filename.rpartition("/")[2]
    if entry.file_size > MAX_FILE_BYTES:
        raise PoolError(
            f"{name}: a table of {entry.file_size / 1e6:,.0f} MB is more than the "
            f"{MAX_FILE_BYTES / 1e6:.0f} MB allowed; unpack the archive and give the table"
        )
    try:
        return read_rows(archive.read(entry), name)
    except DAMAGE as error:
        raise PoolError(
            f"{name} is damaged ({damage_reason(error)}); pack the archive anew"
        ) from error


def _fault(
    archive: zipfile.ZipFile, file: BinaryIO, entry: zipfile.ZipInfo, name: str
) -> str | None:
    """Why an entry cannot be used as a picture, or None."""
    if entry.compress_type not in (_STORED, _DEFLATED):
        return "packed in a way that is not supported; pack it with the deflate method"
    try:
        return header_fault(name, entry.file_size, _head(file, entry)) or pixel_fault(
            entry.file_size, lambda: archive.open(entry)
        )
    except DAMAGE as error:
        return f"damaged in the archive ({damage_reason(error)})"


def _head(file: BinaryIO, entry: zipfile.ZipInfo) -> bytes:
    """The entry's first bytes; `ZipFile.open` takes ten times as long, too long for 60,000."""
    file.seek(entry.header_offset + 26)  # two lengths end the 30 bytes of an entry's own header
    name_length, extra_length = struct.unpack("<HH", file.read(4))
    file.seek(name_length + extra_length, io.SEEK_CUR)
    packed = file.read(min(entry.compress_size, 4 * HEAD_BYTES))
    if entry.compress_type == _STORED:
        return packed[:HEAD_BYTES]
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, HEAD_BYTES)


def _stamp_of(path: Path) -> str:
    state = path.stat()
    return f"{path.resolve()}|{state.st_size}|{state.st_mtime_ns}"
