"""Any text as the name of a file or folder that every system takes: the one rule for it."""

from __future__ import annotations

import hashlib
import re

LONGEST = 200  # bytes; systems take 255, and what is added (basics/files.py, "-2") needs room
_LONGEST_ENDING = 16
# What some system does not allow in a name; a dot or a space at its end among them, and halves of
# a character, which no file system can write.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]|[. ]+$')
# Windows takes these for devices, whatever ending follows, and 1, 2 and 3 set high for digits.
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\..*)?$")


def safe_name(name: str) -> str:
    """`name` as a name for a file or folder that every system allows; never empty nor hidden.

    One of more than `LONGEST` bytes is cut, keeps its ending, and gets a piece of its hash, so that
    two long names stay two.
    """
    safe = _FORBIDDEN.sub("_", name.strip()) or "_"
    if safe.startswith(".") or _RESERVED.match(safe):
        safe = f"_{safe}"
    return safe if len(safe.encode()) <= LONGEST else _cut(safe)


def last_part(path: str) -> str:
    """What stands behind the last "/" or backslash: browsers on Windows send whole paths."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _cut(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > _LONGEST_ENDING:
        stem, ending = name, ""
    rest = f"~{hashlib.sha256(name.encode()).hexdigest()[:8]}{'.' if ending else ''}{ending}"
    room = LONGEST - len(rest.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + rest
