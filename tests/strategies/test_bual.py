"""BUAL: its numbers by hand."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import Negative
from tests.strategies.views import record, strategy, view


def signals(positive, negative, auxiliary):
    return {
        "classifier.logits": np.log(positive),
        "negative.logits": np.log(negative),
        "auxiliary.logits": np.log(auxiliary),
    }


# certainties (margins) 0.8, 0.4, 0 and 0, 0.4, 0.8; chance of irrelevant 0.1, 0.5, 0.9
GIVEN = signals(
    [[0.9, 0.1], [0.7, 0.3], [0.5, 0.5]],
    [[0.5, 0.5], [0.7, 0.3], [0.9, 0.1]],
    [[0.8, 0.1, 0.1], [0.3, 0.2, 0.5], [0.05, 0.05, 0.9]],
)


def test_the_score_weighs_both_certainties_by_the_chance_of_irrelevant():
    # a = 0, .5, 1; c_pos = 1, .5, 0; c_neg = 0, .5, 1; r = .4
    seen = view(GIVEN, records=[record(0.4, ids="abcde")])
    scores = strategy("bual").score(seen, rng_for(0))
    np.testing.assert_allclose(scores, [-0.4, -(0.25 + 0.4 * 0.25), -1.0], atol=1e-9)


def test_without_an_irrelevant_label_the_negative_learner_decides():
    seen = view(GIVEN, labels=[0, 1], records=[record(0.4, ids="abcde")])
    np.testing.assert_allclose(strategy("bual").score(seen, rng_for(0)), [0, -0.5, -1], atol=1e-9)


def test_a_batch_without_a_relevant_image_keeps_the_classifiers_say():
    query = strategy("bual").select(view(GIVEN, records=[record(0.0, ids="abcde")]), 1, rng_for(0))
    assert query.figures == {"balance": 0.2}  # one of its five images


def test_images_predicted_irrelevant_come_when_no_other_is_left_the_least_irrelevant_first():
    query = strategy("bual").select(view(GIVEN, records=[record(0.4, ids="abcde")]), 3, rng_for(0))
    assert query.ids.tolist() == ["u0", "u1", "u2"]


@pytest.mark.parametrize(
    ("certainty", "expected"),
    [
        ("margin", [0.3, 0.1]),
        ("confidence", [0.6, 0.5]),
        ("entropy", [-0.8979, -0.9433]),
    ],
)
def test_certainty_may_be_margin_confidence_or_entropy(certainty, expected):
    chances = np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1]])
    found = strategy("bual", certainty=certainty)._certainty(chances)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_with_r_one_and_nobody_irrelevant_it_is_plain_uncertainty():
    given = signals(GIVEN_POSITIVE, [[0.5, 0.5]] * 3, [[0.45, 0.45, 0.1]] * 3)
    seen = view(given, records=[record(1.0, ids="abc")])
    scores = strategy("bual").score(seen, rng_for(0))
    assert scores.argsort().tolist() == [0, 1, 2]


GIVEN_POSITIVE = [[0.9, 0.1], [0.7, 0.3], [0.5, 0.5]]


def test_its_negative_learner_starts_from_the_classifier():
    negative, auxiliary = strategy("bual").nets()
    assert (negative.start, negative.snapshots) == ("classifier", 5)
    assert isinstance(negative.objective, Negative)
    assert auxiliary.objective.on == "labeled"
