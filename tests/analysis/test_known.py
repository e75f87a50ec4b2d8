"""What is known of a pool, on numbers that can be checked by hand."""

import numpy as np
import pytest

from laser_core.analysis.known import Known, answered_in, known_relevance, random_expectation
from laser_core.pool import Label
from laser_core.store.log.replay import Answer

IDS = np.array(["a", "b", "c", "d"])
CAT, CAR = Label("relevant", "cat"), Label("irrelevant", "car")


def answer(image, round):
    return Answer(image, CAT, round, "oracle", None, "")


def test_precision_counts_only_what_is_known():
    known = known_relevance(IDS, {"a": CAT, "b": CAR, "c": Label("unsure")})
    assert known.count(np.array([0, 1, 2, 3])) == 2
    assert known.precision(np.array([0, 1, 2, 3])) == 0.5
    assert known.precision(np.array([2, 3])) is None


def test_an_answer_outweighs_the_true_label():
    truth = Known(np.array([True, True, False, False]), np.ones(4, dtype=bool))
    known = known_relevance(IDS, {"a": CAR}, truth)
    assert known.relevant.tolist() == [False, True, False, False]
    assert truth.relevant.tolist() == [True, True, False, False]  # left as it was


def test_random_is_expected_to_hit_the_relevant_share_of_what_is_left():
    relevant = np.array([True, True, False, False])
    answered = answered_in(IDS, [answer("a", 1), answer("c", 2)])
    # round 1: 2 of 4; round 2, without a: 1 of 3; round 3, without a and c: 1 of 2
    assert random_expectation(relevant, answered, 3) == pytest.approx([1 / 2, 1 / 3, 1 / 2])


def test_labels_brought_along_are_in_nobodys_pool():
    answered = answered_in(IDS, [answer("a", 0), answer("b", 0)])
    assert random_expectation(np.array([True, True, True, False]), answered, 1) == [0.5]


def test_random_has_no_expectation_of_an_empty_pool():
    answered = answered_in(IDS, [answer(id, 1) for id in IDS.tolist()])
    assert random_expectation(np.ones(4, dtype=bool), answered, 2) == [1.0, None]
