"""What pages read out of rounds, on numbers that can be checked by hand."""

import numpy as np
import pytest

from laser_core.analysis.readouts import (
    Known,
    RoundMatches,
    answered_in,
    class_counts,
    description_yields,
    known_relevance,
    labels_paid,
    minutes_spent,
    random_expectation,
    running_mean,
)
from laser_core.pool import Label
from laser_core.store.label_state import Answer
from laser_core.view import RoundRecord

IDS = np.array(["a", "b", "c", "d"])
CAT, CAR = Label("relevant", "cat"), Label("irrelevant", "car")


def record(round, queried, seconds):
    return RoundRecord(round, (), (), queried, 0, None, None, None, None, seconds=seconds)


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


def test_the_running_mean_passes_over_rounds_without_a_value():
    assert running_mean([None, 1.0, None, 0.5]) == [None, 1.0, 1.0, 0.75]


def test_labels_and_minutes_add_up():
    rounds = [record(1, 20, 30.0), record(2, 18, 90.0)]
    assert labels_paid(rounds) == [20, 38]
    assert minutes_spent(rounds) == [0.5, 2.0]


def matches(best, queried, relevant, texts=("one", "two", "three")):
    return RoundMatches(
        texts=texts,
        classes=("cat", "cat", "dog"),
        best=np.array(best),
        queried=np.array(queried),
        relevant=np.array(relevant, dtype=bool),
        counted=np.ones(len(queried), dtype=bool),
    )


def test_a_description_is_credited_with_what_it_matched_best():
    rounds = [matches([0, 0, 1, 1], [0, 1], [True, False]), matches([0, 1], [0], [True])]
    found = {each.text: each for each in description_yields(rounds)}
    assert (found["one"].queried, found["one"].relevant) == (2, 2)
    assert (found["two"].queried, found["two"].relevant) == (1, 0)
    assert (found["one"].matches, found["one"].share) == (1, 0.5)  # of the last round's pool


def test_a_description_that_matches_no_picture_is_dead():
    verdicts = {y.text: y.verdict for y in description_yields([matches([0, 1], [0], [True])])}
    assert verdicts == {"one": "", "two": "", "three": "dead"}


def test_a_description_that_draws_the_pool_and_brings_little_is_a_magnet():
    barren = matches([0] * 8, [0, 0, 0], [True, False, False])
    fruitful = matches([0] * 8, [0, 0, 0], [True, True, False])
    assert description_yields([barren])[0].verdict == "magnet"
    assert description_yields([fruitful])[0].verdict == ""


def test_descriptions_are_known_by_their_sentences_when_lists_change():
    edited = matches([0, 1], [0], [True], texts=("new", "one", "three"))
    found = {y.text: y for y in description_yields([matches([0], [0], [True]), edited])}
    assert found["new"].relevant == 1
    assert found["one"].relevant == 1
    assert found["one"].matches == 1


def test_classes_are_counted_beside_what_the_pool_holds():
    counts = class_counts(("cat", "dog"), {"a": CAT, "b": CAR}, ["cat", "car", "cat", "car"])
    assert [(c.name, c.relevant, c.found, c.in_pool) for c in counts] == [
        ("cat", True, 1, 2),
        ("dog", True, 0, 0),
        ("car", False, 1, 2),
    ]


def test_a_pool_with_unlabeled_pictures_does_not_say_how_many_it_holds():
    counts = class_counts(("cat",), {}, ["cat", None])
    assert counts[0].in_pool is None
