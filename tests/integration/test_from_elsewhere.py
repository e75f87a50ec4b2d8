"""Runs that come from somebody else: as a zip, or as a folder that was copied by hand."""

import json
import shutil
import sqlite3
import warnings
import zipfile
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from laser_core.analysis.reader import RunReader
from laser_core.basics.zip_limits import Limits
from laser_core.data.confirmation import unconfirmed_settings
from laser_core.data.open import open_pool
from laser_core.errors import ConfigError, PoolError, StoreError
from laser_core.io.adopt import adopt
from laser_core.io.exports import bundle_run, open_bundle
from laser_core.llm.choose import open_llm
from laser_core.pool import Label
from laser_core.store.database import insert
from laser_core.store.records import KeptPool, seal
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.vlm.choose import choose_model
from tests import fakes
from tests.old_runs import as_written_by

IDS = tuple(f"a/{n}.png" for n in range(6))
FOREIGN = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
    "a trigger of another table": (
        "CREATE TRIGGER t AFTER UPDATE ON meta BEGIN DELETE FROM events; END"
    ),
    "a view": "CREATE VIEW v AS SELECT * FROM events",
    "a view in a table's place": (
        "ALTER TABLE rounds RENAME TO hidden; "
        "CREATE VIEW rounds AS SELECT 1 AS round, 'now' AS at, '{}' AS record, 0 AS crc"
    ),
    "a virtual table": "CREATE VIRTUAL TABLE w USING fts5 (a)",
    "an index with an expression": "CREATE INDEX i ON events (hex(zeroblob(1000000)))",
    "an index": "CREATE INDEX i ON events (image)",
    "a generated column": "ALTER TABLE audits ADD COLUMN g GENERATED ALWAYS AS (upper(ids))",
    "a table": "CREATE TABLE mine (a)",
    "no audits": "DROP TABLE audits",
    "another rule for states": (
        "PRAGMA writable_schema = ON; "
        "UPDATE sqlite_schema SET sql = replace(sql, '''excluded''', '''hidden''')"
    ),
}


@pytest.fixture
def run(tmp_path):
    """A run of six pictures with two labels, and what the cache holds for it."""
    folder = tmp_path / "run"
    with closing(Store.create(folder, fakes.config())) as store:
        store.pool.keep(KeptPool(IDS, (None,) * 6, (), 0, "abc", "offline", "offline"))
        store.labels.append({IDS[0]: Label("relevant", "cat"), IDS[1]: Label("unsure")}, 1, "Ada")
    table = FileTable(cosines_folder(tmp_path / "cache", "abc"), 6)
    table.keep_vectors(np.eye(6, 5, dtype=np.float32))
    table.append(["a cat"], np.full((1, 6), 0.5, np.float32))
    return folder


@pytest.fixture
def bundle(run, tmp_path):
    return bundle_run(run, tmp_path / "run.zip", tmp_path / "cache")


def repacked(bundle, **changed):
    """The zip with some files replaced or added."""
    with zipfile.ZipFile(bundle) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()} | changed
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return bundle


