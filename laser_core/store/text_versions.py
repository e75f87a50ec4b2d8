"""The versions of a run's descriptions: kept one after another, so that nothing is ever lost.

The newest version is the one in use. Undo and redo append a copy of an earlier one; which one is
found by replaying the steps, so every tab and every restart of the app agrees on it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeVar

from laser_core.errors import StoreError
from laser_core.llm.base import Exchange
from laser_core.store.database import Database, damaged_error, insert, next_number, now
from laser_core.store.records import read_json
from laser_core.store.writable import WritableDatabase
from laser_core.texts.descriptions import Descriptions

T = TypeVar("T")

Step = Literal["", "edit", "undo", "redo", "move", "paste"]
NAME_KEY = "name of texts "  # of a fact of the database, with the version's number behind it


@dataclass(frozen=True)
class _Made:
    """How a version came about, as its JSON has it."""

    step: Step = ""


@dataclass(frozen=True)
class TextVersion:
    """One version, without its texts.

    Args:
        number: 1 for the first.
        at: when it was made, in UTC.
        title: how it came about, in a few words.
        step: "" if the language model or the loop made it; else what a person did. "move" made a
            confuser a relevant class of the run, "paste" took a model's reply in.
        name: what a person called it, or "".
    """

    number: int
    at: str
    title: str
    step: Step = ""
    name: str = ""

    @property
    def label(self) -> str:
        """For a list: number, then name or title."""
        return f"{self.number} · {self.name or self.title}"


class TextVersions:
    """The versions kept in a run's database, as they are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, version: int | None = None) -> tuple[int, Descriptions] | None:
        """(number, descriptions) of one version, or of the newest; None if there is none.

        Raises:
            StoreError: it is missing or damaged.
        """
        if version is None:
            row = self._database.newest("texts")
        else:
            row = next(iter(self._database.rows("texts", "WHERE version = ?", (version,))), None)
        return None if row is None else (row[0], self._read(Descriptions, row))

    def all(self) -> list[TextVersion]:
        """Every version, oldest first.

        Raises:
            StoreError: one is missing or damaged.
        """
        names = self._database.facts(NAME_KEY)
        found = []
        for row in self._database.numbered_rows("texts"):
            number, at, title, _ = row
            step = self._read(_Made, row).step
            found.append(TextVersion(number, at, title, step, names.get(str(number), "")))
        return found

    def _read(self, kind: type[T], row: tuple[Any, ...]) -> T:
        try:
            datetime.fromisoformat(row[1])
            return read_json(kind, row[3])
        except ValueError as error:  # UnreadableError is one too
            why = f"version {row[0]} of the texts: {error}"
            raise damaged_error(self._database.path, why) from error


class TextWriter(TextVersions):
    """The versions of a run's descriptions as they are kept: one after another."""

    _database: WritableDatabase

    def __init__(self, database: WritableDatabase) -> None:
        super().__init__(database)

    def append(
        self,
        descriptions: Descriptions,
        title: str,
        step: Step = "",
        after: int | None = None,
        exchanges: Iterable[Exchange] = (),
    ) -> int:
        """Keep a version; returns its number.

        Args:
            step: what a person did to get it, or "".
            after: the newest version that the writer knew of; None not to check.
            exchanges: the questions that it comes from, kept in the same moment: whoever stops the
                program in between would be asked, and pay, again.

        Raises:
            StoreError: another tab or the loop has kept a newer one in the meantime.
        """
        text = json.dumps({**descriptions.to_dict(), "step": step})
        with self._database.write_transaction() as cursor:
            number = next_number(cursor, "texts")
            if after is not None and number != after + 1:
                raise StoreError(
                    f"the texts were changed elsewhere in the meantime (version {number - 1} is "
                    f"newer than {after}); look at the new list, then make the change again"
                )
            _append_exchanges(cursor, exchanges)
            insert(cursor, "texts", [(number, now(), title, text)])
            return number

    def name(self, version: int, name: str) -> None:
        """Call a version `name`; "" takes its name away.

        Raises:
            StoreError: the database cannot be written.
        """
        self._database.set_fact(f"{NAME_KEY}{version}", name)


class Exchanges:
    """Questions to the language model and its answers, as they are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Exchange]:
        """Every question and answer of the run, oldest first.

        Raises:
            StoreError: one is missing or damaged.
        """
        rows = self._database.numbered_rows("exchanges")
        read = partial(read_json, Exchange, strict=False)
        parsed = self._database.parse
        return [parsed(f"question {row[0]} to the language model", read, row[2]) for row in rows]


class ExchangeWriter(Exchanges):
    """Questions to the language model and its answers, as they are kept."""

    _database: WritableDatabase

    def __init__(self, database: WritableDatabase) -> None:
        super().__init__(database)

    def append(self, exchanges: Iterable[Exchange]) -> None:
        """Keep questions and their answers.

        Raises:
            StoreError: they cannot be written.
        """
        with self._database.write_transaction() as cursor:
            _append_exchanges(cursor, exchanges)


def _append_exchanges(cursor: sqlite3.Cursor, exchanges: Iterable[Exchange]) -> None:
    """Keep questions to the language model and its answers, as a part of a transaction."""
    first, at = next_number(cursor, "exchanges"), now()
    texts = [json.dumps(e.__dict__) for e in exchanges]
    insert(cursor, "exchanges", [(n, at, text) for n, text in enumerate(texts, start=first)])


def undo_target(versions: Sequence[TextVersion]) -> int | None:
    """The version that Undo brings back; None when there is nothing to take back."""
    return _replay(versions)[0]


def redo_target(versions: Sequence[TextVersion]) -> int | None:
    """The version that Redo brings back; None when nothing was undone since the last change."""
    return _replay(versions)[1]


def version_in_use(versions: Sequence[TextVersion]) -> int | None:
    """The version whose texts are in use, whatever was undone since; None when there is none."""
    return _replay(versions)[2]


def saved_version(versions: Sequence[TextVersion]) -> int | None:
    """The version that edits are compared with; None when there is none.

    That is the last that has a name, or that no person made, or the one before the last reply that
    was pasted: what the reply changed is what one wants to see.
    """
    for version in reversed(versions):
        if version.name or not version.step:
            return version.number
        if version.step == "paste":
            return version.number - 1
    return None


def _replay(versions: Sequence[TextVersion]) -> tuple[int | None, int | None, int | None]:
    """(what is before, what is after, what is) the version whose texts are in use."""
    before: list[int] = []
    after: list[int] = []
    current: int | None = None
    for version in versions:
        if version.step == "undo" and before and current is not None:
            after.append(current)
            current = before.pop()
        elif version.step == "redo" and after and current is not None:
            before.append(current)
            current = after.pop()
        else:
            before = [] if current is None else [*before, current]
            current, after = version.number, []
    return before[-1] if before else None, after[-1] if after else None, current
