"""The SQLite file of a run as it is read, rows for it, and errors as sentences.

`laser_core.store.writable` writes to it.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from laser_core.basics.disk_faults import remedy
from laser_core.errors import ConfigError, StoreError
from laser_core.store.records import UnreadableError
from laser_core.store.schema import (
    CALLED,
    COLUMNS,
    COUNTED,
    SCHEMA,
    SCHEMA_VERSION,
    Table,
    checksum,
    copy_rows,
    foreign_object,
    statements,
    with_crc,
)

T = TypeVar("T")
_LONGEST_VALUE = 500_000_000  # bytes of one text; a larger one is no part of a run
_PROTECTED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
# what SQLite raises on reading; what it says of a damaged file may be no text either
ON_READING = (sqlite3.Error, UnicodeError)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Database:
    """A run's `run.db` as it is read. Several processes may have it open.

    Nothing is written, and no earlier version brought up to date; in a folder that is
    write-protected it can be read all the same.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # One thread at a time: within a connection, others would see what is not committed yet.
        self.lock = threading.RLock()
        self._copied = ""  # state of the file that `_connection` is a copy of; "" for the file
        self._connection: sqlite3.Connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """The database at `path`, checked.

        Raises:
            StoreError: it is damaged, holds what is no part of a run, or a newer version wrote it.
        """
        database = cls(path)
        database._open()
        return database

    # ---- opening

    def _open(self) -> None:
        state = self._file_state()
        try:
            connection, protected = _open_for_reading(self.path)
        except (*ON_READING, OSError) as error:
            raise damaged_error(self.path, error) from error
        try:
            version = require_sound(self.path, connection)
            self._copied = state if protected or version < SCHEMA_VERSION else ""
            self._connection = connection
            if version < SCHEMA_VERSION:
                self._connection = upgraded_copy(connection, version)
                connection.close()
        except BaseException as error:
            connection.close()
            if isinstance(error, ON_READING):
                raise damaged_error(self.path, error) from error
            raise

    def _file_state(self) -> str:
        """Changes when the file is written to."""
        found = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            try:
                about = path.stat()
            except OSError:
                continue
            found.append(f"{about.st_size} {about.st_mtime_ns}")
        return ", ".join(found) or "none"

    def _renew(self) -> None:
        """Copy the file again if it was written to since."""
        if self._copied and self._copied != self._file_state():
            old = self._connection
            self._open()
            old.close()

    def close(self) -> None:
        """Close the connection; the database cannot be used afterwards."""
        self._connection.close()

    # ---- reading

    def read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, without a look at their checksums.

        Raises:
            StoreError: the file is damaged.
        """
        try:
            with self.lock:
                self._renew()
                return self._connection.execute(sql, values).fetchall()
        except ON_READING as error:
            raise damaged_error(self.path, error) from error

    def rows(
        self, table: Table, where: str = "", values: tuple[Any, ...] = ()
    ) -> list[tuple[Any, ...]]:
        """Rows of a table, their values in the order of `COLUMNS`.

        Args:
            where: what follows the table's name in the SQL.

        Raises:
            StoreError: the file is damaged, or a row is not what was written; it is named.
        """
        columns = ", ".join(COLUMNS[table])
        found = self.read(f"SELECT {columns}, crc FROM {table} {where}", values)
        for row in found:
            if checksum(table, row[:-1]) != row[-1]:
                raise self.wrong(table, row[0])
        return [row[:-1] for row in found]

    def numbered_rows(self, table: Table, after: int = 0) -> list[tuple[Any, ...]]:
        """The rows numbered `after` + 1 and on of a table of `COUNTED`, none of them missing.

        Raises:
            StoreError: one is missing, or not what was written; it is named.
        """
        last = self._last(table)  # first: rows that come meanwhile do no harm
        found = self.rows(table, f"WHERE {COLUMNS[table][0]} > ? ORDER BY 1", (after,))
        for place, row in enumerate(found, start=after + 1):
            if row[0] != place:
                raise damaged_error(self.path, f"{CALLED[table]} {place} is missing")
        if after + len(found) < last:
            raise damaged_error(self.path, f"{CALLED[table]} {after + len(found) + 1} is missing")
        return found

    def newest(self, table: Table) -> tuple[Any, ...] | None:
        """The last row of a table of `COUNTED`, or None before the first.

        Raises:
            StoreError: it is missing, or not what was written.
        """
        last = self._last(table)
        found = self.rows(table, "ORDER BY 1 DESC LIMIT 1")
        if last and (not found or found[0][0] < last):
            raise damaged_error(self.path, f"{CALLED[table]} {last} is missing")
        return found[0] if found else None

    def _last(self, table: Table) -> int:
        """The highest number that was ever given to a row of the table."""
        found = self.read("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        if found and not isinstance(found[0][0], int):
            raise damaged_error(self.path, f"the count of {table} is {found[0][0]!r}")
        newest = self.read(f"SELECT coalesce(max({COLUMNS[table][0]}), 0) FROM {table}")[0][0]
        if newest and not found:
            raise damaged_error(self.path, f"the count of {table} is missing")
        return int(found[0][0]) if found else 0

    def fact(self, key: str) -> str:
        """One of the facts given to `create`, "schema" or "created".

        Raises:
            StoreError: it is not there.
        """
        rows = self.rows("meta", "WHERE key = ?", (key,))
        if not rows:
            raise damaged_error(self.path, f"{key!r} is missing")
        return str(rows[0][1])

    def facts(self, prefix: str) -> dict[str, str]:
        """The facts whose keys begin with `prefix`, by the rest of their keys."""
        found = self.rows("meta", "WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
        return {str(key)[len(prefix) :]: str(value) for key, value in found}

    def parse(self, what: str, read: Callable[[str], T], text: str) -> T:
        """What `read` makes of a text of a row.

        Args:
            what: the row, for the error.

        Raises:
            StoreError: it is no such text.
        """
        try:
            return read(text)
        except (UnreadableError, ConfigError) as error:
            raise damaged_error(self.path, f"{what}: {error}") from error

    def copy_rows_into(self, target: sqlite3.Cursor, facts: Mapping[str, str]) -> None:
        """Copy all rows into a fresh database, but of the facts only `facts`.

        Args:
            target: of a transaction of that database.

        Raises:
            StoreError: a row cannot be read or written.
        """
        try:
            with self.lock, closing(self._connection.cursor()) as read:
                self._renew()
                copy_rows(read, SCHEMA_VERSION, target, leave_out=("meta",))
                insert(target, "meta", facts.items(), replace=True)
        except ON_READING as error:
            raise damaged_error(self.path, error) from error

    def last(self) -> int:
        """The number of the last event, 0 for none."""
        return int(self.read("SELECT coalesce(max(seq), 0) FROM events")[0][0])

    def require_right(self) -> None:
        """Look at every row.

        Raises:
            StoreError: one is missing, or not what was written; it is named.
        """
        for table in COLUMNS:
            if table in COUNTED:
                self.numbered_rows(table)
            else:
                self.rows(table)

    def wrong(self, table: Table, key: object) -> StoreError:
        """The error of a row that is not what was written."""
        return damaged_error(self.path, _wrong(table, key))


def insert(
    cursor: sqlite3.Cursor, table: Table, rows: Iterable[Sequence[Any]], replace: bool = False
) -> None:
    """Write rows, their values in the order of `COLUMNS`, with their checksums.

    Raises:
        StoreError: a text has signs that no file can hold.
        sqlite3.Error: they cannot be written.
    """
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    places = ", ".join("?" * (len(COLUMNS[table]) + 1))
    sql = f"{verb} INTO {table} VALUES ({places})"
    try:
        cursor.executemany(sql, [with_crc(table, row) for row in rows])
    except (UnicodeEncodeError, OverflowError) as error:
        raise StoreError(
            f"a text or number cannot be kept ({error}); nothing was changed: write it otherwise"
        ) from error


def next_number(cursor: sqlite3.Cursor, table: Table) -> int:
    """The number of the next row of a table of `COUNTED`."""
    sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0) + 1"
    return int(cursor.execute(sql, (table,)).fetchone()[0])


def copy_database(source: Path, target: Path) -> None:
    """Copy a database, also while others write to it, into one file of the same version.

    Raises:
        sqlite3.Error: either cannot be used.
        OSError: an older file in its place cannot be removed.
    """
    target.unlink(missing_ok=True)
    with (
        closing(_open_for_reading(source)[0]) as read,
        closing(sqlite3.connect(target, isolation_level=None)) as write,
    ):
        read.backup(write)
        write.execute("PRAGMA journal_mode = DELETE")  # one file, no companions


# ---- connections


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that waits for other writers and trusts no SQL in the file."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?{mode if '=' in mode else f'mode={mode}'}",
        uri=True, timeout=10.0, isolation_level=None, check_same_thread=False,
    )  # fmt: skip
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _open_for_reading(path: Path) -> tuple[sqlite3.Connection, bool]:
    """(a connection that changes nothing, whether the place is write-protected)."""
    connection = connect(path, "rw")
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and error_code(error) in _PROTECTED:
            return _open_protected(path), True
        raise
    return connection, False


def _open_protected(path: Path) -> sqlite3.Connection:
    """The same where SQLite cannot put its own files beside a database that others write to."""
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists() or wal.stat().st_size == 0:
        return connect(path, "immutable=1")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        for file in (path, wal):
            shutil.copyfile(file, copy.with_name(file.name))
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        with closing(connect(copy, "rw")) as source:
            source.backup(memory)
    return memory


def require_sound(path: Path, connection: sqlite3.Connection) -> int:
    """Check a database that was just opened; returns the version that wrote it.

    Raises:
        StoreError: as for `Database.open`.
        sqlite3.Error: it is damaged.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    said = str(found[0]) if found else ""
    if not (said.isascii() and said.isdecimal() and len(said) < 9 and int(said)):
        raise damaged_error(path, f"schema {said[:20]!r}")
    if int(said) > SCHEMA_VERSION:
        raise StoreError(
            f"{path} was written by a newer version (schema {said}, this one knows "
            f"{SCHEMA_VERSION}); open it with that version"
        )
    if foreign := foreign_object(connection, int(said)):
        raise foreign_error(path, foreign)
    sound = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    if sound != "ok":
        wrong = _wrong_row(connection) if int(said) == SCHEMA_VERSION else ""
        raise damaged_error(path, wrong or sound)
    return int(said)


