import tempfile
from collections import defaultdict
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laser_core.errors import LaserError, PoolError
from laser_core.llm.base import Exchange
from laser_core.pool import Label
from laser_core.store.store import Store
from laser_core.view import RoundRecord
from tests import fakes
from tests.old_runs import as_written_by

CAT, DOG = Label("relevant", "cat"), Label("relevant", "dog")
LAMP, UNNAMED = Label("irrelevant", "lamp"), Label("irrelevant")


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "run", fakes.config())
    yield made
    made.close()


def record(ids, labels, classes=("cat", "dog")):
    relevant = sum(0 <= label < len(classes) for label in labels)
    return RoundRecord(
        1, ids, labels, len(ids), relevant, relevant / len(ids), None, None, None, classes=classes
    )


# ---- one action, one undo


def test_a_page_is_one_action_and_one_undo_takes_all_of_it_back(store):
    store.labels.append({"a": CAT}, 1, "Ada")
    store.labels.append({f"p{i}": DOG for i in range(24)}, 1, "Ada")
    step = store.events.undo("Ada")
    assert step.kind == "label"
    assert step.images == tuple(f"p{i}" for i in range(24))
    assert store.labels.by_id() == {"a": CAT}
    assert store.events.redo("Ada").images == step.images
    assert len(store.labels.by_id()) == 25


def test_undo_goes_back_to_the_first_label_and_redo_to_the_last(store):
    for i in range(30):
        store.labels.append({"a": CAT if i % 2 else DOG, f"b{i}": UNNAMED}, 1, "Ada")
    steps = 0
    while store.events.undo("Ada"):
        steps += 1
    assert steps == 30
    assert store.labels.by_id() == {}
    while store.events.redo("Ada"):
        steps -= 1
    assert steps == 0
    assert store.labels.by_id()["a"] == CAT
    assert len(store.labels.by_id()) == 31


def test_redo_goes_through_many_pages_and_many_single_labels_in_the_order_of_their_undos(store):
    """F12: what an undo took back is looked up, not searched for."""
    store.labels.append({f"p{i}": DOG for i in range(300)}, 1, "Ada")
    for i in range(40):
        store.labels.append({f"q{i}": CAT}, 1, "Ada")
    everything = store.labels.by_id()
    steps = [store.events.undo("Ada").images for _ in range(41)]
    assert store.labels.by_id() == {}
    assert [store.events.redo("Ada").images for _ in range(41)] == steps[::-1]
    assert store.events.redo("Ada") is None
    assert store.labels.by_id() == everything


def test_labels_of_one_message_can_be_undone_one_by_one(store):
    store.labels.append({"a": CAT}, 1, "Ada")
    store.labels.append({"b": DOG}, 1, "Ada")
    assert store.events.undo("Ada").images == ("b",)
    assert store.events.undo("Ada").images == ("a",)
    assert store.events.undo("Ada") is None


def test_a_new_label_after_an_undo_leaves_nothing_to_redo(store):
    store.labels.append({"a": CAT}, 1, "Ada")
    store.events.undo("Ada")
    store.labels.append({"b": DOG}, 1, "Ada")
    assert store.events.redo("Ada") is None


def test_nobody_undoes_what_somebody_else_said(store):
    store.labels.append({"a": CAT}, 1, "Ada")
    store.labels.append({"b": DOG}, 1, "Bob")
    assert store.events.undo("Ada").images == ("a",)
    assert store.events.undo("Ada") is None
    assert store.labels.by_id() == {"b": DOG}


def test_a_label_that_another_person_took_back_from_the_history_comes_back_by_their_redo(store):
    seq = store.labels.append({"a": CAT}, 1, "Ada")
    store.events.take_back([seq], "Bob")
    assert store.events.undo("Ada") is None
    assert store.events.redo("Bob").images == ("a",)
    assert store.events.undo("Ada").images == ("a",)


# ---- sent twice, stored once


def test_a_message_that_is_sent_again_is_stored_once(store):
    first = store.labels.append({"a": CAT, "b": DOG}, 1, "Ada", client="tab", first_seq=5)
    again = store.labels.append({"a": CAT, "b": DOG}, 1, "Ada", client="tab", first_seq=5)
    assert again == first
    assert len(store.events.history()) == 2
    assert store.events.last_client_seq("tab") == 6
    assert store.events.last_client_seq("another tab") is None


def test_of_a_message_that_grew_before_it_was_sent_again_only_the_new_part_is_stored(store):
    store.labels.append({"a": CAT}, 1, "Ada", client="tab", first_seq=0)
    store.labels.append({"a": CAT, "b": DOG}, 1, "Ada", client="tab", first_seq=0)
    assert [line.image for line in store.events.history()] == ["b", "a"]


