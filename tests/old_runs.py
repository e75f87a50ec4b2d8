"""Runs as earlier versions wrote them: the tables of schema 1 and 2, word for word."""

import sqlite3
from contextlib import closing
from pathlib import Path

REST_OF_1 = """
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
SCHEMA_1 = f"""
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
{REST_OF_1}
"""
SCHEMA_2 = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

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
{REST_OF_1}
CREATE TABLE audits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
    round INTEGER NOT NULL, population INTEGER NOT NULL, ids TEXT NOT NULL
);
"""
COLUMNS = {  # of events; all others kept their columns
    1: "seq, at, actor, kind, image, state, name, round, seconds, target",
    2: "seq, at, actor, kind, action, image, state, name, round, seconds, target, other, source, "
    "client, client_seq",
}
OTHERS = {
    "meta": "key, value",
    "texts": "version, at, title, descriptions",
    "queries": "round, at, texts, query",
    "rounds": "round, at, record",
    "exchanges": "seq, at, exchange",
    "audits": "seq, at, actor, round, population, ids",
}


def as_written_by(version: int, folder: Path) -> None:
    """Turn the closed run in `folder` into one of schema 1 or 2; 1 has no class events."""
    path = folder / "run.db"
    new = path.with_suffix(".new")
    with closing(sqlite3.connect(new)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.executescript(SCHEMA_1 if version == 1 else SCHEMA_2)
        old.execute("ATTACH ? AS now", (str(path),))
        columns = {"events": COLUMNS[version], **OTHERS}
        if version == 1:
            del columns["audits"]
        for table, some in columns.items():
            old.execute(f"INSERT INTO {table} ({some}) SELECT {some} FROM now.{table}")
        old.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(version),))
        old.commit()
    new.replace(path)
