"""What every strategy keeps, tested by being registered."""

from dataclasses import replace

import numpy as np
import pytest

from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.experiment.signals import (
    IMAGE_SIGNALS,
    LABELED_TEXT_SIGNALS,
    TEXT_SIGNALS,
    Reading,
    is_reading,
)
from laser_core.nets.objectives import CLASSIFIER, Seen
from laser_core.strategies import STRATEGIES, make_strategy
from laser_core.texts.neglabel import NAME_SIGNALS
from laser_core.view import PoolView, Query, RoundRecord, random_order

U, L, N, R, C, D = 30, 12, 2, 4, 6, 5  # unlabeled, labeled, classes, texts, confuser texts, dim
LABELS = np.array([0, 0, 1] + [N] * (L - 3))
PASSES = 4
SIGNALS = {*TEXT_SIGNALS, *LABELED_TEXT_SIGNALS, *IMAGE_SIGNALS, *NAME_SIGNALS}


@pytest.fixture(params=sorted(STRATEGIES))
def strategy(request):
    return make_strategy(ExperimentConfig(strategy=request.param))


def specs_of(strategy):
    """Name -> what a strategy's nets are trained for, the classifier among them."""
    return {spec.name: spec for spec in (CLASSIFIER, *strategy.nets())}


def made_up(strategy, unlabeled=U):
    """Plausible arrays for all that a strategy needs; readings follow from its nets alone."""
    rng = rng_for(5)
    signals = {
        "relevant_cosines": rng.normal(size=(R, unlabeled)) / 10,
        "irrelevant_cosines": rng.normal(size=(C, unlabeled)) / 10,
        "relevant_owner": np.array([0, 0, 1, 1]),
        "irrelevant_owner": np.array([0, 0, 1, 1, 2, 2]),
        "names_log_sum": rng.normal(size=unlabeled),
        "names_sharpness": np.full(unlabeled, 20.0),
        "vectors": unit_rows(rng.normal(size=(unlabeled, D))),
        "labeled_vectors": unit_rows(rng.normal(size=(L, D))),
        "labeled_relevant_cosines": rng.normal(size=(R, L)) / 10,
        "labeled_irrelevant_cosines": rng.normal(size=(C, L)) / 10,
        "labeled_names_log_sum": rng.normal(size=L),
    }
    assert set(signals) == SIGNALS
    for need in filter(is_reading, strategy.needs):
        signals[need] = reading(need, specs_of(strategy), unlabeled)
    return {name: signals[name] for name in strategy.needs}


def reading(need, specs, unlabeled):
    """A plausible array for "<net>.<what>"."""
    asked, rng = Reading.of(need), rng_for(7, need)
    objective = specs[asked.net].objective
    count = L if asked.labeled else unlabeled
    width = N if objective.on != "labeled" else N + 1
    if asked.what == "features":
        return unit_rows(rng.normal(size=(count, D)))
    if asked.what == "samples":
        return rng.normal(size=(PASSES, count, width))
    if asked.what == "logits":
        return rng.normal(size=(count, width))
    return rng.normal(size=(count, objective.heads(Seen(N, width - N))[asked.what]))


def along_images(name):
    """Which axis of a signal stands for the unlabeled images; None if none does."""
    if name.endswith("_owner") or name.startswith("labeled_") or ".labeled." in name:
        return None
    return 1 if name.endswith(("_cosines", ".samples")) else 0


def a_view(strategy, round_index=3, unlabeled=U, stored=None):
    """A view as the engine makes it of a pool with plausible signals; `stored` permutes that."""
    stored = np.arange(unlabeled) if stored is None else stored
    ids = np.array([f"img-{i}" for i in range(100, 100 + unlabeled)])[stored]  # no id is a position
    order = stored[random_order(ids, seed=1)]
    signals = {
        name: array if (axis := along_images(name)) is None else array.take(order, axis)
        for name, array in made_up(strategy, unlabeled).items()
    }
    records = tuple(a_record(j) for j in range(1, round_index))
    labeled = np.array([f"img-{i}" for i in range(L)])
    embeddings = unit_rows(rng_for(5).normal(size=(unlabeled, D)))[order]
    return PoolView(
        round_index, np.array([f"img-{i + 100}" for i in order]), labeled, LABELS.copy(), N,
        signals, records, last=a_query(strategy, records[-1]) if records else None,
        embeddings=embeddings.__getitem__,
    )  # fmt: skip