def test_an_undo_that_is_sent_twice_takes_one_step(store):
    store.labels.append({"a": CAT}, 1, "Ada", client="tab", first_seq=0)
    store.labels.append({"b": CAT}, 1, "Ada", client="tab", first_seq=1)
    assert store.events.undo("Ada", client="tab", client_seq=2).images == ("b",)
    assert store.events.undo("Ada", client="tab", client_seq=2) is None
    assert list(store.labels.by_id()) == ["a"]


def test_a_picture_that_the_pool_does_not_have_is_refused_before_it_can_spoil_the_run(store):
    store.files.write("pool.json", '{"ids": ["a", "b"]}')
    with pytest.raises(PoolError, match="'z' is no image of this pool"):
        store.labels.append({"a": CAT, "z": CAT}, 1, "Ada")
    assert store.labels.by_id() == {}


# ---- history, disagreements, changed rounds


def test_one_tab_takes_back_what_it_sent_and_no_more(store: Store) -> None:
    store.labels.append({"a": CAT}, 1, "Ada", client="tab", first_seq=1)
    store.labels.append({"a": DOG}, 1, "Ada", client="another tab", first_seq=1)
    store.labels.append({"b": CAT, "c": CAT}, 1, "Ada", client="tab", first_seq=2)
    mine = store.events.of_client("tab", 1, 2)
    assert store.events.take_back(mine, "Ada", client="tab", client_seq=4) == ("a", "b")
    assert store.events.take_back(mine, "Ada", client="tab", client_seq=4) == ()
    assert store.labels.by_id() == {"a": DOG, "c": CAT}
    assert store.events.last_client_seq("tab") == 4


def test_the_history_tells_who_said_what_when_and_whether_it_was_undone(store):
    store.labels.append({"a": CAT}, 1, "Ada", {"a": 1.5})
    store.labels.append({"b": LAMP}, 2, "Bob")
    store.events.undo("Bob")
    store.classes.add("bird", "Ada")
    newest, middle, oldest = store.events.history()
    assert (newest.kind, newest.name, newest.actor) == ("class_added", "bird", "Ada")
    assert (middle.label, middle.round, middle.undone) == (LAMP, 2, True)
    assert (oldest.image, oldest.label, oldest.seconds, oldest.undone) == ("a", CAT, 1.5, False)
    assert oldest.at.endswith("+00:00")
    assert [line.seq for line in store.events.history(limit=1)] == [newest.seq]


def test_two_people_who_disagree_are_listed_and_the_later_answer_stands(store):
    store.labels.append({"a": CAT, "b": CAT, "c": LAMP, "d": CAT}, 1, "Ada")
    store.labels.append({"a": DOG, "b": CAT, "c": UNNAMED, "d": Label("unsure")}, 1, "Bob")
    (found,) = store.labels.disagreements()
    assert found.image == "a"
    assert [(a.actor, a.label) for a in found.answers] == [("Ada", CAT), ("Bob", DOG)]
    assert store.labels.by_id()["a"] == DOG
    store.labels.append({"a": DOG}, 1, "Ada")  # convinced
    assert store.labels.disagreements() == []


def test_a_label_given_again_is_known_as_such_until_that_is_taken_back_or_changed(store):
    store.labels.append({"a": CAT, "b": CAT}, 1, "Ada")
    assert store.labels.given_twice() == set()
    store.labels.append({"a": CAT}, 1, "Bob")
    store.labels.append({"b": DOG}, 1, "Ada")
    assert store.labels.given_twice() == {"a"}
    store.events.undo("Bob")
    assert store.labels.given_twice() == set()


def test_an_undo_after_the_round_was_trained_marks_the_round_and_rewrites_nothing(store):
    store.labels.append({"a": CAT}, 1, "Ada")
    store.labels.append({"b": LAMP}, 1, "Ada")
    store.rounds.append(record(("a", "b"), (0, 2)))
    assert store.rounds.changed_rounds() == []
    store.events.undo("Ada")
    assert store.rounds.changed_rounds() == [1]
    assert store.rounds.records()[0].labels == (0, 2)
    store.events.redo("Ada")
    assert store.rounds.changed_rounds() == []


def test_a_promotion_changes_the_rounds_with_such_pictures_and_a_new_name_changes_none(store):
    store.labels.append({"a": CAT, "b": LAMP}, 1, "Ada")
    store.rounds.append(record(("a", "b"), (0, 2)))
    store.classes.rename("cat", "kitten", "Ada")
    assert store.rounds.changed_rounds() == []
    store.classes.promote("lamp", "Ada")
    assert store.rounds.changed_rounds() == [1]


# ---- classes


def test_the_space_grows_in_the_order_that_classes_are_added(store):
    store.classes.add("bird", "Ada")
    store.labels.append({"a": Label("relevant", "bird")}, 1, "Ada")
    assert Store.open(store.folder).classes.space().relevant == ("cat", "dog", "bird")


