"""Copies of a run's database, made while people label, and bringing the latest back."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from laser_core.database import Database, backups_of, unwritable
from laser_core.errors import StoreError

KEPT = 5
EVERY_EVENTS = 500  # a copy after that many labels of people, ...
EVERY_SECONDS = 300.0  # ... or with the first label after that time


class Backups:
    """The automatic copies of one run, in its folder `backups`.

    Args:
        folder: of the run.

    Attributes:
        trouble: why the last copy could not be made, or "". Labels are taken all the same.
    """

    def __init__(self, folder: Path) -> None:
        self.trouble = ""
        self._folder = folder
        self._last_seq: int | None = None
        self._last_time = time.monotonic()

    def keep_if_due(self, seq: int) -> None:
        """Make a copy if many labels were taken since the last one, or much time has passed.

        Args:
            seq: number of the last event.
        """
        if self._last_seq is None:
            copies = backups_of(self._folder)
            self._last_seq = _seq_of(copies[-1]) if copies else 0
        late = time.monotonic() - self._last_time >= EVERY_SECONDS
        if seq - self._last_seq < EVERY_EVENTS and not (late and seq > self._last_seq):
            return
        try:
            back_up(self._folder, seq)
            self.trouble = ""
        except StoreError as error:  # the label itself is on disk; the page shows this
            self.trouble = str(error)
        self._last_seq, self._last_time = seq, time.monotonic()


def back_up(folder: Path, seq: int) -> Path:
    """Copy a run's database to `backups`, also while others write to it; returns the copy.

    Only a sound copy is kept, and of those the last `KEPT`, so that damage that nobody has noticed
    yet does not push the good ones out.

    Args:
        folder: of the run.
        seq: number of the last event, for the copy's name.

    Raises:
        StoreError: it cannot be written, or the database is damaged.
    """
    made = datetime.now(UTC)
    target = folder / "backups" / f"run-{made:%Y%m%d-%H%M%S}-{seq:09d}.db"
    partial = target.with_suffix(".partial")
    try:
        target.parent.mkdir(exist_ok=True)
        copy_database(folder / "run.db", partial)
        partial.replace(target)
        for old in backups_of(folder)[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise unwritable(target, error) from error
    return target


def copy_database(source: Path, target: Path) -> None:
    """Copy a database in use, by SQLite's own means, into one sound file.

    Raises:
        sqlite3.Error: either cannot be used, or the copy is not sound.
        OSError: an older file in its place cannot be removed.
    """
    target.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target, isolation_level=None)) as write,
    ):
        read.backup(write)
        write.execute("PRAGMA journal_mode = DELETE")  # one file, no companions
        found = write.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        target.unlink(missing_ok=True)
        raise sqlite3.DatabaseError(f"the copy is not sound: {found}")


@dataclass(frozen=True)
class Restored:
    """What `restore_backup` did.

    Args:
        backup: the copy that was brought back.
        labels: how many label events it holds.
        damaged: where the damaged database was moved to; None if there was none.
    """

    backup: Path
    labels: int
    damaged: Path | None


def restore_backup(folder: Path) -> Restored:
    """Put the latest sound backup in the place of a damaged or missing `run.db`, which is kept.

    Nobody else may have the run open.

    Raises:
        StoreError: `run.db` is sound, there is no backup, or files cannot be moved.
    """
    path = folder / "run.db"
    if path.exists() and _sound(path):
        raise StoreError(f"{path} is sound; there is nothing to restore")
    backup = next((copy for copy in reversed(backups_of(folder)) if _sound(copy)), None)
    if backup is None:
        raise StoreError(
            f"{folder} has no backup to restore; copy the run from elsewhere, or start a new one"
        )
    aside = path.with_name(f"run-damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}.db")
    moved = aside if path.exists() else None
    try:
        # its companions hold pages of the damaged file and must not be read with the copy
        for end in ("-wal", "-shm", ""):
            companion = path.with_name(path.name + end)
            if companion.exists():
                companion.replace(aside.with_name(aside.name + end))
        partial = path.with_suffix(".partial")
        copy_database(backup, partial)
        partial.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise unwritable(path, error) from error
    with closing(Database.open(path)) as database:
        labels = int(database.read("SELECT count(*) FROM events WHERE kind = 'label'")[0][0])
    return Restored(backup, labels, moved)


def _sound(path: Path) -> bool:
    try:
        Database.open(path).close()
    except StoreError:
        return False
    return True


def _seq_of(backup: Path) -> int:
    last = backup.stem.rpartition("-")[2]
    return int(last) if last.isdecimal() else 0
