"""The SQLite file of a run as it is written: in transactions, each whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from laser_core.errors import StoreError
from laser_core.store.database import (
    Database,
    connect,
    insert,
    now,
    require_sound,
    unwritable_error,
    upgraded_copy,
)
from laser_core.store.schema import SCHEMA, SCHEMA_VERSION, copy_rows, statements


class WritableDatabase(Database):
    """A run's `run.db` that may be written to. Writers wait for one another.

    It is opened for reading: nothing is written, and no earlier version brought up to date, before
    the first `write_transaction`.
    """

    _writable = False

    @classmethod
    def create(cls, path: Path, about: Mapping[str, str]) -> WritableDatabase:
        """A new database at `path` with `about` as its facts.

        Raises:
            StoreError: the file cannot be written.
        """
        database = cls(path)
        try:
            database._connection = connect(path, "rwc")
        except sqlite3.Error as error:
            raise unwritable_error(path, error) from error
        facts = {"schema": str(SCHEMA_VERSION), "created": now(), **about}
        try:
            with database.write_transaction() as cursor:
                for statement in statements(SCHEMA):
                    cursor.execute(statement)
                insert(cursor, "meta", facts.items())
        except StoreError:
            database.close()  # Windows removes no file that is open
            raise
        return database

    @contextmanager
    def write_transaction(self) -> Iterator[sqlite3.Cursor]:
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
                raise unwritable_error(self.path, error) from error
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
            raise unwritable_error(self.path, error) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def set_fact(self, key: str, value: str) -> None:
        """Keep a fact, in the place of an earlier one."""
        with self.write_transaction() as cursor:
            insert(cursor, "meta", [(key, value)], replace=True)

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
            raise unwritable_error(self.path, error) from error

    def _make_writable(self) -> None:
        """Go over to a connection that may write; an earlier version is brought up to date."""
        if self._writable:
            return
        if self._copied:
            connection = connect(self.path, "rw")
            try:
                upgrade(self.path, connection)
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


def upgrade(path: Path, connection: sqlite3.Connection) -> None:
    """Bring the database of an earlier version up to this one, all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = require_sound(path, connection)
        if version < SCHEMA_VERSION:
            with closing(upgraded_copy(connection, version)) as new:
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
