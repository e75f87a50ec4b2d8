"""The offline model: its networks are the libraries' own, its recipe is the one written down."""

import numpy as np
import pytest
from PIL import Image

from laser_core.basics.arrays import unit_rows
from laser_core.basics.files import save_array
from laser_core.basics.seeding import rng_for
from laser_core.data.sets.demo import DemoSource
from laser_core.errors import CacheError
from laser_core.vlm.base import PoolStatistics
from laser_core.vlm.offline import smoothing
from laser_core.vlm.offline.lite2 import lite2_network, lite2_weights, prepare_pixels, sharpen
from laser_core.vlm.offline.model import OfflineVLM, imagenet_words
from laser_core.vlm.offline.smoothing import NEIGHBOURS, nearest, weighted_means
from tests import fakes

CLASSES = ["banana", "soccer ball", "laptop", "hammer"]


@pytest.fixture(scope="session")
def demo_features(offline):
    """Features and class numbers of 32 demo pictures, eight of each of four classes."""
    source = DemoSource()
    ids = [id for name in CLASSES for id in source.ids() if source.label(id) == name]
    each = [id for start in range(0, len(ids), 90) for id in ids[start : start + 90 : 12]]
    labels = np.array([CLASSES.index(source.label(id)) for id in each])
    return fakes.image_features(offline, [source.image(id) for id in each]), labels


def test_it_recognises_pictures_of_the_demo_from_names_alone(offline, demo_features):
    features, labels = demo_features
    vectors = offline.image_vectors(features, offline.pool_statistics(features))
    texts = offline.text_vectors([f"a photo of a {name}" for name in CLASSES])
    assert ((vectors @ texts.T).argmax(axis=1) == labels).mean() > 0.9
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1.0, atol=1e-5)


def test_sentences_for_the_map_lie_nearer_to_their_pictures(offline, demo_features):
    features, labels = demo_features
    vectors = offline.image_vectors(features, offline.pool_statistics(features))
    captions = [f"a photo of a {name}" for name in CLASSES]
    own = [
        (vectors * texts[labels]).sum(axis=1).mean()
        for texts in (offline.text_vectors(captions), offline.map_text_vectors(captions, vectors))
    ]
    assert own[1] > own[0] + 0.05


def test_openvino_and_timm_give_the_same_features(offline, vlm_cache):
    pixels = rng_for(0).integers(0, 256, (3, 160, 160, 3), dtype=np.uint8)
    by_timm = lite2_network(lite2_weights(vlm_cache / "offline"), "torch")(pixels)
    np.testing.assert_allclose(offline.features(pixels), by_timm, atol=1e-4)


def test_a_picture_has_the_same_features_in_any_company(offline):
    images = [
        Image.fromarray(rng_for(i).integers(0, 256, (9 + i, 40, 3), dtype=np.uint8))
        for i in range(11)
    ]
    together = fakes.image_features(offline, images)
    alone = np.concatenate([fakes.image_features(offline, [image]) for image in images[::5]])
    np.testing.assert_allclose(together[::5], alone, atol=1e-6)


def test_no_picture_and_no_text_give_no_row(offline):
    assert fakes.image_features(offline, []).shape == (0, 1280)
    assert offline.features(np.empty((0, 160, 160, 3), dtype=np.uint8)).shape == (0, 1280)
    assert offline.text_vectors([]).shape == (0, 1280)


def test_pictures_become_squares_whatever_their_size():
    for size in [(1, 1), (500, 3), (32, 32), (160, 160), (3000, 2000)]:
        assert prepare_pixels(Image.new("RGB", size, "red")).shape == (160, 160, 3)


def test_sharpening_adds_half_of_what_a_blur_takes_away():
    spot = np.zeros((3, 3, 3), dtype=np.uint8)
    spot[1, 1] = 100
    # blurred, the middle has 100 * 4/16 = 25: 100 + 0.5 * (100 - 25) = 137.5, rounded to even
    assert sharpen(spot)[1, 1].tolist() == [138, 138, 138]
    assert sharpen(spot)[0, 0].tolist() == [0, 0, 0]  # below black is black
    flat = np.full((5, 4, 3), 77, dtype=np.uint8)
    np.testing.assert_array_equal(sharpen(flat), flat)


def test_only_small_pictures_are_sharpened():
    noise = Image.fromarray(rng_for(1).integers(0, 256, (96, 96, 3), dtype=np.uint8))
    plain = np.asarray(noise.resize((160, 160), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(prepare_pixels(noise), plain)
    assert not np.array_equal(
        prepare_pixels(noise.crop((0, 0, 95, 96))),
        np.asarray(noise.crop((0, 0, 95, 96)).resize((160, 160), Image.Resampling.BICUBIC)),
    )


def test_image_vectors_are_centred_on_the_pool_and_not_on_the_batch(offline):
    pool = np.array([[2.0] * 1280, [4.0] * 1280], dtype=np.float16)
    statistics = offline.pool_statistics(pool)
    np.testing.assert_allclose(statistics.mean, 3.0)
    np.testing.assert_allclose(
        offline.image_vectors(pool[1:], statistics), np.full((1, 1280), 1280**-0.5), rtol=1e-5
    )


def test_image_vectors_without_a_mean_are_refused(offline):
    with pytest.raises(ValueError, match="pool_statistics"):
        offline.image_vectors(np.ones((1, 1280)), PoolStatistics())
    with pytest.raises(ValueError, match="at least one picture"):
        offline.pool_statistics(np.empty((0, 1280)))


def smoothed(vectors, neighbours=NEIGHBOURS):
    """Each picture and its nearest ones, weighted by cosine: what the model keeps of a pool."""
    return weighted_means(vectors, nearest(vectors, min(neighbours + 1, len(vectors))))


def test_smoothing_is_the_mean_of_neighbours_weighted_by_cosine():
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [-1.0, 0.0]], dtype=np.float32)
    # of picture 0, one neighbour: 1 * (1, 0) + 0.6 * (0.6, 0.8) = (1.36, 0.48)
    expected = np.array([1.36, 0.48]) / np.hypot(1.36, 0.48)
    np.testing.assert_allclose(smoothed(vectors, neighbours=1)[0], expected, rtol=1e-5)
    # opposite pictures have no weight, however few there are
    np.testing.assert_allclose(smoothed(vectors, neighbours=9)[2], [-1.0, 0.0], atol=1e-6)


