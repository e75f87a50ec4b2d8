"""A whole run as one zip that opens on another machine: no keys, no absolute paths, no pictures."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from laser_core.basics.disk_faults import remedy
from laser_core.basics.files import draft_of
from laser_core.basics.zip_limits import DAMAGE, Limits, damage_reason, excess
from laser_core.config import ExperimentConfig
from laser_core.data.confirmation import confirm, mark_unconfirmed, without_marks
from laser_core.errors import StoreError
from laser_core.io.exports.new_folder import HALF, new_folder
from laser_core.metrics.summary import rounds_csv
from laser_core.store.database import ON_READING, copy_database, insert
from laser_core.store.records import KeptPool, seal
from laser_core.store.store import Store, StoreView
from laser_core.store.writable import WritableDatabase
from laser_core.texts.cosine_table import FileTable, run_cosines

VERSION = 1
SPARE_BYTES = 200_000_000  # left on the disk: a full one stops everything else
MANIFEST = "bundle.json"
TEXTS = ("preview.json", "rounds.csv", "start.json")
COSINES = ("rows.f32", "texts.jsonl", "vectors.npy")
_INSIDE = re.compile(
    r"run\.db|bundle\.json|(config|pool|preview|start)\.json|rounds\.csv"
    r"|arrays/([\w-][\w.-]*/)*[\w-][\w.-]*\.(npy|json)"
    r"|nets/\w+\.safetensors|nets/round-\d+/(complete|\w+\.safetensors)"  # now; earlier
    r"|cosines/(rows\.f32|texts\.jsonl|vectors\.npy)",
    re.ASCII,
)
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
    with closing(StoreView.open(folder)) as store:
        config, pool = store.config(), store.pool.read()
    cosines = run_cosines(folder, cache_dir, pool.cosines) if pool else None
    try:
        with (
            draft_of(target) as draft,
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as parent,
        ):
            database = Path(parent) / "run.db"
            copy_database(folder / "run.db", database)
            _clean_database(database, config)
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
                zipped.write(database, "run.db")
                zipped.writestr(MANIFEST, json.dumps({"version": VERSION}))
                zipped.writestr("config.json", without_local_paths(config).to_json())
                for name, text in _texts(folder, config, pool):
                    zipped.writestr(name, text)
                for path, name in _arrays(folder, cosines):
                    zipped.write(path, name)
    except (OSError, *ON_READING) as error:
        raise StoreError(f"{target} cannot be written ({error}); {remedy(error)}") from error
    return target


def _texts(
    folder: Path, config: ExperimentConfig, pool: KeptPool | None
) -> Iterator[tuple[str, str]]:
    """(name, text) of the small files, without keys and paths."""
    if pool is not None:
        yield "pool.json", seal(json.loads(scrub(json.dumps(asdict(pool)), config)))
    for name in filter(lambda name: (folder / name).is_file(), TEXTS):
        yield name, scrub((folder / name).read_text(encoding="utf-8"), config)


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
    with closing(WritableDatabase.open(path)) as database:
        with database.write_transaction() as cursor:
            rows = database.rows("exchanges")
            clean = [(seq, at, scrub(text, config)) for seq, at, text in rows]
            insert(cursor, "exchanges", clean, replace=True)
            insert(
                cursor, "meta", [("config", without_local_paths(config).to_json())], replace=True
            )
        database.tidy()


def without_local_paths(config: ExperimentConfig) -> ExperimentConfig:
    """`config` without paths of this machine: a path keeps its last part alone."""
    config = without_marks(config)
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


def scrub(text: str, config: ExperimentConfig) -> str:
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
    pool: str | None = None,
    data_root: str | None = None,
    limits: Limits = Limits(),
) -> Path:
    """Make the run in a zip of `bundle_run` one of this machine; returns `folder`.

    Its rows are copied into a database of ours, its arrays and sentences one by one as far as they
    are what they should be. Cosines stay in the run's folder (`run_cosines`). Its pool and models
    wait for confirmation (`laser_core.data.confirmation`).

    Args:
        folder: missing or empty.
        pool: where the pictures lie here; None leaves that open.
        data_root: as in `ExperimentConfig`.
        limits: what the zip may claim.

    Raises:
        StoreError: it is no such zip, holds what does not belong in one, or there is no space.
    """
    try:
        with zipfile.ZipFile(bundle) as zipped:
            entries = _check_entries(zipped, bundle, folder, limits)
            with new_folder(folder) as half:
                _copy_database(zipped, entries, half, pool, data_root)
                _copy_files(zipped, entries, half)
    except StoreError as error:  # its files have names of their own by then
        raise StoreError(_of_bundle(str(error), bundle, folder)) from error
    except (*DAMAGE, KeyError, RecursionError) as error:
        if isinstance(error, OSError) and not isinstance(error, zipfile.BadZipFile):
            raise StoreError(
                f"{bundle} cannot be opened ({damage_reason(error)}); check the path"
            ) from error
        why = damage_reason(error)
        raise StoreError(f"{bundle} is no bundle of a run ({why}); export it again") from error
    return folder


def _of_bundle(sentence: str, bundle: Path, folder: Path) -> str:
    """An error about a file of the half-opened run as one about the zip."""
    half = f"{folder.with_name(folder.name + HALF)}"
    return sentence.replace(half, str(bundle)) if half in sentence else sentence


def _check_entries(
    zipped: zipfile.ZipFile, bundle: Path, folder: Path, limits: Limits
) -> dict[str, zipfile.ZipInfo]:
    """Name -> entry of a bundle; names, sizes and the version are looked at before any write."""
    listed = zipped.infolist()
    _require_entry(MANIFEST, zipped.namelist(), bundle)
    if found := excess(listed, limits):
        raise StoreError(f"{bundle} {found}; it is no run, do not trust it")
    entries = {}
    for entry in listed:
        name = entry.filename
        if not _INSIDE.fullmatch(name) or ".." in name.split("/"):
            raise StoreError(
                f"{bundle} holds {name[:200]!r}, which is no part of a run; do not trust it"
            )
        if name in entries:
            raise StoreError(f"{bundle} holds {name!r} twice; do not trust it")
        if entry.file_size > _most(name):
            raise StoreError(
                f"{bundle} holds {name!r} of {entry.file_size / 1e6:,.0f} MB, more than the "
                f"{_most(name) / 1e6:,.0f} MB allowed; do not trust it"
            )
        entries[name] = entry
    _require_entry("run.db", entries, bundle)
    _require_space(entries, bundle, folder)
    about = json.loads(zipped.read(entries[MANIFEST]))
    if not isinstance(about, dict) or not isinstance(about.get("version"), int):
        raise StoreError(f"{bundle} is no bundle of a run (no version); export it again")
    if about["version"] > VERSION:
        raise StoreError(f"{bundle} was made by a newer version; open it with that version")
    return entries


def _require_entry(name: str, names: Collection[str], bundle: Path) -> None:
    if name not in names:
        raise StoreError(f"{bundle} is no bundle of a run (it has no {name}); export it again")


def _most(name: str) -> int:
    """Bytes that a file of a bundle may have: all but arrays are read into memory."""
    if name in (MANIFEST, "config.json"):
        return 1_000_000
    if name.endswith((".json", ".jsonl", ".csv", "complete")):
        return 300_000_000
    return 50_000_000_000


def _require_space(entries: Mapping[str, zipfile.ZipInfo], bundle: Path, folder: Path) -> None:
    """Refuse what would fill the disk; the database is there twice for a moment."""
    twice = entries["run.db"].file_size
    needed = twice + sum(entry.file_size for entry in entries.values())
    around = next(p for p in folder.resolve().parents if p.exists())
    if needed > shutil.disk_usage(around).free - SPARE_BYTES:
        raise StoreError(
            f"{bundle} needs {(needed + SPARE_BYTES) / 1e6:,.0f} MB; free some space in {around}"
        )


def _copy_database(
    zipped: zipfile.ZipFile,
    entries: Mapping[str, zipfile.ZipInfo],
    half: Path,
    pool: str | None,
    data_root: str | None,
) -> None:
    """Copy the rows of a bundle's database into one of ours, once all of it could be read."""
    with tempfile.TemporaryDirectory(dir=half, ignore_cleanup_errors=True) as arriving:
        place = Path(arriving)
        _extract(zipped, entries["run.db"], place / "run.db")
        if "pool.json" in entries:
            _extract(zipped, entries["pool.json"], place / "pool.json")
        with closing(StoreView.open(place)) as source:
            source.require_readable()
            facts = source.pool.read()
            if facts is not None and not set(source.labels.by_id()) <= set(facts.ids):
                raise StoreError(f"{place / 'run.db'} has labels of pictures that it does not have")
            config = confirm(mark_unconfirmed(source.config()), pool, False, data_root)
            Store.copy(source, half, config)
        if facts is not None:
            with closing(Store.open(half)) as store:
                store.pool.keep(replace(facts, cosines=""))


def _copy_files(
    zipped: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], half: Path
) -> None:
    """Copy arrays and what else can be made again; of those, what is not sound is left out."""
    with closing(Store.open(half)) as store:
        slow = store.config().learner == "resnet18"  # other nets are trained anew in a second
        parts = ("arrays/", "cosines/", *(("nets/",) if slow else ()))
        for name, entry in entries.items():
            if name.startswith(parts) or name == "preview.json":
                _extract(zipped, entry, half / name)
        for path in sorted((half / "arrays").rglob("*.npy")):
            store.arrays.read(path.relative_to(half / "arrays").with_suffix("").as_posix())
        records, facts = store.rounds.records(), store.pool.read()
        for round in range(1, len(records) + 2):
            store.rounds.query(round)
        store.files.write("rounds.csv", rounds_csv(records))
    table = FileTable(half / "cosines", len(facts.ids) if facts else 0)
    if not table.sound():
        shutil.rmtree(half / "cosines", ignore_errors=True)


def _extract(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipped.open(entry) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file, 1 << 20)
