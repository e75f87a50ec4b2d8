"""The versions of a run's descriptions: kept one after another, so that nothing is ever lost.

The newest version is the one in use. Undo and redo append a copy of an earlier one; which one is
found by replaying the steps, so every tab and every restart of the app agrees on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from laser_core.database import Database, now
from laser_core.descriptions import Descriptions
from laser_core.errors import StoreError

Step = Literal["", "edit", "undo", "redo", "move"]
NAME_KEY = "name of texts "  # of a fact of the database, with the version's number behind it


@dataclass(frozen=True)
class TextVersion:
    """One version, without its texts.

    Args:
        number: 1 for the first.
        at: when it was made, in UTC.
        title: how it came about, in a few words.
        step: "" if the language model or the loop made it; else what a person did. "move" made a
            confuser a relevant class of the run: undo does not reach behind it.
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
    """The versions kept in a run's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self, descriptions: Descriptions, title: str, step: Step = "", after: int | None = None
    ) -> int:
        """Keep a version; returns its number.

        Args:
            step: what a person did to get it, or "".
            after: the newest version that the writer knew of; None not to check.

        Raises:
            StoreError: another tab or the loop has kept a newer one in the meantime.
        """
        text = json.dumps({**descriptions.to_dict(), "step": step})
        with self._database.writing() as cursor:
            newest = cursor.execute("SELECT coalesce(max(version), 0) FROM texts").fetchone()[0]
            if after is not None and newest != after:
                raise StoreError(
                    f"the texts were changed elsewhere in the meantime (version {newest} is newer "
                    f"than {after}); look at the new list, then make the change again"
                )
            cursor.execute(
                "INSERT INTO texts (at, title, descriptions) VALUES (?, ?, ?)", (now(), title, text)
            )
            return int(cursor.lastrowid or 0)

    def read(self, version: int | None = None) -> tuple[int, Descriptions] | None:
        """(number, descriptions) of one version, or of the newest; None if there is none."""
        rows = self._database.read(
            "SELECT version, descriptions FROM texts WHERE ? IS NULL OR version = ? "
            "ORDER BY version DESC LIMIT 1",
            (version, version),
        )
        return (rows[0][0], Descriptions.from_dict(json.loads(rows[0][1]))) if rows else None

    def all(self) -> list[TextVersion]:
        """Every version, oldest first."""
        rows = self._database.read(
            "SELECT version, at, title, coalesce(json_extract(descriptions, '$.step'), ''), "
            "coalesce(value, '') FROM texts LEFT JOIN meta ON key = ? || version ORDER BY version",
            (NAME_KEY,),
        )
        return [TextVersion(*row) for row in rows]

    def name(self, version: int, name: str) -> None:
        """Call a version `name`; "" takes its name away.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"{NAME_KEY}{version}", name)
            )


def undo_target(versions: Sequence[TextVersion]) -> int | None:
    """The version that Undo brings back; None when there is nothing to take back."""
    return _replay(versions)[0]


def redo_target(versions: Sequence[TextVersion]) -> int | None:
    """The version that Redo brings back; None when nothing was undone since the last change."""
    return _replay(versions)[1]


def saved_version(versions: Sequence[TextVersion]) -> int | None:
    """The version that edits are compared with: the last that has a name, or that no person made.

    None when there is no version.
    """
    saved = [v.number for v in versions if v.name or not v.step]
    return saved[-1] if saved else None


def _replay(versions: Sequence[TextVersion]) -> tuple[int | None, int | None]:
    """(what is before, what is after) the version whose texts are in use."""
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
            before = [] if current is None or version.step == "move" else [*before, current]
            current, after = version.number, []
    return before[-1] if before else None, after[-1] if after else None
