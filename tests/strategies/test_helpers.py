"""Arithmetic that several strategies share, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.strategies.helpers import neighbours
from laser_core.strategies.helpers.choosing import (
    depth_for,
    fill_up,
    informative_of_the_purest,
    round_robin,
)
from laser_core.strategies.helpers.neighbours import reverse_votes, typicality
from laser_core.strategies.helpers.probabilities import (
    class_chances,
    entropy,
    jensen_shannon,
    margin,
)
from laser_core.strategies.helpers.steering import last_steered
from laser_core.strategies.helpers.tails import (
    eucos,
    log_hazard,
    open_probability,
    tail_weight,
)
from laser_core.view import RoundRecord

# ---- choosing


def test_a_batch_that_is_too_small_is_filled_from_the_next_best():
    picked = fill_up(np.array([4, 1]), np.array([1, 0, 4, 3, 2]), 4)
    assert picked.tolist() == [4, 1, 0, 3]


def test_a_batch_that_is_too_large_is_cut():
    assert fill_up(np.array([4, 1, 0]), np.array([0, 1, 4]), 2).tolist() == [4, 1]


def test_groups_take_turns():
    assert round_robin(np.array([0, 0, 0, 1]), 3).tolist() == [0, 3, 1]


def test_a_turn_takes_as_many_as_fit_into_the_batch():
    # floor(5 / 2) = 2 of each group a turn
    assert round_robin(np.array([7, 7, 7, 2, 2, 2]), 5).tolist() == [0, 1, 3, 4, 2]


def test_more_groups_than_the_batch_has_room_for_give_their_first_in_order():
    assert round_robin(np.array([5, 3, 9, 1]), 2).tolist() == [0, 1]
    assert round_robin(np.array([], dtype=int), 2).tolist() == []


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 40))
def test_turns_give_each_candidate_once(group, b):
    found = round_robin(np.array(group, dtype=int), b)
    assert len(found) == len(set(found.tolist())) == min(b, len(group))


def test_of_the_purest_of_each_class_those_that_tell_most_are_taken():
    by_purity, classes = np.arange(6), np.array([0, 0, 0, 1, 1, 1])
    by_information = np.array([2, 1, 0, 5, 4, 3])  # 2 tells most, but is only the third purest
    found = informative_of_the_purest(by_purity, classes, by_information, 2, 2, 2, rng_for(0))
    assert sorted(found.tolist()) == [1, 4]


def test_a_class_with_too_few_images_gives_what_it_has():
    found = informative_of_the_purest(
        np.array([3, 0]), np.array([0, 1, 1, 1]), np.arange(4), 4, 3, 9, rng_for(0)
    )
    assert sorted(found.tolist()) == [0, 3]


def test_when_a_batch_is_cut_no_class_is_cut_more_than_another():
    by_purity, classes = np.arange(40), np.repeat([0, 1, 2, 3], 10)
    cut = [
        classes[informative_of_the_purest(by_purity, classes, by_purity, 5, 4, 9, rng_for(seed))]
        for seed in range(200)
    ]
    share = np.bincount(np.concatenate(cut), minlength=4) / 1000
    assert share.min() > 0.2


def test_the_depth_is_the_least_at_which_the_batch_is_expected_to_be_impure_enough():
    likelihood, information = np.array([1, 1, 0.5, 0.1]), np.array([0, 0, 1, 1.0])
    assert depth_for(likelihood, information, 2, 0.6) == 4


def test_an_aim_of_zero_reaches_through_the_whole_pool():
    assert depth_for(np.ones(5), np.ones(5), 2, 0.0) == 5


def test_a_batch_as_large_as_the_pool_has_its_depth():
    assert depth_for(np.ones(3), np.ones(3), 3, 0.6) == 3
    assert depth_for(np.ones(2), np.ones(2), 3, 0.6) == 2


@given(st.data())
def test_the_depth_is_that_of_sorting_anew_at_every_depth(data):
    n = data.draw(st.integers(1, 25))
    shares = st.lists(st.integers(0, 8).map(lambda i: i / 8), min_size=n, max_size=n)
    likelihood, information = (np.array(data.draw(shares)) for _ in range(2))
    b, aim = data.draw(st.integers(1, n)), data.draw(st.sampled_from([0.1, 0.3, 0.6, 0.9]))

    def batch(depth):
        return likelihood[np.argsort(-information[:depth], kind="stable")[:b]].sum()

    depths = (d for d in range(b, n + 1) if batch(d) <= aim * b + 1e-9)
    assert depth_for(likelihood, information, b, aim) == next(depths, n)


# ---- neighbours


def test_labeled_images_vote_for_their_nearest_pool_images():
    labeled = np.array([[1, 0.1], [1, 0.2], [0, 1]])
    votes = reverse_votes(np.eye(2), labeled, np.array([0, 0, 2]), 2, 1)
    # class 0 has two labels, all that relevant classes have on the average; irrelevant half of it
    np.testing.assert_allclose(votes, [[2, 0, 0], [0, 0, 2]])


def test_more_neighbours_than_the_pool_has_are_all_of_it():
    votes = reverse_votes(np.eye(2), np.ones((3, 2)), np.array([0, 1, 2]), 2, 99)
    np.testing.assert_allclose(votes, np.ones((2, 3)))


def test_without_a_relevant_label_votes_are_counts_over_all_labels():
    votes = reverse_votes(np.eye(2), np.eye(2)[[0, 0]], np.array([2, 2]), 2, 1)
    np.testing.assert_allclose(votes, [[0, 0, 1], [0, 0, 0]])


def test_the_image_in_the_middle_of_its_group_is_the_most_typical():
    angles = np.array([-0.2, 0.0, 0.2, 2.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = typicality(vectors, np.array([0, 0, 0, 1]), 20, rng_for(0))
    assert found.argmax() == 1
    assert found[3] == 0.0  # alone
    assert found[1] == pytest.approx(1 / (2 * np.sin(0.1)))


def test_a_large_group_is_measured_by_a_sample(monkeypatch):
    dense = np.array([1.0, 0, 0]) + rng_for(1).normal(0, 0.01, (40, 3))
    vectors = unit_rows(np.concatenate([dense, rng_for(2).normal(size=(20, 3))]))
    monkeypatch.setattr(neighbours, "MOST", 30)
    found = typicality(vectors, np.zeros(60, dtype=int), 5, rng_for(0))
    assert np.isfinite(found).all()
    assert found[:40].min() > found[40:].max()


def test_copies_are_very_typical_and_finite():
    assert np.isfinite(typicality(np.ones((4, 1)), np.zeros(4, int), 2, rng_for(0))).all()


# ---- probabilities


def test_entropy_in_bits_of_nine_to_one():
    assert entropy(np.array([0.9, 0.1])) / np.log(2) == pytest.approx(0.4690, abs=1e-4)


def test_entropy_of_distances_0_and_ln_3_to_two_centres():
    chances = class_chances(-np.array([[0.0, np.log(3.0)]]))
    assert entropy(chances)[0] / np.log(2) == pytest.approx(0.8113, abs=1e-4)


def test_a_class_without_a_label_has_no_chance():
    assert class_chances(np.array([[[0.0, -np.inf, 0.0]]])).tolist() == [[[0.5, 0.0, 0.5]]]


def test_the_margin_is_between_the_two_likeliest():
    np.testing.assert_allclose(margin(np.array([[0.5, 0.2, 0.3]])), [0.2])
    assert margin(np.array([[1.0]])).tolist() == [1.0]


def test_jensen_shannon_by_hand():
    half, sure, even = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]), np.array([[0.8, 0.2]])
    assert jensen_shannon(half, sure)[0] == pytest.approx(0.2158, abs=1e-4)
    assert jensen_shannon(even, sure)[0] == pytest.approx(0.0749, abs=1e-4)
    assert jensen_shannon(even, half)[0] == pytest.approx(0.0506, abs=1e-4)


# ---- tails


def test_eucos_is_a_two_hundredth_of_the_distance_and_the_cosine_distance():
    found = eucos(np.array([[0.0, 2.0]]), np.array([2.0, 0.0]))
    np.testing.assert_allclose(found, [np.sqrt(8) / 200 + 1])


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=20))
def test_the_hazard_never_falls_as_the_distance_grows(tail):
    found = log_hazard(np.array(tail), np.linspace(0, 100, 50))
    assert np.isfinite(found).all()
    assert (np.diff(found) >= 0).all()


def test_the_weibull_is_the_most_likely_one():
    from scipy.stats import weibull_min

    tail = weibull_min.rvs(3.0, scale=2.0, size=200, random_state=1)
    moved = (tail - tail.min()) / np.ptp(tail) + 1.0
    shape, _, scale = weibull_min.fit(moved, floc=0.0)
    at = np.array([1.1, 1.6, 1.9])
    distances = (at - 1.0) * np.ptp(tail) + tail.min()
    expected = weibull_min.cdf(at, shape, scale=scale)
    np.testing.assert_allclose(tail_weight(log_hazard(tail, distances)), expected, atol=1e-3)


def test_a_tail_of_one_number_gives_distances_in_its_units():
    np.testing.assert_allclose(log_hazard(np.array([2.0, 2.0]), np.array([1.0, 4.0])), [0.5, 2.0])


def test_with_nothing_taken_unknown_is_one_more_output_of_zero():
    found = open_probability(np.array([[1.0, 0.0]]), np.zeros((1, 2)))
    np.testing.assert_allclose(found, [1 / (2 + np.e)])  # 0.2119


def test_with_everything_taken_unknown_gets_all_activations():
    found = open_probability(np.array([[3.0, 1.0]]), np.ones((1, 2)))
    np.testing.assert_allclose(found, [np.e**2 / (2 + np.e**2)])


# ---- steering


def record(round, precision, **figures):
    return RoundRecord(round, (), (), 1, 1, precision, None, None, None, figures)


def test_a_figure_is_read_from_the_newest_round_that_has_it():
    records = (record(1, 0.4, k=5.0), record(2, 0.8, k=6.0), record(3, 0.9))
    assert last_steered(records, "k") == (6.0, 0.8)
    assert last_steered(records, "aim") is None


def test_a_round_in_which_no_answer_counted_steers_nothing():
    assert last_steered((record(1, 0.4, k=5.0), record(2, None, k=6.0)), "k") == (5.0, 0.4)
