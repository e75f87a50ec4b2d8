"""Four ways that a run starts, for every registered strategy, stopped anywhere, stored anyhow."""

import json
from dataclasses import replace

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.errors import ConfigError, PoolError
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.experiment.plan import plan
from laser_core.metrics.summary import labels_paid, perfect_ceilings, rounds_csv
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies import STRATEGIES, make_strategy
from laser_core.strategies.hooks import RankedRound
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.view import LaserArrays, PoolView, QueryArrays, random_order, random_ranks
from tests import fakes

STARTS = ("cold", "random", "laser", "known")


def experiment(folder, pictures_of=None, **settings):
    config = fakes.config(**{"known_share": 0.1, "rounds": 3, **settings})
    materials = fakes.materials(config, pictures_of)
    return Experiment(materials, Store.create(folder, config))


def reopened(folder, pictures_of=None):
    store = Store.open(folder)
    return Experiment(fakes.materials(store.config(), pictures_of), store)


def simulated(folder, pictures_of=None, **settings):
    run = experiment(folder, pictures_of, **settings)
    try:
        return drain(simulate(run))
    finally:
        run.store.close()


def without_seconds(records):
    return [replace(record, seconds=0.0) for record in records]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_every_strategy_runs_from_every_start(tmp_path, strategy, start):
    records = simulated(tmp_path / "run", strategy=strategy, start=start)
    asked = [id for record in records for id in record.ids]
    assert len(asked) == len(set(asked)) == 60
    assert labels_paid(records) == [20, 40, 60]
    assert all(record.given == (6 if start == "known" else 0) for record in records)
    assert all(record.relevant_in_pool == 60 for record in records)


@pytest.mark.parametrize("start", ["cold", "known"])
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_stopped_every_dozen_steps_a_run_ends_with_the_same_records(tmp_path, strategy, start):
    expected = simulated(tmp_path / "whole", strategy=strategy, start=start)
    experiment(tmp_path / "cut", strategy=strategy, start=start).store.close()
    for _ in range(200):
        run, records = reopened(tmp_path / "cut"), None
        steps = simulate(run)
        try:
            for _ in range(12):
                next(steps)
            steps.close()
        except StopIteration as stop:
            records = stop.value
        finally:
            run.store.close()
        if records is not None:
            break
    assert without_seconds(records) == without_seconds(expected)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_the_order_a_pool_is_stored_in_decides_nothing(tmp_path, strategy):
    stored = fakes.source()
    other = fakes.GreySource("small world", stored.items[::-1])
    first = simulated(tmp_path / "a", stored, strategy=strategy)
    second = simulated(tmp_path / "b", other, strategy=strategy)
    assert [r.ids for r in first] == [r.ids for r in second]


@pytest.mark.parametrize("start", ["random", "laser"])
def test_a_shared_first_batch_is_the_same_for_all_and_says_so(tmp_path, start):
    firsts = []
    for strategy in sorted(STRATEGIES):
        run = experiment(tmp_path / strategy, strategy=strategy, start=start)
        firsts.append(drain(run.query()))
        run.store.close()
    assert len({tuple(query.ids.tolist()) for query in firsts}) == 1
    assert all("which all strategies share" in query.note for query in firsts)
    assert (firsts[0].arrays.laser is not None) == (start == "laser")


@pytest.mark.parametrize("first", ["random", "laser"])
def test_a_strategy_that_cannot_score_yet_lets_another_choose_and_says_why(tmp_path, first):
    run = experiment(tmp_path / "run", strategy="uncertainty", first=first)
    query = drain(run.query())
    assert "0 of 2 relevant classes labeled so far, Uncertainty (entropy) needs 2" in query.note
    rival = experiment(tmp_path / "rival", strategy=first)
    assert drain(rival.query()).ids.tolist() == query.ids.tolist()


def test_known_images_are_relevant_cost_nothing_and_teach_the_first_query(tmp_path):
    run = experiment(tmp_path / "run", strategy="uncertainty", start="known", seed=4)
    query = drain(run.query())
    given = run.store.labels.answers(up_to_round=0)
    assert [answer.actor for answer in given] == ["given"] * 6  # a tenth of 60
    assert {answer.label.state for answer in given} == {"relevant"}
    assert query.note == ""  # two classes are known, so it chooses by itself
    assert not {answer.image for answer in given} & set(query.ids.tolist())
    start = json.loads((tmp_path / "run" / "start.json").read_text())
    assert sorted(start["ids"]) == sorted(answer.image for answer in given)
    assert 0.0 <= start["accuracy"] <= 1.0
    drain(run.preview())  # looked at again, nothing more is given
    assert len(run.store.labels.answers(up_to_round=0)) == 6


def test_recall_is_told_with_and_without_the_given_labels(tmp_path):
    records = simulated(tmp_path / "run", strategy="random", start="known")
    found = sum(record.relevant for record in records)
    assert records[-1].recall == pytest.approx((found + 6) / 60)
    assert records[-1].recall_without_given == pytest.approx(found / 60)


