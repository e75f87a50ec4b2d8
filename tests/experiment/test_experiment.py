from dataclasses import replace

import numpy as np
import pytest

from laser_core.analysis.explain_run import explain_image
from laser_core.config import RoundChoice
from laser_core.errors import PoolError
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.metrics.summary import rounds_csv
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies import STRATEGIES
from laser_core.strategies.laser import Laser
from tests import fakes

GLOBAL = RoundChoice(delta=0.7, settings=(("selection", "global"),))


def experiment(tmp_path, name="run", **settings):
    config = fakes.config(**settings)
    return Experiment(fakes.materials(config), Store.create(tmp_path / name, config))


def reopened(tmp_path, name="run"):
    store = Store.open(tmp_path / name)
    return Experiment(fakes.materials(store.config()), store)


def without_seconds(records):
    return [replace(record, seconds=0.0) for record in records]


def test_four_rounds_of_algorithm_1_leave_four_records(tmp_path):
    run = experiment(tmp_path)
    records = drain(simulate(run))
    assert [r.round for r in records] == [1, 2, 3, 4]
    asked = [id for r in records for id in r.ids]
    assert len(asked) == len(set(asked)) == 80
    assert run.finished
    assert [r.figures["delta"] for r in records] == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert records[-1].recall == sum(r.relevant for r in records) / 60
    assert records[0].ceiling == 1.0
    assert records[0].accuracy is not None


def test_laser_finds_more_than_its_share_from_the_first_round_on(tmp_path):
    config = fakes.config(rounds=1)
    clear = fakes.materials(config, noise=4.0)
    records = drain(simulate(Experiment(clear, Store.create(tmp_path / "run", config))))
    assert records[0].precision > 0.7  # at random it would be a third: 2 classes of 6


@pytest.mark.parametrize("strategy", ["laser", "random", "uncertainty", "gated"])
def test_the_same_settings_give_the_same_rounds(tmp_path, strategy):
    first = drain(simulate(experiment(tmp_path, "a", strategy=strategy)))
    second = drain(simulate(experiment(tmp_path, "b", strategy=strategy)))
    assert rounds_csv(without_seconds(first)) == rounds_csv(without_seconds(second))


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{}, {"delta": "precision"}, {"strategy": "uncertainty"}, {"strategy": "gated"}]
)
def test_stopped_at_any_step_and_reopened_a_run_ends_with_the_same_records(tmp_path, settings):
    whole = without_seconds(drain(simulate(experiment(tmp_path, "whole", rounds=2, **settings))))
    steps = sum(1 for _ in simulate(experiment(tmp_path, "counted", rounds=2, **settings)))
    for stop in range(0, steps, 3):
        stopped = experiment(tmp_path, f"stop-{stop}", rounds=2, **settings)
        work = simulate(stopped)
        for _ in range(stop + 1):
            next(work)
        work.close()
        stopped.store.close()
        assert without_seconds(drain(simulate(reopened(tmp_path, f"stop-{stop}")))) == whole


def test_a_query_closed_half_way_leaves_the_run_as_it_was(tmp_path):
    run = experiment(tmp_path)
    steps = run.query()
    next(steps)
    steps.close()
    assert run.pending is None
    assert run.store.rounds.query(1) is None


def test_answers_are_on_disk_when_annotate_returns_and_all_or_none_are_taken(tmp_path):
    run = experiment(tmp_path)
    query = drain(run.query())
    first, second = query.ids[:2].tolist()
    with pytest.raises(PoolError, match="no image of this pool"):
        run.annotate({first: Label("unsure"), "nowhere": Label("unsure")})
    assert run.store.labels.by_id() == {}
    run.annotate({first: Label("relevant", "cat"), second: Label("irrelevant", "truck")}, "Ada")
    assert reopened(tmp_path).pool.get(second) == Label("irrelevant", "truck")


def test_names_of_irrelevant_images_join_the_confusers_in_the_next_round(tmp_path):
    run = experiment(tmp_path, rounds=2)
    drain(simulate(run))
    names = [c.name for c in run.store.texts.read()[1].confusers]
    assert names[:2] == ["wolf", "fox"]
    assert set(names[2:]) <= {"truck", "ship", "frog", "lamp"}
    assert len(names) > 2


def test_confusers_asked_for_again_leave_room_for_the_names_that_were_met(tmp_path):
    run = experiment(tmp_path, rounds=2, confusers=2, confusers_again=True)
    drain(simulate(run))
    confusers = run.store.texts.read()[1].confusers
    met = {c.name for c in confusers if c.source == "discovered"}
    asked = [c.name for c in confusers if c.source == "model"]
    assert met
    assert not met & set(asked)
    assert len(asked) == 2


def test_with_no_confusers_asked_for_discovered_names_stay_out_too(tmp_path):
    run = experiment(tmp_path, rounds=3, confusers=0)
    drain(simulate(run))
    assert run.store.texts.read()[1].confusers == ()


def test_a_persons_delta_counts_for_the_round_and_is_recorded(tmp_path):
    run = experiment(tmp_path, rounds=2)
    drain(simulate(experiment(tmp_path, "other", rounds=1)))
    query = drain(run.query())
    run.annotate(run.materials.oracle.answer(query.ids.tolist()))
    drain(run.train())
    drain(run.query(GLOBAL))
    run.annotate(run.materials.oracle.answer(run.pending.ids.tolist()))
    assert drain(run.train()).figures["delta"] == 0.7
    assert reopened(tmp_path).store.rounds.query(2)[1].choice == GLOBAL


def test_without_ten_irrelevant_labels_delta_counts_as_zero_and_says_so(tmp_path):
    run = experiment(tmp_path, rounds=2, batch_size=5)
    records = drain(simulate(run))
    assert records[1].figures["delta"] == 0.0
    assert "the detector needs 10" in records[1].note


