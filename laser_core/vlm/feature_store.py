"""Raw features of pictures on disk, by content: one folder a model, shared by all pools and runs.

`features.bin` holds rows of half-precision numbers, only ever appended to; `index.sqlite` says
which picture's content lies in which row. A row counts once the index has it, so a process killed
while writing leaves nothing half done: what lies beyond the index is written over.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.files import cannot_write
from laser_core.errors import CacheError

FORMAT = "1"
STORED = np.dtype("<f2")  # why half precision: see `FeatureStore`
LOCK_SECONDS = 60  # another process holds the lock for milliseconds at a time
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS features (row INTEGER PRIMARY KEY, content TEXT UNIQUE, crc INTEGER);
CREATE TABLE IF NOT EXISTS stamps (stamp TEXT PRIMARY KEY, content TEXT) WITHOUT ROWID;
"""


class FeatureStore:
    """The rows of one model. Several processes may read and write it at once.

    Features are kept in half precision: it halves the disk and moved no score of Eq. (1) by more
    than 0.00004 and no picture into or out of the best tenth (CIFAR-10,
    demo). Callers get the kept numbers also for pictures computed just now, so a run that finds
    them on disk has the same results as the first one.

    Args:
        cache_dir: the folder of all caches.
        key: `VisionLanguageModel.key`.
        dim: F, numbers a row.

    Attributes:
        notices: what had to be repaired, for a person.

    Raises:
        CacheError: the folder cannot be written, or holds features of another model.
    """

    def __init__(self, cache_dir: Path, key: str, dim: int) -> None:
        self.folder = cache_dir / "features" / folder_name(key)
        self.notices: list[str] = []
        self._dim = dim
        self._about = {"model": key, "numbers": str(dim), "format": FORMAT}
        self._lock = FileLock(self.folder / "write.lock", timeout=LOCK_SECONDS)
        self._open()

    def contents(self, stamps: Iterable[str]) -> dict[str, str]:
        """Stamp -> content key, for those of `stamps` that were met before."""
        found: dict[str, str] = {}
        with self._database() as database:
            for some in _slices([s for s in stamps if s], 500):
                marks = ",".join("?" * len(some))
                query = f"SELECT stamp, content FROM stamps WHERE stamp IN ({marks})"
                found.update(database.execute(query, some))
        return found

    def rows(self) -> dict[str, int]:
        """Content key -> row, for all that is kept."""
        with self._database() as database:
            return dict(database.execute("SELECT content, row FROM features"))

    def add(self, features: Mapping[str, Floats], stamps: Mapping[str, str]) -> dict[str, int]:
        """Keep features by content key, and content keys by stamp; returns the contents' rows.

        Raises:
            CacheError: the disk is full or the folder cannot be written; what was kept before
                stays usable.
        """
        with self._write_transaction() as database:
            kept = self._rows_of(database, features)
            fresh = [content for content in features if content not in kept]
            start = database.execute("SELECT COALESCE(MAX(row), -1) + 1 FROM features").fetchone()[
                0
            ]
            block = np.array([features[c] for c in fresh], dtype=STORED).reshape(-1, self._dim)
            self._write_rows(start, block)
            new = [(start + i, c, zlib.crc32(block[i])) for i, c in enumerate(fresh)]
            database.executemany("INSERT INTO features VALUES (?, ?, ?)", new)
            named = [(stamp, content) for stamp, content in stamps.items() if stamp]
            database.executemany("INSERT OR REPLACE INTO stamps VALUES (?, ?)", named)
        return kept | {content: row for row, content, _ in new}

    def read(self, rows: Ints) -> Floats:
        """(n, F) half-precision features at `rows`; memory-mapped when the rows are in order."""
        if len(rows) == 0:
            return np.empty((0, self._dim), dtype=STORED)
        kept = self._map_features()
        if np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
            return kept[rows[0] : rows[0] + len(rows)]
        return kept[rows]

    def forget_damaged(self, rows: Iterable[int]) -> int:
        """Drop those of `rows` whose bytes are not those written, or no numbers; returns how many.

        An earlier version kept what a damaged checkpoint gave.
        """
        with self._database() as database:
            checks = dict(database.execute("SELECT row, crc FROM features"))
        kept = np.asarray(
            self._map_features()
        )  # a plain array: its rows are made ten times as fast
        wanted = sorted(set(rows))
        damaged = {
            r
            for r in wanted
            if r >= len(kept) or r not in checks or zlib.crc32(kept[r]) != checks[r]
        }
        for some in _slices(wanted, 4096):
            here = np.array([r for r in some if int(r) < len(kept)], dtype=np.int64)
            damaged.update(here[~np.isfinite(kept[here]).all(axis=1)].tolist())
        if damaged:
            with self._write_transaction() as database:
                for some in _slices(sorted(damaged), 500):
                    marks = ",".join("?" * len(some))
                    database.execute(f"DELETE FROM features WHERE row IN ({marks})", some)
            self.notices.append(
                f"{len(damaged):,} rows of the embedding cache were damaged and are computed anew"
            )
        return len(damaged)

    def _open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._write_transaction() as database:
                self._check_about(database)
        except _DamagedIndexError:
            self._start_anew()
        except OSError as error:
            raise cannot_write(self.folder, error) from error

    def _check_about(self, database: sqlite3.Connection) -> None:
        database.executescript(TABLES)
        about = dict(database.execute("SELECT name, value FROM about"))
        if not about:
            database.executemany("INSERT INTO about VALUES (?, ?)", self._about.items())
        elif about != self._about:
            raise CacheError(
                f"{self.folder} holds features of {about.get('model', 'an unknown model')}, not of "
                f"{self._about['model']}; delete that folder, or set LASER_CACHE_DIR to another one"
            )

    def _start_anew(self) -> None:
        """Put an empty index in the place of one that is no database any more."""
        try:
            with self._lock:
                for name in ("index.sqlite", "index.sqlite-journal", "features.bin"):
                    (self.folder / name).unlink(missing_ok=True)
            with self._write_transaction() as database:
                self._check_about(database)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        self.notices.append("the embedding cache was damaged; all pictures are computed anew")

    def _rows_of(self, database: sqlite3.Connection, contents: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in _slices(list(contents), 500):
            marks = ",".join("?" * len(some))
            query = f"SELECT content, row FROM features WHERE content IN ({marks})"
            found.update(database.execute(query, some))
        return found

    def _write_rows(self, start: int, block: npt.NDArray[np.float16]) -> None:
        path = self.folder / "features.bin"
        path.touch()
        with path.open("r+b") as file:
            file.seek(start * self._dim * STORED.itemsize)
            file.write(block.tobytes())

    def _map_features(self) -> npt.NDArray[np.float16]:
        """(rows, F) what lies in features.bin, read-only."""
        path = self.folder / "features.bin"
        rows = path.stat().st_size // (self._dim * STORED.itemsize) if path.exists() else 0
        if rows == 0:
            return np.empty((0, self._dim), dtype=STORED)
        return np.memmap(path, dtype=STORED, mode="r", shape=(rows, self._dim))

    @contextmanager
    def _write_transaction(self) -> Iterator[sqlite3.Connection]:
        """The index, locked against other writers; committed at the end, else left as it was."""
        try:
            with self._lock, self._database() as database, database:
                yield database
        except OSError as error:
            raise cannot_write(self.folder, error) from error

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.folder / "index.sqlite", timeout=30)) as database:
                yield database
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) in DAMAGED:
                raise _DamagedIndexError(
                    f"{self.folder / 'index.sqlite'} is damaged ({error}); start again, and it is "
                    f"made anew"
                ) from error
            raise cannot_write(self.folder, error) from error


class _DamagedIndexError(CacheError):
    """The index is no database any more."""


def folder_name(key: str) -> str:
    """A name for files that any system takes, still readable, different for different keys."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", key)[:48].strip("-")
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _slices(values: Sequence[str] | Sequence[int], size: int) -> Iterator[Sequence[str | int]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
