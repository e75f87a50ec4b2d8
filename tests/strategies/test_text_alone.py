"""Strategies that know the text alone."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from tests.strategies.views import strategy, view


def scores(name, signals, n=2, **settings):
    return strategy(name, **settings).score(view(signals, labels=[], n=n), rng_for(0))


def test_mcm_is_the_softmax_share_of_the_best_class():
    signals = {"relevant_cosines": [[0.3], [0.1]], "relevant_owner": [0, 1]}
    np.testing.assert_allclose(scores("mcm", signals), [0.5498], atol=1e-4)


def test_mcm_takes_the_mean_of_a_classs_sentences():
    signals = {"relevant_cosines": [[0.5], [0.1], [0.1]], "relevant_owner": [0, 0, 1]}
    np.testing.assert_allclose(scores("mcm", signals), [0.5498], atol=1e-4)


def test_one_class_has_no_share_and_is_ranked_by_its_cosine():
    signals = {"relevant_cosines": [[0.3, 0.4]], "relevant_owner": [0]}
    np.testing.assert_allclose(scores("mcm", signals, n=1), [0.3, 0.4])


def test_a_sharper_softmax_is_surer():
    signals = {"relevant_cosines": [[0.3], [0.1]], "relevant_owner": [0, 1]}
    assert scores("mcm", signals, temperature=0.1)[0] == pytest.approx(1 / (1 + np.exp(-2)))


def with_negatives(relevant, negatives):
    return {
        "relevant_cosines": [relevant],
        "relevant_owner": [0],
        "irrelevant_cosines": negatives,
        "irrelevant_owner": np.arange(len(negatives)),
    }


def test_neglabel_is_the_log_of_the_relevant_share():
    signals = with_negatives([0.3, 0.1], [[0.3, 0.3]] * 3)
    assert scores("neglabel", signals, n=1)[0] == pytest.approx(np.log(1 / 4))


def test_its_temperature_is_in_spreads_of_the_cosines():
    once = scores("neglabel", with_negatives([0.3, 0.1], [[0.2, 0.3]] * 2), n=1)
    wider = scores("neglabel", with_negatives([3.0, 1.0], [[2.0, 3.0]] * 2), n=1)
    np.testing.assert_allclose(once, wider)


def test_shares_that_round_to_one_are_told_apart():
    relevant = [0.9, 0.8, 0.0, 0.0]
    found = scores("neglabel", with_negatives(relevant, [[-0.9, -0.9, 0, 0]]), 1, temperature=0.01)
    assert np.exp(found[0]) == np.exp(found[1]) == 1.0
    assert found[0] > found[1]


def test_without_a_negative_name_it_is_the_sum_over_relevant_classes():
    signals = with_negatives([0.3, 0.1], np.empty((0, 2)))
    found = scores("neglabel", signals, n=1)
    assert found[0] > found[1]
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ["mcm", "neglabel"])
def test_they_can_score_before_any_label(name):
    assert strategy(name).why_not(np.array([], dtype=int), 2) == ""
