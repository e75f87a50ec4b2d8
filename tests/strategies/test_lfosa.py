"""LfOSA: its numbers by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import detector
from tests.strategies.views import strategy, view

LOGITS = [[3, 0, 1], [2, 0, 1], [1, 0, 9], [0, 1, 0]]


def test_each_predicted_class_has_its_own_crowds():
    scores = strategy("lfosa").score(view({"detector.logits": LOGITS}), rng_for(0))
    np.testing.assert_allclose(scores, [1, 0, -1, 0.5])


def test_equal_chances_go_by_activation_and_the_irrelevant_come_last():
    logits = [[9, 0, 1], [9.5, 0, 1], [1, 0, 4], [1, 0, 3]]
    query = strategy("lfosa").select(view({"detector.logits": logits}), 4, rng_for(0))
    assert query.ids.tolist() == ["u1", "u0", "u3", "u2"]
    np.testing.assert_allclose(query.arrays.parts["activation"].values, [9, 9.5, -4, -3])


@settings(deadline=None)
@given(st.integers(0, 500))
def test_no_image_predicted_irrelevant_comes_before_one_predicted_relevant(seed):
    logits = rng_for(seed).normal(size=(40, 3))
    query = strategy("lfosa").select(view({"detector.logits": logits}), 40, rng_for(seed))
    relevant = logits.argmax(axis=1) < 2
    order = [int(id[1:]) for id in query.ids]
    assert relevant[order].tolist() == sorted(relevant.tolist(), reverse=True)


def test_without_an_irrelevant_label_nobody_is_predicted_irrelevant():
    logits = np.c_[rng_for(1).normal(size=(5, 2)), np.full(5, -np.inf)]
    scores = strategy("lfosa").score(view({"detector.logits": logits}, [0, 1]), rng_for(0))
    assert (scores >= 0).all()


def test_it_shares_lasers_detector():
    assert strategy("lfosa").nets() == (detector(0.5),)
    assert strategy("lfosa", temperature=1.0).nets() == (detector(1.0),)
