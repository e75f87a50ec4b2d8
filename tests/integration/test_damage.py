"""Runs that were damaged, write-protected, or left half written by a kill."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from laser_core.cli.app import app
from laser_core.errors import StoreError
from laser_core.experiment.experiment import Experiment
from laser_core.io.exports import bundle_run, export_run
from laser_core.io.exports.new_folder import HALF, new_folder
from laser_core.llm.base import Exchange
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store import backup, database, text_versions
from laser_core.store.backup import KEPT, back_up
from laser_core.store.database import backups_of
from laser_core.store.restore import list_backups, restore_backup, trouble_of
from laser_core.store.schema import COLUMNS
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.view import RoundRecord
from tests import fakes
from tests.old_runs import as_written_by

ROOT = Path(__file__).parents[2]
CAT, LAMP = Label("relevant", "cat"), Label("irrelevant", "lamp")
RECORD = RoundRecord(1, ("a",), (0,), 1, 1, 1.0, None, None, None, classes=("cat", "dog"))


@pytest.fixture
def run(tmp_path):
    """A run with a backup of three labels, and one label more."""
    with closing(Store.create(tmp_path / "run", fakes.config())) as store:
        store.labels.append({"a": CAT, "b": LAMP, "c": Label("unsure")}, 1, "Ada")
        store.rounds.append(RECORD)
        store.exchanges.append([Exchange("confusers", "offline", "", "lynx")])
        store.audits.append(["a"], 3, 1, "Ada")
        back_up(store.folder)
        store.labels.append({"d": CAT}, 1, "Ada")
    return tmp_path / "run"


def change(run, sql, *values):
    """Something that is done to a database behind the program's back."""
    with closing(sqlite3.connect(run / "run.db")) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(sql, values)


def laser(*given):
    """(exit code, what was said) of a command."""
    ended = CliRunner().invoke(app, [str(one) for one in given])
    return ended.exit_code, ended.output + ended.stderr


# ---- one wrong row


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE events SET state = 'irrelevant' WHERE seq = 4", "event 4"),
        ("UPDATE events SET state = 'hidden' WHERE seq = 3", "event 3"),
        ("UPDATE events SET image = 'e' WHERE seq = 2", "event 2"),
        ("UPDATE events SET name = 'dog' WHERE seq = 1", "event 1"),
        ("UPDATE events SET round = 2 WHERE seq = 1", "event 1"),
        ("UPDATE events SET actor = X'00' WHERE seq = 1", "event 1"),
        ("UPDATE events SET crc = 0 WHERE seq = 2", "event 2"),
        ("DELETE FROM events WHERE seq = 2", "event 2 is missing"),
        ("DELETE FROM events WHERE seq = 4", "event 4 is missing"),
        ("UPDATE sqlite_sequence SET seq = 7 WHERE name = 'events'", "event 5 is missing"),
        ("DELETE FROM sqlite_sequence WHERE name = 'events'", "the count of events is missing"),
        ("UPDATE meta SET value = replace(value, 'cat', 'car') WHERE key = 'config'",
         "fact config"),
    ],
)  # fmt: skip
def test_a_label_that_is_not_what_was_written_is_named_and_never_read(run, sql, named):
    """B5: 10 of 100 flipped bits were read as other ids and states."""
    change(run, sql)
    with pytest.raises(StoreError, match=named), closing(Store.open(run)) as store:
        store.labels.by_id()


@pytest.mark.parametrize(
    ("table", "column", "named"),
    [
        ("rounds", "record", "the record of round 1"),
        ("exchanges", "exchange", "question to the language model 1"),
        ("audits", "ids", "audit 1"),
        ("meta", "value", "its fact"),
    ],
)
def test_every_other_row_has_a_checksum_too(run, table, column, named):
    """B5: one bit of any text, and the row is named."""
    change(run, f"UPDATE {table} SET {column} = replace({column}, '1', '2')")
    change(run, f"UPDATE {table} SET {column} = replace({column}, 'a', 'b')")
    assert named in trouble_of(run)