@pytest.mark.parametrize("fusion", ["raw", "zscore"])
def test_an_explanation_adds_up_to_the_score(tmp_path, fusion):
    run = experiment(tmp_path, rounds=3, fusion=fusion)
    drain(simulate(run))
    for round in (1, 2, 3):
        kept = run.store.rounds.query(round)[1]
        ids = run.pool.ids[kept.arrays.row]
        for at in (0, 7, len(ids) - 1):
            told = explain_image(
                str(ids[at]), round, run.store, run.config, run.pool.ids, run.materials.cosines
            )
            assert fakes.rebuilt(told) == pytest.approx(told.score, abs=1e-6)
            assert told.score == pytest.approx(kept.arrays.score[at], abs=1e-12)
            assert told.s_det == pytest.approx(kept.arrays.laser.s_det[at], abs=1e-6)
            shares = sum(part.share for part in told.confusers)
            assert shares == pytest.approx(told.penalty, abs=1e-6)


def test_an_explanation_of_an_image_labeled_before_says_which_round_to_ask_for(tmp_path):
    run = experiment(tmp_path, rounds=2)
    records = drain(simulate(run))
    with pytest.raises(PoolError, match="labeled before round 2; ask for an earlier round"):
        explain(run, records[0].ids[0], 2)


def explain(run, id, round):
    return explain_image(id, round, run.store, run.config, run.pool.ids, run.materials.cosines)


class TellsLabels(Laser):
    """LaSeR, but for an explanation that is the labels it was given."""

    def explain(self, ranked, id):
        return ranked.labels.tolist()


def test_an_explanation_knows_the_labels_of_the_rounds_before_and_no_later_one(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(STRATEGIES, "laser", TellsLabels)
    run = experiment(tmp_path, rounds=3)
    records = drain(simulate(run))
    answers = run.materials.oracle.answer(records[0].ids)
    relevant = sum(label.state == "relevant" for label in answers.values())
    asked_last = records[2].ids[0]
    assert explain(run, asked_last, 1) == []
    told = explain(run, asked_last, 2)
    assert (len(told), sum(index < 2 for index in told)) == (20, relevant)
    assert len(explain(run, asked_last, 3)) == 40


def test_an_explanation_has_the_classes_that_its_round_was_queried_for(tmp_path):
    run = experiment(tmp_path, rounds=3, anchor=1.0)
    drain(simulate(run, rounds=2))
    run.store.classes.promote("truck", "Ada")
    run.store.close()
    run = reopened(tmp_path)
    pending = drain(run.query())
    logits = pending.arrays.classifier.logits
    row = int(logits.argmax(axis=1).tolist().index(2))
    id = str(run.pool.ids[pending.arrays.row[row]])
    start = replace(run.config, relevant=("cat", "dog"))  # as the run's folder has it
    told = explain_image(id, 3, run.store, start, run.pool.ids, run.materials.cosines)
    assert told.predicted.name == "truck"
    assert explain(run, id, 1).predicted.name in ("cat", "dog")


def test_a_pool_that_runs_out_is_queried_to_the_last_image_and_the_run_ends(tmp_path):
    config = fakes.config(rounds=9, batch_size=40)
    small = fakes.source(per_class=10)
    run = Experiment(fakes.materials(config, small), Store.create(tmp_path / "run", config))
    records = drain(simulate(run))
    assert [len(r.ids) for r in records] == [40, 20]
    assert records[-1].recall == 1.0


def test_a_pool_without_labels_is_not_simulated(tmp_path):
    config = fakes.config()
    pool = fakes.source(labeled=False)
    run = Experiment(fakes.materials(config, pool), Store.create(tmp_path / "run", config))
    with pytest.raises(PoolError, match="label by hand in the app"):
        drain(simulate(run))


def test_training_before_an_answer_says_what_is_missing(tmp_path):
    run = experiment(tmp_path)
    with pytest.raises(PoolError, match="ask for one first"):
        drain(run.train())
    drain(run.query())
    with pytest.raises(PoolError, match="label some, then train"):
        drain(run.train())


def test_lost_weights_are_trained_again_and_give_the_same_next_query(tmp_path):
    run = experiment(tmp_path, rounds=3)
    for _ in range(2):
        query = drain(run.query())
        run.annotate(run.materials.oracle.answer(query.ids.tolist()))
        drain(run.train())
    run.store.close()
    again = reopened(tmp_path)
    expected = drain(again.query()).ids.tolist()
    again.store.close()
    for weights in (tmp_path / "run" / "nets").rglob("*.safetensors"):
        weights.write_bytes(b"damaged")
    store = Store.open(tmp_path / "run")
    fresh = Experiment(fakes.materials(store.config()), store)
    np.testing.assert_array_equal(drain(fresh.query()).ids, expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"relevant": ("cat",)},  # R = 1
        {"descriptions": 0},  # K = 0
        {"descriptions": 0, "confusers": 0},
        {"relevant": ("cat", "dog", "unicorn")},  # a class without an image
        {"relevant": ("cat", "dog", "truck", "ship", "frog", "lamp")},  # nothing is irrelevant
        {"batch_size": 48},  # the whole pool at once
        {"anchor": 1.0},
    ],
)
def test_balanced_asks_for_the_whole_pool_to_its_last_image(tmp_path, settings):
    config = fakes.config(**{"rounds": 9, **settings})
    small = fakes.source(per_class=8)
    run = Experiment(fakes.materials(config, small), Store.create(tmp_path / "run", config))
    records = drain(simulate(run))
    sizes = [len(record.ids) for record in records]
    assert sizes == ([48] if config.batch_size == 48 else [20, 20, 8])
    assert len({id for record in records for id in record.ids}) == 48
    assert run.finished
