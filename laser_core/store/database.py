"""The SQLite file of a run: opening it, writing in transactions, and errors as sentences."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from laser_core.basics.disk_faults import remedy
from laser_core.errors import StoreError
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

_LONGEST_VALUE = 500_000_000  # bytes of one text; a larger one is no part of a run
_PROTECTED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
# what SQLite raises on reading; what it says of a damaged file may be no text either
ON_READING = (sqlite3.Error, UnicodeError)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Database:
    """A run's `run.db`. Several processes may have it open; writers wait for one another.

    It is opened for reading: nothing is written, and no earlier version brought up to date, before
    the first `writing`. In a folder that is write-protected it can be read all the same.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # One thread at a time: within a connection, others would see what is not committed yet.
        self.lock = threading.RLock()
        self._writable = False
        self._copied = ""  # state of the file that `_connection` is a copy of; "" for the file
        self._connection: sqlite3.Connection

    @classmethod
    def create(cls, path: Path, about: Mapping[str, str]) -> Database:
        """A new database at `path` with `about` as its facts.

        Raises:
            StoreError: the file cannot be written.
        """
        database = cls(path)
        try:
            database._connection = _connect(path, "rwc")
        except sqlite3.Error as error:
            raise unwritable(path, error) from error
        facts = {"schema": str(SCHEMA_VERSION), "created": now(), **about}
        try:
            with database.writing() as cursor:
                for statement in statements(SCHEMA):
                    cursor.execute(statement)
                insert(cursor, "meta", facts.items())
        except StoreError:
            database.close()  # Windows removes no file that is open
            raise
        return database

    @classmethod
    def open(cls, path: Path) -> Database:
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
            connection, protected = _for_reading(self.path)
        except (*ON_READING, OSError) as error:
            raise damaged(self.path, error) from error
        try:
            version = _require_sound(self.path, connection)
            self._copied = state if protected or version < SCHEMA_VERSION else ""
            self._connection = connection
            if version < SCHEMA_VERSION:
                self._connection = _brought_up(connection, version)
                connection.close()
        except BaseException as error:
            connection.close()
            if isinstance(error, ON_READING):
                raise damaged(self.path, error) from error
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

    def _make_writable(self) -> None:
        """Go over to a connection that may write; an earlier version is brought up to date."""
        if self._writable:
            return
        if self._copied:
            connection = _connect(self.path, "rw")
            try:
                _bring_up(self.path, connection)
            except BaseException:
                connection.close()
                raise
            self._connection.close()
            self._connection, self._copied = connection, ""
        self._connection.execute("PRAGMA query_only = OFF")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # committed means that it has reached the disk
        self._connection.execute("PRAGMA synchronous = FULL")
        self._writable = True

    def close(self) -> None:
        """Close the connection; the database cannot be used afterwards."""
        self._connection.close()

    # ---- writing

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """A transaction: committed at the end of the block, undone whole by any error in it.

        One inside another is a part of that one.

        Raises:
            StoreError: the disk is full, the file is locked for long or write-protected.
        """
        with self.lock:
            try:
                self._make_writable()
                cursor = self._connection.cursor()
            except sqlite3.Error as error:
                raise unwritable(self.path, error) from error
            with closing(cursor):
                if self._connection.in_transaction:
                    yield cursor
                    return
                with self._transaction(cursor):
                    yield cursor

    @contextmanager
    def _transaction(self, cursor: sqlite3.Cursor) -> Iterator[None]:
        try:
            cursor.execute("BEGIN IMMEDIATE")
            yield
            self._connection.commit()
        except sqlite3.Error as error:
            self._roll_back()
            raise unwritable(self.path, error) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def set_fact(self, key: str, value: str) -> None:
        """Keep a fact, in the place of an earlier one."""
        with self.writing() as cursor:
            insert(cursor, "meta", [(key, value)], replace=True)

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
            raise damaged(self.path, error) from error

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

    def counted(self, table: Table, after: int = 0) -> list[tuple[Any, ...]]:
        """The rows numbered `after` + 1 and on of a table of `COUNTED`, none of them missing.

        Raises:
            StoreError: one is missing, or not what was written; it is named.
        """
        last = self._last(table)  # first: rows that come meanwhile do no harm
        found = self.rows(table, f"WHERE {COLUMNS[table][0]} > ? ORDER BY 1", (after,))
        for place, row in enumerate(found, start=after + 1):
            if row[0] != place:
                raise damaged(self.path, f"{CALLED[table]} {place} is missing")
        if after + len(found) < last:
            raise damaged(self.path, f"{CALLED[table]} {after + len(found) + 1} is missing")
        return found

    def newest(self, table: Table) -> tuple[Any, ...] | None:
        """The last row of a table of `COUNTED`, or None before the first.

        Raises:
            StoreError: it is missing, or not what was written.
        """
        last = self._last(table)
        found = self.rows(table, "ORDER BY 1 DESC LIMIT 1")
        if last and (not found or found[0][0] < last):
            raise damaged(self.path, f"{CALLED[table]} {last} is missing")
        return found[0] if found else None

    def _last(self, table: Table) -> int:
        """The highest number that was ever given to a row of the table."""
        found = self.read("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        if found and not isinstance(found[0][0], int):
            raise damaged(self.path, f"the count of {table} is {found[0][0]!r}")
        newest = self.read(f"SELECT coalesce(max({COLUMNS[table][0]}), 0) FROM {table}")[0][0]
        if newest and not found:
            raise damaged(self.path, f"the count of {table} is missing")
        return int(found[0][0]) if found else 0

    def fact(self, key: str) -> str:
        """One of the facts given to `create`, "schema" or "created".

        Raises:
            StoreError: it is not there.
        """
        rows = self.rows("meta", "WHERE key = ?", (key,))
        if not rows:
            raise damaged(self.path, f"{key!r} is missing")
        return str(rows[0][1])

    def facts(self, prefix: str) -> dict[str, str]:
        """The facts whose keys begin with `prefix`, by the rest of their keys."""
        found = self.rows("meta", "WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
        return {str(key)[len(prefix) :]: str(value) for key, value in found}

    def tidy(self) -> None:
        """Take out of the file what was replaced in it, and leave it without companions.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            with self.lock:
                self._make_writable()
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise unwritable(self.path, error) from error

    def copy_rows_into(self, target: Database, facts: Mapping[str, str]) -> None:
        """Copy all rows into a fresh database, but of the facts only `facts`.

        Raises:
            StoreError: a row cannot be read or written.
        """
        try:
            with self.lock, target.writing() as cursor, closing(self._connection.cursor()) as read:
                self._renew()
                copy_rows(read, SCHEMA_VERSION, cursor, leave_out=("meta",))
                insert(cursor, "meta", facts.items(), replace=True)
        except ON_READING as error:
            raise damaged(self.path, error) from error

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
                self.counted(table)
            else:
                self.rows(table)

    def wrong(self, table: Table, key: object) -> StoreError:
        """The error of a row that is not what was written."""
        return damaged(self.path, _wrong(table, key))


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
        closing(_for_reading(source)[0]) as read,
        closing(sqlite3.connect(target, isolation_level=None)) as write,
    ):
        read.backup(write)
        write.execute("PRAGMA journal_mode = DELETE")  # one file, no companions


# ---- connections


def _connect(path: Path, mode: str) -> sqlite3.Connection:
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


def _for_reading(path: Path) -> tuple[sqlite3.Connection, bool]:
    """(a connection that changes nothing, whether the place is write-protected)."""
    connection = _connect(path, "rw")
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and _code(error) in _PROTECTED:
            return _protected(path), True
        raise
    return connection, False


def _protected(path: Path) -> sqlite3.Connection:
    """The same where SQLite cannot put its own files beside a database that others write to."""
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists() or wal.stat().st_size == 0:
        return _connect(path, "immutable=1")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        for file in (path, wal):
            shutil.copyfile(file, copy.with_name(file.name))
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        with closing(_connect(copy, "rw")) as source:
            source.backup(memory)
    return memory


def _require_sound(path: Path, connection: sqlite3.Connection) -> int:
    """Check a database that was just opened; returns the version that wrote it.

    Raises:
        StoreError: as for `Database.open`.
        sqlite3.Error: it is damaged.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    said = str(found[0]) if found else ""
    if not (said.isascii() and said.isdecimal() and len(said) < 9 and int(said)):
        raise damaged(path, f"schema {said[:20]!r}")
    if int(said) > SCHEMA_VERSION:
        raise StoreError(
            f"{path} was written by a newer version (schema {said}, this one knows "
            f"{SCHEMA_VERSION}); open it with that version"
        )
    if foreign := foreign_object(connection, int(said)):
        raise foreign_found(path, foreign)
    sound = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    if sound != "ok":
        wrong = _wrong_row(connection) if int(said) == SCHEMA_VERSION else ""
        raise damaged(path, wrong or sound)
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


def _brought_up(connection: sqlite3.Connection, version: int) -> sqlite3.Connection:
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


def _bring_up(path: Path, connection: sqlite3.Connection) -> None:
    """Bring the database of an earlier version up to this one, all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _require_sound(path, connection)
        if version < SCHEMA_VERSION:
            with closing(_brought_up(connection, version)) as new:
                kinds = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
                for kind, name in sorted(connection.execute(kinds).fetchall()):  # indexes first
                    connection.execute(f"DROP {kind} {name}")
                for statement in statements(SCHEMA):
                    connection.execute(statement)
                copy_rows(new.cursor(), SCHEMA_VERSION, connection.cursor())
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise


def _code(error: sqlite3.Error) -> int:
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


def damaged(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be read; of a run's database it names the latest backup."""
    reason = " ".join(str(why).split())[:300]
    if isinstance(why, sqlite3.Error) and _code(why) in _BUSY:
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


def foreign_found(path: Path, what: str) -> StoreError:
    """The error of a database that holds more than a run does."""
    return StoreError(
        f"{path} holds {what}, which is no part of a run and could change its labels; it is not "
        "opened: bring back a backup or a copy of which you know who made it"
    )


def unwritable(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be written."""
    read_only = isinstance(why, sqlite3.Error) and _code(why) in _PROTECTED
    if read_only or (isinstance(why, OSError) and why.errno in _READ_ONLY):
        return StoreError(
            f"{path} is write-protected ({why}); nothing was changed: it can be looked at where it "
            "is; to go on with it, copy its folder to a place that may be written"
        )
    return StoreError(
        f"{path} cannot be written ({why}); nothing was changed: {remedy(why)}, then try again"
    )
