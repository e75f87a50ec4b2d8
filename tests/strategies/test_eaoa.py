"""EAOA: its numbers by hand."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import Energy
from laser_core.strategies.eaoa import energy_gap
from tests.strategies.views import record, strategy, view


def test_the_energy_gap_is_low_for_a_known_class():
    found = energy_gap(np.array([[0, 0, 0], [2, 0, -1.0]]), 2)
    np.testing.assert_allclose(found, [0, -1.8136], atol=1e-4)


def test_without_an_irrelevant_output_the_gap_is_the_known_energy():
    found = energy_gap(np.array([[0, 0, -np.inf]]), 2)
    np.testing.assert_allclose(found, [-np.log(2)])


@pytest.mark.parametrize(("precision", "k"), [(0.7, 6), (0.63, 5), (0.5, 4), (0.9, 6), (0.56, 5)])
def test_k_steers_to_the_target(precision, k):
    seen = view({"energy.logits": np.zeros((1, 3))}, records=[record(precision, k=5.0)])
    assert strategy("eaoa").reach(seen) == k


def test_k_begins_at_its_setting_and_never_falls_below_one():
    first = view({"energy.logits": np.zeros((1, 3))}, records=[record(0.1)])
    assert strategy("eaoa", k=3).reach(first) == 3
    poor = view({"energy.logits": np.zeros((1, 3))}, records=[record(0.0, k=1.0)])
    assert strategy("eaoa").reach(poor) == 1


def pool(n=40):
    """Images along a line from clean to unclean; the more unclean, the less sure."""
    clean = np.linspace(1, 0, n)
    features = np.stack([clean, 1 - clean], axis=1)
    sure = np.linspace(5, 0.5, n)
    side = np.where(np.arange(n) % 2, 1.0, -1.0)
    return {
        "energy.logits": np.stack([9 * clean, 9 * clean, 9 * (1 - clean)], axis=1),
        "energy.features": features,
        "energy.labeled.features": [[1, 0], [1, 0], [0, 1]],
        "classifier.logits": np.stack([sure * side, 0 * sure], axis=1),
    }


def test_of_the_cleanest_the_informative_are_taken_of_each_predicted_class():
    query = strategy("eaoa", k=2).select(view(pool()), 8, rng_for(0))
    taken = sorted(int(id[1:]) for id in query.ids)
    # 8 cleanest of each class are images 0 to 15; the 4 least sure of each are 8 to 15
    assert taken == list(range(8, 16))
    assert query.figures == {"k": 2.0}


def test_with_one_class_and_k_one_it_takes_the_cleanest():
    signals = pool()
    signals["energy.logits"] = signals["energy.logits"][:, 1:]
    signals["classifier.logits"] = signals["classifier.logits"][:, :1]
    query = strategy("eaoa", k=1).select(view(signals, [0, 0, 1], n=1), 6, rng_for(0))
    assert sorted(int(id[1:]) for id in query.ids) == list(range(6))


def test_the_net_has_the_settings_of_the_loss():
    (net,) = strategy("eaoa", weight=0.1, inside=-9.0, outside=-3.0).nets()
    assert net.objective == Energy(0.1, -9.0, -3.0)


def test_votes_of_labeled_neighbours_count_beside_the_nets_own_energy():
    features = np.full((40, 2), np.sqrt(0.5))
    features[0], features[39] = [1, 0], [0, 1]  # nearest to relevant, and to irrelevant labels
    signals = {**pool(), "energy.logits": np.zeros((40, 3)), "energy.features": features}
    scores = strategy("eaoa", neighbours=1).score(view(signals), rng_for(0))
    assert scores[0] > scores[1] > scores[39]
