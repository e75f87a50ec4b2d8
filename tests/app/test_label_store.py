"""What the browser's rows come to in the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from laser_core.pool import Label
from laser_core.store.records import KeptPool
from laser_core.store.store import Store
from tests import fakes
from ui.shared.answers.inbox import Receipts, take

CAT, DOG = Label("relevant", "cat"), Label("relevant", "dog")


@pytest.fixture
def store(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as made:
        made.pool.keep(KeptPool(tuple("abcd")))
        yield made


def labeled(seq, id, label=CAT, step=None):
    said = {"state": label.state, "name": label.name, "seconds": 1.5, "actor": "Ada", "round": 1}
    return {"seq": seq, "kind": "label", "id": id, "step": step or seq, **said}


def undone(seq, first, last):
    return {
        "seq": seq, "kind": "undo", "client": "tab", "first": first, "last": last, "actor": "Ada"
    }  # fmt: skip


def send(store, told, *rows, client="tab"):
    take(store, told, {"client": client, "rows": list(rows)})


def test_rows_are_taken_in_their_order_and_acknowledged(store):
    told = Receipts()
    send(store, told, labeled(2, "b", DOG), labeled(1, "a"))
    assert store.labels.by_id() == {"a": CAT, "b": DOG}
    assert told.acks == {"tab": 2}
    assert [answer.seconds for answer in store.labels.answers()] == [1.5, 1.5]


def test_a_row_that_comes_twice_is_taken_once_even_by_a_server_that_knows_nothing(store):
    send(store, Receipts(), labeled(1, "a"), labeled(2, "b"))
    told = Receipts()
    send(store, told, labeled(1, "a"), labeled(2, "b"), labeled(3, "c"))
    assert told.acks == {"tab": 3}
    assert len(store.events.history()) == 3


def test_a_page_is_one_step_and_its_undo_takes_it_back_whole(store):
    told = Receipts()
    page = [labeled(n, id, step=1) for n, id in enumerate("abc", start=1)]
    send(store, told, *page, labeled(4, "d"))
    send(store, told, undone(5, 1, 3))
    assert store.labels.by_id() == {"d": CAT}


def test_answers_of_one_step_stay_under_the_rounds_they_belong_to(store):
    """A second look changes labels of several rounds; the first sight of each counts on."""
    store.rounds.append(fakes.record())
    rows = [labeled(1, "a", step=1), {**labeled(2, "b", step=1), "round": 2}]
    send(store, Receipts(), *rows)
    assert {a.image: a.round for a in store.labels.answers()} == {"a": 1, "b": 2}
    send(store, Receipts(), undone(3, 1, 2))
    assert store.labels.by_id() == {}


def test_all_of_an_action_of_before_is_taken_back_however_often_that_is_said(store):
    send(store, Receipts(), *[labeled(n, id, step=1) for n, id in enumerate("ab", start=1)])
    send(store, Receipts(), labeled(3, "c"))
    action = next(a.action for a in store.labels.answers() if a.image == "a")
    row = {"seq": 1, "kind": "undo", "action": action, "actor": "Ada"}
    told = Receipts()
    send(store, told, row, client="after a reload")
    assert told.stale
    send(store, Receipts(), row, client="after a reload")
    assert store.labels.by_id() == {"c": CAT}


def test_an_undo_that_comes_twice_does_no_more_than_one(store):
    told = Receipts()
    send(store, told, labeled(1, "a"), labeled(2, "a", DOG), undone(3, 2, 2))
    send(store, Receipts(), undone(3, 2, 2))
    assert store.labels.by_id() == {"a": CAT}


def test_the_same_picture_twice_in_a_message_ends_with_its_last_label(store):
    send(store, Receipts(), labeled(1, "a"), labeled(2, "a", DOG))
    assert store.labels.by_id() == {"a": DOG}
    assert len(store.events.history()) == 2


def test_a_row_that_makes_no_sense_is_passed_over_and_said_so(store):
    told = Receipts()
    send(store, told, labeled(1, "x"), labeled(2, "a", Label("relevant", "fish")), labeled(3, "b"))
    assert store.labels.by_id() == {"b": CAT}
    assert told.acks == {"tab": 3}
    assert "fish" in told.refused
    assert told.stale


@pytest.mark.parametrize(
    "wrong", [{"round": 99}, {"round": -1}, {"state": "banana"}, {"state": "relevant", "name": ""}]
)
def test_a_row_with_what_no_page_sends_is_refused_by_the_engine_and_the_next_one_taken(
    store, wrong
):
    told = Receipts()
    send(store, told, {**labeled(1, "a"), **wrong}, labeled(2, "b"))
    assert (store.labels.by_id(), told.acks) == ({"b": CAT}, {"tab": 2})
    assert told.refused


def test_a_row_of_the_round_after_the_one_that_is_trained_is_taken(store):
    send(store, Receipts(), {**labeled(1, "a"), "round": 2})
    assert [answer.round for answer in store.labels.answers()] == [2]


def test_rows_stay_with_the_browser_while_the_store_refuses(store, tmp_path):
    told = Receipts()
    send(store, told, labeled(1, "a"))
    with closing(sqlite3.connect(tmp_path / "run" / "run.db")) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        database.commit()
        send(store, told, labeled(2, "b"), labeled(3, "c"))
        assert told.acks == {"tab": 1}
        assert "cannot be written" in told.refused
        database.execute("DROP TRIGGER full")
        database.commit()
    send(store, told, labeled(2, "b"), labeled(3, "c"))
    assert (told.acks, told.refused) == ({"tab": 3}, "")
    assert set(store.labels.by_id()) == {"a", "b", "c"}


def test_an_older_label_is_taken_back_by_its_number_in_the_store(store):
    told = Receipts()
    seq = store.labels.append({"a": CAT}, 1, "Ada")
    send(store, told, {"seq": 1, "kind": "undo", "events": [seq], "actor": "Ada"})
    assert store.labels.by_id() == {}
    assert told.stale
