"""OpenMax: its numbers by hand."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.strategies.helpers.tails import eucos, log_hazard
from tests.strategies.views import strategy, view

LABELED = np.array([[4, 0], [4.4, 0.3], [3.9, -0.2], [0, 4], [0.1, 4.4], [-0.3, 3.8]])
LABELS = [0, 0, 0, 1, 1, 1]


def scores(logits, mode="tail", labels=LABELS, labeled=LABELED, n=2, **settings):
    signals = {"classifier.logits": logits, "classifier.labeled.logits": labeled}
    return strategy("openmax", mode=mode, **settings).score(view(signals, labels, n), rng_for(0))


@pytest.mark.parametrize("mode", ["tail", "probability"])
def test_images_with_their_classs_activations_come_first(mode):
    found = scores([[4.1, 0.1], [2.1, 2.0]], mode)
    assert found[0] > found[1]


def test_far_images_are_told_apart_by_the_tail_where_the_probability_is_saturated():
    """With few labels w is 1 for nearly all of a pool."""
    far = [[2.2, 2.0], [2.2, 2.1], [8.0, 7.9]]
    by_tail = scores(far)
    assert len(set(by_tail.round(6).tolist())) == 3


def test_irrelevant_labels_belong_to_no_class():
    more = np.concatenate([LABELED, [[9.0, 9.0]]])
    np.testing.assert_array_equal(
        scores([[4.1, 0.1]], labels=[*LABELS, 2], labeled=more), scores([[4.1, 0.1]])
    )


def test_a_class_without_a_label_has_no_activations_to_compare_with():
    """A classifier that starts from the text has a finite logit for it all the same."""
    wide = np.c_[LABELED, np.full(6, -1.0)]
    found = scores([[4.1, 0.1, 5.0], [2.1, 2.0, 5.0]], labeled=wide, n=3)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, scores([[4.1, 0.1], [2.1, 2.0]]))


def test_minus_infinity_of_a_class_without_a_label_is_left_out():
    wide = np.c_[LABELED, np.full(6, -np.inf)]
    found = scores([[4.1, 0.1, -np.inf]], labeled=wide, n=3)
    np.testing.assert_array_equal(found, scores([[4.1, 0.1]]))


def test_wrongly_classified_images_do_not_count_unless_there_are_no_others():
    one_wrong = np.concatenate([LABELED, [[0, 4]]])
    found = scores([[4.1, 0.1]], labels=[*LABELS, 0], labeled=one_wrong)
    np.testing.assert_array_equal(found, scores([[4.1, 0.1]]))
    none_right = LABELED[::-1].copy()
    assert np.isfinite(scores([[4.1, 0.1]], labeled=none_right)).all()


def test_activations_that_are_all_the_same_give_finite_scores():
    same = np.ones((6, 2))
    for mode in ("tail", "probability"):
        assert np.isfinite(scores(np.ones((3, 2)), mode, labeled=same)).all()


def test_a_class_with_few_distances_shares_all_tails():
    means = [LABELED[:3].mean(axis=0), LABELED[3:].mean(axis=0)]
    shared = np.concatenate([eucos(LABELED[:3], means[0]), eucos(LABELED[3:], means[1])])
    image = np.array([[4.1, 0.1]])
    np.testing.assert_allclose(scores(image), -log_hazard(shared, eucos(image, means[0])))


def test_the_largest_distances_of_a_class_are_its_tail():
    own = np.concatenate([LABELED[:3], LABELED[:3] + 0.3, LABELED[:3] + np.array([0.9, 0.1])])
    labeled, labels = np.concatenate([own, own[:, ::-1]]), [0] * 9 + [1] * 9
    mean, image = own.mean(axis=0), np.array([[4.1, 0.1]])
    tail = np.sort(eucos(own, mean))[-6:]
    found = scores(image, labels=labels, labeled=labeled, tail=6)
    np.testing.assert_allclose(found, -log_hazard(tail, eucos(image, mean)))
