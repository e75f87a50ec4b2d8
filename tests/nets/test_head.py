"""The linear head on frozen vectors."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.errors import StoreError
from laser_core.nets.head import Head, fit_softmax
from laser_core.nets.objectives import CLASSIFIER, CrossEntropy, NetSpec, OneVsRest, detector
from laser_core.nets.weights import write_weights
from laser_core.progress import drain


class Vectors:
    """As many images as rows; image "i7" has row 7."""

    def __init__(self, rows) -> None:
        self.rows = np.asarray(rows, dtype=np.float32)
        self.ids = np.array([f"i{i}" for i in range(len(self.rows))])

    def vectors(self, ids):
        return self.rows[[int(id[1:]) for id in ids]]


def clouds(per_class=20, classes=3, spread=0.2):
    """Unit vectors around the first axes of 8 dimensions, class by class."""
    labels = np.repeat(np.arange(classes), per_class)
    rows = np.eye(8)[labels] + rng_for(3).normal(0.0, spread, (len(labels), 8))
    return Vectors(rows / np.linalg.norm(rows, axis=1, keepdims=True)), labels


def trained(pictures, labels, n_outputs=3, temperature=1.0):
    spec = detector(temperature)  # the last output is as good as any
    return drain(Head().train(spec, pictures, pictures.ids, labels, n_outputs - 1, rng_for(0)))


def logits_of(net, pictures):
    return drain(net.logits(pictures, pictures.ids))


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 3])
def test_it_learns_classes_that_lie_apart(classes):
    pictures, labels = clouds(classes=classes)
    logits = logits_of(trained(pictures, labels, classes), pictures)
    assert logits.dtype == np.float32
    assert (logits.argmax(axis=1) == labels).mean() > 0.95


def test_two_mirrored_classes_are_divided_in_the_middle():
    pictures = Vectors([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
    seen = pictures.ids[:2], np.array([0, 1])
    net = drain(Head().train(CLASSIFIER, pictures, *seen, 2, rng_for(0)))
    first, second, middle = logits_of(net, pictures)
    assert first[0] > first[1]
    np.testing.assert_allclose(first, second[::-1], atol=1e-5)
    np.testing.assert_allclose(middle[0], middle[1], atol=1e-5)


def test_images_nothing_is_known_of_get_the_shares_of_the_labels():
    # two vectors that say nothing (each class has both alike), 3 of 4 labels are class 1:
    # the fitted probabilities are 1/4 and 3/4 everywhere
    pictures = Vectors([[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4)
    labels = np.array([0, 1, 1, 1, 0, 1, 1, 1])
    probabilities = softmax(logits_of(trained(pictures, labels, 2), pictures))
    np.testing.assert_allclose(probabilities, np.tile([0.25, 0.75], (8, 1)), atol=2e-3)


def test_a_class_without_a_label_has_minus_infinity_and_takes_no_part():
    pictures, labels = clouds(classes=2)
    labels = labels * 2  # classes 0 and 2; nobody is 1
    logits = logits_of(trained(pictures, labels, 3), pictures)
    assert (logits[:, 1] == -np.inf).all()
    assert np.isfinite(logits[:, [0, 2]]).all()
    np.testing.assert_array_equal(
        logits[:, [0, 2]], logits_of(trained(pictures, labels // 2, 2), pictures)
    )


def test_one_class_alone_wins_everywhere():
    pictures, _ = clouds(classes=1)
    logits = logits_of(trained(pictures, np.full(20, 2), 4), pictures)
    np.testing.assert_array_equal(logits, np.tile([-np.inf, -np.inf, 0.0, -np.inf], (20, 1)))


def test_the_temperature_changes_the_logits_and_not_the_probabilities():
    pictures, labels = clouds()
    warm = logits_of(trained(pictures, labels, temperature=1.0), pictures)
    cold = logits_of(trained(pictures, labels, temperature=0.5), pictures)
    np.testing.assert_allclose(cold, 0.5 * warm, rtol=1e-5)
    np.testing.assert_allclose(softmax(cold / 0.5), softmax(warm), rtol=1e-5)


def test_the_same_labels_give_the_same_net_to_the_last_bit():
    pictures, labels = clouds()
    first, second = trained(pictures, labels), trained(pictures, labels)
    np.testing.assert_array_equal(first.weights, second.weights)
    np.testing.assert_array_equal(first.bias, second.bias)


def test_vectors_crowded_into_a_narrow_cone_are_told_apart_as_well():
    # all vectors share one large part, as a vision-language model's do; only distances count
    pictures, labels = clouds()
    crowded = Vectors(0.05 * pictures.rows + 3.0)
    wide = softmax(logits_of(trained(pictures, labels), pictures))
    narrow = softmax(logits_of(trained(crowded, labels), crowded))
    np.testing.assert_allclose(narrow, wide, atol=5e-3)


def test_images_that_are_all_the_same_are_no_error():
    pictures = Vectors([[1.0, 0.0]] * 4)
    probabilities = softmax(logits_of(trained(pictures, np.array([0, 1, 0, 1]), 2), pictures))
    np.testing.assert_allclose(probabilities, np.full((4, 2), 0.5), atol=1e-6)


def test_labels_that_cannot_be_fitted_warn_nobody():
    rows = rng_for(1).normal(size=(200, 8)).astype(np.float32)
    weights, bias = fit_softmax(rows, rng_for(2).integers(0, 4, 200), 1.0)
    assert np.isfinite(weights).all()
    assert np.isfinite(bias).all()


def test_a_head_without_labels_is_a_broken_promise():
    pictures, _ = clouds()
    nobody = pictures.ids[:0], np.array([], dtype=int)
    with pytest.raises(ValueError, match="at least one labeled image"):
        drain(Head().train(CLASSIFIER, pictures, *nobody, 3, rng_for(0)))


def test_no_images_to_score_give_no_rows():
    pictures, labels = clouds()
    assert drain(trained(pictures, labels).logits(pictures, pictures.ids[:0])).shape == (0, 3)


def test_a_saved_head_scores_as_before(tmp_path):
    pictures, labels = clouds(classes=2)
    net = trained(pictures, labels, 3)  # class 2 was never seen
    net.save(tmp_path / "detector.safetensors")
    loaded = Head().load(tmp_path / "detector.safetensors", detector())
    np.testing.assert_array_equal(logits_of(loaded, pictures), logits_of(net, pictures))


@pytest.mark.parametrize("content", [None, b"", b"no weights at all, but some words"])
def test_a_file_that_is_no_head_is_an_error_that_says_what_to_do(tmp_path, content):
    path = tmp_path / "detector.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"detector\.safetensors cannot be read as a head .*delet"):
        Head().load(path, detector())


def test_a_kept_head_that_holds_no_numbers_is_trained_again(tmp_path):
    """F9: weights of a run are a checkpoint too."""
    path = tmp_path / "detector.safetensors"
    tensors = {"weights": np.full((2, 3), np.nan, np.float32), "bias": np.zeros(2, np.float32)}
    write_weights(path, Head().name, tensors)
    with pytest.raises(StoreError, match="numbers that are none.*trained again from the labels"):
        Head().load(path, detector())


def test_a_head_of_another_objective_has_its_outputs_and_comes_back_from_disk(tmp_path):
    pictures, labels = clouds()
    spec = NetSpec("eoal", OneVsRest())
    net = drain(Head().train(spec, pictures, pictures.ids, labels, 2, rng_for(0)))
    net.save(tmp_path / "eoal.safetensors")
    loaded = Head().load(tmp_path / "eoal.safetensors", spec)
    for what, width in (("logits", 3), ("binary", 4), ("features", 8)):
        said = drain(net.read(what, pictures, pictures.ids))
        assert said.shape == (60, width)
        np.testing.assert_array_equal(drain(loaded.read(what, pictures, pictures.ids)), said)
    with pytest.raises(ValueError, match="no 'gone'"):
        drain(net.read("gone", pictures, pictures.ids))


def test_samples_differ_with_dropout_and_not_without():
    pictures, labels = clouds(classes=2)
    for dropout, differ in ((0.5, True), (0.0, False)):
        spec = NetSpec("bald", CrossEntropy(on="relevant"), dropout, passes=3)
        net = drain(Head().train(spec, pictures, pictures.ids, labels, 3, rng_for(0)))
        samples = drain(net.read("samples", pictures, pictures.ids, rng_for(1)))
        assert samples.shape == (3, 40, 3)
        assert (samples[:, :, 2] == -np.inf).all()  # nothing was labeled so
        assert (np.ptp(samples[:, :, 0], axis=0).max() > 0.01) == differ
    np.testing.assert_allclose(samples[0], logits_of(net, pictures), atol=1e-5)
    with pytest.raises(ValueError, match="samples need a generator"):
        drain(net.read("samples", pictures, pictures.ids))
