import sqlite3
from contextlib import closing

import numpy as np
import pytest

from laser_core.errors import PoolError, StoreError
from laser_core.experiment.class_changes import promote_confuser, step_texts, with_relevant_classes
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.edits import Edit, apply_edit
from laser_core.texts.examples import with_example
from tests import fakes

TEXTS = Descriptions(
    (ClassText("cat", ("a cat",)), ClassText("dog", ("a dog",))),
    (ClassText("lamp", ("a lamp",), "discovered"), ClassText("wolf", ("a wolf",))),
)


def follow(texts, relevant, called=None):
    now = called or {}
    return with_relevant_classes(
        texts,
        fakes.ListedModel(),
        relevant,
        lambda label: Label(label.state, now.get(label.name, label.name)),
        2,
    )


def opened(tmp_path, **settings):
    folder, config = tmp_path / "run", fakes.config(**settings)
    store = Store.open(folder) if folder.exists() else Store.create(folder, config)
    return Experiment(fakes.materials(config), store)


def two_rounds(run):
    for _ in range(2):
        asked = drain(run.query())
        run.annotate(run.materials.oracle.answer(asked.ids.tolist()))
        drain(run.train())


# ---- sentences


def test_texts_of_the_same_classes_are_left_as_they_are():
    assert follow(TEXTS, ("cat", "dog")) is TEXTS


def test_a_new_class_is_asked_about_and_a_promoted_confuser_keeps_its_sentences():
    texts = follow(TEXTS, ("cat", "dog", "bird", "lamp"))
    assert [c.sentences for c in texts.relevant] == [
        ("a cat",), ("a dog",), ("bird 0", "bird 1"), ("a lamp",),
    ]  # fmt: skip
    assert [c.name for c in texts.confusers] == ["wolf"]


def test_a_renamed_class_gets_sentences_of_its_new_name_and_merged_ones_share_theirs():
    renamed = follow(TEXTS, ("puma", "dog"), {"cat": "puma"})
    assert renamed.relevant[0] == ClassText("puma", ("puma 0", "puma 1"))
    merged = follow(TEXTS, ("cat",), {"dog": "cat"})
    assert merged.relevant == (ClassText("cat", ("a cat", "a dog")),)


def test_sentences_that_a_person_wrote_stay_when_their_class_is_renamed():
    mine = Descriptions((ClassText("cat", ("my cat",), "person"),))
    assert follow(mine, ("puma",), {"cat": "puma"}).relevant[0].sentences == ("my cat",)


def test_example_pictures_go_along_when_their_class_is_renamed():
    """The sentences are asked anew, the pictures cannot be."""
    marked, _ = with_example(TEXTS, "cat", "p1", True, ["p1", "p2"])
    marked, _ = with_example(marked, "cat", "p2", False, ["p1", "p2"])
    renamed = follow(marked, ("puma", "dog"), {"cat": "puma"})
    assert renamed.relevant[0].sentences == ("puma 0", "puma 1", "[picture p1]")
    assert renamed.confusers[-1] == ClassText("unlike puma", ("[picture p2]",), "person")


# ---- the loop


def test_a_class_added_between_rounds_is_queried_for_trained_for_and_tested(tmp_path):
    run = opened(tmp_path)
    two_rounds(run)
    run.store.classes.promote("truck", "Ada")
    run.store.close()
    run = opened(tmp_path)
    assert run.space.relevant == ("cat", "dog", "truck")
    asked = drain(run.query())
    assert [c.name for c in run.store.texts.read()[1].relevant] == ["cat", "dog", "truck"]
    assert asked.arrays.laser.detector_logits.shape[1] == 4
    run.annotate(run.materials.oracle.answer(asked.ids.tolist()))
    record = drain(run.train())
    assert record.classes == ("cat", "dog", "truck")
    assert len(record.confusion) == 3
    assert sum(map(sum, record.confusion)) == 15  # five test images of each of three classes
    assert run.records[0].classes == ("cat", "dog")
    assert record.recall == run.pool.relevant_found() / 90  # 30 pool images of each


def test_a_run_whose_classes_changed_goes_on_to_its_end(tmp_path):
    run = opened(tmp_path)
    two_rounds(run)
    run.store.classes.rename("cat", "kitten", "Ada")
    run.store.classes.merge("dog", "kitten", "Ada")
    run.store.classes.add("frog", "Ada")
    run.store.close()
    run = opened(tmp_path)
    records = drain(simulate(run))
    assert len(records) == 4
    assert records[-1].classes == ("kitten", "frog")
    assert set(run.store.labels.by_id().values()) >= {Label("relevant", "frog")}


def test_nets_are_trained_again_only_if_classes_came_or_went(tmp_path):
    run = opened(tmp_path)
    two_rounds(run)
    logits = drain(run.query()).arrays.laser.detector_logits
    run.store.classes.rename("cat", "kitten", "Ada")
    run.store.close()
    nets = tmp_path / "run" / "nets"
    written = {path.name: path.stat().st_mtime_ns for path in nets.iterdir()}
    again = opened(tmp_path)
    kept = drain(again.preview())[1].arrays.laser.detector_logits
    np.testing.assert_array_equal(kept, logits)
    assert {path.name: path.stat().st_mtime_ns for path in nets.iterdir()} == written


# ---- a confuser made relevant: its class and its sentences in one moment


