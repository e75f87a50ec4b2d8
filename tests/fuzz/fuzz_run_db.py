"""Databases of a run that are damaged, or made by somebody else."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from laser_core.errors import LaserError
from laser_core.store.database import Database
from laser_core.store.restore import restore_backup, trouble_of
from laser_core.store.schema import COLUMNS, checksum
from laser_core.store.store import Store
from tests.fuzz import mutate
from tests.fuzz.base_run import answers, base, command, copy_of_base, read_as_pages_do, truth
from tests.fuzz.harness import Target, WrongReadingError
from tests.old_runs import as_written_by

FOREIGN = (
    "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
    "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN DELETE FROM events; END",
    "CREATE VIEW v AS SELECT * FROM events",
    "CREATE TABLE more (a)",
    "CREATE INDEX i ON events (lower(name))",
    "CREATE INDEX i ON events (image)",
    "CREATE VIRTUAL TABLE w USING fts5 (a)",
    "ALTER TABLE rounds ADD COLUMN more GENERATED ALWAYS AS (upper(record)) VIRTUAL",
    "ALTER TABLE events ADD COLUMN more TEXT DEFAULT 'x'",
    "ALTER TABLE audits RENAME TO audited",
    "DROP TABLE exchanges",
    "DROP INDEX events_of_client",
    "DROP TABLE rounds; CREATE VIEW rounds AS SELECT 1 AS round, 'now' AS at, '{}' AS record",
)
_BINDABLE = [v for v in mutate.VALUES if not isinstance(v, list | dict)]
JSON = {
    "texts": "descriptions", "queries": "query", "rounds": "record", "exchanges": "exchange",
    "audits": "ids", "meta": "value",
}  # fmt: skip


def damaged(rng: np.random.Generator, folder: Path) -> str:
    """Wrong bytes in the file: every label is read as it was, or something is named."""
    run = copy_of_base(folder)
    path = run / "run.db"
    way, data = mutate.spoiled_bytes(path.read_bytes(), rng)
    path.write_bytes(data)
    return f"{way}: {_judged(run, rng, exact=True)}"


def wrong_rows(rng: np.random.Generator, folder: Path) -> str:
    """Values changed and rows removed behind the program's back, checksums left as they were."""
    run = copy_of_base(folder)
    with closing(sqlite3.connect(run / "run.db")) as database, database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        table = mutate.pick(rng, COLUMNS)
        key, column = COLUMNS[table][0], mutate.pick(rng, (*COLUMNS[table], "crc"))
        keys = [row[0] for row in database.execute(f"SELECT {key} FROM {table}")]
        row = mutate.pick(rng, keys)
        if rng.random() < 0.2:
            database.execute(f"DELETE FROM {table} WHERE {key} = ?", (row,))
        else:
            _set(database, table, column, mutate.pick(rng, _BINDABLE), row)
    return _judged(run, rng, exact=True)


def somebody_elses(rng: np.random.Generator, folder: Path) -> str:
    """Rows that were made up, with the right checksums: wrong JSON and values in every column."""
    run = copy_of_base(folder)
    with closing(sqlite3.connect(run / "run.db")) as database, database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        table = mutate.pick(rng, COLUMNS)
        key = COLUMNS[table][0]
        keys = [row[0] for row in database.execute(f"SELECT {key} FROM {table}")]
        row, column = mutate.pick(rng, keys), mutate.pick(rng, COLUMNS[table])
        if table in JSON and rng.random() < 0.8:
            column = JSON[table]
            row = "config" if table == "meta" else row
            sql = f"SELECT {column} FROM {table} WHERE {key} = ?"
            value = mutate.spoiled_json(database.execute(sql, (row,)).fetchone()[0], rng)
        else:
            value = mutate.pick(rng, _BINDABLE)
        _set(database, table, column, value, row)
        _sum_again(database, table)
    return _judged(run, rng, exact=False)


