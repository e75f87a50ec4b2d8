"""The spellings of a picture's path that people and tools write into tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, unquote_plus

from laser_core.data.tables.spreadsheet import guard_cell

LONGEST = 4096  # characters; what is longer is no path on any system
_ODD = re.compile(r"\\|//|/\.(/|$)|^\./|/$")  # what `normal_id` makes simpler
_ADDRESS = re.compile(r"(?i)^file:/*(?:localhost(?=/))?(?P<path>/?.*)$", re.DOTALL)


def normal_id(path: str) -> str:
    """`path` as an id: "/" between folders, no "./" or "//", accents composed (NFC)."""
    if _ODD.search(path):
        path = str(PurePosixPath(path.replace("\\", "/")))
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def spellings(written: str) -> Iterator[str]:
    """What `written` may mean, the likeliest first: itself, then with what tools add taken off.

    In turn: as written; with the "'" that was taken for a guard against spreadsheets; without
    spaces around it; the file behind `file://` or Label Studio's `?d=`; with %20 decoded.
    """
    seen: set[str] = set()
    for way in _ways(written):
        if way and way not in seen and len(way) <= LONGEST:
            seen.add(way)
            yield way


def _ways(written: str) -> Iterator[str]:
    tidy = written.strip()
    yield from (written, guard_cell(written), tidy)
    behind = [tidy]
    if match := _ADDRESS.match(tidy):
        behind.append(match["path"])
        behind.append(match["path"].lstrip("/"))  # file:///C:/a.jpg
    before, mark, after = tidy.partition("?d=")
    if mark:
        behind.append(after)
    elif "?" in tidy and "&" not in before:
        behind.append(tidy.partition("?")[0])  # https://host/a.jpg?size=2
    yield from behind[1:]
    for path in behind:
        if "%" in path:
            yield unquote(path)
    if mark and "+" in after:
        yield unquote_plus(after)
