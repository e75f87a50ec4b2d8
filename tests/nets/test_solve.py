"""The linear head for any objective."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.nets.head import fit_softmax
from laser_core.nets.objectives import CrossEntropy, Energy, Negative, OneVsRest, Seen
from laser_core.nets.training.samples import dropout_samples
from laser_core.nets.training.solve import solve
from laser_core.scores import temperature_probabilities


def blobs(classes=3, each=20, dimensions=6):
    rng = rng_for(3)
    targets = np.repeat(np.arange(classes), each)
    vectors = np.eye(classes, dimensions)[targets] + rng.normal(0, 0.3, (len(targets), dimensions))
    return vectors.astype(np.float32), targets


def outputs(head, vectors):
    weights, bias = head
    return vectors @ weights.T + bias


def test_of_cross_entropy_it_finds_what_the_other_solver_finds():
    vectors, targets = blobs()
    mine = solve(CrossEntropy(0.5), Seen(3, 0), vectors, targets)["logits"]
    other = fit_softmax(vectors, targets, 0.5)
    chances = [temperature_probabilities(outputs(head, vectors), 0.5) for head in (mine, other)]
    np.testing.assert_allclose(*chances, atol=0.03)  # today's tolerance of a probability


@pytest.mark.parametrize(
    ("objective", "seen"),
    [
        (OneVsRest(), Seen(2, 1)),
        (OneVsRest(), Seen(3, 0)),
        (Energy(), Seen(2, 1)),
        (Negative(), Seen(3, 0)),
    ],
)
def test_every_objective_tells_the_classes_apart(objective, seen):
    vectors, targets = blobs()
    heads = solve(objective, seen, vectors, targets)
    assert heads.keys() == objective.heads(seen).keys()
    right = outputs(heads["logits"], vectors)[:, : seen.known].argmax(axis=1) == targets
    assert right[targets < seen.known].mean() > 0.9


def test_binary_heads_are_sure_of_the_known_and_undecided_about_the_irrelevant():
    vectors, targets = blobs()
    heads = solve(OneVsRest(), Seen(2, 1), vectors, targets)
    pairs = outputs(heads["binary"], vectors).reshape(len(vectors), 2, 2)
    lean = pairs[:, :, 1] - pairs[:, :, 0]
    assert np.abs(lean[targets == 2]).mean() < np.abs(lean[targets < 2]).mean() / 2
    assert (lean[targets == 0, 0] > 0).mean() > 0.9


def test_energies_of_relevant_images_lie_below_those_of_irrelevant_ones():
    vectors, targets = blobs()
    found = outputs(solve(Energy(), Seen(2, 1), vectors, targets)["logits"], vectors)
    energy = -np.logaddexp.reduce(found[:, :2], axis=1)
    assert energy[targets < 2].max() < energy[targets == 2].min()


def test_unlabeled_images_make_negative_learning_less_sure():
    vectors, targets = blobs(2)
    alone = solve(Negative(), Seen(2, 0), vectors, targets)["logits"]
    more = np.concatenate([vectors, vectors + 0.01])
    both = solve(Negative(), Seen(2, 0), more, np.concatenate([targets, np.full(40, -1)]))["logits"]
    sure = [temperature_probabilities(outputs(h, vectors), 1.0).max(axis=1) for h in (alone, both)]
    assert sure[1].mean() < sure[0].mean()


def test_the_same_images_give_the_same_weights():
    vectors, targets = blobs()
    first, second = (solve(OneVsRest(), Seen(2, 1), vectors, targets) for _ in range(2))
    for head in first:
        np.testing.assert_array_equal(first[head][0], second[head][0])


def test_pictures_that_are_all_the_same_give_finite_weights():
    found = solve(Energy(), Seen(2, 1), np.ones((6, 4), np.float32), np.array([0, 1, 2] * 2))
    assert all(np.isfinite(part).all() for part in found["logits"])


def test_without_dropout_every_pass_is_the_output():
    vectors, _ = blobs()
    weights, bias = np.ones((2, 6), np.float32), np.array([1.0, 0.0], np.float32)
    found = dropout_samples(vectors, weights, bias, 0.0, 3, rng_for(0), vectors.mean(axis=0))
    np.testing.assert_allclose(
        found, np.repeat((vectors @ weights.T + bias)[None], 3, axis=0), rtol=1e-4
    )


def test_the_mean_of_many_passes_is_the_output():
    features, weights = np.ones((1, 50)), np.full((1, 50), 0.1)
    found = dropout_samples(features, weights, np.zeros(1), 0.5, 4000, rng_for(0))
    assert found.mean() == pytest.approx(5.0, abs=0.05)
    assert found.std() == pytest.approx(0.1 * np.sqrt(50), rel=0.1)  # each counts 0 or 0.2


def test_features_at_the_centre_do_not_change():
    centre = np.array([3.0, 4.0])
    found = dropout_samples(centre[None], np.eye(2), np.zeros(2), 0.75, 5, rng_for(0), centre)
    np.testing.assert_allclose(found, np.repeat([[[3.0, 4.0]]], 5, axis=0))


def test_a_class_without_an_example_stays_at_minus_infinity():
    bias = np.array([0.0, -np.inf])
    found = dropout_samples(np.ones((3, 2)), np.zeros((2, 2)), bias, 0.5, 2, rng_for(0), np.ones(2))
    assert np.isneginf(found[:, :, 1]).all()