@pytest.fixture
def with_confuser(tmp_path):
    """A run with sentences of "cat" and "dog", and of the confuser "fox"."""
    with closing(Store.create(tmp_path / "run", fakes.config())) as store:
        texts = Descriptions(
            (ClassText("cat", ("a cat",)), ClassText("dog", ("a dog",))),
            (ClassText("fox", ("a fox",)),),
        )
        store.texts.append(texts, "first")
        yield store


def state_of(store):
    with closing(Store.open(store.folder)) as again:
        number, texts = again.texts.read()
        names = tuple(c.name for c in texts.relevant)
        return again.classes.space().relevant, number, names, again.events.last()


def test_a_confuser_made_relevant_takes_its_sentences_along(with_confuser):
    promote_confuser(with_confuser, "fox", "Ada")
    assert state_of(with_confuser) == (("cat", "dog", "fox"), 2, ("cat", "dog", "fox"), 1)
    assert with_confuser.texts.all()[-1].step == "move"


@pytest.mark.parametrize("table", ["events", "texts"])
def test_where_one_of_the_two_cannot_be_written_neither_is(with_confuser, table):
    """Killed, or out of space, after the first: the class was relevant and had no sentences."""
    before = state_of(with_confuser)
    with closing(sqlite3.connect(with_confuser.folder / "run.db")) as database:
        database.execute(
            f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        database.commit()
        with pytest.raises(StoreError, match="cannot be written"):
            promote_confuser(with_confuser, "fox", "Ada")
        database.execute("DROP TRIGGER full")
        database.commit()
    assert state_of(with_confuser) == before
    assert with_confuser.classes.space().relevant == ("cat", "dog")  # in memory too
    promote_confuser(with_confuser, "fox", "Ada")
    assert state_of(with_confuser)[0] == ("cat", "dog", "fox")


def test_what_is_a_relevant_class_already_leaves_classes_and_texts_as_they_are(with_confuser):
    before = with_confuser.events.last()
    with pytest.raises(PoolError, match="relevant class already"):
        promote_confuser(with_confuser, "cat", "Ada")
    assert (with_confuser.events.last(), with_confuser.texts.read()[0]) == (before, 1)


WITH_RED = Edit("add sentence", "confusers", "fox", new="a red fox")


def test_what_another_tab_changed_in_the_texts_goes_along_with_a_promoted_confuser(with_confuser):
    with_confuser.texts.read()  # this tab has seen version 1
    with closing(Store.open(with_confuser.folder)) as other:
        number, texts = other.texts.read()
        other.texts.append(*apply_edit(texts, WITH_RED), "edit", number)
    promote_confuser(with_confuser, "fox", "Ada")
    assert state_of(with_confuser) == (("cat", "dog", "fox"), 3, ("cat", "dog", "fox"), 1)
    assert with_confuser.texts.read()[1].relevant[2].sentences == ("a fox", "a red fox")


def test_another_tab_s_change_that_a_promotion_overtook_is_refused_and_takes_nothing_back(
    with_confuser,
):
    with closing(Store.open(with_confuser.folder)) as other:
        number, texts = other.texts.read()
        promote_confuser(with_confuser, "fox", "Ada")
        with pytest.raises(StoreError, match="changed elsewhere in the meantime"):
            other.texts.append(*apply_edit(texts, WITH_RED), "edit", number)
    assert state_of(with_confuser) == (("cat", "dog", "fox"), 2, ("cat", "dog", "fox"), 1)


def test_undo_takes_the_class_back_with_its_sentences_and_redo_brings_both(with_confuser):
    """H5: and labels given to the class in between stay, as irrelevant ones."""
    promote_confuser(with_confuser, "fox", "Ada")
    with_confuser.labels.append({"a": Label("relevant", "fox")}, 1, "Ada")
    step_texts(with_confuser, "undo", "Ada")
    relevant, number, names, _ = state_of(with_confuser)
    assert (relevant, number, names) == (("cat", "dog"), 3, ("cat", "dog"))
    assert [c.name for c in with_confuser.texts.read()[1].confusers] == ["fox"]
    assert with_confuser.labels.by_id()["a"] == Label("irrelevant", "fox")
    step_texts(with_confuser, "redo", "Ada")
    assert state_of(with_confuser)[:3] == (("cat", "dog", "fox"), 4, ("cat", "dog", "fox"))
    assert with_confuser.labels.by_id()["a"] == Label("relevant", "fox")


def test_undo_of_a_class_that_was_taken_back_elsewhere_changes_the_texts_alone(with_confuser):
    promote_confuser(with_confuser, "fox", "Ada")
    with_confuser.events.take_back([1], "Bob")
    step_texts(with_confuser, "undo", "Ada")
    assert state_of(with_confuser)[:3] == (("cat", "dog"), 3, ("cat", "dog"))


def test_a_class_that_the_run_began_with_is_not_taken_back(with_confuser):
    with pytest.raises(PoolError, match="the run began with it"):
        with_confuser.classes.take_back("cat", "Ada")
    assert with_confuser.classes.space().relevant == ("cat", "dog")


def test_undo_without_a_step_does_nothing(with_confuser):
    before = state_of(with_confuser)
    step_texts(with_confuser, "undo", "Ada")
    step_texts(with_confuser, "redo", "Ada")
    assert state_of(with_confuser) == before
