"""The tables of a run's database: their SQL in every version, and a checksum for every row.

A database is only read if it has these tables and nothing else: a trigger or a view of somebody
else could change or delete labels behind our back.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Sequence
from numbers import Integral, Real
from typing import Any, Literal

SCHEMA_VERSION = 3
Table = Literal["meta", "events", "texts", "queries", "rounds", "exchanges", "audits"]
COLUMNS: dict[Table, tuple[str, ...]] = {  # without `crc`, the row's checksum, which comes last
    "meta": ("key", "value"),
    "events": (
        "seq", "at", "actor", "kind", "action", "image", "state", "name", "round", "seconds",
        "target", "other", "source", "client", "client_seq",
    ),
    "texts": ("version", "at", "title", "descriptions"),
    "queries": ("round", "at", "texts", "query"),
    "rounds": ("round", "at", "record"),
    "exchanges": ("seq", "at", "exchange"),
    "audits": ("seq", "at", "actor", "round", "population", "ids"),
}  # fmt: skip
# Rows of these are numbered 1, 2, ... and never removed, so one that is missing is noticed.
COUNTED: tuple[Table, ...] = ("events", "texts", "exchanges", "audits")
CALLED: dict[Table, str] = {  # what a row is called in an error, with its key behind it
    "meta": "its fact",
    "events": "event",
    "texts": "version of the texts",
    "queries": "the query of round",
    "rounds": "the record of round",
    "exchanges": "question to the language model",
    "audits": "audit",
}

_V1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('label', 'undo')), image TEXT, state TEXT, name TEXT,
    round INTEGER, seconds REAL, target INTEGER REFERENCES events (seq)
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
_EVENTS_V2 = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN (
        'label', 'undo', 'redo', 'class_added', 'class_renamed', 'promoted', 'merged'
    )),
    action INTEGER NOT NULL, image TEXT, state TEXT, name TEXT, round INTEGER, seconds REAL,
    target INTEGER REFERENCES events (seq), other TEXT, source TEXT, client TEXT,
    client_seq INTEGER
);
"""
_CLIENTS = """
CREATE UNIQUE INDEX events_of_client ON events (client, client_seq) WHERE client IS NOT NULL;
"""
_AUDITS_V2 = """
CREATE TABLE audits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
    round INTEGER NOT NULL, population INTEGER NOT NULL, ids TEXT NOT NULL
);
"""
# What a column holds is checked too: SQLite itself keeps text where a number is declared.
SCHEMA = f"""
CREATE TABLE meta (
    key TEXT PRIMARY KEY CHECK (typeof(key) = 'text'),
    value TEXT NOT NULL CHECK (typeof(value) = 'text'), crc INTEGER NOT NULL
);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    actor TEXT NOT NULL CHECK (typeof(actor) = 'text'),
    kind TEXT NOT NULL CHECK (kind IN (
        'label', 'undo', 'redo', 'class_added', 'class_renamed', 'promoted', 'merged'
    )),
    action INTEGER NOT NULL  -- number of its first event: what one undo takes back
        CHECK (typeof(action) = 'integer' AND action BETWEEN 1 AND seq),
    image TEXT CHECK (kind <> 'label' OR (typeof(image) = 'text' AND image <> '')),
    state TEXT CHECK (
        kind <> 'label'
        OR coalesce(state, '') IN ('relevant', 'irrelevant', 'unsure', 'excluded')
    ),
    name TEXT CHECK (
        kind IN ('undo', 'redo') OR (typeof(name) = 'text' AND (
            name <> '' OR (kind = 'label' AND state <> 'relevant')
        ))
    ),
    round INTEGER CHECK (typeof(round) IN ('integer', 'null')),
    seconds REAL CHECK (typeof(seconds) IN ('real', 'null')),
    target INTEGER REFERENCES events (seq)
        CHECK (kind NOT IN ('undo', 'redo') OR typeof(target) = 'integer'),
    other TEXT CHECK (  -- a new name, or the class that one is merged into
        kind NOT IN ('class_renamed', 'merged') OR (typeof(other) = 'text' AND other <> '')
    ),
    source TEXT  -- of a label
        CHECK (source IS NULL OR source IN ('person', 'oracle', 'import')),
    client TEXT  -- with client_seq: the sender's own number, so that nothing is stored twice
        CHECK (typeof(client) IN ('text', 'null')),
    client_seq INTEGER CHECK (typeof(client_seq) IN ('integer', 'null')),
    crc INTEGER NOT NULL
);
{_CLIENTS}
CREATE TABLE texts (
    version INTEGER PRIMARY KEY AUTOINCREMENT CHECK (version > 0),
    at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    title TEXT NOT NULL CHECK (typeof(title) = 'text'),
    descriptions TEXT NOT NULL CHECK (typeof(descriptions) = 'text'), crc INTEGER NOT NULL
);
CREATE TABLE queries (
    round INTEGER PRIMARY KEY CHECK (round > 0), at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    texts INTEGER REFERENCES texts (version) CHECK (typeof(texts) IN ('integer', 'null')),
    query TEXT NOT NULL CHECK (typeof(query) = 'text'), crc INTEGER NOT NULL
);
CREATE TABLE rounds (
    round INTEGER PRIMARY KEY CHECK (round > 0), at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    record TEXT NOT NULL CHECK (typeof(record) = 'text'), crc INTEGER NOT NULL
);
CREATE TABLE exchanges (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    exchange TEXT NOT NULL CHECK (typeof(exchange) = 'text'), crc INTEGER NOT NULL
);
CREATE TABLE audits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT CHECK (seq > 0),
    at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    actor TEXT NOT NULL CHECK (typeof(actor) = 'text'),
    round INTEGER NOT NULL CHECK (typeof(round) = 'integer'),
    population INTEGER NOT NULL CHECK (typeof(population) = 'integer'),
    ids TEXT NOT NULL CHECK (typeof(ids) = 'text'), crc INTEGER NOT NULL
);
"""
_VERSIONS = {
    1: _V1,
    2: _V1[: _V1.index("CREATE TABLE events")] + _EVENTS_V2 + _CLIENTS
    + _V1[_V1.index("CREATE TABLE texts") :] + _AUDITS_V2,
    3: SCHEMA,
}  # fmt: skip
# How a table of an older version is read as one of this version, where its columns do not say.
_FIRST_EVENTS = """
seq, at, actor, kind, seq, image, state, name, round, seconds, target, NULL,
CASE WHEN kind = 'undo' THEN NULL WHEN actor = 'oracle' THEN 'oracle' ELSE 'person' END, NULL, NULL
"""
_AS_THEY_ARE = (str, int, type(None))
_OWN = re.compile("sqlite_(sequence|stat[14]|autoindex_.*)")  # SQLite's, without code of anybody


