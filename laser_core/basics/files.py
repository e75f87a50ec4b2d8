"""Files that other processes may read at any moment: written whole, or not at all."""

from __future__ import annotations

import io
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import platformdirs

from laser_core.errors import CacheError

if TYPE_CHECKING:  # the worker waits for jobs without NumPy
    import numpy.typing as npt

DRAFT = ".partial"  # how the name ends of a file that is not finished
PATIENCE = 2.0  # seconds that Windows may hold a file that is read at this moment


def default_cache_dir() -> Path:
    """Where vectors are kept: LASER_CACHE_DIR, else the user's own cache folder."""
    chosen = os.environ.get("LASER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_cache_dir("laser-explorer", appauthor=False))


def user_folder() -> Path:
    """Where a person's settings for all runs lie: LASER_CONFIG_DIR, else the user's own folder."""
    chosen = os.environ.get("LASER_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_config_dir("laser-explorer", appauthor=False))


@contextmanager
def draft_of(path: Path, patience: float = PATIENCE) -> Iterator[Path]:
    """A path to write to; once the block is through, what lies there takes the place of `path`.

    In one step: whoever opens `path` meanwhile finds what was there before or all that is new. The
    draft lies hidden beside `path`, under a name that no other process or thread has; after an
    error nothing of it is left.

    Args:
        patience: seconds to try for where another process has the old file open (Windows refuses
            to replace it then).

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    draft = draft_path(path)
    try:
        yield draft
        put_in_place(draft, path, patience)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def draft_path(path: Path) -> Path:
    """Where to write what is to become `path`, or what is named once it is written.

    Raises:
        OSError: its folder cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{DRAFT}")


def put_in_place(draft: Path, path: Path, patience: float = PATIENCE) -> None:
    """Have what is written at `draft`, a file or a folder, take the place of `path` in one step.

    Raises:
        OSError: it cannot.
    """
    end = time.monotonic() + patience
    while True:
        try:
            draft.replace(path)
        except PermissionError:
            if time.monotonic() >= end:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def whole_file(path: Path, patience: float = PATIENCE) -> Iterator[BinaryIO]:
    """A file to write bytes to, which is `path` once the block is through; see `draft_of`."""
    with draft_of(path, patience) as draft, draft.open("wb") as file:
        yield file


def save_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write `data` to `path` in one step: another process sees all of it or none.

    Raises:
        CacheError: the disk is full, or the folder cannot be written.
    """
    try:
        with whole_file(path, patience=0.0) as file:
            file.write(data)
    except OSError as error:
        if isinstance(error, PermissionError) and path.exists():
            return  # Windows: another process has just written the same file and is reading it
        raise cannot_write(path.parent, error) from error


def save_array(path: Path, array: npt.NDArray[Any]) -> None:
    """`save_bytes` for an array (.npy).

    Raises:
        CacheError: as for `save_bytes`.
    """
    import numpy as np

    packed = io.BytesIO()
    np.save(packed, array, allow_pickle=False)
    save_bytes(path, packed.getbuffer())


def mapped_array(
    path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike = "float32"
) -> npt.NDArray[Any] | None:
    """The array kept at `path`, read-only; None if there is none of this shape and type."""
    import numpy as np

    from laser_core.basics.arrays import NPY_DAMAGE

    try:
        kept: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except NPY_DAMAGE:
        return None
    return kept if kept.shape == shape and kept.dtype == dtype else None


def cannot_write(folder: Path, error: Exception) -> CacheError:
    """The error for a cache folder that takes no more data, with what to do about it."""
    reason = getattr(error, "strerror", None) or error
    return CacheError(
        f"{folder}: computed vectors cannot be kept there ({reason}); free some space or set "
        f"LASER_CACHE_DIR to another folder"
    )