def a_record(round):
    """A finished round, with the figures that strategies with a memory keep there."""
    ids, labels = tuple(f"q{round}-{i}" for i in range(7)), (0, 0, 1, N, N, -1, N)
    return RoundRecord(
        round, ids, labels, 6, 3, 0.5, None, None, None, {"k": 5.0, "aim": 0.6, "delta": 0.1}
    )


def a_query(strategy, record):
    """The query of a finished round; what the strategy keeps with a batch is made up by itself."""
    return Query(np.array(record.ids), np.zeros(len(record.ids)))


def changed(view, change):
    """The view with every signal as `change(name, array)` makes it."""
    signals = {name: change(name, np.array(array)) for name, array in view.signals.items()}
    return replace(view, signals=signals)


def ask(strategy, view, b=7, seed=1):
    return strategy.select(view, b, rng_for(seed, "select"))


def require_batch(query, view, b):
    assert len(query.ids) == len(query.scores) == b == len(set(query.ids.tolist()))
    assert set(query.ids.tolist()) <= set(view.unlabeled.tolist())
    assert np.isfinite(query.scores).all()


@pytest.mark.parametrize("round_index", [1, 3])
def test_it_returns_exactly_b_different_unlabeled_images(strategy, round_index):
    view = a_view(strategy, round_index)
    require_batch(ask(strategy, view), view, 7)


def test_the_same_seed_gives_the_same_batch(strategy):
    first, second = (ask(strategy, a_view(strategy)).ids.tolist() for _ in range(2))
    assert first == second


def test_it_can_empty_the_pool(strategy):
    view = a_view(strategy, unlabeled=5)
    assert sorted(ask(strategy, view, b=9).ids.tolist()) == sorted(view.unlabeled.tolist())


def test_it_does_not_change_the_view(strategy):
    view = a_view(strategy)
    before = {name: array.copy() for name, array in view.signals.items()}
    ask(strategy, view)
    for name, array in before.items():
        np.testing.assert_array_equal(view.signals[name], array)


def test_every_score_is_finite_and_there_is_one_for_each_unlabeled_image(strategy):
    view = a_view(strategy)
    scores = strategy.score(view, rng_for(0))
    assert scores.shape == (U,)
    assert np.isfinite(scores).all()


def test_storage_order_does_not_decide(strategy):
    shuffled = rng_for(9).permutation(U)
    straight, other = (ask(strategy, a_view(strategy, stored=s)) for s in (None, shuffled))
    assert straight.ids.tolist() == other.ids.tolist()


def test_a_view_holds_no_label_of_an_unlabeled_image(strategy):
    view = a_view(strategy)
    assert len(view.labels) == len(view.labeled)
    assert not set(view.labeled.tolist()) & set(view.unlabeled.tolist())
    with pytest.raises(ValueError, match="read-only"):
        view.labels[0] = 1


def test_a_batch_of_one_is_a_batch(strategy):
    view = a_view(strategy)
    require_batch(ask(strategy, view, b=1), view, 1)


def test_pictures_that_are_all_the_same_are_ranked_all_the_same(strategy):
    def same(name, array):
        return array if along_images(name) is None else np.full_like(array, 0.25)

    view = changed(a_view(strategy), same)
    require_batch(
        ask(strategy, replace(view, embeddings=lambda at: np.ones((len(at), D)))), view, 7
    )


def test_a_class_without_a_label_does_not_stop_it(strategy):
    def unseen(name, array):
        if name.endswith((".logits", ".samples")):
            array[..., 1] = -np.inf
        return array

    labels = np.where(LABELS == 1, 0, LABELS)
    if strategy.why_not(labels, N):
        return  # the engine asks another rule first
    view = changed(replace(a_view(strategy), labels=labels), unseen)
    require_batch(ask(strategy, view), view, 7)


def test_without_an_irrelevant_label_it_works_too(strategy):
    """The published start: only relevant images are labeled before the first query."""

    def nothing_irrelevant(name, array):
        if name.endswith(".logits") and array.shape[1] == N + 1:
            array[:, N] = -np.inf
        return array

    view = changed(replace(a_view(strategy), labels=np.arange(L) % N), nothing_irrelevant)
    require_batch(ask(strategy, view), view, 7)


def test_every_need_is_a_signal_or_a_reading_of_a_net_that_it_has(strategy):
    specs = specs_of(strategy)
    assert len(specs) == 1 + len([s for s in strategy.nets() if s != CLASSIFIER])
    for need in strategy.needs:
        if not is_reading(need):
            assert need in SIGNALS
            continue
        asked = Reading.of(need)
        heads = specs[asked.net].objective.heads(Seen(N, 1))
        assert asked.what in {"features", "samples", *heads}
