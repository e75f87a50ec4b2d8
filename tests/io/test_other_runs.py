"""One label serves every run that asks for its picture."""

from contextlib import ExitStack, closing

import pytest

from laser_core.experiment.experiment import Experiment
from laser_core.io.other_runs import answers_elsewhere, take_over
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from tests import fakes

CAT, NOTHING = Label("relevant", "cat"), Label("irrelevant", "lamp")


@pytest.fixture
def asked(tmp_path):
    """asked("laser") is a run by that strategy whose first query waits, and the ids of it."""
    with ExitStack() as opened:

        def make(strategy, name="", **settings):
            config = fakes.config(strategy=strategy, **settings)
            materials = fakes.materials(config)
            store = opened.enter_context(
                closing(Store.create(tmp_path / (name or strategy), config))
            )
            keep_pool(store, materials)
            return store, drain(Experiment(materials, store).query()).ids.tolist()

        yield make


def both_asked(asked, **settings):
    one, ids = asked("laser", batch_size=90)
    other, others = asked("random", batch_size=90, **settings)
    return one, other, [id for id in ids if id in others]


def test_an_answer_of_one_run_is_there_for_another_that_asks_for_the_same_picture(asked):
    one, other, common = both_asked(asked)
    one.labels.append({common[0]: CAT, common[1]: NOTHING}, 1, "kim")
    found = answers_elsewhere(other, [one])
    assert {id: answer.label for id, answer in found.items()} == {
        common[0]: CAT, common[1]: NOTHING,
    }  # fmt: skip
    take_over(other, found)
    assert other.labels.by_id() == {common[0]: CAT, common[1]: NOTHING}
    assert {answer.actor for answer in other.labels.answers()} == {"kim"}
    assert answers_elsewhere(other, [one]) == {}  # nothing is left to take


def test_what_was_taken_over_can_be_taken_back_as_one(asked):
    one, other, common = both_asked(asked)
    one.labels.append(dict.fromkeys(common[:3], NOTHING), 1, "kim")
    take_over(other, answers_elsewhere(other, [one]))
    (brought,) = other.labels.imports()
    assert brought.labels == 3
    other.events.take_back_action(brought.action, "kim")
    assert other.labels.by_id() == {}


def test_own_answers_the_oracles_and_skips_are_not_taken_over(asked):
    one, other, common = both_asked(asked)
    one.labels.append({common[0]: CAT}, 1, "kim")
    other.labels.append({common[0]: NOTHING}, 1, "kim")
    one.labels.append({common[1]: CAT}, 1, "oracle")
    one.labels.append({common[2]: Label("unsure", "")}, 1, "kim")
    assert answers_elsewhere(other, [one]) == {}


def test_a_run_with_other_relevant_classes_has_no_answers_for_this_one(asked):
    one, other, common = both_asked(asked, relevant=("truck", "ship"))
    one.labels.append({common[0]: CAT}, 1, "kim")
    assert answers_elsewhere(other, [one]) == {}