def test_smoothing_finds_the_same_neighbours_as_comparing_all_pairs(monkeypatch):
    rng = rng_for(3)
    clusters = rng.normal(size=(200, 160)).astype(np.float32)
    noise = 0.3 * rng.normal(size=(2000, 160)).astype(np.float32)
    vectors = unit_rows(np.repeat(clusters, 10, axis=0) + noise)
    cosines = vectors @ vectors.T
    near = np.argsort(-cosines, axis=1)[:, :6]
    weights = np.take_along_axis(cosines, near, axis=1)
    expected = unit_rows(np.einsum("nk,nkd->nd", weights, vectors[near]))
    np.testing.assert_allclose(smoothed(vectors, 5), expected, atol=1e-5)
    monkeypatch.setattr(smoothing, "EXACT_UP_TO", 1000)  # the way that larger pools go
    agreement = (smoothed(vectors, 5) * expected).sum(axis=1)
    assert agreement.mean() > 0.999


def test_in_a_large_pool_each_picture_is_compared_with_a_bounded_number(monkeypatch):
    """F12: comparing all pairs of 100,000 pictures took five minutes."""
    monkeypatch.setattr(smoothing, "PAIRS_UP_TO", 500)
    monkeypatch.setattr(smoothing, "CELL", 10)
    monkeypatch.setattr(smoothing, "NEAR", 300)
    rng = rng_for(3)
    kinds = np.repeat(rng.normal(size=(20, 160)), 100, axis=0)  # each with 6 ways to look
    looks = np.einsum("nk,kd->nd", rng.normal(size=(2000, 6)), rng.normal(size=(6, 160)))
    vectors = unit_rows(kinds + looks + 0.1 * rng.normal(size=(2000, 160))).astype(np.float32)
    exact = np.argsort(-vectors @ vectors.T, axis=1)[:, :6]
    found = smoothing.nearest(vectors, 6)
    hits = [len(set(a) & set(b)) for a, b in zip(exact.tolist(), found.tolist(), strict=True)]
    assert sum(hits) / (6 * 2000) > 0.95
    np.testing.assert_array_equal(found, smoothing.nearest(vectors, 6))
    alike = np.repeat(vectors[:1], 2000, axis=0)
    for pool in (vectors, alike):
        cells, centres = smoothing._cells(pool, 0)
        sizes = [len(smoothing._around(place, cells, centres)) for place in range(len(cells))]
        assert max(sizes) < 300 + 2 * 10
        assert sorted(np.concatenate(cells).tolist()) == list(range(2000))  # nobody is left out
    assert smoothing.nearest(alike, 6).shape == (2000, 6)


def test_the_names_are_the_1000_of_imagenet_without_examples_in_their_glosses():
    words = imagenet_words()
    assert len(words) == 1000
    assert words[0][0][:2] == ["tench", "Tinca tinca"]
    assert all(names and gloss and '; "' not in gloss for names, gloss in words)


def test_a_second_start_needs_no_torch_and_gives_the_same(offline, vlm_cache):
    first = offline.text_vectors(["a cat"])
    again = OfflineVLM(vlm_cache)
    np.testing.assert_array_equal(again.text_vectors(["a cat"]), first)
    assert again.key == offline.key


def test_a_damaged_copy_of_the_weights_is_made_again(offline, vlm_cache, tmp_path):
    folder = tmp_path / "copy"
    good = lite2_weights(vlm_cache / "offline")
    (kept,) = (vlm_cache / "offline").glob("*.npz")
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 0xFF
    folder.mkdir()
    (folder / kept.name).write_bytes(data)
    np.testing.assert_array_equal(lite2_weights(folder)["_fc.weight"], good["_fc.weight"])
    assert (folder / kept.name).read_bytes() == kept.read_bytes()


def test_a_cache_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CacheError, match="LASER_CACHE_DIR"):
        save_array(tmp_path / "file" / "x.npy", np.zeros(1))


def test_the_pools_neighbours_are_kept_and_give_the_same_vectors(offline, vlm_cache):
    vectors = unit_rows(rng_for(4).normal(size=(30, 1280)).astype(np.float32))
    first = offline.pool_vectors(vectors)
    np.testing.assert_allclose(first, smoothed(vectors), atol=1e-6)
    np.testing.assert_array_equal(OfflineVLM(vlm_cache).pool_vectors(vectors), first)
    assert offline.pool_vectors(vectors[:0]).shape == (0, 1280)


def test_a_picture_outside_the_pool_is_seen_with_its_ten_nearest_in_it(offline):
    rows = unit_rows(rng_for(4).normal(size=(30, offline.dim)).astype(np.float32))
    outside, pool = rows[:3], rows[3:]
    near = np.argsort(-(outside @ pool.T), axis=1)[:, :NEIGHBOURS]
    weights = np.maximum(np.take_along_axis(outside @ pool.T, near, axis=1), 0.0)
    wanted = unit_rows(outside + np.einsum("mk,mkd->md", weights, pool[near]))
    np.testing.assert_allclose(offline.vectors_among(outside, pool), wanted, atol=1e-5)
