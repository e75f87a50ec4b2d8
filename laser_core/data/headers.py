"""Is this file a picture? Told from its name, its size and its first bytes, without decoding it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO

from PIL import Image

from laser_core.data.base import FORMATS, decoding_fault

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
MAX_FILE_BYTES = 100_000_000  # photographs take 1 to 50 MB; the whole file is read to decode it
HEAD_BYTES = 32  # as many first bytes as `fault` looks at
# Below this no JPEG, PNG, GIF or BMP can hold MAX_PIXELS pixels (deflate shrinks 1032-fold at best,
# and one-bit pixels lie eight in a byte), so the thousands of small files of a data set need no
# second look. What a tiny WebP or TIFF may still claim is caught when it is decoded.
SMALL_FILE_BYTES = 12_000

_HEIC_ADVICE = (
    "HEIC pictures cannot be read; save it as JPEG "
    "(on an iPhone: Settings > Camera > Formats > Most Compatible)"
)
_ADVICE = {
    **dict.fromkeys((".heic", ".heif", ".hif"), _HEIC_ADVICE),
    **dict.fromkeys(
        (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf"),
        "camera raw files cannot be read; develop it and save it as JPEG",
    ),
    **dict.fromkeys((".avif", ".jp2", ".jxl", ".svg", ".psd"), "save it as JPEG or PNG"),
}


def fault(name: str, size: int, head: bytes) -> str | None:
    """Why a file cannot be used as a picture, or None when nothing speaks against it.

    Args:
        name: its name; only the suffix counts, in any case.
        size: its bytes.
        head: its first `HEAD_BYTES` bytes, or all if it has fewer.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SUFFIXES:
        return _ADVICE.get(suffix, f"not a picture ({suffix or 'no suffix'})")
    if size == 0:
        return "the file is empty"
    if size > MAX_FILE_BYTES:
        return f"{size / 1e6:,.0f} MB is more than the {MAX_FILE_BYTES / 1e6:.0f} MB allowed"
    if _is_heic(head):
        return _HEIC_ADVICE
    if not _is_picture(head):
        return f"named {suffix}, but what is in it is no picture"
    return None


def pixel_fault(size: int, opened: Callable[[], IO[bytes]]) -> str | None:
    """Why the picture's header forbids its use, or None; small files are not opened.

    Args:
        size: the file's bytes.
        opened: opens the file for reading.
    """
    if size < SMALL_FILE_BYTES:
        return None
    try:
        with opened() as file, Image.open(file, formats=FORMATS):
            return None
    except MemoryError:
        raise
    except Exception as error:  # on broken bytes decoders fail in any way: struct, zlib, index
        return decoding_fault(error)


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def _is_picture(head: bytes) -> bool:
    known = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF87a", b"GIF89a")
    tiff = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    return head.startswith((*known, *tiff)) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