def database_of(run, tmp_path, sql):
    """The run's database as one file, after some SQL of somebody else."""
    copy = tmp_path / "theirs.db"
    shutil.copyfile(run / "run.db", copy)
    with closing(sqlite3.connect(copy)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.executescript(sql)
        database.commit()
    return copy


# ---- what is no part of a run


@pytest.mark.parametrize("what", FOREIGN)
def test_a_database_with_what_is_no_part_of_a_run_is_not_opened(run, bundle, tmp_path, what):
    """B1: a trigger of a zip deleted 862 labels when 3 were imported."""
    theirs = database_of(run, tmp_path, FOREIGN[what])
    with pytest.raises(StoreError, match=r"no part of a run|not as|cannot be read"):
        open_bundle(repacked(bundle, **{"run.db": theirs.read_bytes()}), tmp_path / "opened")
    assert not (tmp_path / "opened").exists()
    shutil.copyfile(theirs, run / "run.db")  # a folder that was copied by hand
    with pytest.raises(StoreError, match="run.db"):
        Store.open(run)


@pytest.mark.parametrize("version", [1, 2])
def test_a_trigger_in_a_database_of_an_earlier_version_is_refused_too(run, version):
    """B1: the tables of every version are known word for word."""
    as_written_by(version, run)
    Store.open(run).close()
    with closing(sqlite3.connect(run / "run.db")) as database:
        database.execute(FOREIGN["a trigger"])
        database.commit()
    with pytest.raises(StoreError, match="the trigger 't', which is no part of a run"):
        Store.open(run)


def test_rows_are_copied_into_a_database_of_ours(run, bundle, tmp_path):
    """B1: not the file itself, whatever it may hide between its pages."""
    with zipfile.ZipFile(bundle) as zipped:
        theirs = zipped.read("run.db")
    hidden = b"hidden between the pages"
    place = theirs.rindex(b"\0" * 200)
    theirs = theirs[:place] + hidden + theirs[place + len(hidden) :]
    opened = open_bundle(repacked(bundle, **{"run.db": theirs}), tmp_path / "opened")
    assert hidden not in (opened / "run.db").read_bytes()
    with closing(Store.open(opened)) as store, closing(Store.open(run)) as before:
        assert store.labels.answers() == before.labels.answers()


# ---- cosines


def test_cosines_of_a_zip_stay_with_the_run_until_this_machine_has_computed_them(bundle, tmp_path):
    """B2: the shared cache took them, and another run on the same pool used them."""
    cache = tmp_path / "empty cache"
    opened = open_bundle(bundle, tmp_path / "opened")
    with closing(RunReader(opened, cache)) as reader:
        assert reader.table.rows(["a cat"]).tolist() == [[0.5] * 6]
        reader.table.append(["a dog"], np.zeros((1, 6), np.float32))  # as the worker adds some
    assert not cache.exists()


def test_once_a_run_is_prepared_here_its_own_cosines_are_gone(tmp_path):
    """B2: they are computed again from the pictures, and those count."""
    config = fakes.config()
    materials = fakes.materials(config)
    with closing(Store.create(tmp_path / "run", config)) as store:
        ids = tuple(materials.pool_ids.tolist())
        store.pool.keep(KeptPool(ids))
        theirs = FileTable(store.folder / "cosines", len(ids))
        theirs.append(["a cat"], np.zeros((1, len(ids)), np.float32))
        keep_pool(store, replace(materials, cosines_key="mine"))
        assert store.pool.read().cosines == "mine"
        assert not (store.folder / "cosines").exists()


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e9])
def test_cosines_that_are_none_are_left_out(bundle, tmp_path, value):
    """B2: rows and vectors are looked at before they are used."""
    rows = np.full((1, 6), value, np.float32).tobytes()
    opened = open_bundle(repacked(bundle, **{"cosines/rows.f32": rows}),
                         tmp_path / "opened")  # fmt: skip
    assert not (opened / "cosines").exists()
    with closing(RunReader(opened, tmp_path / "cache")) as reader:
        assert "a cat" not in reader.table


# ---- paths and models


@pytest.mark.parametrize(
    "key", ["/etc", "../../evil", "a/b", "C:\\evil", "..", "abc\0", "x" * 100, "ключ"]
)
def test_a_path_in_the_place_of_a_key_is_refused_wherever_it_is_read(run, bundle, tmp_path, key):
    """B3: pool.json's "cosines" may name one folder of the cache, nothing else."""
    facts = {"ids": IDS, "cosines": key, "labels": [None] * 6}
    with pytest.raises(StoreError, match="no name of a folder"):
        open_bundle(repacked(bundle, **{"pool.json": seal(facts)}), tmp_path / "opened")
    (run / "pool.json").write_text(json.dumps(facts), encoding="utf-8")
    with closing(Store.open(run)) as store, pytest.raises(StoreError, match="no name of a folder"):
        store.pool.read()
    with pytest.raises(StoreError, match="no name of a folder"):
        bundle_run(run, tmp_path / "again.zip", tmp_path / "cache")


@pytest.mark.parametrize("name", ["../../secret", "/etc/secret", "a/b", ""])
def test_the_arrays_of_a_query_are_plain_names(run, name):
    """B3: a row that names an array elsewhere does not read it."""
    np.save(run.parent / "secret.npy", np.arange(6))
    kept = {"ids": [IDS[0]], "scores": [1.0], "figures": {}, "note": "", "arrays": [name]}
    with closing(Store.open(run)) as store:
        with store._database.write_transaction() as cursor:
            insert(cursor, "queries", [(1, "now", None, json.dumps(kept))])
        with pytest.raises(StoreError, match="an array called"):
            store.rounds.query(1)


ELSEWHERE = {
    "pool": "/root", "data_root": "/etc", "llm": "openai:gpt-4o", "vlm": "open_clip:ViT-L-14/big",
}  # fmt: skip


