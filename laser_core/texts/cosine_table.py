"""Cosines of a pool's images with sentences, on disk: one row a sentence, found by its text.

The worker computes rows, pages read them memory-mapped; several runs on one pool share them. Needs
NumPy alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from filelock import FileLock

from laser_core.basics.arrays import NPY_DAMAGE, Floats, Ints
from laser_core.basics.files import save_array
from laser_core.errors import CacheError

FLOAT_BYTES = 4
FEW = 16  # columns are few below one in so many: then only the pages that hold them are read
OWN = "own.npy"  # of the pictures alone; without a row where `vectors.npy` has the same


def cosines_folder(cache_dir: Path, key: str) -> Path:
    """Where the rows of one pool and model are kept."""
    return cache_dir / "cosines" / key


def run_cosines(folder: Path, cache_dir: Path, key: str) -> Path:
    """Where the rows of the run in `folder` are: in the cache, or, for the key "", with the run.

    What came with a run from elsewhere stays with it: another run on the same pool must not use
    rows that nobody here has computed.
    """
    return cosines_folder(cache_dir, key) if key else folder / "cosines"


class Table(Protocol):
    """Rows of cosines by sentence."""

    def __contains__(self, text: str) -> bool: ...

    def append(self, texts: Sequence[str], rows: Floats) -> None:
        """Keep one row (N,) for each of `texts`."""

    def append_blocks(self, texts: Sequence[str], blocks: Iterable[Floats]) -> None:
        """The same of rows that come as blocks (len(texts), m) of columns, from left to right."""

    def rows(self, texts: Sequence[str], columns: Ints | None = None) -> Floats:
        """(len(texts), N) float32, or (len(texts), len(columns)).

        Raises:
            KeyError: a sentence has no row.
        """


class MemoryTable:
    """Rows in memory, for a run that nobody looks at."""

    def __init__(self, images: int) -> None:
        self._row: dict[str, int] = {}
        self._table = np.empty((0, images), dtype=np.float32)

    def __contains__(self, text: str) -> bool:
        return text in self._row

    def append(self, texts: Sequence[str], rows: Floats) -> None:
        start = len(self._table)
        self._table = np.concatenate([self._table, rows.astype(np.float32)])
        self._row.update({text: start + i for i, text in enumerate(texts)})

    def append_blocks(self, texts: Sequence[str], blocks: Iterable[Floats]) -> None:
        self.append(texts, np.concatenate(list(blocks), axis=1))

    def rows(self, texts: Sequence[str], columns: Ints | None = None) -> Floats:
        return _take(self._table, [self._row[text] for text in texts], columns)


class FileTable:
    """Rows in a folder that several processes may read and add to.

    `rows.f32` grows by whole rows first, then `texts.jsonl` by the sentences; what a crash left
    unnamed at the end of `rows.f32` is cut off by the next writer and never read.

    Args:
        folder: made if missing.
        images: N, numbers in a row.
    """

    def __init__(self, folder: Path, images: int) -> None:
        self.folder = folder
        self.images = images
        self._row: dict[str, int] = {}
        self._read_to = 0
        self.refresh()

    def refresh(self) -> None:
        """See what other processes have added."""
        try:
            text = (self.folder / "texts.jsonl").read_bytes()[self._read_to :]
        except FileNotFoundError:
            return
        whole = text[: text.rfind(b"\n") + 1]
        try:
            for line in whole.splitlines():
                self._row[json.loads(line)] = len(self._row)
            self._read_to += len(whole)
            self._require_rows()
        except (ValueError, TypeError, OSError):  # damaged: the next writer starts from nothing
            self._row, self._read_to = {}, 0

    def _require_rows(self) -> None:
        wanted = len(self._row) * self.images * FLOAT_BYTES
        if self._row and (self.folder / "rows.f32").stat().st_size < wanted:
            raise ValueError("rows.f32 has fewer rows than texts.jsonl has sentences")

    def __contains__(self, text: str) -> bool:
        if text not in self._row:
            self.refresh()
        return text in self._row

    def append(self, texts: Sequence[str], rows: Floats) -> None:
        """Keep rows; one that another process has added in the meantime is left as it is.

        Raises:
            CacheError: the disk is full, or the folder cannot be written.
        """
        self.append_blocks(texts, [rows])

    def append_blocks(self, texts: Sequence[str], blocks: Iterable[Floats]) -> None:
        """Keep rows that come as blocks of columns: no more of them than a block is in memory.

        Raises:
            CacheError: the disk is full, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self.folder / "lock")):
                self.refresh()
                new = [i for i, text in enumerate(texts) if text not in self._row]
                self._write([texts[i] for i in new], (block[new] for block in blocks))
                self.refresh()
        except OSError as error:
            raise CacheError(
                f"{self.folder} cannot be written ({error}); free some space, or set "
                "LASER_CACHE_DIR to another folder"
            ) from error

    def keep_vectors(self, vectors: Floats, own: Floats | None = None) -> None:
        """Keep the images' vectors (N, D) in half precision, so that a row can be added later.

        Args:
            own: (N, D) the pictures' own, where `vectors` are drawn towards their neighbours;
                None: they are the same.

        Raises:
            CacheError: the disk is full, or the folder cannot be written.
        """
        self._keep("vectors.npy", vectors)
        self._keep(OWN, vectors[:0] if own is None else own)

    def _keep(self, name: str, vectors: Floats) -> None:
        try:
            kept = np.load(self.folder / name, mmap_mode="r", allow_pickle=False)
            whole = kept.shape == vectors.shape
        except NPY_DAMAGE:
            whole = False
        if not whole:
            save_array(self.folder / name, vectors.astype(np.float16))

    def vectors(self) -> Floats:
        """(N, D) float32, what `keep_vectors` was given, to three digits.

        Raises:
            CacheError: they were not kept.
        """
        return self._kept_vectors()[:].astype(np.float32)

    def mapped_vectors(self) -> Floats:
        """The same as they lie on disk: (N, D) in half precision, a mapped file.

        Raises:
            CacheError: they were not kept.
        """
        return self._kept_vectors()

    def some_vectors(self, rows: Ints) -> Floats:
        """(len(rows), D) float32 of the images at `rows` alone, read from disk.

        Raises:
            CacheError: as for `vectors`.
        """
        return np.asarray(self._kept_vectors()[rows]).astype(np.float32)

    def own_vectors(self, rows: Ints) -> Floats:
        """(len(rows), D) float32 of the images at `rows`, as the model sees each picture alone.

        Raises:
            CacheError: they were not kept, as in pools that an earlier version embedded.
        """
        kept = self._kept_vectors(OWN)
        same = len(kept) == 0  # as those that sentences are compared with
        return self.some_vectors(rows) if same else np.asarray(kept[rows]).astype(np.float32)

    def _kept_vectors(self, name: str = "vectors.npy") -> Floats:
        path = self.folder / name
        try:
            kept: Floats = np.load(path, mmap_mode="r", allow_pickle=False)
        except NPY_DAMAGE as error:
            raise CacheError(
                f"{path} cannot be read ({error}); open the run again: its pool is embedded anew"
            ) from error
        return kept

    def sound(self) -> bool:
        """Whether rows and vectors are numbers of the right shape; they may come from elsewhere."""
        try:
            vectors = np.load(self.folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
            table = np.fromfile(self.folder / "rows.f32", dtype="<f4") if self._row else np.zeros(1)
        except NPY_DAMAGE:
            return False
        fits = vectors.ndim == 2 and len(vectors) == self.images and vectors.dtype == np.float16
        return bool(fits and np.isfinite(vectors).all() and np.abs(table).max() < 1.01)

    def rows(self, texts: Sequence[str], columns: Ints | None = None) -> Floats:
        if not texts:
            return np.empty((0, self.images if columns is None else len(columns)), np.float32)
        wanted = [self._row[text] for text in texts if text in self]
        if len(wanted) < len(texts):
            raise KeyError(next(text for text in texts if text not in self))
        path, shape = self.folder / "rows.f32", (len(self._row), self.images)
        if columns is not None and len(columns) * FEW < self.images:
            return _take(np.memmap(path, dtype="<f4", mode="r", shape=shape), wanted, columns)
        return self._read(path, wanted, columns)

    def _read(self, path: Path, wanted: Sequence[int], columns: Ints | None) -> Floats:
        """Row after row, not mapped: mapped pages would need the memory of all rows once more."""
        found = np.empty((len(wanted), self.images if columns is None else len(columns)), "<f4")
        with path.open("rb") as file:
            for place, row in enumerate(wanted):
                file.seek(row * self.images * FLOAT_BYTES)
                line = np.fromfile(file, "<f4", self.images)
                if columns is None:
                    found[place] = line
                else:  # "clip" alone writes where it is told to; no column lies outside
                    line.take(columns, out=found[place], mode="clip")
        return found

    def _write(self, texts: Sequence[str], blocks: Iterable[Floats]) -> None:
        path, end = self.folder / "rows.f32", len(self._row) * self.images * FLOAT_BYTES
        path.touch()
        with path.open("r+b") as file:
            file.truncate(end)
            start = 0
            for block in blocks if texts else ():
                for place, line in enumerate(block.astype("<f4")):
                    file.seek(end + (place * self.images + start) * FLOAT_BYTES)
                    file.write(line.tobytes())
                start += block.shape[1]
        names = self.folder / "texts.jsonl"
        names.touch()
        with names.open("r+b") as file:
            file.truncate(self._read_to)
            file.seek(0, 2)
            file.write("".join(json.dumps(text) + "\n" for text in texts).encode("ascii"))


def _take(table: Floats, wanted: Sequence[int], columns: Ints | None) -> Floats:
    if columns is None:
        return np.asarray(table[list(wanted)])
    whole = columns.size == table.shape[1] and bool((np.diff(columns) == 1).all())
    picked = [table[row] if whole else table[row][columns] for row in wanted]
    return np.stack(picked) if picked else np.empty((0, len(columns)), table.dtype)
