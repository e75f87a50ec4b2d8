"""What a folder of this machine holds, as far as a pool of pictures may lie in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from laser_core.data.pictures.file_kinds import SUFFIXES
from laser_core.data.tables.rows import TABLE_SUFFIXES

LOOKED_AT = 20_000  # entries of a folder that are looked at; a folder of pictures may hold more
POOLS = (".zip", *TABLE_SUFFIXES)


@dataclass(frozen=True)
class Listing:
    """A folder's entries, in the order of their names.

    Args:
        folder: where they lie.
        folders: names of the folders in it, hidden ones left out.
        pools: names of files that may be a pool themselves: a zip or a table.
        pictures: how many picture files lie in it directly.
        whole: whether all its entries were looked at.
        trouble: why it cannot be read; "" where it can.
    """

    folder: Path
    folders: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    pictures: int = 0
    whole: bool = True
    trouble: str = ""


def list_folder(folder: Path) -> Listing:
    """What lies in `folder`; names alone are read, and links are followed."""
    folders, pools, pictures = [], [], 0
    try:
        with os.scandir(folder) as found:
            entries = list(islice(found, LOOKED_AT + 1))
    except OSError as error:
        return Listing(folder, trouble=error.strerror or str(error))
    for entry in entries[:LOOKED_AT]:
        if entry.name.startswith(".") or not _can_be_shown(entry.name):
            continue
        ending = Path(entry.name).suffix.lower()
        if _is_folder(entry):
            folders.append(entry.name)
        elif ending in POOLS:
            pools.append(entry.name)
        pictures += ending in SUFFIXES
    whole = len(entries) <= LOOKED_AT
    return Listing(folder, _in_order(folders), _in_order(pools), pictures, whole)


def nearest_folder(typed: str) -> Path:
    """The folder to begin at: what was typed, or as much of it as is there; else one's own."""
    home = Path.home()
    path = Path(typed).expanduser() if typed else home
    if not path.is_absolute():
        return home
    return next((one for one in (path, *path.parents) if one.is_dir()), home)


def _in_order(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _can_be_shown(name: str) -> bool:
    """Whether it is text: other systems' bytes and control characters cannot go into a field."""
    return name.isprintable()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in a circle
        return False