def test_what_the_settings_of_a_zip_name_is_not_used_before_somebody_says_so(tmp_path):
    """B3: `pool=/root`, `llm=openai` and models that download were followed."""
    with closing(Store.create(tmp_path / "run", fakes.config(**ELSEWHERE))):
        pass
    bundle = bundle_run(tmp_path / "run", tmp_path / "run.zip", tmp_path / "cache")
    with closing(Store.open(open_bundle(bundle, tmp_path / "opened"))) as store:
        config = store.config()
        assert config.data_root is None
        assert [one.field for one in unconfirmed_settings(config)] == ["pool", "llm", "vlm"]
        for use in (
            lambda: open_pool(config.pool),
            lambda: open_llm(config.llm, tmp_path),
            lambda: choose_model(config.vlm),
        ):
            with pytest.raises(ConfigError, match=r"came from elsewhere.*laser_core adopt"):
                use()
        adopt(store, None, None, models=True)
        assert store.config().llm == "openai:gpt-4o"
        assert [one.field for one in unconfirmed_settings(store.config())] == ["pool"]
        with pytest.raises(ConfigError):
            open_pool(store.config().pool)
        adopt(store, "demo", open_pool("demo"), models=False)
        assert unconfirmed_settings(store.config()) == []


@pytest.mark.parametrize("llm", ["replay:/etc/passwd", "openai", "elsewhere:openai", "offline "])
def test_every_model_that_is_not_built_in_waits(run, tmp_path, llm):
    """B3: also one that reads a file, and one that says it waits already."""
    with closing(Store.open(run)) as store:
        config = json.loads(store.config().to_json())
        store._database.set_fact("config", json.dumps({**config, "llm": llm}))
    bundle = bundle_run(run, tmp_path / "run.zip", tmp_path / "cache")
    with closing(Store.open(open_bundle(bundle, tmp_path / "opened"))) as store:
        assert [one.field for one in unconfirmed_settings(store.config())] == ["llm"]


def test_a_place_without_the_run_s_pictures_is_not_taken_for_its_pool(run):
    """B3: the folder that is given has to hold the same pictures."""
    with closing(Store.open(run)) as store, pytest.raises(PoolError, match="6 of the run's 6"):
        adopt(store, "demo", open_pool("demo"), models=False)


def test_an_error_that_quotes_a_damaged_header_is_cut_short(bundle, tmp_path):
    """B7: one sentence, not forty kilobytes of it."""
    data = bytearray(bundle.read_bytes())
    data[26:28] = b"\xff\xff"  # the length of the first entry's name, in its own header
    bundle.write_bytes(bytes(data))
    with pytest.raises(StoreError) as refused:
        open_bundle(bundle, tmp_path / "opened")
    assert len(str(refused.value)) < 500


# ---- limits


def test_a_zip_bomb_is_refused_before_anything_is_written(bundle, tmp_path):
    """B7: 300 MB of zeros were unpacked."""
    zeros = repacked(bundle, **{"arrays/round-001/score.npy": bytes(60_000_000)})
    with pytest.raises(StoreError, match="times its size, as zip bombs do"):
        open_bundle(zeros, tmp_path / "opened")
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("name", ["bundle.json", "config.json"])
def test_a_small_file_that_claims_to_be_large_is_not_read(bundle, tmp_path, name):
    """B7: a manifest of 400 MB was read into memory."""
    large = repacked(bundle, **{name: b" " * 2_000_000})
    with pytest.raises(StoreError, match=f"'{name}' of 2 MB, more than the 1 MB allowed"):
        open_bundle(large, tmp_path / "opened")


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(entries=3), "entries, more than the 3 allowed"),
        (Limits(unpacked_bytes=1000), "more than the 0 GB allowed"),
    ],
)
def test_the_limits_of_pool_zips_hold_for_runs_too(bundle, tmp_path, limits, sentence):
    """B7: one set of limits for every zip."""
    with pytest.raises(StoreError, match=sentence):
        open_bundle(bundle, tmp_path / "opened", limits=limits)


def test_a_disk_is_not_filled_to_the_last_byte(bundle, tmp_path, monkeypatch):
    """B7: the last 200 MB of a disk are left to others, and the sentence says how much it takes."""
    left = shutil.disk_usage(tmp_path)._replace(free=150_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: left)
    with pytest.raises(StoreError, match="needs 2.. MB; free some space"):
        open_bundle(bundle, tmp_path / "opened")


@pytest.mark.parametrize("name", ["run.db", "pool.json"])
def test_a_file_that_is_there_twice_is_refused(bundle, tmp_path, name):
    """B7: two readers might take different ones."""
    with zipfile.ZipFile(bundle, "a") as zipped, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zipped.writestr(name, b"{}")
    with pytest.raises(StoreError, match=f"holds '{name}' twice"):
        open_bundle(bundle, tmp_path / "opened")


def test_labels_of_pictures_that_a_run_does_not_have_are_refused(bundle, tmp_path):
    """B1: rows are held against one another before they are copied."""
    facts = seal({"ids": IDS[1:], "labels": [None] * 5})
    with pytest.raises(StoreError, match="labels of pictures that it does not have"):
        open_bundle(repacked(bundle, **{"pool.json": facts}), tmp_path / "opened")
