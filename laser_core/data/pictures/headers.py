"""Is this file a picture? Told from its name, its size and its first bytes, without decoding it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, cast

from PIL import Image

from laser_core.data.pictures.decode import decoding_fault
from laser_core.data.pictures.file_kinds import (
    ADVICE,
    FORMATS,
    OTHER_SUFFIXES,
    SUFFIXES,
    advice_for,
    file_kind,
)
from laser_core.data.pictures.strip import strip_picture

MAX_FILE_BYTES = 100_000_000  # photographs take 1 to 50 MB; the whole file is read to decode it
# Below this no JPEG, PNG, GIF or BMP can hold MAX_PIXELS pixels (deflate shrinks 1032-fold at best,
# and one-bit pixels lie eight in a byte), so the thousands of small files of a data set need no
# second look. What a tiny WebP or TIFF may still claim is caught when it is decoded.
SMALL_FILE_BYTES = 12_000
LOOK_BYTES, LOOK_READS = 4_000_000, 4_000  # of the second look; a photograph's takes 100 reads


def header_fault(name: str, size: int, head: bytes) -> str | None:
    """Why a file cannot be used as a picture, or None when nothing speaks against it.

    Args:
        name: its name; only the suffix counts, in any case.
        size: its bytes.
        head: its first `HEAD_BYTES` bytes, or all if it has fewer.
    """
    suffix, kind = PurePosixPath(name).suffix.lower(), file_kind(head)
    other = OTHER_SUFFIXES.get(suffix)  # a kind that cannot be used, though what is in it may be
    if suffix not in SUFFIXES and other is None:
        named = kind in ("HEIC", "AVIF")  # these come under any name
        return (named and advice_for(kind)) or f"not a picture ({suffix or 'no suffix'})"
    if size == 0:
        return "the file is empty"
    if size > MAX_FILE_BYTES:
        return f"{size / 1e6:,.0f} MB is more than the {MAX_FILE_BYTES / 1e6:.0f} MB allowed"
    if kind not in FORMATS or (other == "camera raw" and kind == "TIFF"):
        no_picture = f"named {suffix}, but what is in it is no picture"
        return advice_for(kind) or ADVICE.get(other or "", no_picture)
    return None


def pixel_fault(size: int, opened: Callable[[], IO[bytes]]) -> str | None:
    """Why the picture's header forbids its use, or None.

    A quick look: small files are not opened, and of a large one whose header takes long to find
    nothing is said; decoding will tell.

    Args:
        size: the file's bytes.
        opened: opens the file for reading.
    """
    if size < SMALL_FILE_BYTES:
        return None
    try:
        with opened() as file, Image.open(cast(IO[bytes], _Glance(file)), formats=FORMATS):
            return None
    except MemoryError:
        raise
    except Exception as error:  # on broken bytes decoders fail in any way: struct, zlib, index
        if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
            return decoding_fault(error)
        return None if size > LOOK_BYTES else _fault_of_picture(opened)


def _fault_of_picture(opened: Callable[[], IO[bytes]]) -> str | None:
    """The same of the picture alone: what failed may be a note beside it."""
    try:
        with (
            opened() as file,
            Image.open(io.BytesIO(strip_picture(file.read()).data), formats=FORMATS),
        ):
            return None
    except MemoryError:
        raise
    except Exception as error:
        return decoding_fault(error)


class _Glance(io.RawIOBase):
    """A file that may be read a little; what wants more is no quick look.

    Raises:
        EOFError: more than `LOOK_BYTES` bytes or `LOOK_READS` reads were wanted.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._bytes, self._reads = file, LOOK_BYTES, LOOK_READS

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._bytes + 1 if size < 0 else size
        self._reads -= 1
        if wanted > self._bytes or self._reads < 0:
            raise EOFError("the header is too long for a quick look")
        found = self._file.read(wanted)
        self._bytes -= len(found)
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence != io.SEEK_SET or offset > LOOK_BYTES:  # in an archive a jump unpacks all between
            raise EOFError("the header is too long for a quick look")
        return self._file.seek(offset)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