def test_given_labels_leave_the_numerator_of_recall_and_not_the_pool():
    """Appendix C: 2,000 relevant pictures, 160 of them given, 1,040 asked for."""
    record = fakes.record(relevant_in_pool=2000, given=160, recall=1200 / 2000)
    assert record.recall_without_given == pytest.approx(1040 / 2000)
    assert replace(record, recall=160 / 2000).recall_without_given == 0.0
    assert replace(record, recall=None).recall_without_given is None


def test_the_best_possible_precision_counts_no_given_image():
    def record(**changes):
        made = fakes.record(relevant_in_pool=60, given=40, ids=tuple(map(str, range(20))))
        return replace(made, **changes)

    assert perfect_ceilings([record(), record()]) == [1.0, 0.0]
    assert (
        perfect_ceilings([record(relevant_in_pool=None, relevant=6, recall=0.1)] * 2) == [1.0] * 2
    )


def test_the_share_of_known_images_is_that_of_published_comparisons(tmp_path):
    asked = fakes.config(relevant=("hat", "can"), start="known", batch_size=None)
    assert plan(asked, tmp_path).config.known_share == 0.08
    with pytest.raises(ConfigError, match="known_share=2: .* 8% is 0.08"):
        fakes.config(known_share=2.0)
    with pytest.raises(ConfigError, match="start='warm' is unknown; choose one of cold, random"):
        fakes.config(start="warm")


def test_a_known_start_needs_a_pool_with_labels(tmp_path):
    asked = fakes.config(start="known", vlm="offline")
    with pytest.raises(PoolError, match="--start known gives labels of the pool's own, and 180"):
        plan(asked, tmp_path, fakes.source(labeled=False))


def test_figures_of_a_strategy_stand_in_the_table_of_rounds():
    record = fakes.record(figures={"k": 5.0, "precision_vlm": 0.5})
    head, line = rounds_csv([record]).splitlines()
    assert head.split(",")[-2:] == ["k", "seconds"]
    assert line.split(",")[-2] == "5.000000"
    assert np.all(["precision_vlm" not in head])


def test_the_order_that_strategies_see_is_another_for_another_seed_and_the_same_in_any_pool():
    ids = np.array([f"i{n}" for n in range(50)])
    first, second = ids[random_order(ids, 1)], ids[random_order(ids, 2)]
    assert sorted(first) == sorted(second) == sorted(ids)
    assert first.tolist() != second.tolist()
    assert ids[::-1][random_order(ids[::-1], 1)].tolist() == first.tolist()


def test_part_of_a_pool_ordered_by_its_ranks_stands_in_its_own_random_order():
    ids = np.array([f"i{n}" for n in range(50)])
    rows = np.arange(50)[::3]
    ranks = random_ranks(ids, 7)
    assert sorted(ranks) == list(range(50))
    assert np.argsort(ranks[rows]).tolist() == random_order(ids[rows], 7).tolist()


def test_after_the_last_round_the_classifier_alone_is_trained(tmp_path):
    run = experiment(tmp_path / "run", rounds=2)
    counts = []
    drain(simulate(run, lambda _: counts.append(nets_kept(tmp_path / "run"))))
    assert counts == [2, 1]  # detector and classifier, then the classifier


def nets_kept(folder):
    return len(list((folder / "nets").glob("*.safetensors")))


@pytest.mark.parametrize("selection", ["global", "quota", "balanced"])
def test_a_round_tried_as_it_was_asked_gives_its_own_batch_where_scores_tie_too(selection):
    ids = np.array([f"i{n}" for n in range(40)])
    ties = np.round(rng_for(1).random(40), 1)
    nothing, best = np.zeros(40), np.zeros(40, dtype=int)
    settings = {"selection": selection, "delta": "linear"}
    config = ExperimentConfig.of(batch_size=10, relevant=("cat",), seed=3, **settings)
    strategy = make_strategy(config)
    order = random_order(ids, config.seed)
    vectors = np.eye(40)
    view = PoolView(
        1, ids[order], ids[:0], best[:0], 1,
        {
            "relevant_cosines": ties[None, order], "irrelevant_cosines": np.empty((0, 40)),
            "relevant_owner": np.array([0]), "irrelevant_owner": best[:0],
        },
        embeddings=lambda places: vectors[order[places]],
    )  # fmt: skip
    asked = strategy.select(view, 10, rng_for(config.seed, "query", 1))
    kept = QueryArrays(np.arange(40), ties, LaserArrays(ties, nothing, best, nothing, best))
    ranked = RankedRound(
        1, ids, kept, best[:0], config, Descriptions((ClassText("cat", ("a cat",)),)), None,
        vectors.__getitem__, lambda: random_ranks(ids, config.seed),
    )  # fmt: skip
    found = strategy.what_if(ranked, RoundChoice(delta=0.0))
    assert found.ids.tolist() == asked.ids.tolist()
    assert found.arrays.row.tolist() == list(range(40))
