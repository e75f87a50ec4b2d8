"""Random audits of a run: which pictures were drawn, from how many, and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from laser_core.database import Database, now


@dataclass(frozen=True)
class Audit:
    """One audit.

    Args:
        number: 1 for the first.
        at, actor: when (UTC) and who asked for it.
        round: rounds finished at that time.
        population: how many pictures it was drawn from.
        ids: the pictures drawn; their labels are labels like any other.
    """

    number: int
    at: str
    actor: str
    round: int
    population: int
    ids: tuple[str, ...]


class Audits:
    """The audits kept in a run's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, ids: Sequence[str], population: int, round: int, actor: str) -> int:
        """Keep an audit before its first label is given; returns its number.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT INTO audits (at, actor, round, population, ids) VALUES (?, ?, ?, ?, ?)",
                (now(), actor, round, population, json.dumps(list(ids))),
            )
            return int(cursor.lastrowid or 0)

    def all(self) -> list[Audit]:
        """Every audit, oldest first."""
        rows = self._database.read(
            "SELECT seq, at, actor, round, population, ids FROM audits ORDER BY seq"
        )
        return [
            Audit(n, at, who, r, size, tuple(json.loads(ids))) for n, at, who, r, size, ids in rows
        ]
