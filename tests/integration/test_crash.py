"""What is left of labels when the process that writes them is killed at any moment."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from laser_core.basics.seeding import rng_for
from laser_core.errors import StoreError
from laser_core.pool import Label
from laser_core.store.backup import KEPT, back_up
from laser_core.store.database import backups_of
from laser_core.store.restore import restore_backup
from laser_core.store.store import Store
from tests import fakes
from tests.integration.label_writer import label_of

ROOT = Path(__file__).parents[2]


def start_writer(folder, client):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.label_writer", str(folder), client],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )


def kill(writer):
    """Kill -9; returns the number of the last label that was reported as saved, -1 for none."""
    writer.kill()
    said = writer.communicate()[0].split("\n")[:-1]  # a line cut off was not said
    numbers = [int(line) for line in said if not line.startswith("ready")]
    return max(numbers, default=-1)


def clients_rows(folder, client):
    with closing(sqlite3.connect(folder / "run.db")) as connection:
        sql = "SELECT image, client_seq FROM events WHERE client = ? ORDER BY client_seq"
        return connection.execute(sql, (client,)).fetchall()


def test_after_ten_kills_every_label_reported_as_saved_is_there_exactly_once(tmp_path):
    folder = tmp_path / "run"
    Store.create(folder, fakes.config()).close()
    saved = dict.fromkeys(("Ada", "Bob"), -1)
    for round in range(5):
        writers = {client: start_writer(folder, client) for client in saved}
        for writer in writers.values():
            assert writer.stdout.readline().startswith("ready")
        time.sleep(float(rng_for(0, "kill", round).uniform(0.0, 0.4)))
        for client, writer in writers.items():
            saved[client] = max(saved[client], kill(writer))
    with closing(Store.open(folder)) as store:
        labels = store.labels.by_id()
    for client, last in saved.items():
        rows = clients_rows(folder, client)
        assert [number for _, number in rows] == list(range(len(rows)))  # no gap, nothing doubled
        assert last < len(rows) <= len(range(last + 1)) + 15  # five kills, a page unreported each
        assert all(labels[f"{client}-{n}"] == label_of(n) for n in range(len(rows)))
    assert len(labels) == sum(len(clients_rows(folder, client)) for client in saved)


# ---- backups


@pytest.fixture
def folder(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as store:
        store.labels.append({f"a{i}": Label("unsure") for i in range(3)}, 1, "Ada")
        back_up(store.folder)
        store.labels.append({"late": Label("unsure")}, 1, "Ada")
    return tmp_path / "run"


def destroy(folder):
    path = folder / "run.db"
    data = bytearray(path.read_bytes())
    data[100:8000] = b"\xff" * 7900
    path.write_bytes(bytes(data))


def test_a_damaged_database_is_refused_with_the_backup_that_can_be_brought_back(folder):
    destroy(folder)
    (backup,) = backups_of(folder)
    with pytest.raises(StoreError, match=rf"{backup.name}.*laser_core restore"):
        Store.open(folder)
    restored = restore_backup(folder)
    assert (restored.backup.path, restored.backup.labels) == (backup, 3)
    assert restored.damaged.exists()
    with closing(Store.open(folder)) as store:
        assert list(store.labels.by_id()) == ["a0", "a1", "a2"]
        store.labels.append({"b": Label("unsure")}, 1, "Ada")


def test_a_sound_run_is_not_replaced_by_an_older_copy(folder):
    with pytest.raises(StoreError, match="is sound; there is nothing to restore"):
        restore_backup(folder)
    with closing(Store.open(folder)) as store:
        assert "late" in store.labels.by_id()


def test_a_damaged_backup_is_passed_over_and_without_any_the_run_says_so(folder):
    with closing(Store.open(folder)):
        worse = back_up(folder)
    destroy(folder)
    worse.write_bytes(b"no database" * 500)
    assert restore_backup(folder).backup.labels == 3
    destroy(folder)
    for copy in backups_of(folder):
        copy.unlink()
    with pytest.raises(StoreError, match="has no backup to restore"):
        restore_backup(folder)


def test_a_missing_database_can_be_brought_back_too(folder):
    (folder / "run.db").unlink()
    assert restore_backup(folder).damaged is None
    Store.open(folder).close()


def test_people_s_labels_are_copied_every_so_often_and_the_last_five_copies_stay(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as store:
        for start in range(0, 4000, 500):
            some = {f"i{n}": Label("unsure") for n in range(start, start + 500)}
            store.labels.append(some, 1, "Ada")
        assert store.backups.trouble == ""
    copies = backups_of(tmp_path / "run")
    assert len(copies) == KEPT
    assert copies[-1].stem.endswith("000004000")


def test_a_backup_that_cannot_be_written_does_not_refuse_the_labels(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as store:
        (store.folder / "backups").write_text("in the way", encoding="utf-8")
        store.labels.append({f"i{n}": Label("unsure") for n in range(600)}, 1, "Ada")
        assert "cannot be written" in store.backups.trouble
        assert len(store.labels.by_id()) == 600
