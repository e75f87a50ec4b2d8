"""The closed-set classics: their numbers by hand."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import CrossEntropy
from laser_core.strategies import coreset as coreset_module
from laser_core.strategies.dropquery import central
from laser_core.strategies.typiclust import in_need
from tests.strategies.views import strategy, view

TURN = np.array([[0.0, 1.0], [1.0, 0.0]])  # two unit vectors at a right angle


def test_margin_is_the_difference_of_the_two_likeliest():
    scores = strategy("margin").score(view({"classifier.logits": [[2, 0], [1, 0]]}), rng_for(0))
    np.testing.assert_allclose(scores, [-0.7616, -0.4621], atol=1e-4)


def test_with_two_classes_margin_and_entropy_are_one_ranking():
    logits = rng_for(1).normal(size=(30, 2))
    margins = strategy("margin").score(view({"classifier.logits": logits}), rng_for(0))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    entropies = -(chances * np.log(chances)).sum(axis=1)
    assert margins.argsort().tolist() == entropies.argsort().tolist()


def bald(*passes):
    return strategy("bald").score(view({"bald.samples": np.log(passes)}), rng_for(0))


def test_bald_is_what_passes_disagree_about():
    np.testing.assert_allclose(bald([[0.9, 0.1]], [[0.5, 0.5]]), [0.1018], atol=1e-4)


def test_passes_that_agree_tell_nothing_however_unsure_they_are():
    np.testing.assert_allclose(bald([[0.5, 0.5]], [[0.5, 0.5]]), [0.0], atol=1e-12)
    assert (bald([[0.7, 0.3]], [[0.7, 0.3]]) >= 0).all()


def test_bald_asks_for_passes_of_a_classifier():
    (net,) = strategy("bald", passes=7, dropout=0.4).nets()
    assert (net.passes, net.dropout) == (7, 0.4)
    assert net.objective == CrossEntropy(1.0, "relevant")


LINE = {
    "classifier.features": [[0.0], [1.0], [4.0], [10.0]],
    "classifier.labeled.features": [[0.0]],
}


def test_coreset_takes_the_farthest_from_all_labeled_images():
    query = strategy("coreset").select(view(LINE, labels=[2]), 3, rng_for(0))
    assert query.ids.tolist() == ["u3", "u2", "u1"]
    np.testing.assert_allclose(query.arrays.score, [0, 1, 4, 10])
    assert query.note == ""


def test_coreset_of_a_large_batch_looks_in_main_directions_and_says_so(monkeypatch):
    monkeypatch.setattr(coreset_module, "MOST", 100)
    monkeypatch.setattr(coreset_module, "DIRECTIONS", 3)
    plane = rng_for(1).normal(size=(60, 3)) @ rng_for(2).normal(size=(3, 12))
    features = {"classifier.features": plane[:50], "classifier.labeled.features": plane[50:]}
    seen = view(features, labels=[0] * 10)
    query = strategy("coreset").select(seen, 5, rng_for(0))
    assert query.note == "distances are those in the 3 main directions of the features"
    monkeypatch.setattr(coreset_module, "MOST", 1000)
    exact = strategy("coreset").select(seen, 5, rng_for(0))
    assert query.ids.tolist() == exact.ids.tolist()


def test_badge_starts_at_the_longest_gradient():
    # p = .5 and .9: residuals of length .7071 and .1414, features of length 1 and 2
    logits = np.log([[0.5, 0.5], [0.9, 0.1]])
    signals = {"classifier.logits": logits, "classifier.features": [[1.0], [2.0]]}
    query = strategy("badge").select(view(signals), 2, rng_for(0))
    np.testing.assert_allclose(query.arrays.score, [0.7071, 0.2828], atol=1e-4)
    assert query.ids.tolist() == ["u0", "u1"]


def test_typiclust_takes_the_middle_of_the_group_without_a_label():
    angles = np.r_[np.linspace(-0.2, 0.2, 6), 1.5 + np.linspace(-0.2, 0.2, 5)]
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    seen = view({"vectors": vectors, "labeled_vectors": [[1.0, 0.0]]}, labels=[0])
    query = strategy("typiclust").select(seen, 1, rng_for(0))
    assert query.ids.tolist() == ["u8"]


def test_a_group_is_in_need_that_has_few_labels_and_of_those_the_largest():
    group = np.array([0] * 6 + [1] * 8 + [2] * 5 + [3] * 2)
    picked = in_need(group, np.array([0, 0, 1, 0]), smallest=5, b=4)
    assert group[picked].tolist() == [1, 0, 1, 0]  # 2 has a label as they do now, and is smaller


def test_small_groups_come_when_no_other_is_left():
    group = np.array([0] * 3 + [1] * 5)
    assert group[in_need(group, np.array([0, 3]), 5, 8)].tolist() == [1] * 5 + [0] * 3


def test_herding_covers_what_no_label_covers():
    signals = {"vectors": [[0, 1], [0.1, 0.995], [1, 0]], "labeled_vectors": [[0, 1.0]]}
    assert strategy("maxherding").select(view(signals, [0]), 1, rng_for(0)).ids.tolist() == ["u2"]


def test_herding_covers_what_the_classifier_is_unsure_of():
    signals = {
        "vectors": TURN,
        "labeled_vectors": np.empty((0, 2)),
        "classifier.logits": [[0.0, 0.0], [9.0, 0.0]],
    }
    query = strategy("uherding").select(view(signals, []), 1, rng_for(0))
    assert query.ids.tolist() == ["u0"]


def test_a_sure_classifier_leaves_herding_its_coverage():
    vectors = np.concatenate([TURN, TURN[:1]])
    signals = {
        "vectors": vectors,
        "labeled_vectors": np.empty((0, 2)),
        "classifier.logits": [[800.0, 0.0]] * 3,
    }
    query = strategy("uherding").select(view(signals, []), 2, rng_for(0))
    assert query.ids.tolist()[0] in ("u0", "u2")
    assert query.ids.tolist()[1] == "u1"


SAMPLES = [[[0, 1], [1, 0]], [[0, 1], [0, 1]], [[1, 0], [1, 0]]]  # 2 of 3 passes change u0's class


def test_dropquery_counts_the_passes_that_change_the_class():
    signals = {"dropquery.samples": SAMPLES, "classifier.logits": [[1, 0], [1, 0]]}
    scores = strategy("dropquery").score(view(signals), rng_for(0))
    np.testing.assert_allclose(scores, [2 / 3, 1 / 3])


def test_fewer_changing_images_than_asked_for_come_by_their_rate():
    signals = {
        "dropquery.samples": SAMPLES,
        "classifier.logits": [[1, 0], [1, 0]],
        "vectors": TURN,
    }
    query = strategy("dropquery").select(view(signals), 2, rng_for(0))
    assert query.ids.tolist() == ["u0", "u1"]


@pytest.mark.parametrize("many", [2000, 10])
def test_central_images_are_one_of_each_group(monkeypatch, many):
    monkeypatch.setattr("laser_core.strategies.dropquery.MANY", many)
    vectors = np.repeat(np.eye(3, 80), 9, axis=0)
    vectors += 0.01 * rng_for(1).normal(size=vectors.shape)
    assert sorted((central(vectors, 3, rng_for(0)) // 9).tolist()) == [0, 1, 2]


def test_images_that_change_in_half_of_the_passes_or_less_are_no_candidates():
    changing = [[[0, 1]] * 10, [[0, 1]] * 5 + [[1, 0]] * 5, [[1, 0]] * 10]  # 2 of 3, and 1 of 3
    signals = {
        "dropquery.samples": changing,
        "classifier.logits": [[1, 0]] * 10,
        "vectors": np.eye(10),
    }
    query = strategy("dropquery").select(view(signals), 3, rng_for(0))
    assert {int(id[1:]) for id in query.ids} < set(range(5))
