"""What a net's outputs stand for, and which images it learns from."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import Clustered, CrossEntropy, Energy, Negative, Seen
from laser_core.nets.training.outputs import outputs_of, training_images

LABELED = np.array(["a", "b", "c", "d"]), np.array([0, 2, 3, 3])  # three classes, 3 is irrelevant
POOL = np.array([f"u{i}" for i in range(8)])


def outputs(objective, labels, n=3, vectors=lambda rows: np.eye(len(rows))):
    return outputs_of(objective, np.array(labels), n, vectors, rng_for(0))


def test_a_class_without_a_label_has_no_output_and_minus_infinity():
    found = outputs(CrossEntropy(), [0, 2, 3, 0])
    assert found.seen == Seen(2, 1)
    assert found.targets.tolist() == [0, 1, 2, 0]
    assert found.spread(np.array([[1.0, 2.0, 3.0]])).tolist() == [[1.0, -np.inf, 2.0, 3.0]]


def test_a_detector_without_an_irrelevant_label_keeps_a_place_for_it():
    found = outputs(Energy(), [0, 1, 2])
    assert (found.seen, found.width) == (Seen(3, 0), 4)
    assert found.spread(np.zeros((1, 3))).tolist() == [[0.0, 0.0, 0.0, -np.inf]]


def test_a_classifier_has_n_outputs():
    assert outputs(CrossEntropy(1.0, "relevant"), [1, 1]).width == 3


def test_groups_of_irrelevant_images_are_outputs_of_their_own():
    vectors = np.repeat(np.eye(2), 5, axis=0)
    found = outputs(Clustered(), [0] + [3] * 10, vectors=lambda rows: vectors[rows - 1])
    assert (found.seen, found.width) == (Seen(1, 2), 5)
    assert found.columns.tolist() == [0, 3, 4]
    assert set(found.targets[1:6]) != set(found.targets[6:])


def test_the_vectors_of_irrelevant_images_alone_are_asked_for():
    asked = []

    def vectors(rows):
        asked.extend(rows.tolist())
        return np.eye(len(rows))

    outputs(Clustered(), [0, 3, 1, 3], vectors=vectors)
    assert asked == [1, 3]


def test_an_unlabeled_image_has_no_right_output():
    found = outputs(Negative(), [0, -1, 1])
    assert found.targets.tolist() == [0, -1, 1]
    assert found.width == 3


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (CrossEntropy(), ["a", "b", "c", "d"]),
        (CrossEntropy(1.0, "relevant"), ["a", "b"]),
    ],
)
def test_a_classifier_learns_from_relevant_images_and_a_detector_from_all(objective, expected):
    ids, labels = training_images(objective, LABELED, POOL, 3, rng_for(0))
    assert ids.tolist() == expected
    assert labels.tolist() == [0, 2, 3, 3][: len(expected)]


def test_negative_learning_adds_images_that_nobody_labeled():
    ids, labels = training_images(Negative(), LABELED, POOL, 3, rng_for(0))
    assert ids[:2].tolist() == ["a", "b"]
    assert labels.tolist() == [0, 2, -1, -1]
    assert set(ids[2:]) <= set(POOL)


def test_without_a_relevant_label_nothing_is_drawn_from_the_pool():
    labeled = np.array(["c"]), np.array([3])
    assert len(training_images(Negative(), labeled, POOL, 3, rng_for(0))[0]) == 0
