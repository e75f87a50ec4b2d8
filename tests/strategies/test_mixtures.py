"""Crowds of numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laser_core.basics.seeding import rng_for
from laser_core.strategies.helpers.mixtures import LEAST, scaled01, upper_crowd


def two_crowds(n=2000):
    """A narrow crowd about 5 and a wide one about 9.6, as LfOSA's activations are."""
    return np.concatenate([rng_for(1).normal(5, 0.5, n), rng_for(2).normal(9.6, 2.9, n)])


def test_few_numbers_are_scaled():
    np.testing.assert_allclose(upper_crowd(np.array([1.0, 2.0, 3.0]), rng_for(0)), [0, 0.5, 1])


def test_equal_numbers_belong_to_either_crowd():
    np.testing.assert_array_equal(upper_crowd(np.full(40, 2.0), rng_for(0)), 0.5)
    assert len(upper_crowd(np.array([]), rng_for(0))) == 0


def test_the_wide_upper_crowd_does_not_claim_the_tail_below_the_narrow_one():
    values = np.concatenate([two_crowds(), [0.0, -3.0]])
    chance = upper_crowd(values, rng_for(0))
    assert chance[-2:].tolist() == [0.0, 0.0]
    assert chance[values > 9].min() > 0.9
    assert (np.diff(chance[values.argsort()]) >= 0).all()


def test_a_mixture_alone_would_claim_that_tail():
    """The guard is needed: the plain posterior of the same numbers is highest at the bottom."""
    from sklearn.mixture import GaussianMixture

    values = np.concatenate([two_crowds(), [-3.0]])
    model = GaussianMixture(2, random_state=0).fit(values[:, None])
    upper = model.means_[:, 0].argmax()
    assert model.predict_proba([[-3.0]])[0, upper] > 0.99


def test_the_crowds_may_be_fitted_on_other_numbers():
    values = np.array([4.9, 5.2, 9.6, 12.0])
    chance = upper_crowd(values, rng_for(0), fit_on=two_crowds())
    assert chance[:2].max() < 0.1 < 0.9 < chance[2:].min()


def test_the_highest_of_three_crowds_counts():
    values = np.concatenate([rng_for(i).normal(10 * i, 1, 300) for i in range(3)])
    chance = upper_crowd(values, rng_for(0), components=3)
    assert [round(float(chance[i : i + 300].mean())) for i in (0, 300, 600)] == [0, 0, 1]


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    st.integers(0, 2**31),
)
def test_it_is_a_probability_that_never_falls_as_the_value_grows(values, seed):
    values = np.array(values)
    chance = upper_crowd(values, rng_for(seed))
    assert ((chance >= 0) & (chance <= 1)).all()
    assert (np.diff(chance[values.argsort(kind="stable")]) >= 0).all()


def test_the_order_of_the_values_does_not_decide():
    values, order = two_crowds(200), rng_for(9).permutation(400)
    straight, mixed = (upper_crowd(v, rng_for(0)) for v in (values, values[order]))
    np.testing.assert_array_equal(straight[order], mixed)


def test_as_many_different_values_as_needed_make_a_mixture():
    values = np.r_[np.zeros(50), np.linspace(4, 5, LEAST - 1)]
    assert upper_crowd(values, rng_for(0))[-1] > 0.9
    assert upper_crowd(values[:-1], rng_for(0))[50] == pytest.approx(4 / values[-2])


def test_scaling_of_equal_values_is_zero():
    assert scaled01(np.full(3, 7.0)).tolist() == [0, 0, 0]
    assert scaled01(np.array([1.0, 3.0, 2.0])).tolist() == [0, 1, 0.5]