def test_a_promoted_name_counts_as_relevant_in_all_answers_before_and_after(store):
    store.labels.append({"a": LAMP}, 1, "Ada")
    store.classes.promote("lamp", "Ada")
    store.labels.append({"b": LAMP}, 1, "Bob")  # from a tab that has not noticed yet
    assert store.labels.by_id() == dict.fromkeys("ab", Label("relevant", "lamp"))
    assert store.classes.resolve(LAMP) == Label("relevant", "lamp")


def test_answers_follow_a_class_to_its_new_name_also_those_under_the_old_one(store):
    store.labels.append({"a": CAT}, 1, "Ada")
    store.classes.rename("cat", "kitten", "Ada")
    store.labels.append({"b": CAT}, 1, "Bob")
    assert store.classes.space().relevant == ("kitten", "dog")
    assert store.labels.by_id() == dict.fromkeys("ab", Label("relevant", "kitten"))


def test_merged_classes_are_one_and_an_undo_parts_them_again(store):
    store.labels.append({"a": CAT, "b": DOG}, 1, "Ada")
    store.classes.merge("dog", "cat", "Ada")
    assert store.classes.space().relevant == ("cat",)
    assert store.labels.by_id() == dict.fromkeys("ab", CAT)
    assert store.events.undo("Ada").kind == "merged"
    assert store.labels.by_id() == {"a": CAT, "b": DOG}


def test_pictures_of_a_class_whose_addition_is_undone_are_irrelevant_under_its_name(store):
    seq = store.classes.add("bird", "Ada")
    store.labels.append({"a": Label("relevant", "bird")}, 1, "Bob")
    store.events.take_back([seq], "Ada")
    assert store.labels.by_id() == {"a": Label("irrelevant", "bird")}
    store.events.redo("Ada")
    assert store.labels.by_id() == {"a": Label("relevant", "bird")}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s.classes.add("cat", "Ada"), "'cat' is a relevant class already"),
        (lambda s: s.classes.add("  ", "Ada"), "a class needs a name"),
        (lambda s: s.classes.promote("lamp", "Ada"), "no irrelevant picture is called 'lamp'"),
        (lambda s: s.classes.rename("cat", "dog", "Ada"), "'dog' is taken; .* merge the two"),
        (lambda s: s.classes.rename("bird", "crow", "Ada"), "nothing is called 'bird'"),
        (lambda s: s.classes.merge("cat", "cat", "Ada"), "'cat' cannot be merged into 'cat'"),
        (
            lambda s: s.labels.append({"a": Label("relevant", "bird")}, 1, "Ada"),
            "bird is no relevant class|'bird' is no relevant class",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_a_sentence_and_not_stored(
    store, change, sentence
):
    with pytest.raises(PoolError, match=sentence):
        change(store)
    assert store.events.history() == []


def test_the_last_relevant_class_cannot_be_merged_away(store):
    store.labels.append({"a": LAMP}, 1, "Ada")
    store.classes.merge("dog", "cat", "Ada")
    with pytest.raises(PoolError, match="the only relevant class"):
        store.classes.merge("cat", "lamp", "Ada")


# ---- any sequence, against a model that rewrites names in a list

NAMES = ("cat", "dog", "lamp", "bird")
WHO = st.sampled_from(("Ada", "Bob"))
NAME = st.sampled_from(NAMES)
STATE = st.sampled_from(("relevant", "irrelevant", "unsure", "excluded"))
IMAGES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)
STEPS = st.one_of(
    st.tuples(st.just("label"), WHO, IMAGES, STATE, st.sampled_from((*NAMES, ""))),
    st.tuples(st.sampled_from(("undo", "redo")), WHO),
    st.tuples(st.just("take back"), WHO, st.integers(1, 12)),
    st.tuples(st.sampled_from(("class_added", "promoted")), WHO, NAME),
    st.tuples(st.sampled_from(("class_renamed", "merged")), WHO, NAME, NAME),
)


