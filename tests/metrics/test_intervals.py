import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.metrics.intervals import (
    AuditReading,
    Count,
    accuracy_interval,
    audit_sample,
    batch_precision,
    held_out_mask,
    read_audit,
    recall_interval,
    relevant_among,
    stopping_hint,
    wilson,
)
from laser_core.pool import Label

CAT, OTHER = Label("relevant", "cat"), Label("irrelevant")


def test_wilson_s_interval_of_eight_in_ten():
    # z = 1.96, z^2 = 3.8415: centre (0.8 + 0.19207) / 1.38415 = 0.71674,
    # half 1.96 sqrt(0.016 + 0.0096037) / 1.38415 = 0.22657
    interval = wilson(8, 10)
    assert (interval.low, interval.high) == pytest.approx((0.4901, 0.9433), abs=1e-3)
    assert interval.text() == "49% to 94%"


def test_no_trial_says_nothing_and_none_found_starts_at_zero():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
    assert wilson(0, 50).low == 0.0
    assert wilson(50, 50).high == 1.0
    assert 0.0 < wilson(0, 50).high < 0.08


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8, 0.95])
@pytest.mark.parametrize("trials", [20, 50, 200])
def test_wilson_holds_the_truth_about_as_often_as_it_says(share, trials):
    counts = rng_for(0, "wilson", trials).binomial(trials, share, 2000)
    held = {k: share in wilson(k, trials) for k in set(counts.tolist())}
    assert np.mean([held[k] for k in counts.tolist()]) >= 0.92


def test_a_draw_of_the_whole_population_leaves_nothing_open():
    assert relevant_among(7, 20, 20) == Count(7, 7)


def test_the_count_of_a_small_population_by_hand():
    # two drawn of four, none relevant: with 3 relevant that is impossible, with 2 its probability
    # is 1/6 > 0.025; so 0 to 2
    assert relevant_among(0, 2, 4) == Count(0, 2)
    assert relevant_among(2, 2, 4) == Count(2, 4)


@pytest.mark.parametrize("relevant", [0, 3, 40, 600, 2000])
def test_an_audit_of_fifty_holds_the_truth_in_95_of_100_pools(relevant):
    population, size = 2000, 50
    drawn = rng_for(1, "audits", relevant).hypergeometric(
        relevant, population - relevant, size, 2000
    )
    counts = {k: relevant_among(k, size, population) for k in set(drawn.tolist())}
    held = [counts[k].low <= relevant <= counts[k].high for k in drawn.tolist()]
    assert np.mean(held) >= 0.95


def test_a_batch_is_known_once_it_is_answered_and_bounded_before():
    assert batch_precision(6, 10, 10) == batch_precision(6, 10, 10)
    done = batch_precision(6, 10, 10)
    assert (done.low, done.high) == (0.6, 0.6)
    half = batch_precision(3, 5, 10)
    assert (half.low, half.high) == (0.3, 0.8)


def test_about_a_fifth_of_each_class_is_held_out_but_never_all_of_it():
    labels = np.array([0] * 20 + [1] * 2 + [2])
    aside = held_out_mask(labels, 0.2, rng_for(0, "test"))
    assert [int(aside[labels == c].sum()) for c in range(3)] == [4, 1, 0]


def test_accuracy_comes_as_an_interval():
    interval = accuracy_interval(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]))
    assert interval == wilson(3, 4)


def test_an_audit_is_drawn_at_random_without_repeats_and_the_next_one_differs():
    below = np.array([f"i{n}" for n in range(400)])
    first, second = audit_sample(below, 0, 1), audit_sample(below, 0, 2)
    assert len(set(first.tolist())) == 50
    assert set(first.tolist()) <= set(below.tolist())
    assert set(first.tolist()) != set(second.tolist())
    assert audit_sample(below[:10], 0, 1).shape == (10,)


def test_what_an_audit_finds_is_found_and_what_it_leaves_open_is_left():
    drawn = [f"i{n}" for n in range(50)]
    answers = dict.fromkeys(drawn[:40], OTHER) | dict.fromkeys(drawn[40:42], CAT)
    answers[drawn[42]] = Label("unsure")
    result = read_audit(drawn, 1000, answers)
    there = relevant_among(2, 42, 1000)
    assert result == AuditReading(2, 42, 50, Count(there.low - 2, there.high - 2))
    assert read_audit(drawn, 1000, answers, found_since=5).left == Count(
        max(0, there.low - 7), there.high - 7
    )
    assert read_audit(drawn, 1000, {}).left is None


def test_recall_lies_between_all_that_may_be_left_and_the_least():
    interval = recall_interval(90, Count(10, 60))
    assert (interval.low, interval.high) == (0.6, 0.9)


@pytest.mark.parametrize(
    ("hint", "colour", "reason"),
    [
        (stopping_hint([0.5], 10, 0), "green", "nothing is left"),
        (stopping_hint([], 0, 100), "red", "No round"),
        (stopping_hint([0.9, 0.6], 10, 100), "red", "60% of the last batch"),
        (stopping_hint([0.04, 0.02], 10, 100), "amber", "an audit of 50"),
        (stopping_hint([0.9, 0.02], 10, 100), "amber", "The last round found hardly any"),
        (stopping_hint([0.0], 0, 100), "amber", "(0%)"),
        (stopping_hint([0.04], 97, 100, Count(0, 3)), "green", "97% to 100%"),
        (stopping_hint([0.04], 50, 100, Count(10, 40)), "red", "is not reached"),
        (stopping_hint([0.04], 90, 100, Count(2, 30)), "amber", "cannot be told"),
    ],
)
def test_the_hint_is_green_only_where_something_proves_it(hint, colour, reason):
    assert hint.colour == colour
    assert reason in hint.reason


@pytest.mark.parametrize(
    ("given", "colour"),
    [
        ({}, "red"),  # nothing is known of the next batch
        ({"expected": 0.1}, "amber"),  # the preview is mostly something else
        ({"expected": 0.49}, "amber"),
        ({"left": Count(0, 3)}, "amber"),  # an audit leaves it open
        ({"left": Count(0, 0)}, "green"),
        ({"truly_left": 0, "expected": 0.9}, "green"),
        ({"truly_left": 0, "left": Count(5, 9)}, "green"),
    ],
)
def test_more_is_promised_only_where_the_next_batch_speaks_for_it(given, colour):
    """C7: "further rounds will find more" stood above a preview of dogs, and at recall 100%."""
    hint = stopping_hint([0.9, 0.6], 50, 100, **given)
    assert hint.colour == colour
    assert "to find more" not in hint.reason
    assert "will find" not in hint.reason


def test_a_next_batch_that_looks_relevant_is_a_reason_to_go_on():
    """C7: the other side of it."""
    hint = stopping_hint([0.9, 0.6], 50, 100, expected=0.8, truly_left=7)
    assert hint.colour == "red"
    assert "the next one is 80% relevant" in hint.reason
    assert "likely to find more" in hint.reason
