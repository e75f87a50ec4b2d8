"""E2OAL: its numbers by hand."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import Clustered
from laser_core.strategies.e2oal import information, purity
from tests.strategies.views import record, strategy, view


def test_purity_is_the_margin_of_the_known_over_the_groups_of_the_unknown():
    logits = np.array([[3.0, 1, 0, 2], [0, 1, 5, 0]])
    np.testing.assert_allclose(purity(logits, 2), [1, -4])


def test_without_an_irrelevant_label_purity_is_the_largest_known_logit():
    np.testing.assert_allclose(purity(np.array([[3.0, 1, -np.inf]]), 2), [3])


def test_information_is_far_from_certain_and_far_from_a_guess():
    found = information(np.array([[0.8, 0.2], [1.0, 0.0], [0.5, 0.5]]))
    np.testing.assert_allclose(found, [0.0749 * 0.0506, 0, 0], atol=2e-5)


@pytest.mark.parametrize(
    ("aim", "precision", "wanted"), [(0.6, 0.9, 0.3), (0.3, 0.2, 0.7), (0.9, 0.1, 1), (0.2, 1, 0)]
)
def test_what_a_batch_missed_is_made_good_in_the_next(aim, precision, wanted):
    seen = view({"clustered.logits": np.zeros((1, 3))}, records=[record(precision, aim=aim)])
    assert strategy("e2oal").aim(seen) == pytest.approx(wanted)


def test_it_begins_with_its_target():
    assert strategy("e2oal", target=0.4).aim(view({"clustered.logits": [[0.0]]})) == 0.4


def test_it_reaches_deeper_for_a_lower_precision():
    pure = np.linspace(6, -6, 60)
    side = np.where(np.arange(60) % 2, 1.0, -1.0)
    signals = {
        "clustered.logits": np.stack([pure + side / 2, pure - side / 2, 0 * pure], axis=1),
        "clustered.labeled.logits": [[5, 5, 0], [-5, -5, 0]],
        "classifier.logits": np.stack([side * (pure + 6) / 3, 0 * pure], axis=1),
    }
    deep, shallow = (
        strategy("e2oal", target=target).select(view(signals, [0, 2]), 10, rng_for(0))
        for target in (0.3, 0.9)
    )
    assert deep.figures["depth"] > shallow.figures["depth"] >= 10
    assert deep.figures["aim"] == 0.3
    likely = [query.arrays.parts["purity"].values for query in (deep, shallow)]
    np.testing.assert_allclose(*likely)


def test_its_groups_are_a_setting():
    assert strategy("e2oal", groups=7).nets()[0].objective == Clustered(7)


def test_the_highest_of_three_crowds_is_likely_relevant():
    pure = np.concatenate([rng_for(i).normal(mean, 0.2, 30) for i, mean in enumerate((-10, 7, 10))])
    signals = {
        "clustered.logits": np.stack([pure, pure, 0 * pure], axis=1),
        "clustered.labeled.logits": [[10, 10, 0], [-10, -10, 0]],
        "classifier.logits": np.zeros((90, 2)),
    }
    query = strategy("e2oal").select(view(signals, [0, 2]), 5, rng_for(0))
    likely = query.arrays.parts["purity"].values.reshape(3, 30).mean(axis=1)
    np.testing.assert_allclose(likely, [0, 0, 1], atol=0.05)
