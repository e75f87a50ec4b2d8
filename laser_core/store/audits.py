"""Random audits of a run: which pictures were drawn, from how many, and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from laser_core.store.database import Database, damaged_error, insert, next_number, now
from laser_core.store.records import KeptAudit, UnreadableError, read_json
from laser_core.store.writable import WritableDatabase


@dataclass(frozen=True)
class Audit:
    """One audit.

    Args:
        number: 1 for the first.
        at, actor: when (UTC) and who asked for it.
        round: rounds finished at that time.
        population: how many pictures it was drawn from.
        ids: the pictures drawn; their labels are labels like any other.
        after: number of the last event of the log when it was drawn.
    """

    number: int
    at: str
    actor: str
    round: int
    population: int
    ids: tuple[str, ...]
    after: int


class Audits:
    """The audits kept in a run's database, as they are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Audit]:
        """Every audit, oldest first.

        Raises:
            StoreError: one is missing or damaged.
        """
        return [self._audit(*row) for row in self._database.numbered_rows("audits")]

    def _audit(
        self, number: int, at: str, actor: str, round: int, population: int, drawn: str
    ) -> Audit:
        try:
            kept = read_json(KeptAudit, drawn)
        except UnreadableError as error:
            raise damaged_error(self._database.path, f"audit {number}: {error}") from error
        return Audit(number, at, actor, round, population, kept.ids, kept.after)


class AuditWriter(Audits):
    """The audits of a run as they are drawn."""

    _database: WritableDatabase

    def __init__(self, database: WritableDatabase) -> None:
        super().__init__(database)

    def append(self, ids: Sequence[str], population: int, round: int, actor: str) -> int:
        """Keep an audit before its first label is given; returns its number.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.write_transaction() as cursor:
            after = cursor.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
            drawn = json.dumps({"ids": list(ids), "after": after})
            number = next_number(cursor, "audits")
            insert(cursor, "audits", [(number, now(), actor, round, population, drawn)])
            return number
