"""Example pictures beside sentences: what they do to Eq. (1), and what is refused."""

import numpy as np
import pytest

from laser_core.errors import ConfigError
from laser_core.experiment.text_classifier import class_sentences
from laser_core.texts.cosines import Cosines, text_cosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.edits import Edit, apply_edit, with_sentences
from laser_core.texts.examples import MOST, example, picture_of, text_rows, with_example
from laser_core.texts.lint import sentence_remarks

IDS = ["cat 1", "cat 2", "cat 3", "pillow 1", "pillow 2", "pillow 3", "car 1", "car 2", "car 3"]
PLACES = {id: row for row, id in enumerate(IDS)}
# What the words say (first number), what makes a cat, a pillow, a car. The words like pillows best.
VECTORS = np.array(
    [[0.80, 0.60, 0.00, 0.0]] * 3 + [[0.90, 0.00, 0.436, 0.0]] * 3 + [[0.0, 0.0, 0.0, 1.0]] * 3,
    dtype=np.float32,
)
WORDS = Descriptions((ClassText("cat", ("a photo of a cat",)),))


def encode(texts):
    return np.array([[1.0, 0.0, 0.0, 0.0]] * len(texts), dtype=np.float32)


def first_batch(descriptions, size=3):
    """The ids of highest S_vlm, as Eq. (1) with these descriptions has them."""
    cosines = Cosines(VECTORS, encode, places=PLACES)
    s_vlm = text_cosines(cosines, descriptions).score()
    return [IDS[row] for row in np.argsort(-s_vlm, kind="stable")[:size]]


def marked(*ids, alike, texts=WORDS):
    for id in ids:
        texts, _ = with_example(texts, "cat", id, alike, IDS)
    return texts


def test_two_pictures_marked_as_not_like_this_remove_a_class_of_errors_from_the_first_batch():
    assert first_batch(WORDS) == ["pillow 1", "pillow 2", "pillow 3"]
    assert first_batch(marked("pillow 1", "pillow 2", alike=False)) == ["cat 1", "cat 2", "cat 3"]


def test_a_picture_marked_as_like_this_brings_those_that_look_like_it():
    assert set(first_batch(marked("cat 2", alike=True), 2)) == {"cat 1", "cat 3"}


def test_a_mark_does_not_ask_for_the_picture_itself():
    """Of three equal cats the marked one stands where the words alone have it."""
    cosines = Cosines(VECTORS, encode, places=PLACES)
    s_vlm = text_cosines(cosines, marked("cat 2", alike=True)).score()
    assert s_vlm[PLACES["cat 2"]] == pytest.approx(0.8)
    assert s_vlm[PLACES["cat 1"]] == s_vlm[PLACES["cat 3"]] > 0.9


def test_rows_are_cosines_less_the_pools_mean_at_least_0_with_the_others_mean_at_the_own_place():
    row = text_rows([example("cat 1")], encode, VECTORS, PLACES)[0]
    centred = VECTORS - VECTORS.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    expected = np.maximum(centred @ centred[0], 0.0)
    expected[0] = expected[1:].mean()
    np.testing.assert_allclose(row, expected, atol=1e-6)


def test_sentences_and_examples_keep_their_order():
    rows = text_rows(["a", example("car 1"), "b"], encode, VECTORS, PLACES)
    np.testing.assert_array_equal(rows[0], VECTORS[:, 0])
    np.testing.assert_array_equal(rows[2], VECTORS[:, 0])
    assert rows[1].argmax() == PLACES["car 2"]


def test_a_line_of_that_form_that_names_no_picture_is_read_as_words():
    """A language model may write brackets."""
    rows = text_rows(["[picture of a cat]"], encode, VECTORS, PLACES)
    np.testing.assert_array_equal(rows[0], VECTORS[:, 0])


def test_an_examples_vector_is_the_pictures_own():
    cosines = Cosines(VECTORS, encode, places=PLACES)
    found = cosines.text_vectors(["a photo of a cat", example("car 1")])
    np.testing.assert_array_equal(found, [[1.0, 0.0, 0.0, 0.0], VECTORS[PLACES["car 1"]]])


def test_like_and_unlike_stand_in_lists_of_their_own_and_say_what_was_done():
    texts, said = with_example(WORDS, "cat", "pillow 1", False, IDS)
    assert said == "pillow 1 marked as unlike cat"
    assert texts.confusers == (ClassText("unlike cat", ("[picture pillow 1]",), "person"),)
    texts, said = with_example(texts, "cat", "cat 1", True, IDS)
    assert said == "cat 1 marked as like cat"
    assert texts.relevant[0].sentences == ("a photo of a cat", "[picture cat 1]")
    assert picture_of(texts.relevant[0].sentences[1]) == "cat 1"


@pytest.mark.parametrize(
    ("name", "id", "alike", "said"),
    [
        ("dog", "cat 1", True, "there is no relevant class 'dog' any more"),
        ("cat", "cat 9", True, "'cat 9' is no picture of this run"),
        ("cat", "cat 1", True, "'cat 1' is marked as like 'cat' already"),
        ("cat", "cat 1", False, "'cat 1' is marked as like 'cat' already"),
        ("cat", "car 1", True, "'car 1' is marked as unlike 'cat' already"),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused(name, id, alike, said):
    texts = marked("car 1", alike=False, texts=marked("cat 1", alike=True))
    with pytest.raises(ConfigError, match=said):
        with_example(texts, name, id, alike, IDS)


@pytest.mark.parametrize("alike", [True, False])
def test_a_sixth_picture_is_refused(alike):
    texts = marked(*IDS[:MOST], alike=alike)
    with pytest.raises(ConfigError, match=f"has {MOST} example pictures, which is the most"):
        with_example(texts, "cat", IDS[MOST], alike, IDS)


def test_the_classifiers_start_from_the_text_reads_words_alone():
    assert class_sentences(marked("cat 1", alike=True), ["cat"]) == (("a photo of a cat",),)


def test_a_reply_with_new_sentences_keeps_the_examples():
    after = with_sentences(marked("cat 1", alike=True), {"cat": ["a tabby"]})
    assert after.relevant[0].sentences == ("a tabby", "[picture cat 1]")


def test_a_confuser_that_is_renamed_keeps_its_pictures():
    """The id has the class's name in it."""
    texts = marked("pillow 1", alike=False)
    after, _ = apply_edit(texts, Edit("rename", "confusers", "unlike cat", new="pillow"))
    after, _ = apply_edit(after, Edit("rename", "confusers", "pillow", new="cushion"))
    assert after.confusers[0].sentences == ("[picture pillow 1]",)


def test_an_example_is_deleted_like_a_sentence_and_none_can_be_typed():
    texts = marked("cat 1", alike=True)
    line = example("cat 1")
    after, _ = apply_edit(texts, Edit("change sentence", "relevant", "cat", line, ""))
    assert after == WORDS
    with pytest.raises(ConfigError, match="is how an example picture is written"):
        apply_edit(WORDS, Edit("add sentence", "relevant", "cat", new=line))


def test_an_example_gets_no_remark_about_words():
    texts = marked("cat 1", alike=False)
    assert sentence_remarks(texts, {}) == {}


def test_vectors_in_half_precision_give_the_rows_of_the_same_numbers_widened():
    half = VECTORS.astype(np.float16)
    texts = ["a", example("car 1")]
    assert np.array_equal(
        text_rows(texts, encode, half, PLACES),
        text_rows(texts, encode, half.astype(np.float32), PLACES),
    )