def foreign(rng: np.random.Generator, folder: Path) -> str:
    """Schema objects that are no part of a run: nothing of it is opened."""
    run = copy_of_base(folder)
    sql = mutate.pick(rng, FOREIGN)
    with closing(sqlite3.connect(run / "run.db")) as database:
        database.executescript("CREATE VIEW v AS SELECT 1;" + sql if " ON v " in sql else sql)
    try:
        Database.open(run / "run.db").close()
    except LaserError:
        return _judged(run, rng, exact=True)
    raise WrongReadingError(f"opened with: {sql}")


def of_an_earlier_version(rng: np.random.Generator, folder: Path) -> str:
    """The same without checksums: no traceback."""
    run = copy_of_base(folder)
    as_written_by(2, run)
    with closing(sqlite3.connect(run / "run.db")) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    way, data = mutate.spoiled_bytes((run / "run.db").read_bytes(), rng)
    (run / "run.db").write_bytes(data)
    return f"{way}: {_judged(run, rng, exact=False)}"


def wrong_files(rng: np.random.Generator, folder: Path) -> str:
    """One of the run's other files is damaged, or made up."""
    run = copy_of_base(folder)
    files = [p for p in sorted(run.rglob("*")) if p.is_file() and p.suffix != ".db"]
    path = mutate.pick(rng, files)
    if path.suffix == ".json" and rng.random() < 0.6:
        text = mutate.spoiled_json(path.read_text(encoding="utf-8"), rng)
        path.write_text(text, encoding="utf-8", errors="replace")
    else:
        path.write_bytes(mutate.spoiled_bytes(path.read_bytes(), rng)[1])
    read_as_pages_do(run, base() / "cache")
    return path.suffix


def _set(database: sqlite3.Connection, table: str, column: str, value: object, row: object) -> None:
    key = COLUMNS[table][0]
    try:
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, row))
    except (sqlite3.Error, OverflowError, UnicodeEncodeError):
        other = 10**6 if column == key else "other"
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (other, row))


def _sum_again(database: sqlite3.Connection, table: str) -> None:
    for rowid, *row in database.execute(
        f"SELECT rowid, {', '.join(COLUMNS[table])} FROM {table}"
    ).fetchall():
        database.execute(
            f"UPDATE {table} SET crc = ? WHERE rowid = ?", (checksum(table, row), rowid)
        )


def _judged(run: Path, rng: np.random.Generator, exact: bool) -> str:
    """Read it in every way; returns whether it could be, and restores it where it could not."""
    trouble = trouble_of(run)
    try:
        with closing(Store.open(run)) as store:
            found = answers(store)
        if exact and found != truth():
            wrong = [pair for pair in zip(found, truth(), strict=False) if pair[0] != pair[1]]
            raise WrongReadingError(f"{len(found)} for {len(truth())} answers, {wrong[:1]}")
        read_as_pages_do(run, base() / "cache")
    except LaserError:
        if not trouble:
            raise WrongReadingError("restore finds nothing wrong with it") from None
    if rng.random() < 0.2:
        command("show", run)
        command("export", run, "--out", run.parent / "out")
        shutil.rmtree(run.parent / "out", ignore_errors=True)
    if not trouble:
        return "read"
    restore_backup(run)
    if left := trouble_of(run):
        raise WrongReadingError(f"restored, and still: {left}")
    with closing(Store.open(run)) as store:
        if exact and answers(store) != truth()[: len(answers(store))]:
            raise WrongReadingError("the backup has other answers")
    return "restored"


TARGETS = [
    Target("run-db-bytes", damaged, 20),
    Target("run-db-rows", wrong_rows, 12),
    Target("run-db-made-up", somebody_elses, 20),
    Target("run-db-foreign", foreign, 14),
    Target("run-db-earlier", of_an_earlier_version, 8),
    Target("run-files", wrong_files, 12),
]
