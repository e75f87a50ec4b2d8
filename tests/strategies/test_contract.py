"""What every strategy keeps, tested by being registered."""

import numpy as np
import pytest

from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.experiment.signals import IMAGE_SIGNALS, NET_SIGNALS, TEXT_SIGNALS
from laser_core.progress import drain
from laser_core.strategies import STRATEGIES, make_strategy
from laser_core.view import PoolView

U, L, N, R, C, D = 30, 12, 2, 4, 6, 5  # unlabeled, labeled, classes, texts, confuser texts, dim


@pytest.fixture(params=sorted(STRATEGIES))
def strategy(request):
    return make_strategy(ExperimentConfig(strategy=request.param))


def a_view(strategy, round_index=3, unlabeled=U, order=None):
    """A view with plausible signals; `order` permutes the unlabeled images and all they carry."""
    rng = rng_for(5)
    images = unit_rows(rng.normal(size=(unlabeled, D)))
    labels = np.array([0, 0, 1] + [2] * (L - 3))
    signals = {
        "relevant_cosines": rng.normal(size=(R, unlabeled)) / 10,
        "irrelevant_cosines": rng.normal(size=(C, unlabeled)) / 10,
        "relevant_owner": np.array([0, 0, 1, 1]),
        "irrelevant_owner": np.array([0, 0, 1, 1, 2, 2]),
        "vectors": images,
        "labeled_vectors": unit_rows(rng.normal(size=(L, D))),
        "detector_logits": rng.normal(size=(unlabeled, N + 1)),
        "classifier_logits": rng.normal(size=(unlabeled, N)),
    }
    assert set(signals) == {*TEXT_SIGNALS, *NET_SIGNALS, *IMAGE_SIGNALS}
    ids = np.array([f"img-{i}" for i in range(100, 100 + unlabeled)])  # no id is a position
    if order is not None:
        ids = ids[order]
        for name in ("vectors", "detector_logits", "classifier_logits"):
            signals[name] = signals[name][order]
        for name in ("relevant_cosines", "irrelevant_cosines"):
            signals[name] = signals[name][:, order]
    labeled = np.array([f"img-{i}" for i in range(L)])
    chosen = {name: signals[name] for name in strategy.needs}
    embeddings = images if order is None else images[order]
    return PoolView(round_index, ids, labeled, labels, N, chosen, embeddings=embeddings.__getitem__)


def ask(strategy, view, b=7, seed=1):
    drain(strategy.fit(view, rng_for(seed, "fit")))
    return strategy.select(view, b, rng_for(seed, "select"))


@pytest.mark.parametrize("round_index", [1, 3])
def test_it_returns_exactly_b_different_unlabeled_images(strategy, round_index):
    view = a_view(strategy, round_index)
    query = ask(strategy, view)
    assert len(query.ids) == len(query.scores) == 7 == len(set(query.ids.tolist()))
    assert set(query.ids.tolist()) <= set(view.unlabeled.tolist())


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
    if strategy.name == "random":
        pytest.skip("random draws by position, from the seed alone")
    order = rng_for(9).permutation(U)
    straight, shuffled = (ask(strategy, a_view(strategy, order=o)) for o in (None, order))
    assert sorted(straight.ids.tolist()) == sorted(shuffled.ids.tolist())


def test_a_view_holds_no_label_of_an_unlabeled_image(strategy):
    view = a_view(strategy)
    assert len(view.labels) == len(view.labeled)
    assert not set(view.labeled.tolist()) & set(view.unlabeled.tolist())
    with pytest.raises(ValueError, match="read-only"):
        view.labels[0] = 1