def test_no_flip_of_one_bit_in_a_row_passes(run):
    """B5: each bit of what the file holds of an event is either read as it was, or named."""
    path = run / "run.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    whole = path.read_bytes()
    with closing(Store.open(run)) as store:
        truth = store.labels.by_id()
    place = whole.index(b"relevantcat")
    for bit in range(-40 * 8, 30 * 8, 3):
        spoiled = bytearray(whole)
        spoiled[place + bit // 8] ^= 1 << bit % 8
        path.write_bytes(bytes(spoiled))
        try:
            with closing(Store.open(run)) as store:
                assert store.labels.by_id() == truth, f"bit {bit}"
        except StoreError:
            continue


@pytest.mark.parametrize("table", COLUMNS)
def test_a_row_that_anybody_takes_away_is_missed(run, table):
    """B5: rows have numbers or names that are counted on."""
    with closing(Store.open(run)) as store:
        store.texts.append(some_texts(), "first")
        store.rounds.append(RoundRecord(2, (), (), 0, 0, None, None, None, None))
    if table == "queries":  # a query that is gone is asked again, with the same numbers
        return
    first = COLUMNS[table][0]
    change(run, f"DELETE FROM {table} WHERE {first} IN (SELECT {first} FROM {table} LIMIT 1)")
    assert "missing" in trouble_of(run)


def some_texts():
    return Descriptions((ClassText("cat", ("a cat",)),))


# ---- one broken run


@pytest.mark.parametrize("broken", ["{", "[]", "null", '{"round": 1}', '{"round": "1"}', "NaN"])
def test_commands_say_a_sentence_of_a_broken_record_and_restore_offers_the_backup(run, broken):
    """B4: `show`, `resume`, `export` said "fault of the program"; `restore` called it sound."""
    change(run, "UPDATE rounds SET record = ?", broken)
    for command in (("show", run), ("export", run, "--out", run.parent / "out"), ("resume", run)):
        code, said = laser(*command)
        assert code == 2, said
        assert "fault of the program" not in said
    assert not (run.parent / "out").exists()
    assert "the record of round 1" in laser("show", run)[1]
    code, said = laser("restore", run)
    assert code == 0, said
    assert said.index("3 pictures labeled, 1 of them relevant") < said.index("brought back")
    with closing(Store.open(run)) as store:
        assert list(store.labels.by_id()) == ["a", "b", "c"]


def test_what_the_backups_hold_is_told_before_anything_is_done(run):
    """B4: `restore --look` changes nothing, also where nothing is wrong."""
    before = (run / "run.db").read_bytes()
    assert "nothing has to be restored" in laser("restore", run, "--look")[1]
    change(run, "UPDATE rounds SET record = '{'")
    broken = (run / "run.db").read_bytes()
    assert broken != before
    code, said = laser("restore", run, "--look")
    assert code == 0
    assert "3 pictures labeled" in said
    assert "brought back" not in said
    assert (run / "run.db").read_bytes() == broken


def test_one_backup_of_several_can_be_chosen(run):
    """B4: the fullest is offered first, and any other that can be read."""
    with closing(Store.open(run)) as store:
        back_up(run)
        store.labels.append({"e": CAT}, 1, "Ada")
    change(run, "UPDATE rounds SET record = '{'")
    fuller, earlier = list_backups(run)
    assert (fuller.labels, earlier.labels) == (4, 3)
    with pytest.raises(StoreError, match="no backup 'run-1.db'; there are"):
        restore_backup(run, "run-1.db")
    assert restore_backup(run, earlier.path.name).backup == earlier
    assert [b.labels for b in list_backups(run)] == [3]
    assert len(list((run / "backups").glob("aside-*"))) == 1  # kept, and no longer in the way


def test_a_damaged_file_that_can_be_made_again_is_made_again(tmp_path):
    """B4: pool.json has no backup; the pool itself has all that it says."""
    config = fakes.config()
    with closing(Store.create(tmp_path / "run", config)) as store:
        materials = fakes.materials(config)
        keep_pool(store, materials)
        whole = store.files.read("pool.json")
        store.files.write("pool.json", whole.replace("000-0", "000-9", 1))
        with pytest.raises(StoreError, match="not what was written.*prepare the run again"):
            store.pool.read()
        keep_pool(store, materials)
        assert store.files.read("pool.json") == whole


# ---- a clock that goes back


class EarlierEveryTime(datetime):
    """A clock that goes back a day whenever somebody looks."""

    today = datetime(2026, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz=None):
        cls.today = datetime.fromtimestamp(cls.today.timestamp() - 86_400, UTC)
        return cls.today


def test_a_clock_that_goes_back_loses_neither_a_label_nor_a_backup(tmp_path, monkeypatch):
    """B6: every new backup was deleted at once; 3,860 of 6,260 events came back."""
    monkeypatch.setattr(backup, "datetime", EarlierEveryTime)
    monkeypatch.setattr(database, "datetime", EarlierEveryTime)
    folder = tmp_path / "run"
    with closing(Store.create(folder, fakes.config())) as store:
        stamps = set()
        for start in range(0, 4500, 500):
            some = {f"i{n}": CAT for n in range(start, start + 500)}
            store.labels.append(some, 1, "Ada")
            stamps.add(store.stamp())
        assert store.events.undo("Ada").action == 4001
        assert store.events.redo("Ada").action == 4001
        assert len(stamps) == 9
        assert len(store.labels.by_id()) == 4500
    (folder / "run.db").unlink()
    assert restore_backup(folder).backup.labels == 4500


def test_after_an_earlier_backup_was_brought_back_new_ones_are_kept(run):
    """B6: those of the history that was given up do not push the new ones out."""
    with closing(Store.open(run)) as store:
        for n in range(KEPT + 2):
            store.labels.append({f"more{n}": CAT}, 1, "Ada")
            back_up(run)
    copies = list_backups(run)
    change(run, "UPDATE rounds SET record = '{'")
    restore_backup(run, copies[-1].path.name)
    with closing(Store.open(run)) as store:
        store.labels.append({"new": CAT}, 1, "Ada")
        made = back_up(run)
        assert backups_of(run)[-1] == made
        store.backups.keep_if_due(store.events.last() + 500)
        assert store.backups.trouble == ""


def test_a_backup_that_was_copied_back_by_hand_does_not_hide_the_new_ones(run):
    """B6: those with more events than the run has are of a history that was given up."""
    with closing(Store.open(run)) as store:
        store.labels.append({f"more{n}": CAT for n in range(50)}, 1, "Ada")
        back_up(run)
    shutil.copyfile(backups_of(run)[0], run / "run.db")
    with closing(Store.open(run)) as store:
        store.labels.append({"new": CAT}, 1, "Ada")
        made = back_up(run)
    assert backups_of(run)[-1] == made
    assert list_backups(run)[0].labels == 4
    assert len(list((run / "backups").glob("aside-*"))) == 1


# ---- write-protected

SCRIPT = """
import json, os, sys
from contextlib import closing
from pathlib import Path
from typer.testing import CliRunner
from laser_core.cli.app import app
from laser_core.analysis.comparison import read_run
from laser_core.errors import LaserError
from laser_core.pool import Label
from laser_core.store.store import Store
home, out = Path(sys.argv[1]), Path(sys.argv[2])

def commands(folder, out):
    return {
        command[0]: [ended.exit_code, ended.output]
        for command in (["show", folder], ["export", folder, "--out", out])
        if (ended := CliRunner().invoke(app, [str(one) for one in command]))
    }

if os.geteuid() == 0:  # whom no rights hold for: become somebody else, with all modules loaded
    commands(home / "closed", out / "warm")
    os.setegid(65534)
    os.seteuid(65534)
said = {}
for folder in sorted(home.iterdir()):
    with closing(Store.open(folder)) as store:
        found = {"labels": list(store.labels.by_id()), "rounds": len(store.rounds.records())}
        try:
            store.labels.append({"new": Label("unsure")}, 1, "Ada")
        except LaserError as error:
            found["refused"] = str(error)
        found["after"] = list(store.labels.by_id())
    found["compared"] = len(read_run(home, folder.name).records)
    said[folder.name] = found | commands(folder, out / folder.name)
print(json.dumps(said))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights on folders")
def test_a_sound_run_in_a_read_only_folder_is_read_and_writing_is_told():
    """B8: it was called damaged, and show, export, explain refused."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as parent:
        home, out = Path(parent) / "runs", Path(parent) / "out"
        _make_protected(home)
        out.mkdir(mode=0o777)
        for path in (Path(parent), *Path(parent).rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        out.chmod(0o777)
        before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
        said = _as_nobody(home, out)
        assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before
        for path in (Path(parent), *Path(parent).rglob("*")):
            path.chmod(0o777)
    for name, found in said.items():
        expected = ["a", "b"] if name == "written to" else ["a"]
        assert found["labels"] == found["after"] == expected, name
        assert "is write-protected" in found["refused"], name
        assert (found["rounds"], found["compared"]) == (1, 1)
        assert found["show"][0] == found["export"][0] == 0, found


def _make_protected(home):
    """Runs that are closed, of an earlier version, and still open somewhere else."""
    for name in ("closed", "of an earlier version", "being written to"):
        with closing(Store.create(home / name, fakes.config())) as store:
            store.labels.append({"a": CAT}, 1, "Ada")
            store.rounds.append(RECORD)
    as_written_by(2, home / "of an earlier version")
    writer = Store.open(home / "being written to")
    writer.labels.append({"b": CAT}, 1, "Ada")
    (home / "written to").mkdir()
    for end in ("", "-wal"):  # as on a disk that was pulled out: the last label is in the log
        shutil.copyfile(writer.folder / f"run.db{end}", home / "written to" / f"run.db{end}")
    writer.close()
    shutil.rmtree(home / "being written to")


def _as_nobody(home, out):
    """What the script says."""
    environment = {**os.environ, "TMPDIR": str(out), "LASER_CACHE_DIR": str(out / "cache")}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(home), str(out)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


# ---- a killed export


@pytest.mark.parametrize("before", ["missing", "empty"])
def test_a_killed_export_leaves_nothing_that_looks_finished(tmp_path, run, before):
    """B9: it left a folder under the name that was asked for, with some of the pictures."""
    out = tmp_path / "out"
    if before == "empty":
        out.mkdir()
    script = (
        "import os, sys; from pathlib import Path\n"
        "from laser_core.io.exports.new_folder import new_folder\n"
        "with new_folder(Path(sys.argv[1])) as half:\n"
        "    (half / 'cat').mkdir(); (half / 'cat' / 'a.png').write_text('x'); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(out)], cwd=ROOT, check=False)
    assert ended.returncode == 9
    half = tmp_path / f"out{HALF}"
    assert (half / "cat" / "a.png").is_file()
    assert not out.exists() or not any(out.iterdir())
    export_run(run, out)  # the next one removes it
    assert not half.exists()
    assert not (out / "cat").exists()
    assert (out / "labels.csv").is_file()
    assert not list(out.glob(".*"))


def test_a_folder_that_somebody_else_is_writing_is_left_alone(tmp_path):
    """B9: only what nobody works on any more is removed."""
    with new_folder(tmp_path / "out") as half:
        (half / "mine.txt").write_text("x", encoding="utf-8")
        with (
            pytest.raises(StoreError, match="being written by another process"),
            new_folder(tmp_path / "out"),
        ):
            pass
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_export_that_fails_leaves_nothing(tmp_path):
    """B9: neither under its name nor beside it."""
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "out"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_zip_of_a_run_that_cannot_be_read_is_not_half_there(tmp_path, run):
    """B9: a file is written beside its place too."""
    change(run, "UPDATE exchanges SET exchange = '{'")
    with pytest.raises(StoreError, match="question to the language model 1"):
        bundle_run(run, tmp_path / "all.zip", tmp_path / "cache")
    assert not list(tmp_path.glob("*.zip*"))
    assert not list(tmp_path.glob(".*"))


# ---- questions and texts in one moment


class Stopped(BaseException):
    """What a stop looks like from inside."""


def test_a_stop_between_questions_and_texts_records_the_questions_once(tmp_path, monkeypatch):
    """D7: a resumed run asked again, and kept the questions twice."""
    config = fakes.config()
    materials = fakes.materials(config)
    ask = materials.llm.descriptions

    def asked(classes, wanted):
        materials.llm.exchanges.append(Exchange("descriptions", "listed", "which?", "these"))
        return ask(classes, wanted)

    monkeypatch.setattr(materials.llm, "descriptions", asked)
    real = text_versions.insert

    def stops(cursor, table, rows, replace=False):
        if table == "texts":
            raise Stopped
        real(cursor, table, rows, replace)

    with closing(Store.create(tmp_path / "run", config)) as store:
        with monkeypatch.context() as patch:
            patch.setattr(text_versions, "insert", stops)
            with pytest.raises(Stopped):
                drain(Experiment(materials, store).query())
        assert store.exchanges.all() == []
        drain(Experiment(materials, store).query())
        assert len(store.exchanges.all()) == 1
        assert store.texts.read()[0] == 1
