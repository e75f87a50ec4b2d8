"""A folder that is there whole or not at all: written beside its place, renamed at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from laser_core.basics.files import put_in_place
from laser_core.errors import StoreError
from laser_core.store.database import unwritable_error

HALF = ".half-written"  # how the name ends of a folder that is not finished
_LOCK = ".lock"


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to write into; once the block is through, it is `out`.

    Whoever is killed in between leaves a folder whose name ends in `HALF`; the next one to write to
    `out` removes it.

    Args:
        out: missing or empty.

    Raises:
        StoreError: `out` holds something, is being written by another process, or the disk is full.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StoreError(f"{out} holds something already; give a new folder")
    half = out.with_name(out.name + HALF)
    try:
        half.mkdir(parents=True, exist_ok=True)
        lock = FileLock(half / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"{out} is being written by another process; wait for it, or give another folder"
        ) from error
    except OSError as error:
        raise unwritable_error(out, error) from error
    try:
        _empty(half)
        yield half
        lock.release()  # Windows renames no folder with an open file in it
        (half / _LOCK).unlink(missing_ok=True)
        if out.exists():
            out.rmdir()
        put_in_place(half, out)
    except BaseException as error:
        lock.release()
        shutil.rmtree(half, ignore_errors=True)
        if isinstance(error, OSError):
            raise unwritable_error(out, error) from error
        raise


def _empty(half: Path) -> None:
    """Remove what a killed process has left."""
    for path in half.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()
