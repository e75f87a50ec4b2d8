"""The classifier that starts from the text: softmax(a z_c + w x + b)."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.errors import StoreError
from laser_core.nets.anchor import Anchor, text_anchor
from laser_core.nets.head import INVERSE_PENALTY, Head, fit_anchored, text_alone
from laser_core.nets.objectives import CLASSIFIER
from laser_core.nets.resnet import ResNet18
from laser_core.nets.weights import write_weights
from laser_core.progress import drain
from laser_core.scores import temperature_probabilities
from tests.nets.test_head import Vectors, clouds, logits_of


def test_z_is_a_class_s_mean_cosine_at_mean_0_and_deviation_1_over_the_pool():
    pool = Vectors([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.8, 0.6]])
    sentences = [np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])]
    cosines = np.array([[0.5, 0.5, 0.7, 0.7], [1.0, 0.0, 0.6, 0.8]])  # means over each class's own
    z = (cosines - cosines.mean(axis=1, keepdims=True)) / cosines.std(axis=1, keepdims=True)
    made = text_anchor(sentences, pool, pool.ids)
    np.testing.assert_allclose(made.logits(pool.rows), z.T, atol=1e-5)
    np.testing.assert_allclose(made.times(0.5).logits(pool.rows), 0.5 * z.T, atol=1e-5)


def test_a_class_without_a_sentence_is_said_nothing_of():
    pool = Vectors([[1.0, 0.0], [0.0, 1.0]])
    made = text_anchor([np.array([[1.0, 0.0]]), np.empty((0, 0))], pool, pool.ids)
    np.testing.assert_array_equal(made.logits(pool.rows)[:, 1], [0.0, 0.0])


def test_a_pool_of_one_picture_is_no_error():
    pool = Vectors([[1.0, 0.0]])
    made = text_anchor([np.array([[1.0, 0.0]])], pool, pool.ids)
    np.testing.assert_array_equal(made.logits(pool.rows), [[0.0]])


def an_anchor(seed=5, classes=3):
    rng = rng_for(seed, "anchor")
    return Anchor(
        rng.normal(size=(classes, 8)).astype(np.float32),
        rng.normal(size=classes).astype(np.float32),
    )


def test_the_fit_minimises_the_cross_entropy_of_offset_and_learned_logits():
    """At the minimum the loss's slope, written out here anew, is 0."""
    pictures, labels = clouds()
    offset = an_anchor().logits(pictures.rows).astype(float)
    weights, bias = fit_anchored(pictures.rows, labels, offset)
    centre = pictures.rows.mean(axis=0)
    scale = 1.0 / np.sqrt(((pictures.rows - centre) ** 2).mean())
    inputs = np.c_[(pictures.rows - centre) * scale, np.ones(len(labels))]
    slopes = np.c_[weights / scale, bias + weights @ centre]
    chances = temperature_probabilities(offset + inputs @ slopes.T, 1.0)
    shrink = 1.0 / (INVERSE_PENALTY * np.sqrt(len(labels)))
    slope = (chances - np.eye(3)[labels]).T @ inputs / len(labels) + shrink * slopes
    np.testing.assert_allclose(slope, 0.0, atol=2e-3)
    assert np.abs(slopes[:, -1]).max() > 1e-4  # the bias is learned, and shrunk, too


def test_without_evidence_the_text_stands():
    # both classes have the very same two pictures: nothing can be learned but the even shares
    pictures = Vectors([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    offset = np.tile([0.4, -0.4], (4, 1))
    weights, bias = fit_anchored(pictures.rows, np.array([0, 0, 1, 1]), offset)
    np.testing.assert_allclose(weights[0], weights[1], atol=1e-3)
    assert bias[0] < 0 < bias[1]  # towards even shares, held back by the penalty


def test_a_class_without_a_label_is_predicted_from_its_text():
    pictures, labels = clouds(classes=3)
    anchor = Anchor(4.0 * np.eye(3, 8, dtype=np.float32), np.zeros(3, np.float32))
    seen = labels < 2
    steps = Head().train(
        CLASSIFIER, pictures, pictures.ids[seen], labels[seen], 3, rng_for(0), anchor=anchor
    )
    logits = logits_of(drain(steps), pictures)
    assert np.isfinite(logits).all()
    assert (logits[~seen].argmax(axis=1) == 2).mean() > 0.95


def test_one_label_is_enough_and_none_is_the_text_alone():
    pictures, labels = clouds()
    anchor = an_anchor()
    net = drain(
        Head().train(
            CLASSIFIER, pictures, pictures.ids[:1], labels[:1], 3, rng_for(0), anchor=anchor
        )
    )
    assert np.isfinite(logits_of(net, pictures)).all()
    alone = logits_of(text_alone(anchor), pictures)
    np.testing.assert_allclose(alone, anchor.logits(pictures.rows), atol=1e-6)


def test_the_parts_add_up_to_the_logits():
    pictures, labels = clouds()
    net = drain(
        Head().train(CLASSIFIER, pictures, pictures.ids, labels, 3, rng_for(0), anchor=an_anchor())
    )
    parts = net.parts(pictures.rows)
    np.testing.assert_allclose(
        parts.text + parts.learned + parts.bias, logits_of(net, pictures), atol=1e-5
    )


def test_a_saved_net_remembers_its_text(tmp_path):
    pictures, labels = clouds()
    net = drain(
        Head().train(CLASSIFIER, pictures, pictures.ids, labels, 3, rng_for(0), anchor=an_anchor())
    )
    net.save(tmp_path / "classifier.safetensors")
    loaded = Head().load(tmp_path / "classifier.safetensors", CLASSIFIER)
    np.testing.assert_array_equal(logits_of(loaded, pictures), logits_of(net, pictures))
    np.testing.assert_array_equal(loaded.anchor.weights, net.anchor.weights)


def test_a_text_part_of_other_classes_is_an_error_that_says_what_to_do(tmp_path):
    tensors = {
        "weights": np.zeros((3, 8), np.float32), "bias": np.zeros(3, np.float32),
        "text_weights": np.zeros((2, 8), np.float32), "text_bias": np.zeros(2, np.float32),
    }  # fmt: skip
    write_weights(tmp_path / "classifier.safetensors", "head", tensors)
    with pytest.raises(StoreError, match="text part does not belong.*delete it"):
        Head().load(tmp_path / "classifier.safetensors", CLASSIFIER)


def test_resnet18_has_no_such_thing():
    pictures, labels = clouds()
    with pytest.raises(ValueError, match="cannot start from the text"):
        drain(
            ResNet18(1).train(
                CLASSIFIER, pictures, pictures.ids, labels, 3, rng_for(0), anchor=an_anchor()
            )
        )
