"""A whole run as one zip that opens on another machine: no keys, no absolute paths, no pictures."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from laser_core.config import ExperimentConfig
from laser_core.cosine_table import cosines_folder
from laser_core.database import copy_database
from laser_core.errors import StoreError
from laser_core.export.tables import new_folder
from laser_core.store import Store

VERSION = 1
MANIFEST = "bundle.json"
TEXTS = ("pool.json", "preview.json", "rounds.csv")
COSINES = ("rows.f32", "texts.jsonl", "vectors.npy")
_INSIDE = re.compile(
    r"run\.db|bundle\.json|(config|pool|preview)\.json|rounds\.csv"
    r"|arrays/([\w.-]+/)*[\w.-]+\.(npy|json)"
    r"|nets/round-\d+/(complete|\w+\.safetensors)"
    r"|cosines/(rows\.f32|texts\.jsonl|vectors\.npy)"
)
_KEY = re.compile(r"[\w-]{1,64}")
_SECRET = re.compile(r"(?i)key|token|secret|password")


def bundle_run(folder: Path, target: Path, cache_dir: Path) -> Path:
    """Write the run in `folder` to the zip `target`, also while somebody works on it.

    In it: labels, rounds, texts, the language model's answers, arrays, nets, and the pool's
    embeddings with their cosines, so that it opens without embedding anything. Not in it: the
    pictures, keys, and paths of this machine.

    Returns:
        `target`.

    Raises:
        StoreError: `folder` is no run, or the zip cannot be written.
    """
    store = Store.open(folder)
    try:
        config = store.config()
        key = json.loads(store.read_text("pool.json"))["cosines"] if _prepared(store) else ""
    finally:
        store.close()
    partial = target.with_name(f".{target.name}.partial")
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as parent:
            database = Path(parent) / "run.db"
            copy_database(folder / "run.db", database)
            _clean_database(database, config)
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
                zipped.write(database, "run.db")
                zipped.writestr(MANIFEST, json.dumps({"version": VERSION, "cosines": key}))
                zipped.writestr("config.json", portable(config).to_json())
                for name in filter(lambda name: (folder / name).is_file(), TEXTS):
                    text = (folder / name).read_text(encoding="utf-8")
                    zipped.writestr(name, scrubbed(text, config))
                for path, name in _arrays(folder, cosines_folder(cache_dir, key) if key else None):
                    zipped.write(path, name)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StoreError(f"{target} cannot be written ({error}); free some space") from error
    return target


def _prepared(store: Store) -> bool:
    return store.has_text("pool.json")


def _arrays(folder: Path, cosines: Path | None) -> Iterator[tuple[Path, str]]:
    """(file, name in the zip) of arrays, nets and cosines; half-written files are left out."""
    for part in ("arrays", "nets"):
        for path in sorted((folder / part).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and _INSIDE.fullmatch(name):
                yield path, name
    for name in COSINES if cosines else ():
        if cosines and (cosines / name).is_file():
            yield cosines / name, f"cosines/{name}"


def _clean_database(path: Path, config: ExperimentConfig) -> None:
    """Take paths and keys out of a database, also out of the pages that SQLite no longer uses."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE meta SET value = ? WHERE key = 'config'", (portable(config).to_json(),)
        )
        for seq, text in connection.execute("SELECT seq, exchange FROM exchanges").fetchall():
            connection.execute(
                "UPDATE exchanges SET exchange = ? WHERE seq = ?", (scrubbed(text, config), seq)
            )
        connection.execute("VACUUM")


def portable(config: ExperimentConfig) -> ExperimentConfig:
    """`config` without paths of this machine: a path keeps its last part alone."""
    return replace(
        config,
        pool=_last_part(config.pool),
        data_root=None,
        vlm=_last_part(config.vlm),
        llm=_last_part(config.llm),
    )


