"""Files of a run's folder: arrays, and small texts. Each is whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from laser_core.basics.arrays import NPY_DAMAGE
from laser_core.basics.files import whole_file
from laser_core.errors import StoreError
from laser_core.store.database import damaged_error, unwritable_error
from laser_core.view import Signal


class Arrays:
    """The arrays of a run, `arrays/<name>.npy`, as they are read.

    Args:
        folder: of the run.

    Attributes:
        folder: where the arrays lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "arrays"

    def read(self, name: str) -> Signal:
        """The array of that name, memory-mapped and read-only.

        Raises:
            StoreError: it is missing or damaged.
        """
        path = self.folder / f"{name}.npy"
        try:
            mapped: Signal = np.load(path, mmap_mode="r", allow_pickle=False)
            if mapped.ndim == 0 or mapped.dtype.kind not in "fiub":
                raise ValueError(f"{mapped.ndim} dimensions of {mapped.dtype}")
        except NPY_DAMAGE as error:
            raise StoreError(
                f"{path} is missing or damaged ({error}); restore the folder from a copy"
            ) from error
        return mapped


class ArrayWriter(Arrays):
    """The arrays of a run as they are written."""

    def write(self, name: str, array: Signal) -> None:
        """Write `arrays/<name>.npy`, whole or not at all.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        path = self.folder / f"{name}.npy"
        try:
            with whole_file(path) as file:
                np.save(file, array, allow_pickle=False)
        except OSError as error:
            raise unwritable_error(path, error) from error


class Files:
    """Small texts of a run's folder, as they are read.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str) -> bool:
        """Whether the run's folder has a file of that name."""
        return (self.folder / name).is_file()

    def read(self, name: str) -> str:
        """A small file of the run's folder, as `FileWriter.write` wrote it.

        Raises:
            StoreError: it is missing or no text.
        """
        path = self.folder / name
        try:
            return path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise damaged_error(path, error) from error


class FileWriter(Files):
    """Small texts of a run's folder, as they are written."""

    def write(self, name: str, text: str) -> None:
        """Write a small file, whole or not at all; line ends stay as given.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        path = self.folder / name
        try:
            with whole_file(path) as file:
                file.write(text.encode("utf-8"))
        except OSError as error:
            raise unwritable_error(path, error) from error