def checksum(table: Table, row: Iterable[Any]) -> int:
    """A number, 0 to 2**32 - 1, that a changed row of the table does not have but by chance.

    Args:
        row: its values as SQLite gives them back, in the order of `COLUMNS`.
    """
    return zlib.crc32(ascii((table, *row)).encode("ascii"))


def foreign_object(connection: sqlite3.Connection, version: int) -> str:
    """What a database has that a run of that version does not have, or lacks; "" if nothing.

    Raises:
        sqlite3.Error: the database is damaged.
    """
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    own = dict(_statements(version))
    for kind, name, sql in found:
        if _OWN.fullmatch(str(name)):
            continue
        if name not in own or kind not in ("table", "index"):
            return f"the {kind} {str(name)[:100]!r}"
        if _plain(str(sql)) != own.pop(name):
            return f"another {kind} {name!r} than that of a run"
    return f"no table {min(own)!r}" if own else ""


def _statements(version: int) -> Iterable[tuple[str, str]]:
    """(name, SQL) of what a version has."""
    for statement in statements(_VERSIONS[version]):
        plain = _plain(statement)
        yield plain.split("(")[0].split()[3 if "unique" in plain.split() else 2], plain


def statements(sql: str) -> list[str]:
    """The statements of a script of ours, none of which has a ";" inside."""
    without_remarks = re.sub("--[^\n]*", "", sql)
    return [s.strip() for s in without_remarks.split(";") if s.strip()]


def _plain(sql: str) -> str:
    """SQL without remarks and spaces that do not matter, in lower case."""
    text = " ".join(re.sub("--[^\n]*", "", sql).split())
    return re.sub(r" ?([(),]) ?", r"\1 ", text).lower().strip()


def copy_rows(
    source: sqlite3.Cursor,
    version: int,
    target: sqlite3.Cursor,
    leave_out: Collection[str] = (),
) -> None:
    """Copy the rows that we know of a database of `version` into a fresh one of this version.

    Of one of this version the checksums are copied as they are, so a wrong row stays wrong.

    Raises:
        sqlite3.Error: a row cannot be read, or is none of a run (a state that does not exist).
    """
    for table in COLUMNS:
        if table in leave_out or (table == "audits" and version == 1):
            continue
        old = _FIRST_EVENTS if table == "events" and version == 1 else ", ".join(COLUMNS[table])
        crc = ", crc" if version == SCHEMA_VERSION else ""
        rows = source.execute(f"SELECT {old}{crc} FROM {table}")
        places = ", ".join("?" * (len(COLUMNS[table]) + 1))
        while some := rows.fetchmany(5000):
            summed = some if crc else [with_crc(table, row) for row in some]
            target.executemany(f"INSERT INTO {table} VALUES ({places})", summed)


def with_crc(table: Table, row: Sequence[Any]) -> tuple[Any, ...]:
    """`row`, as it will be read back, with its checksum behind it."""
    kept = [value if type(value) in _AS_THEY_ARE else _as_kept(value) for value in row]
    return (*kept, checksum(table, kept))


def _as_kept(value: Any) -> Any:
    """What SQLite gives back for a value that it is given, of a plain type of Python."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return None if value != value else float(value) + 0.0  # it has neither NaN nor -0.0
    return value