def _last_part(text: str) -> str:
    """`text`, or with a kind before it ("replay:..."), less the folders of a path in it."""
    kind, colon, rest = text.partition(":")
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute() or "/" not in text:
        kind, colon, rest = "", "", text
    if not (PurePosixPath(rest).is_absolute() or PureWindowsPath(rest).is_absolute()):
        return text
    return kind + colon + PureWindowsPath(rest).name


def scrubbed(text: str, config: ExperimentConfig) -> str:
    """`text` without keys from the environment and without folders of this machine.

    Also as they stand in JSON, where a Windows path has its backslashes doubled.
    """
    folders = [Path.home(), Path.cwd(), *map(Path, filter(None, [config.data_root]))]
    if Path(config.pool).is_absolute():
        folders.append(Path(config.pool).parent)
    keys = [v for k, v in os.environ.items() if _SECRET.search(k) and len(v) >= 8]
    hidden = [(key, "***") for key in keys]
    hidden += [(str(f), "~") for f in folders if len(f.parts) > 1]
    for secret, instead in sorted(hidden, key=lambda pair: -len(pair[0])):
        for form in {secret, json.dumps(secret)[1:-1]}:
            text = text.replace(form, instead)
    return text


def open_bundle(
    bundle: Path,
    folder: Path,
    cache_dir: Path,
    pool: str | None = None,
    data_root: str | None = None,
) -> Path:
    """Make the run in a zip of `bundle_run` one of this machine; returns `folder`.

    Args:
        folder: missing or empty.
        cache_dir: where the embeddings go, unless they are there already.
        pool: where the pictures lie here; None leaves the name that the run had.
        data_root: as in `ExperimentConfig`.

    Raises:
        StoreError: it is no such zip, holds what does not belong in one, or there is no space.
    """
    try:
        with zipfile.ZipFile(bundle) as zipped:
            key = _checked(zipped, bundle, folder)
            with new_folder(folder):
                zipped.extractall(folder)
                (folder / "arrays").mkdir(exist_ok=True)
                _move_cosines(folder, cosines_folder(cache_dir, key) if key else None)
                (folder / MANIFEST).unlink()
                _settle(folder, pool, data_root)
    except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError) as error:
        raise StoreError(f"{bundle} is no bundle of a run ({error}); export it again") from error
    except OSError as error:
        raise StoreError(f"{bundle} cannot be opened ({error}); check the path") from error
    return folder


def _checked(zipped: zipfile.ZipFile, bundle: Path, folder: Path) -> str:
    """The key of the cosines in a bundle, whose names and sizes are looked at before any write."""
    about = json.loads(zipped.read(MANIFEST))
    if about["version"] > VERSION:
        raise StoreError(f"{bundle} was made by a newer version; open it with that version")
    for name in zipped.namelist():
        if not _INSIDE.fullmatch(name) or ".." in name.split("/"):
            raise StoreError(f"{bundle} holds {name!r}, which is no part of a run; do not trust it")
    needed = sum(info.file_size for info in zipped.infolist())
    around = next(p for p in folder.resolve().parents if p.exists())
    if needed > shutil.disk_usage(around).free:
        raise StoreError(f"{bundle} needs {needed / 1e6:,.0f} MB; free some space in {around}")
    key = str(about["cosines"])
    if key and not _KEY.fullmatch(key):
        raise StoreError(f"{bundle} names cosines {key!r}; it is damaged, export it again")
    return key


def _move_cosines(folder: Path, target: Path | None) -> None:
    """Put a bundle's cosines into the cache; what is there already is at least as complete."""
    inside = folder / "cosines"
    if target is not None and inside.is_dir() and not (target / "vectors.npy").exists():
        target.mkdir(parents=True, exist_ok=True)
        for name in COSINES:
            if (inside / name).exists() and not (target / name).exists():
                shutil.move(inside / name, target / name)
    shutil.rmtree(inside, ignore_errors=True)


def _settle(folder: Path, pool: str | None, data_root: str | None) -> None:
    store = Store.open(folder)
    try:
        if pool is not None:
            store.move_pool(pool, data_root)
    finally:
        store.close()