def _wrong_row(connection: sqlite3.Connection) -> str:
    """The first row of a damaged database that is not what was written, or ""."""
    for table, columns in COLUMNS.items():
        with suppress(*ON_READING):
            for *row, crc in connection.execute(f"SELECT {', '.join(columns)}, crc FROM {table}"):
                if checksum(table, row) != crc:
                    return _wrong(table, row[0])
    return ""


def _wrong(table: Table, key: object) -> str:
    return f"{CALLED[table]} {str(key)[:100]} is not what was written"


def upgraded_copy(connection: sqlite3.Connection, version: int) -> sqlite3.Connection:
    """A copy in memory, brought up to this version, of a database of an earlier one."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with closing(memory.cursor()) as target:
            target.execute("BEGIN")
            for statement in statements(SCHEMA):
                target.execute(statement)
            copy_rows(connection.cursor(), version, target)
            insert(target, "meta", [("schema", str(SCHEMA_VERSION))], replace=True)
            target.execute("COMMIT")
        memory.execute("PRAGMA query_only = ON")
    except BaseException:
        memory.close()
        raise
    return memory


def error_code(error: sqlite3.Error) -> int:
    """SQLite's own code for an error, without what it adds to tell kinds of one apart."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def now() -> str:
    """The time in UTC, as the database keeps it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


# ---- errors


def backups_of(folder: Path) -> list[Path]:
    """The automatic copies of a run's database, the one with the most events last.

    Their order is that of the event numbers in their names: a clock may go back.
    """
    return sorted((folder / "backups").glob("run-*.db"), key=lambda p: (number_of(p), p.name))


def number_of(backup: Path) -> int:
    """The number of the last event in a backup, from its name; 0 where it has none."""
    last = backup.stem.rpartition("-")[2]
    return int(last) if last.isascii() and last.isdecimal() else 0


def damaged_error(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be read; of a run's database it names the latest backup."""
    reason = " ".join(str(why).split())[:300]
    if isinstance(why, sqlite3.Error) and error_code(why) in _BUSY:
        return StoreError(f"{path} is in use ({reason}); wait a moment, then try again")
    copies = backups_of(path.parent) if path.name == "run.db" else []
    if copies:
        return StoreError(
            f"{path} cannot be read ({reason}); the latest backup is {copies[-1].name}: bring it "
            f"back with python -m laser_core restore {path.parent}"
        )
    return StoreError(
        f"{path} cannot be read ({reason}); restore it from a copy, or start a new run"
    )


def foreign_error(path: Path, what: str) -> StoreError:
    """The error of a database that holds more than a run does."""
    return StoreError(
        f"{path} holds {what}, which is no part of a run and could change its labels; it is not "
        "opened: bring back a backup or a copy of which you know who made it"
    )


def unwritable_error(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be written."""
    read_only = isinstance(why, sqlite3.Error) and error_code(why) in _PROTECTED
    if read_only or (isinstance(why, OSError) and why.errno in _READ_ONLY):
        return StoreError(
            f"{path} is write-protected ({why}); nothing was changed: it can be looked at where it "
            "is; to go on with it, copy its folder to a place that may be written"
        )
    return StoreError(
        f"{path} cannot be written ({why}); nothing was changed: {remedy(why)}, then try again"
    )
