import pytest

from laser_core.config import ExperimentConfig
from laser_core.errors import StoreError
from laser_core.store.store import Store
from laser_core.store.text_versions import (
    TextVersion,
    redo_target,
    saved_version,
    undo_target,
    version_in_use,
)
from laser_core.texts.descriptions import ClassText, Descriptions


def texts(*confusers):
    return Descriptions((ClassText("cat", ("a cat",)),), tuple(ClassText(c, ()) for c in confusers))


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "run", ExperimentConfig(relevant=("cat",)))
    yield made
    made.close()


def steps(*given):
    return [TextVersion(n + 1, "", "", step) for n, step in enumerate(given)]


def test_versions_are_listed_with_how_they_came_about(store):
    store.texts.append(texts(), "first")
    store.texts.append(texts("dog"), "dog added", "edit", after=1)
    found = [(v.number, v.title, v.step, v.name) for v in store.texts.all()]
    assert found == [(1, "first", "", ""), (2, "dog added", "edit", "")]


def test_a_name_stays_with_its_version(store):
    store.texts.append(texts(), "first")
    store.texts.name(1, "plain")
    store.texts.name(1, "plainest")
    assert store.texts.all()[0].label == "1 · plainest"


def test_an_edit_of_a_list_that_has_changed_elsewhere_is_refused(store):
    store.texts.append(texts(), "first")
    store.texts.append(texts("dog"), "dog added", "edit", after=1)
    with pytest.raises(StoreError, match="changed elsewhere in the meantime"):
        store.texts.append(texts("fox"), "fox added", "edit", after=1)
    assert store.texts.read()[1] == texts("dog")


def test_prompts_are_kept_with_their_version(store):
    made = Descriptions((ClassText("cat", ("a cat",)),), prompts={"confusers": "name {N}"})
    store.texts.append(made, "asked")
    assert store.texts.read() == (1, made)


@pytest.mark.parametrize(
    ("given", "undo", "redo"),
    [
        ([], None, None),
        ([""], None, None),
        (["", "edit"], 1, None),
        (["", "edit", "edit"], 2, None),
        (["", "edit", "edit", "undo"], 1, 3),
        (["", "edit", "edit", "undo", "undo"], None, 2),
        (["", "edit", "edit", "undo", "undo", "redo"], 1, 3),
        (["", "edit", "edit", "undo", "edit"], 2, None),  # a change forgets what could be redone
        (["", "edit", "move"], 2, None),  # the class goes back with its texts
        (["", "edit", "move", "edit"], 3, None),
        (["", "edit", ""], 2, None),  # also an answer of the model can be taken back
    ],
)
def test_undo_and_redo_follow_the_steps(given, undo, redo):
    assert (undo_target(steps(*given)), redo_target(steps(*given))) == (undo, redo)


def test_edits_are_compared_with_what_has_a_name_or_came_from_the_model():
    versions = steps("", "edit", "edit")
    assert saved_version(versions) == 1
    assert saved_version([*versions[:1], TextVersion(2, "", "", "edit", "mine"), versions[2]]) == 2
    assert saved_version([]) is None


def test_what_a_pasted_reply_changed_is_seen_against_the_version_before_it():
    assert saved_version(steps("", "edit", "paste")) == 2
    assert saved_version(steps("", "edit", "paste", "edit")) == 2
    assert saved_version(steps("", "paste", "")) == 3


def test_the_version_in_use_is_the_one_that_undo_went_back_to():
    assert version_in_use(steps("", "edit", "edit", "undo")) == 2
    assert version_in_use(steps("", "edit", "undo", "redo")) == 2
    assert version_in_use([]) is None
