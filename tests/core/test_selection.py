import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laser_core.errors import PoolError
from laser_core.seeding import rng_for
from laser_core.selection import quotas, top_b, top_p_per_group


def test_top_b_is_the_highest_scores_best_first():
    assert top_b(np.array([0.1, 0.9, 0.5]), 2, rng_for(0)).tolist() == [1, 2]


def test_top_b_on_a_small_pool_says_what_is_left_and_what_to_do():
    with pytest.raises(PoolError, match="only 3 unlabeled images are left; lower batch_size=5"):
        top_b(np.zeros(3), 5, rng_for(0))


def test_ties_go_by_lot_and_not_by_the_order_of_the_pool():
    firsts = {int(top_b(np.zeros(50), 1, rng_for(seed))[0]) for seed in range(30)}
    assert len(firsts) > 10


def test_a_second_score_breaks_ties_before_the_lot_does():
    second = np.array([0.0, 2.0, 1.0])
    assert top_b(np.zeros(3), 3, rng_for(0), second).tolist() == [1, 2, 0]


def test_nan_is_an_error():
    with pytest.raises(ValueError, match="1 of 2 scores are NaN"):
        top_b(np.array([np.nan, 1.0]), 1, rng_for(0))


def test_quotas_share_a_batch_out_to_the_last_image():
    assert quotas(7, 3).tolist() == [3, 2, 2]
    assert quotas(2, 3).tolist() == [1, 1, 0]


def test_every_description_gets_its_share_even_with_the_lower_scores():
    scores = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
    group = np.array([0, 0, 0, 1, 1])
    assert top_p_per_group(scores, group, 2, 4, rng_for(0)).tolist() == [0, 1, 3, 4]


def test_what_an_empty_description_leaves_goes_to_the_highest_scores():
    scores = np.array([0.9, 0.8, 0.7, 0.2])
    group = np.array([0, 0, 0, 1])
    # three groups, one image each; nobody matches group 2, so the next best, image 1, comes in
    assert top_p_per_group(scores, group, 3, 3, rng_for(0)).tolist() == [0, 1, 3]


def test_a_quota_reaches_no_deeper_than_the_batches_of_top_scores_it_is_given():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    group = np.array([0, 0, 0, 0, 1])
    # group 1's only image is the worst of the pool: beyond twice the batch it is no candidate
    assert top_p_per_group(scores, group, 2, 2, rng_for(0), reach=2).tolist() == [0, 1]
    assert top_p_per_group(scores, group, 2, 2, rng_for(0)).tolist() == [0, 4]


@given(st.integers(1, 40), st.integers(1, 6), st.data())
def test_the_quota_rule_always_returns_exactly_b_different_images(n, groups, data):
    b = data.draw(st.integers(0, n))
    scores = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), dtype=float)
    group = np.array(data.draw(st.lists(st.integers(0, groups - 1), min_size=n, max_size=n)))
    picked = top_p_per_group(scores, group, groups, b, rng_for(1)).tolist()
    assert len(picked) == len(set(picked)) == b
    per_group = quotas(b, groups)
    taken = np.bincount(group[picked], minlength=groups)
    available = np.bincount(group, minlength=groups)
    assert (taken >= np.minimum(per_group, available)).all()
    assert (np.diff(scores[picked]) <= 0).all()
