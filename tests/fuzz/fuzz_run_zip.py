"""Zips of whole runs that are damaged, or made by somebody else."""

from __future__ import annotations

import json
import sqlite3
import warnings
import zipfile
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np

from laser_core.data.confirmation import unconfirmed_settings
from laser_core.errors import LaserError
from laser_core.io.exports import bundle_run, open_bundle
from laser_core.store.store import Store
from tests.fuzz import mutate
from tests.fuzz.base_run import answers, base, command, copy_of_base, read_as_pages_do, truth
from tests.fuzz.fuzz_run_db import FOREIGN
from tests.fuzz.harness import Target, WrongReadingError

NAMES = (
    "../evil", "/evil", "C:\\evil", "arrays/../../evil.npy", "arrays/con/../x.npy", "run.db/x",
    "RUN.DB", "arrays/é.npy", "nets/round-001/evil.py", "cosines/evil", "run.db-wal", "lock",
    "backups/run-1.db", "arrays/.hidden.npy", "config.json/", "arrays/",
)  # fmt: skip
SETTINGS = {
    "pool": "/root", "data_root": "/etc", "llm": "openai:gpt-4o", "vlm": "open_clip:ViT-L-14/x",
}  # fmt: skip


@cache
def bundle() -> Path:
    """The zip of `base`."""
    return bundle_run(base() / "run", base() / "run.zip", base() / "cache")


@cache
def contents() -> dict[str, bytes]:
    """Name -> bytes of what is in it."""
    with zipfile.ZipFile(bundle()) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def damaged(rng: np.random.Generator, folder: Path) -> str:
    """Wrong bytes anywhere in the zip."""
    way, data = mutate.spoiled_bytes(bundle().read_bytes(), rng)
    (folder / "run.zip").write_bytes(data)
    return f"{way}: {_judged(folder, exact=True)}"


def changed_inside(rng: np.random.Generator, folder: Path) -> str:
    """One of its files is damaged, another one's, missing, there twice or called otherwise."""
    files = list(contents().items())
    place = int(rng.integers(len(files)))
    name, data = files[place]
    way = mutate.pick(rng, ("bytes", "json", "missing", "twice", "name", "settings", "foreign"))
    exact = way in ("missing", "twice", "name")
    if way == "bytes":
        files[place] = (name, mutate.spoiled_bytes(data, rng)[1])
        exact = name != "run.db"
    elif way == "json":
        name = mutate.pick(rng, [n for n, _ in files if n.endswith(".json")])
        spoiled = mutate.spoiled_json(contents()[name].decode(), rng)
        files = [(n, spoiled.encode("utf-8", "replace") if n == name else d) for n, d in files]
        exact = True
    elif way == "missing":
        del files[place]
    elif way == "twice":
        files.append((name, data))
    elif way == "name":
        files[place] = (mutate.pick(rng, NAMES), data)
    else:
        sql = mutate.pick(rng, [sql for sql in FOREIGN if " ON v " not in sql])
        files = [(n, _database(folder, way, sql) if n == "run.db" else d) for n, d in files]
    _pack(files, folder / "run.zip")
    return f"{way}: {_judged(folder, exact)}"


def _database(folder: Path, way: str, sql: str) -> bytes:
    """A run's database with settings of somebody else, or with what is no part of a run."""
    (folder / "other").mkdir()
    run = copy_of_base(folder / "other")
    if way == "settings":
        with closing(Store.open(run)) as store:
            config = json.loads(store.config().to_json())
            store._database.set_fact("config", json.dumps({**config, **SETTINGS}))
    with closing(sqlite3.connect(run / "run.db")) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        if way == "foreign":
            database.executescript(sql)
    return (run / "run.db").read_bytes()


def _pack(files: list[tuple[str, bytes]], path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of a name that repeats: that is meant
        for name, data in files:
            zipped.writestr(name, data)


def _judged(folder: Path, exact: bool) -> str:
    before = {p: p.read_bytes() for p in (base() / "cache").rglob("*") if p.is_file()}
    opened = folder / "home" / "run"
    opened.parent.mkdir()
    try:
        open_bundle(folder / "run.zip", opened)
    except LaserError:
        if any((folder / "home").iterdir()):
            raise WrongReadingError("a refused zip has left something") from None
        raise
    with closing(Store.open(opened)) as store:
        store.require_readable()
        if exact and answers(store) != truth():
            raise WrongReadingError("other answers than were packed")
        config = store.config()
        open_ends = {one.field for one in unconfirmed_settings(config)}
        if config.data_root or (config.pool != "demo" and "pool" not in open_ends):
            raise WrongReadingError(f"the pool {config.pool!r} is followed")
        if config.llm != "offline" and "llm" not in open_ends:
            raise WrongReadingError(f"the model {config.llm!r} is asked")
    read_as_pages_do(opened, base() / "cache")
    command("show", opened)
    if {p: p.read_bytes() for p in (base() / "cache").rglob("*") if p.is_file()} != before:
        raise WrongReadingError("a zip has changed the cache")
    outside = {p.name for p in folder.iterdir()} - {"run.zip", "home", "other"}
    if outside:
        raise WrongReadingError(f"a zip has written {outside}")
    return "opened"


TARGETS = [Target("run-zip-bytes", damaged, 15), Target("run-zip-inside", changed_inside, 25)]
