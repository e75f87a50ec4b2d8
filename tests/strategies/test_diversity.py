"""Batches that spread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.strategies.helpers import diversity
from laser_core.strategies.helpers.diversity import (
    gradient_lengths,
    gradient_seeds,
    herd,
    k_centre,
)

LINE = np.array([[0.0], [1.0], [4.0], [10.0]])
NOBODY = np.empty((0, 1))


def test_k_centre_takes_the_farthest_from_all_centres_and_picks():
    picked, before = k_centre(LINE, np.array([[0.0]]), 3, rng_for(0))
    assert picked.tolist() == [3, 2, 1]
    np.testing.assert_allclose(before, [0, 1, 4, 10])


def test_without_a_centre_the_image_nearest_to_the_mean_comes_first():
    picked, before = k_centre(LINE, NOBODY, 2, rng_for(0))
    assert picked.tolist() == [2, 3]  # the mean is 3.75
    np.testing.assert_allclose(before, [4, 3, 0, 6])


def test_copies_are_taken_last_and_each_once():
    pool = np.repeat(LINE, 3, axis=0)
    picked, _ = k_centre(pool, np.array([[0.0]]), 12, rng_for(0))
    assert sorted(picked.tolist()) == list(range(12))
    assert pool[picked[:3], 0].tolist() == [10, 4, 1]


@given(st.integers(0, 99), st.integers(0, 5))
def test_the_distance_to_the_nearest_pick_never_grows(seed, centres):
    rng = rng_for(seed)
    pool, given_ones = rng.normal(size=(20, 3)), rng.normal(size=(centres, 3))
    picked, _ = k_centre(pool, given_ones, 12, rng)
    so_far = np.concatenate([given_ones, pool[picked]])
    reach = [
        min(np.linalg.norm(pool[at] - other) for other in so_far[: centres + i])
        for i, at in enumerate(picked)
        if centres + i
    ]
    assert len(set(picked.tolist())) == 12
    assert (np.diff(reach) <= 1e-9).all()


def test_many_centres_are_compared_in_blocks_without_a_difference(monkeypatch):
    pool, centres = rng_for(1).normal(size=(30, 4)), rng_for(2).normal(size=(40, 4))
    expected = np.linalg.norm(pool[:, None] - centres, axis=2).min(axis=1)
    monkeypatch.setattr(diversity, "CENTRES_AT_ONCE", 7)
    np.testing.assert_allclose(k_centre(pool, centres, 1, rng_for(0))[1], expected)


RESIDUAL, FEATURES = np.array([[-0.5, 0.5], [-0.1, 0.1]]), np.array([[1.0], [2.0]])


def test_gradients_have_the_length_of_the_outer_product():
    np.testing.assert_allclose(gradient_lengths(RESIDUAL, FEATURES), [0.7071, 0.2828], atol=1e-4)


def test_the_longest_gradient_comes_first():
    assert gradient_seeds(RESIDUAL, FEATURES, 2, rng_for(0)).tolist() == [0, 1]


def test_seeds_are_those_of_the_products_themselves():
    """BADGE on (residual x features) that are built, with the same draws: the same seeds."""
    residual, features = rng_for(1).normal(size=(20, 3)), rng_for(2).normal(size=(20, 4))
    built = np.einsum("ij,ik->ijk", residual, features).reshape(20, 12)
    rng, picked = rng_for(0), [int((built**2).sum(axis=1).argmax())]
    while len(picked) < 6:
        reach = np.min([((built - built[at]) ** 2).sum(axis=1) for at in picked], axis=0)
        reach[picked] = 0.0
        picked.append(int(rng.choice(20, p=reach / reach.sum())))
    assert gradient_seeds(residual, features, 6, rng_for(0)).tolist() == picked


def test_gradients_that_are_all_the_same_are_drawn_by_lot_and_each_once():
    same = np.ones((9, 2)), np.ones((9, 3))
    found = [gradient_seeds(*same, 9, rng_for(seed)).tolist() for seed in (0, 1)]
    assert [sorted(f) for f in found] == [list(range(9))] * 2
    assert found[0] != found[1]


POOL = np.array([[0.0], [0.1], [5.0]])


def test_herding_covers_the_densest_place_first():
    assert herd(POOL, NOBODY, np.ones(3), 1, rng_for(0))[0][0] in (0, 1)


def test_herding_covers_what_labels_do_not():
    picked, adds = herd(POOL, np.array([[0.0]]), np.ones(3), 1, rng_for(0))
    assert picked.tolist() == [2]
    # what labels leave: nothing of 0, 1 - exp(-.01) of .1, all of 5
    np.testing.assert_allclose(adds, [0.0, 1 - np.exp(-0.01), 1.0], atol=1e-6)


def test_herding_goes_where_coverage_is_worth_more():
    assert herd(POOL, NOBODY, np.array([0.1, 0.1, 1.0]), 1, rng_for(0))[0].tolist() == [2]


def test_covering_what_is_worth_nothing_still_picks_each_image_once():
    picked, adds = herd(POOL, NOBODY, np.zeros(3), 3, rng_for(0))
    assert sorted(picked.tolist()) == [0, 1, 2]
    assert adds.tolist() == [0, 0, 0]


@given(st.integers(0, 200), st.integers(0, 4))
def test_herding_picks_what_trying_every_image_picks(seed, labels):
    rng = rng_for(seed)
    pool, labeled = unit_rows(rng.normal(size=(15, 3))), unit_rows(rng.normal(size=(labels, 3)))
    weight = rng.random(15)
    kernel = np.exp(-((pool[:, None] - pool) ** 2).sum(axis=2))
    near = np.exp(-((pool[:, None] - labeled) ** 2).sum(axis=2))
    covered, expected = near.max(axis=1, initial=0.0), []
    for _ in range(8):
        gain = np.maximum(kernel - covered, 0.0) @ weight
        gain[expected] = -1.0
        expected.append(int(gain.argmax()))
        covered = np.maximum(covered, kernel[expected[-1]])
    assert herd(pool, labeled, weight, 8, rng_for(seed))[0].tolist() == expected


def test_a_large_pool_is_covered_through_a_sample(monkeypatch):
    monkeypatch.setattr(diversity, "MOST", 20)
    pool = unit_rows(rng_for(1).normal(size=(100, 4)))
    picked, adds = herd(pool, np.empty((0, 4)), np.ones(100), 5, rng_for(0))
    assert len(set(picked.tolist())) == 5
    assert (adds > 0).sum() == 20


@pytest.mark.parametrize("b", [15, 40, 100])
def test_a_batch_larger_than_the_sample_is_whole_all_the_same(monkeypatch, b):
    monkeypatch.setattr(diversity, "MOST", 10)
    pool = unit_rows(rng_for(1).normal(size=(100, 4)))
    picked, _ = herd(pool, np.empty((0, 4)), np.ones(100), b, rng_for(0))
    assert len(set(picked.tolist())) == b
