"""The SQLite file of a run: opening it, writing in transactions, and errors as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from laser_core.errors import StoreError

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('label', 'undo')),
    image TEXT,
    state TEXT,
    name TEXT,
    round INTEGER,
    seconds REAL,
    target INTEGER REFERENCES events (seq)
);
CREATE INDEX events_of_image ON events (image);
CREATE TABLE texts (
    version INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, title TEXT NOT NULL,
    descriptions TEXT NOT NULL
);
CREATE TABLE queries (
    round INTEGER PRIMARY KEY, at TEXT NOT NULL, texts INTEGER REFERENCES texts (version),
    query TEXT NOT NULL
);
CREATE TABLE rounds (round INTEGER PRIMARY KEY, at TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE exchanges (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, exchange TEXT NOT NULL
);
"""


class Database:
    """A run's `run.db`. Several processes may have it open; writers wait for one another.

    Args:
        path: of the file.
        connection: to it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path, about: Mapping[str, str]) -> Database:
        """A new database at `path` with `about` as its facts.

        Raises:
            StoreError: the file cannot be written.
        """
        try:
            database = cls(path, _connect(path))
        except sqlite3.Error as error:
            raise unwritable(path, error) from error
        facts = {"schema": str(SCHEMA_VERSION), "created": now(), **about}
        try:
            with database.writing() as cursor:
                cursor.executescript("BEGIN IMMEDIATE;" + SCHEMA)
                cursor.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
        except StoreError:
            database.close()  # Windows removes no file that is open
            raise
        return database

    @classmethod
    def open(cls, path: Path) -> Database:
        """The database at `path`, checked.

        Raises:
            StoreError: it is damaged, or a newer version wrote it.
        """
        try:
            database = cls(path, _connect(path))
            sound = database.read("PRAGMA quick_check")[0][0]
        except sqlite3.Error as error:
            raise damaged(path, error) from error
        if sound != "ok":
            raise damaged(path, sound)
        schema = database.fact("schema")
        if int(schema) > SCHEMA_VERSION:
            raise StoreError(
                f"{path} was written by a newer version (schema {schema}, this one knows "
                f"{SCHEMA_VERSION}); open it with that version"
            )
        return database

    def close(self) -> None:
        """Close the connection; the database cannot be used afterwards."""
        self._connection.close()

    def fact(self, key: str) -> str:
        """One of the facts given to `create`, "schema" or "created".

        Raises:
            StoreError: it is not there.
        """
        rows = self.read("SELECT value FROM meta WHERE key = ?", (key,))
        if not rows:
            raise damaged(self.path, f"{key!r} is missing")
        return str(rows[0][0])

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """A transaction: committed at the end of the block, undone whole by any error in it.

        Raises:
            StoreError: the disk is full, the file is locked for long, or cannot be written.
        """
        cursor = self._connection.cursor()
        try:
            if not self._connection.in_transaction:
                cursor.execute("BEGIN IMMEDIATE")
            yield cursor
            self._connection.commit()
        except sqlite3.Error as error:
            self._roll_back()
            raise unwritable(self.path, error) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            cursor.close()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query.

        Raises:
            StoreError: the file is damaged.
        """
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise damaged(self.path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that waits for other writers and reaches the disk before it says committed."""
    connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def now() -> str:
    """The time in UTC, as the database keeps it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def damaged(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be read."""
    return StoreError(f"{path} cannot be read ({why}); restore it from a copy, or start a new run")


def unwritable(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be written."""
    return StoreError(
        f"{path} cannot be written ({why}); nothing was changed: free some space or check the "
        "folder's permissions, then try again"
    )
