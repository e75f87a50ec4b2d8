"""Copies of a run's database, made while people label; `restore` (beside) brings one back."""

from __future__ import annotations

import shutil
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from laser_core.basics.files import draft_path, put_in_place
from laser_core.errors import StoreError
from laser_core.store.database import (
    ON_READING,
    Database,
    backups_of,
    copy_database,
    number_of,
    unwritable_error,
)

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
            self._last_seq = number_of(copies[-1]) if copies else 0
        if self._last_seq > seq:  # of a history that was given up, see `set_aside`
            self._last_seq = 0
        late = time.monotonic() - self._last_time >= EVERY_SECONDS
        if seq - self._last_seq < EVERY_EVENTS and not (late and seq > self._last_seq):
            return
        try:
            back_up(self._folder)
            self.trouble = ""
        except StoreError as error:  # the label itself is on disk; the page shows this
            self.trouble = str(error)
        self._last_seq, self._last_time = seq, time.monotonic()


def back_up(folder: Path) -> Path:
    """Copy a run's database to `backups`, also while others write to it; returns the copy.

    Only a copy whose rows are all right is kept, and of those the `KEPT` with the most events, so
    that damage that nobody has noticed yet does not push the good ones out. Nothing depends on the
    clock: it may go back.

    Args:
        folder: of the run.

    Raises:
        StoreError: it cannot be written, or the database is damaged.
    """
    source, place = folder / "run.db", folder / "backups"
    draft: Path | None = None
    try:
        draft = draft_path(place / "run.db")
        copy_database(source, draft)
        number = _require_right(draft)
        target = place / f"run-{datetime.now(UTC):%Y%m%d-%H%M%S}-{number:09d}.db"
        put_in_place(draft, target)
        _thin_out(folder, target)
    except (OSError, *ON_READING) as error:
        raise unwritable_error(place, error) from error
    finally:
        if draft is not None:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    return target


def copy_run(folder: Path, to: Path) -> None:
    """Copy what was said and asked in a run, and its pool, to a folder to practise on.

    Arrays and nets stay behind: they can be made again, and labels need none.

    Args:
        folder: of the run.
        to: made, with the folders above it.

    Raises:
        StoreError: it cannot be written, or the database is damaged.
    """
    try:
        to.mkdir(parents=True, exist_ok=True)
        copy_database(folder / "run.db", to / "run.db")
        for name in ("pool.json", "config.json"):
            if (folder / name).is_file():
                shutil.copy(folder / name, to / name)
    except (OSError, *ON_READING) as error:
        raise unwritable_error(to, error) from error


def _require_right(copy: Path) -> int:
    """The number of the last event of a copy, all rows of which are as they were written."""
    with closing(Database.open(copy)) as database:
        database.require_right()
        return database.last()


def _thin_out(folder: Path, newest: Path) -> None:
    """Remove the oldest copies, by the number of their last event."""
    with closing(Database.open(folder / "run.db")) as database:
        set_aside(folder, database.last())
    for old in backups_of(folder)[:-KEPT]:
        if old != newest:
            old.unlink(missing_ok=True)


def set_aside(folder: Path, last: int) -> None:
    """Take copies with more events than the run has out of the row of its backups.

    They are of a history that was given up when an earlier backup was brought back; they are kept
    under another name, and no longer stand before those that are made from now on.

    Raises:
        OSError: one cannot be renamed.
    """
    for copy in backups_of(folder):
        if number_of(copy) > last:
            copy.replace(free_name(copy.with_name(f"aside-{copy.name}")))


def free_name(path: Path) -> Path:
    """`path`, or with a number in its name if there is such a file already."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free
