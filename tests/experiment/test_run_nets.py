"""A round's two nets: what each learns from, and at which temperature."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.experiment.nets import NetStore, RunNets
from laser_core.nets.head import Head
from laser_core.progress import drain
from laser_core.scores import temperature_probabilities
from tests.fakes import ArrayPictures, config

LABELS = np.repeat([0, 1, 2], 20)  # cat, dog, irrelevant
IDS = np.array([f"i{i:02d}" for i in range(60)])


@pytest.fixture
def pictures():
    rows = np.eye(3, 6)[LABELS] + rng_for(4).normal(0.0, 0.6, (60, 6))
    return ArrayPictures(IDS, rows.astype(np.float32))


def nets_of(tmp_path, pictures, **settings):
    shelf = NetStore(tmp_path / "nets", Head())
    nets = RunNets(config(**settings), Head(), pictures, shelf, with_detector=True)
    return drain(nets.train(1, IDS, LABELS))


def logits_of(net, pictures):
    return drain(net.logits(pictures, IDS)).astype(float)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_detector_is_trained_at_the_temperature_that_it_is_read_at(
    tmp_path, pictures, temperature
):
    detector = nets_of(tmp_path, pictures, temperature=temperature).detector
    plain = drain(Head().train(pictures, IDS, LABELS, 3, rng_for(0)))  # Eq. (2) at T = 1
    # what is fitted are probabilities at T, so they are the same for any T
    np.testing.assert_allclose(
        temperature_probabilities(logits_of(detector, pictures), temperature),
        temperature_probabilities(logits_of(plain, pictures), 1.0),
        atol=1e-5,
    )


def test_the_classifier_learns_from_relevant_images_alone(tmp_path, pictures):
    classifier = nets_of(tmp_path, pictures).classifier
    relevant = LABELS < 2
    alone = drain(Head().train(pictures, IDS[relevant], LABELS[relevant], 2, rng_for(0)))
    np.testing.assert_array_equal(logits_of(classifier, pictures), logits_of(alone, pictures))


def test_the_detector_has_one_output_more_for_the_irrelevant(tmp_path, pictures):
    nets = nets_of(tmp_path, pictures)
    assert logits_of(nets.detector, pictures).shape == (60, 3)
    assert logits_of(nets.classifier, pictures).shape == (60, 2)
    found = logits_of(nets.detector, pictures).argmax(axis=1)
    assert (found[LABELS == 2] == 2).mean() > 0.7


def test_kept_nets_with_other_outputs_are_trained_again(tmp_path, pictures):
    """B1: nets that came from elsewhere fit the run's classes, or are made anew."""
    shelf = NetStore(tmp_path / "nets", Head())
    wrong = drain(Head().train(pictures, IDS, LABELS, 7, rng_for(0)))
    shelf.put(1, wrong, wrong, ("cat", "dog"))
    nets = RunNets(config(), Head(), pictures, shelf, with_detector=True)
    drain(nets.restore(1, lambda: (IDS, LABELS), lambda: None))
    assert nets.current.detector.outputs == 3
    assert nets.current.classifier.outputs == 2
