"""Bringing a run back that cannot be read: which backups there are, what they hold, and taking one.

Nothing is thrown away: the damaged database stays beside the one that is brought back.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from laser_core.basics.files import draft_of
from laser_core.errors import LaserError, StoreError
from laser_core.store.backup import free_name, set_aside
from laser_core.store.database import (
    ON_READING,
    Database,
    backups_of,
    copy_database,
    number_of,
    unwritable_error,
)
from laser_core.store.store import StoreView

LEFT_OUT = ".left-out"  # beside the runs, hidden from every list of them


@dataclass(frozen=True)
class Backup:
    """One automatic copy of a run's database, and what it holds.

    Args:
        path: of the copy.
        events: number of its last event: labels, undone ones and changes of classes.
        labels: how many pictures have a label in it.
        relevant: how many of those are relevant.
        rounds: finished ones.
        last: when its last event was, in UTC; "" without any.
        trouble: why it cannot be brought back, or "".
    """

    path: Path
    events: int
    labels: int = 0
    relevant: int = 0
    rounds: int = 0
    last: str = ""
    trouble: str = ""

    def sentence(self) -> str:
        """What it holds, in one line."""
        if self.trouble:
            return f"{self.path.name}: cannot be read either"
        until = f", the last one {self.last[:19].replace('T', ' ')} UTC" if self.last else ""
        return (
            f"{self.path.name}: {self.labels:,} pictures labeled, {self.relevant:,} of them "
            f"relevant, {self.rounds} rounds finished; {self.events:,} events{until}"
        )


@dataclass(frozen=True)
class Restoration:
    """What `restore_backup` did.

    Args:
        backup: what was brought back.
        damaged: where the damaged database was moved to; None if there was none.
    """

    backup: Backup
    damaged: Path | None


def trouble_of(folder: Path) -> str:
    """Why the run in `folder` cannot be read, or "": every row of its database is looked at."""
    try:
        with closing(StoreView.open(folder)) as store:
            store.require_readable()
    except LaserError as error:
        return str(error)
    return ""


def list_backups(folder: Path) -> list[Backup]:
    """The backups of a run, the one with the most events first, each looked at."""
    return [_inspect(folder, path) for path in reversed(backups_of(folder))]


def _inspect(folder: Path, path: Path) -> Backup:
    try:
        with closing(StoreView(folder, Database.open(path))) as store:
            store.require_readable()
            counts, newest = store.labels.counts(), store.events.history(1)
            return Backup(
                path,
                store.events.last(),
                sum(counts.values()),
                counts.get("relevant", 0),
                len(store.rounds.records()),
                newest[0].at if newest else "",
            )
    except LaserError as error:
        return Backup(path, number_of(path), trouble=str(error))


def restore_backup(folder: Path, name: str | None = None) -> Restoration:
    """Put a backup in the place of a damaged or missing `run.db`, which is kept.

    Nobody else may have the run open.

    Args:
        name: of the backup's file; None for the one with the most events that can be read.

    Raises:
        StoreError: the run can be read, there is no such backup, or files cannot be moved.
    """
    path = folder / "run.db"
    if path.exists() and not trouble_of(folder):
        raise StoreError(f"{path} is sound; there is nothing to restore")
    backup = _choose(folder, name)
    aside = free_name(path.with_name(f"run-damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"))
    moved = aside if path.exists() else None
    try:
        with draft_of(path) as draft:
            copy_database(backup.path, draft)  # first: a full disk leaves everything as it was
            # its companions hold pages of the damaged file and must not be read with the copy
            for end in ("-wal", "-shm", ""):
                companion = path.with_name(path.name + end)
                if companion.exists():
                    companion.replace(aside.with_name(aside.name + end))
        set_aside(folder, backup.events)
    except (OSError, *ON_READING) as error:
        raise unwritable_error(path, error) from error
    return Restoration(backup, moved)


def _choose(folder: Path, name: str | None) -> Backup:
    found = list_backups(folder)
    if name is not None:
        named = [backup for backup in found if backup.path.name == name]
        if not named:
            there = ", ".join(backup.path.name for backup in found) or "none"
            raise StoreError(f"{folder} has no backup {name!r}; there are: {there}")
        found = named
    readable = [backup for backup in found if not backup.trouble]
    if readable:
        return readable[0]
    if not found:
        raise StoreError(
            f"{folder} has no backup to restore; copy the run from elsewhere, or start a new one"
        )
    raise StoreError(f"no backup can be read ({found[0].trouble}); copy the run from elsewhere")


def leave_out(folder: Path) -> Path:
    """Take a run out of the list of runs; its folder is kept, and its new place returned.

    Raises:
        StoreError: it cannot be moved.
    """
    place = free_name(folder.parent / LEFT_OUT / folder.name)
    try:
        place.parent.mkdir(exist_ok=True)
        folder.replace(place)
    except OSError as error:
        raise unwritable_error(folder, error) from error
    return place
