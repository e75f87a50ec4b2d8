import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laser_core import selection
from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.errors import PoolError
from laser_core.selection import (
    Images,
    balanced,
    decided_by,
    far_apart,
    highest,
    quotas,
    share_out,
    top_b,
    top_p_per_group,
)


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


def test_a_quota_reaches_to_the_end_of_the_pool_as_section_3_2_has_it():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    group = np.array([0, 0, 0, 0, 1])
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


def images(count, seed=7, dimensions=5):
    """Names in no order, and vectors of unit length."""
    ids = np.array([f"img-{n:03d}" for n in rng_for(seed, "names").permutation(count)])
    rows = unit_rows(rng_for(seed, "rows").normal(size=(count, dimensions)))
    return Images(ids, rows.__getitem__)


def test_each_next_pick_goes_to_the_class_with_the_fewest_labels():
    # labels 3, 0, 1: the class without one is first brought to 1, both to 3, then all take turns
    assert share_out(6, np.array([3, 0, 1]), np.array([9, 9, 9])).tolist() == [1, 3, 2]
    assert share_out(2, np.array([3, 0, 1]), np.array([9, 9, 9])).tolist() == [0, 2, 0]


def test_a_class_without_an_image_left_gives_its_picks_to_the_others():
    assert share_out(6, np.array([0, 0, 0]), np.array([9, 1, 0])).tolist() == [5, 1, 0]
    assert share_out(9, np.array([0, 0]), np.array([2, 3])).tolist() == [2, 3]


def test_a_share_is_the_best_image_and_then_those_far_from_what_is_taken():
    # four candidates for a share of 3: the best, its two copies, and one that differs from them
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    given = Images(np.array(list("abcde")), rows.__getitem__)
    nothing = np.array([0])
    picked = balanced(scores, np.zeros(5, dtype=int), nothing, given, 2, rng_for(0)).tolist()
    assert picked == [0, 1]  # 3 candidates, all copies: the second best comes after the best
    for seed in range(5):
        wide = balanced(scores, np.zeros(5, dtype=int), nothing, given, 3, rng_for(seed)).tolist()
        assert wide[0] == 0
        assert wide[1] in (3, 4)  # 5 candidates: what differs comes before a copy
        assert wide[2] == 1


def test_classes_take_turns_in_the_order_a_batch_is_asked():
    classes = np.array([0, 0, 0, 1, 1, 1])
    scores = np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.1])
    picked = balanced(scores, classes, np.array([0, 0]), images(6), 4, rng_for(0))
    assert classes[picked].tolist() == [0, 1, 0, 1]


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(1, 5), st.data())
def test_a_balanced_batch_is_even_whole_and_the_same_in_any_order(n, classes, data):
    """b images, shares even to one pick while images last, whatever order the pool lies in."""
    b = data.draw(st.integers(0, n))
    few = st.integers(0, 3)
    scores = np.array(data.draw(st.lists(few, min_size=n, max_size=n)), dtype=float)
    owner = np.array(
        data.draw(st.lists(st.integers(0, classes - 1), min_size=n, max_size=n)), dtype=int
    )
    labeled = np.array(data.draw(st.lists(few, min_size=classes, max_size=classes)))
    pool = images(n)
    picked = balanced(scores, owner, labeled, pool, b, rng_for(1))
    assert len(set(picked.tolist())) == len(picked) == b
    taken = np.bincount(owner[picked], minlength=classes)
    available = np.bincount(owner, minlength=classes)
    after = labeled + taken
    for poor in np.flatnonzero(taken < available):  # nobody with a pick is over one ahead
        assert (after[taken > 0] <= after[poor] + 1).all()
    order = rng_for(data.draw(few), "order").permutation(n)
    shuffled = Images(pool.ids[order], lambda rows: pool.vectors(order[rows]))
    again = balanced(scores[order], owner[order], labeled, shuffled, b, rng_for(1))
    assert pool.ids[picked].tolist() == shuffled.ids[again].tolist()


def test_equal_scores_are_not_taken_by_name_or_place():
    ids = images(60).ids
    key = [rng_for(seed).bytes(16) for seed in range(20)]
    firsts = {str(ids[highest(np.zeros(60), np.arange(60), 1, ids, k)[0]]) for k in key}
    assert len(firsts) > 10


def test_copies_follow_only_when_nothing_else_is_left():
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]])
    for seed in range(10):
        taken = far_apart(rows, 4, rng_for(seed)).tolist()
        assert sorted(taken[:3]) == [0, 2, 4]
        assert taken[3] == 1


def test_far_pictures_are_drawn_more_often_by_the_square_of_their_distance():
    # squared distances 1 and 9 from the first row: the far one is drawn 9 times in 10
    rows = np.array([[0.0], [1.0], [3.0]])
    drawn = [far_apart(rows, 2, rng_for(seed))[1] for seed in range(400)]
    assert np.mean(np.array(drawn) == 2) == pytest.approx(0.9, abs=0.04)


def test_many_candidates_are_measured_row_by_row_with_the_same_result(monkeypatch):
    rows = unit_rows(rng_for(3).normal(size=(50, 4)))
    at_once = far_apart(rows, 20, rng_for(0)).tolist()
    monkeypatch.setattr(selection, "GRAM_LIMIT", 10)
    assert far_apart(rows, 20, rng_for(0)).tolist() == at_once


@pytest.mark.parametrize(
    ("place", "share", "picked", "decided"),
    [
        (1, 4, True, "score"),  # the best of its class
        (5, 4, True, "spread"),  # among 6 candidates
        (5, 4, False, "spread"),
        (7, 4, False, "score"),  # beyond the candidates
        (1, 0, False, "share"),
    ],
)
def test_what_decided_is_told(place, share, picked, decided):
    assert decided_by(place, share, 20, picked) == decided


def test_where_every_candidate_is_taken_the_score_decided():
    assert decided_by(3, 4, 4, True) == "score"


@given(
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6),
)
def test_a_batch_shared_out_at_once_is_that_of_one_pick_after_the_other(b, classes):
    labeled, available = (np.array(column) for column in zip(*classes, strict=True))
    picks = np.zeros(len(labeled), dtype=int)
    for _ in range(min(b, available.sum())):
        counts = np.where(picks < available, labeled + picks, 10_000)
        picks[counts.argmin()] += 1
    assert share_out(b, labeled, available).tolist() == picks.tolist()
