import sqlite3

import numpy as np
import pytest

from laser_core.config import RoundChoice
from laser_core.errors import StoreError
from laser_core.llm.base import Exchange, RefusedName
from laser_core.pool import Label
from laser_core.store.store import Store
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.view import LaserArrays, Query, QueryArrays, RoundRecord
from tests import fakes


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "run", fakes.config())
    yield made
    made.close()


def reopened(store):
    return Store.open(store.folder)


def test_a_run_is_opened_with_the_config_it_was_made_with(store):
    assert reopened(store).config() == fakes.config()
    assert (store.folder / "config.json").read_text(encoding="utf-8") == fakes.config().to_json()


def test_the_last_answer_about_an_image_stands_and_undoing_it_brings_the_one_before_back(store):
    store.labels.append({"a": Label("relevant", "cat")}, 1, "Ada")
    second = store.labels.append({"a": Label("irrelevant", "lamp")}, 1, "Bob", {"a": 1.5})
    assert store.labels.by_id() == {"a": Label("irrelevant", "lamp")}
    assert store.labels.answers()[0].seconds == 1.5
    store.events.take_back([second], "Bob")
    assert reopened(store).labels.by_id() == {"a": Label("relevant", "cat")}
    assert store.labels.answers()[0].actor == "Ada"


def test_an_undo_of_what_is_undone_or_was_never_there_changes_nothing(store):
    first = store.labels.append({"a": Label("unsure")}, 1, "Ada")
    assert store.events.take_back([first], "Ada") == ("a",)
    last = store.events.last()
    for target in (first, 99):
        assert store.events.take_back([target], "Ada") == ()
    assert store.events.last() == last
    assert store.labels.by_id() == {}


def test_labels_of_earlier_rounds_can_be_asked_for_alone(store):
    store.labels.append({"a": Label("unsure")}, 1, "Ada")
    store.labels.append({"b": Label("unsure")}, 2, "Ada")
    assert list(store.labels.by_id(up_to_round=1)) == ["a"]


def test_two_that_write_to_one_run_lose_nothing_of_each_other(store):
    other = reopened(store)
    for i in range(20):
        store.labels.append({f"a{i}": Label("unsure")}, 1, "Ada")
        other.labels.append({f"b{i}": Label("unsure")}, 1, "Bob")
    assert len(store.labels.by_id()) == len(other.labels.by_id()) == 40


def test_a_query_comes_back_with_its_arrays_its_choice_and_the_texts_it_used(store):
    texts = Descriptions(
        (ClassText("cat", ("a cat", "a cat asleep")),),
        (ClassText("lynx", ("a lynx",), "person", enabled=False),),
        (RefusedName("kitty", "a synonym"),),
    )
    version = store.texts.append(texts, "first")
    scores, rows = np.array([0.5, 0.9, 0.1]), np.array([0, 1, 1])
    query = Query(
        np.array(["b", "a"]),
        np.array([0.9, 0.5]),
        QueryArrays(np.arange(3), scores, LaserArrays(scores, scores, rows, scores)),
        {"delta": 0.3},
        "note",
        RoundChoice(delta=0.3),
    )
    store.rounds.save_query(1, version, query)
    kept_version, kept = reopened(store).rounds.query(1)
    assert reopened(store).texts.read(kept_version) == (1, texts)
    assert kept.ids.tolist() == ["b", "a"]
    assert kept.figures == {"delta": 0.3}
    assert kept.choice == RoundChoice(delta=0.3)
    np.testing.assert_array_equal(kept.arrays.laser.s_vlm, [0.5, 0.9, 0.1])
    assert texts.confuser_texts() == []


def test_records_and_exchanges_come_back_as_they_were(store):
    record = RoundRecord(
        1, ("a",), (0,), 1, 1, 1.0, None, None, 0.5, {"delta": 0.0}, "", 1.0, 0, ((1,),)
    )
    exchange = Exchange("confusers", "offline", "", "lynx", 0, 0, 0.1, {"N": 2})
    store.rounds.append(record)
    store.exchanges.append([exchange])
    assert reopened(store).rounds.records() == [record]
    assert reopened(store).exchanges.all() == [exchange]


def test_a_folder_that_holds_something_is_not_written_into(store, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me", encoding="utf-8")
    for folder in (store.folder, tmp_path / "full", tmp_path / "full" / "mine.txt"):
        with pytest.raises(StoreError, match="holds something already"):
            Store.create(folder, fakes.config())
    assert (tmp_path / "full" / "mine.txt").read_text(encoding="utf-8") == "keep me"


def test_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(StoreError, match=r"holds no run \(no run.db\)"):
        Store.open(tmp_path)


def test_a_damaged_database_is_refused_with_one_sentence(store):
    store.labels.append({f"id-{i}": Label("unsure") for i in range(2000)}, 1, "oracle")
    store.close()
    path = store.folder / "run.db"
    data = bytearray(path.read_bytes())
    data[100:8000] = b"\xff" * 7900
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="run.db cannot be read .* restore it from a copy"):
        Store.open(store.folder)
    path.write_bytes(b"no database at all, but long enough to look at" * 10)
    with pytest.raises(StoreError, match="cannot be read"):
        Store.open(store.folder)


def test_a_run_of_a_newer_version_is_left_alone(store):
    with sqlite3.connect(store.folder / "run.db") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(StoreError, match="newer version .*open it with that version"):
        Store.open(store.folder)


def test_a_full_disk_refuses_the_labels_and_keeps_what_was_there(store):
    store.labels.append({"a": Label("unsure")}, 1, "Ada")
    connection = store._database._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own "disk is full"
    many = {f"{i:05d}" * 20: Label("unsure") for i in range(500)}
    with pytest.raises(StoreError, match="full.*nothing was changed: free some space"):
        store.labels.append(many, 1, "Ada")
    assert list(store.labels.by_id()) == ["a"]
    assert list(reopened(store).labels.by_id()) == ["a"]


def test_the_stamp_changes_with_everything_that_is_kept(store):
    seen = {store.stamp()}
    store.labels.append({"a": Label("unsure")}, 1, "Ada")
    seen.add(store.stamp())
    store.texts.append(Descriptions((ClassText("cat", ("a cat",)),)), "first")
    seen.add(store.stamp())
    store.rounds.append(RoundRecord(1, (), (), 0, 0, None, None, None, None))
    seen.add(store.stamp())
    assert len(seen) == 4