class Model:
    """The same rules, told as simply as can be: every look replays all, names are text."""

    def __init__(self):
        self.actions = []  # [who, [event]]; an event is [undone, kind, *what]
        self.redo_steps = defaultdict(list)

    def add(self, who, events):
        self.actions.append((who, [[False, *event] for event in events]))
        self.redo_steps[who].clear()

    def undo(self, who):
        for actor, events in reversed(self.actions):
            alive = [event for event in events if not event[0]]
            if actor == who and alive:
                return self.take_back(who, alive)
        return None

    def take_back(self, who, events):
        for event in events:
            event[0] = True
        self.redo_steps[who].append(events)

    def redo(self, who):
        steps = self.redo_steps[who]
        while steps and not any(event[0] for event in steps[-1]):
            steps.pop()  # somebody else brought it back
        if steps:
            for event in steps.pop():
                event[0] = False

    def state(self):
        relevant, alias, given = ["cat", "dog"], {}, []

        def rewrite(old, new):
            for row in given:
                row[2] = new if row[2] == old else row[2]
            alias.update({key: new for key, value in alias.items() if value == old})
            alias[old] = new

        for undone, kind, *what in (event for _, events in self.actions for event in events):
            if kind == "label":
                image, state, name = what
                named = state in ("relevant", "irrelevant")
                given.append([image, state, alias.get(name, name) if named else name, undone])
            elif undone:
                continue
            elif kind in ("class_added", "promoted"):
                alias.pop(what[0], None)
                if what[0] not in relevant:
                    relevant.append(what[0])
            elif kind == "class_renamed":
                old, new = alias.get(what[0], what[0]), what[1]
                taken = alias.get(new, new) == new and new in relevant
                if old != new and not taken:
                    alias.pop(new, None)
                    rewrite(old, new)
                    relevant = [new if name == old else name for name in relevant]
            else:
                old, new = (alias.get(name, name) for name in what)
                last = relevant == [old] and new not in relevant
                if old != new and not last:
                    rewrite(old, new)
                    relevant = [name for name in relevant if name != old]
        standing = {}
        for image, state, name, undone in given:
            if not undone:
                if state in ("relevant", "irrelevant") and name:
                    state = "relevant" if name in relevant else "irrelevant"
                standing.pop(image, None)
                standing[image] = Label(state, name)
        return tuple(relevant), list(standing.items())


def state_of(store):
    return store.classes.space().relevant, list(store.labels.by_id().items())


def take(store, model, step):
    kind, who, *rest = step
    if kind == "label":
        images, state, name = rest
        name = "" if state in ("unsure", "excluded") else name
        if state == "relevant" and not name:
            return
        store.labels.append({image: Label(state, name) for image in images}, 1, who)
        model.add(who, [("label", image, state, name) for image in images])
    elif kind == "undo":
        store.events.undo(who)
        model.undo(who)
    elif kind == "redo":
        store.events.redo(who)
        model.redo(who)
    elif kind == "take back":
        lines = store.events.history(1000)[::-1]
        if rest[0] <= len(lines) and not lines[rest[0] - 1].undone:
            store.events.take_back([lines[rest[0] - 1].seq], who)
            model.take_back(who, [[e for _, es in model.actions for e in es][rest[0] - 1]])
    else:
        verb = {
            "class_added": store.classes.add,
            "promoted": store.classes.promote,
            "class_renamed": store.classes.rename,
            "merged": store.classes.merge,
        }[kind]
        verb(*rest, who)
        model.add(who, [(kind, *rest)])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=25))
def test_any_sequence_of_steps_replays_to_the_same_state_also_after_reopening(steps):
    with tempfile.TemporaryDirectory() as folder:
        model = Model()
        with closing(Store.create(Path(folder) / "run", fakes.config())) as store:
            store._database._connection.execute("PRAGMA synchronous = OFF")  # quick; no crash here
            for step in steps:
                with suppress(LaserError):  # refused: then nothing happens in the model either
                    take(store, model, step)
            assert state_of(store) == model.state()
        with closing(Store.open(Path(folder) / "run")) as again:
            assert state_of(again) == model.state()


# ---- earlier versions


@pytest.mark.parametrize("version", [1, 2])
def test_a_run_of_an_earlier_schema_is_read_as_it_is_and_brought_up_to_date_by_the_first_label(
    store, version
):
    """B5: a database without checksums still opens, and is not rewritten by reading it."""
    store.labels.append({"a": CAT}, 1, "Ada")
    store.labels.append({"b": LAMP}, 1, "Ada")
    store.events.undo("Ada")
    store.exchanges.append([Exchange("confusers", "offline", "", "lynx")])
    store.close()
    as_written_by(version, store.folder)
    before = (store.folder / "run.db").read_bytes()
    with closing(Store.open(store.folder)) as opened, closing(Store.open(store.folder)) as other:
        assert opened.labels.by_id() == other.labels.by_id() == {"a": CAT}
        assert (store.folder / "run.db").read_bytes() == before
        opened.labels.append({"c": DOG}, 1, "Ada")
        assert list(opened.labels.by_id()) == list(other.labels.by_id()) == ["a", "c"]
        other.labels.append({"d": DOG}, 1, "Bob")
        assert list(opened.labels.by_id()) == ["a", "c", "d"]
        assert len(opened.exchanges.all()) == 1
    with closing(Store.open(store.folder)) as again:
        assert list(again.labels.by_id()) == ["a", "c", "d"]
        again.require_readable()
