"""Files that other processes may read at any moment: written whole, or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from laser_core.basics.arrays import NPY_DAMAGE
from laser_core.errors import CacheError


def default_cache_dir() -> Path:
    """Where vectors are kept: LASER_CACHE_DIR, else the user's own cache folder."""
    chosen = os.environ.get("LASER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_cache_dir("laser-explorer", appauthor=False))


def save_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write `data` to `path` in one step: another process sees all of it or none.

    Raises:
        CacheError: the disk is full, or the folder cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if isinstance(error, PermissionError) and path.exists():
            return  # Windows: another process has just written the same file and is reading it
        raise cannot_write(path.parent, error) from error


def save_array(path: Path, array: npt.NDArray[Any]) -> None:
    """`save_bytes` for an array (.npy).

    Raises:
        CacheError: as for `save_bytes`.
    """
    packed = io.BytesIO()
    np.save(packed, array, allow_pickle=False)
    save_bytes(path, packed.getbuffer())


def mapped_array(
    path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[Any] | None:
    """The array kept at `path`, read-only; None if there is none of this shape and type."""
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
