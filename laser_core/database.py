"""The SQLite file of a run: opening it, writing in transactions, and errors as sentences."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from laser_core.errors import StoreError

SCHEMA_VERSION = 2
EVENTS = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN (
        'label', 'undo', 'redo', 'class_added', 'class_renamed', 'promoted', 'merged'
    )),
    action INTEGER NOT NULL,  -- number of its first event: what one undo takes back
    image TEXT,
    state TEXT,
    name TEXT,
    round INTEGER,
    seconds REAL,
    target INTEGER REFERENCES events (seq),
    other TEXT,  -- a new name, or the class that one is merged into
    source TEXT,  -- of a label: person, oracle or import
    client TEXT,  -- with client_seq: the sender's own number, so that nothing is stored twice
    client_seq INTEGER
);
CREATE UNIQUE INDEX events_of_client ON events (client, client_seq) WHERE client IS NOT NULL;
"""
AUDITS = """
CREATE TABLE audits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
    round INTEGER NOT NULL, population INTEGER NOT NULL, ids TEXT NOT NULL
);
"""
SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
{EVENTS}
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
{AUDITS}
"""
# What turns a database of a schema into the next one's.
MIGRATIONS = {
    1: f"""
ALTER TABLE events RENAME TO old_events;
{EVENTS}
INSERT INTO events
    (seq, at, actor, kind, action, image, state, name, round, seconds, target, source)
SELECT seq, at, actor, kind, seq, image, state, name, round, seconds, target,
    CASE WHEN kind = 'undo' THEN NULL WHEN actor = 'oracle' THEN 'oracle' ELSE 'person' END
FROM old_events;
DROP TABLE old_events;
{AUDITS}
""",
}


class Database:
    """A run's `run.db`. Several processes may have it open; writers wait for one another.

    Args:
        path: of the file.
        connection: to it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        # One thread at a time: within a connection, others would see what is not committed yet.
        self.lock = threading.RLock()

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
        except sqlite3.Error as error:
            raise damaged(path, error) from error
        try:
            database._require_sound()
        except StoreError:
            database.close()
            raise
        return database

    def _require_sound(self) -> None:
        sound = self.read("PRAGMA quick_check")[0][0]
        if sound != "ok":
            raise damaged(self.path, sound)
        schema = self.fact("schema")
        if not schema.isdecimal():
            raise damaged(self.path, f"schema {schema!r}")
        if int(schema) > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer version (schema {schema}, this one knows "
                f"{SCHEMA_VERSION}); open it with that version"
            )
        if int(schema) < SCHEMA_VERSION:
            self._migrate()

    def _migrate(self) -> None:
        """Bring a database of an earlier version up to this one's schema, all of it or nothing."""
        with self.writing() as cursor:
            for schema in range(int(self.fact("schema")), SCHEMA_VERSION):
                for statement in filter(str.strip, MIGRATIONS[schema].split(";\n")):
                    cursor.execute(statement)
            cursor.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION),))

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
        with self.lock, closing(self._cursor()) as cursor:
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

    def _cursor(self) -> sqlite3.Cursor:
        try:
            return self._connection.cursor()
        except sqlite3.Error as error:  # closed
            raise unwritable(self.path, error) from error

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query.

        Raises:
            StoreError: the file is damaged.
        """
        try:
            with self.lock:
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


def backups_of(folder: Path) -> list[Path]:
    """The automatic copies of a run's database, the latest last."""
    return sorted((folder / "backups").glob("run-*.db"))


def damaged(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be read; of a run's database it names the latest backup."""
    copies = backups_of(path.parent) if path.name == "run.db" else []
    if copies:
        return StoreError(
            f"{path} cannot be read ({why}); the latest backup is {copies[-1].name}: bring it back "
            f"with python -m laser_core restore {path.parent}"
        )
    return StoreError(f"{path} cannot be read ({why}); restore it from a copy, or start a new run")


def unwritable(path: Path, why: object) -> StoreError:
    """The error of a file that cannot be written."""
    return StoreError(
        f"{path} cannot be written ({why}); nothing was changed: free some space or check the "
        "folder's permissions, then try again"
    )
