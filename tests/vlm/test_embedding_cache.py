"""The embedding cache: what it keeps, what it computes again, and how it survives accidents."""

import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from laser_core.basics.files import default_cache_dir
from laser_core.errors import CacheError, VLMError
from laser_core.progress import drain
from laser_core.vlm.base import VisionLanguageModel
from laser_core.vlm.embed import embed_images
from laser_core.vlm.feature_store import FeatureStore, folder_name
from laser_core.vlm.text_store import embed_texts
from tests import fakes
from tests.vlm.conftest import PicturesInMemory, png

REPOSITORY = Path(__file__).parents[2]


class MeanColour(VisionLanguageModel):
    """A model whose raw feature is a picture's mean colour. Counts what it is asked."""

    kind = "offline"
    name = "mean colour"
    key = text_key = "mean-colour"
    feature_dim = dim = 3
    side, batch, token_limit = 8, 4, 77

    def __init__(self):
        self.pictures_seen = 0
        self.texts_seen = []

    def prepare(self, image):
        return np.asarray(image.resize((8, 8)))

    def features(self, prepared):
        self.pictures_seen += len(prepared)
        return prepared.mean(axis=(1, 2), dtype=np.float32)

    def text_vectors(self, texts):
        self.texts_seen.extend(texts)
        return np.eye(3, dtype=np.float32)[[len(text) % 3 for text in texts]]

    def token_counts(self, texts):
        return np.array([len(text.split()) for text in texts])


@pytest.fixture
def vlm():
    return MeanColour()


def embed(source, vlm, folder):
    return drain(embed_images(source, vlm, folder))


def expected(pictures, ids):
    return fakes.image_features(MeanColour(), [PicturesInMemory.image(pictures, id) for id in ids])


def test_features_come_in_the_order_of_the_ids_in_half_precision(pictures, vlm, tmp_path):
    embedding = embed(pictures, vlm, tmp_path)
    assert embedding.ids.tolist() == [f"p{i}" for i in range(10)]
    assert embedding.features.dtype == np.float16
    np.testing.assert_array_equal(
        embedding.features, expected(pictures, embedding.ids).astype(np.float16)
    )
    assert embedding.computed == 10


def test_the_second_time_nothing_is_decoded_or_computed(pictures, vlm, tmp_path):
    first = embed(pictures, vlm, tmp_path)
    pictures.decoded.clear()
    again = embed(pictures, vlm, tmp_path)
    assert again.computed == 0
    assert pictures.decoded == []
    np.testing.assert_array_equal(again.features, first.features)


def test_only_new_pictures_are_computed_and_land_in_their_place(pictures, vlm, tmp_path):
    embed(pictures.subset(["p2", "p5", "p6"]), vlm, tmp_path)
    whole = embed(pictures, vlm, tmp_path)
    assert whole.computed == 7
    np.testing.assert_array_equal(whole.features, expected(pictures, whole.ids).astype(np.float16))


def test_a_picture_under_another_name_is_known_by_its_content(pictures, vlm, tmp_path):
    embed(pictures, vlm, tmp_path)
    moved = PicturesInMemory({f"elsewhere/{id}": data for id, data in pictures.pictures.items()})
    assert embed(moved, vlm, tmp_path).computed == 0
    assert moved.decoded == []


def test_a_picture_that_changed_under_its_name_is_computed_anew(pictures, vlm, tmp_path):
    embed(pictures, vlm, tmp_path)
    changed = PicturesInMemory(pictures.pictures | {"p3": png(99)})
    changed.stamp = lambda id: f"new stamp of {id}" if id == "p3" else f"stamp of {id}"
    embedding = embed(changed, vlm, tmp_path)
    assert embedding.computed == 1
    np.testing.assert_array_equal(
        embedding.features, expected(changed, embedding.ids).astype(np.float16)
    )


def test_the_same_picture_twice_in_a_pool_is_kept_once(vlm, tmp_path):
    twins = PicturesInMemory({"a": png(1), "b": png(1), "c": png(2)})
    embedding = embed(twins, vlm, tmp_path)
    np.testing.assert_array_equal(embedding.features[0], embedding.features[1])
    assert len(FeatureStore(tmp_path, vlm.key, 3).rows()) == 2


def test_pictures_that_cannot_be_decoded_are_listed_and_left_out(pictures, vlm, tmp_path):
    broken = PicturesInMemory(pictures.pictures | {"p4": b"no picture"})
    embedding = embed(broken, vlm, tmp_path)
    assert "p4" not in embedding.ids
    assert embedding.features.shape == (9, 3)
    assert [skipped.name for skipped in embedding.failed] == ["p4"]
    assert "no picture" in embedding.failed[0].reason


def test_an_empty_source_gives_no_row(vlm, tmp_path):
    embedding = embed(PicturesInMemory({}), vlm, tmp_path)
    assert embedding.features.shape == (0, 3)
    assert embedding.ids.shape == (0,)


def test_models_do_not_share_features(pictures, vlm, tmp_path):
    embed(pictures, vlm, tmp_path)
    other = MeanColour()
    other.key = "mean-colour:v2"
    assert embed(pictures, other, tmp_path).computed == 10


def test_progress_ends_at_all_pictures_with_a_rate(pictures, vlm, tmp_path):
    seen = []
    drain(embed_images(pictures, vlm, tmp_path), seen.append)
    assert [p.done for p in seen] == [0, 4, 8, 10]
    assert all(p.total == 10 for p in seen)
    assert seen[-1].figures["images/s"] > 0
    assert seen[-1].figures["seconds left"] == 0


def test_closed_half_way_it_goes_on_from_there(vlm, tmp_path):
    many = PicturesInMemory({f"p{i}": png(i) for i in range(40)})
    steps = embed_images(many, vlm, tmp_path)
    for _ in range(6):  # the first write comes after four batches of four
        next(steps)
    steps.close()
    embedding = embed(many, vlm, tmp_path)
    assert embedding.computed == 40 - 16
    np.testing.assert_array_equal(
        embedding.features, expected(many, embedding.ids).astype(np.float16)
    )


def test_rows_that_a_killed_process_left_beyond_the_index_are_written_over(pictures, vlm, tmp_path):
    embed(pictures.subset(["p0", "p1"]), vlm, tmp_path)
    with (FeatureStore(tmp_path, vlm.key, 3).folder / "features.bin").open("ab") as file:
        file.write(b"\xff" * 100)
    embedding = embed(pictures, vlm, tmp_path)
    assert embedding.notices == ()
    np.testing.assert_array_equal(
        embedding.features, expected(pictures, embedding.ids).astype(np.float16)
    )


@pytest.mark.parametrize("damage", ["changed", "cut off", "gone"])
def test_damaged_rows_are_noticed_and_computed_anew(pictures, vlm, tmp_path, damage):
    first = np.array(embed(pictures, vlm, tmp_path).features)
    path = FeatureStore(tmp_path, vlm.key, 3).folder / "features.bin"
    data = bytearray(path.read_bytes())
    data[3 * 6] ^= 0xFF  # in row 3
    kept = {"changed": data, "cut off": path.read_bytes()[: 9 * 6 + 2], "gone": b""}[damage]
    path.write_bytes(kept)
    again = embed(pictures, vlm, tmp_path)
    assert again.computed == {"changed": 1, "cut off": 1, "gone": 10}[damage]
    assert "damaged" in again.notices[0]
    np.testing.assert_array_equal(again.features, first)


def test_an_index_that_is_no_database_is_made_anew_with_a_notice(pictures, vlm, tmp_path):
    embed(pictures, vlm, tmp_path)
    path = FeatureStore(tmp_path, vlm.key, 3).folder / "index.sqlite"
    path.write_bytes(b"this is no database " * 1000)
    again = embed(pictures, vlm, tmp_path)
    assert again.computed == 10
    assert "damaged" in again.notices[0]
    np.testing.assert_array_equal(again.features, expected(pictures, again.ids).astype(np.float16))


def test_a_cache_of_another_model_is_refused_and_both_are_named(pictures, vlm, tmp_path):
    embed(pictures, vlm, tmp_path)
    folder = tmp_path / "features"
    (folder / folder_name(vlm.key)).rename(folder / folder_name("other"))
    with pytest.raises(CacheError, match=r"of mean-colour, not of other; delete that folder"):
        FeatureStore(tmp_path, "other", 3)


def test_a_cache_folder_that_cannot_be_made_says_what_to_do(pictures, vlm, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CacheError, match="LASER_CACHE_DIR"):
        embed(pictures, vlm, tmp_path / "file")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from laser_core.errors import CacheError, VLMError
from laser_core.vlm.feature_store import FeatureStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = FeatureStore(Path(sys.argv[1]), "big", 4096)
store.add({"first": [1.0] * 4096}, {})
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))  # as on a disk with no more room
try:
    store.add({f"more {i}": [2.0] * 4096 for i in range(50)}, {})
except CacheError as error:
    assert store.rows() == {"first": 0}, store.rows()
    assert store.forget_damaged([0]) == 0
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes there")
def test_on_a_full_disk_there_is_one_sentence_and_what_was_kept_stays(tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "free some space or set LASER_CACHE_DIR" in child.stdout
    assert FeatureStore(tmp_path, "big", 4096).rows() == {"first": 0}


FILL = """
import sys
from pathlib import Path
from laser_core.progress import drain
from laser_core.vlm.embed import embed_images
from tests.vlm.conftest import PicturesInMemory, png
from tests.vlm.test_embedding_cache import MeanColour
first = int(sys.argv[2])
source = PicturesInMemory({f"p{i}": png(i) for i in range(first, first + 30)})
drain(embed_images(source, MeanColour(), Path(sys.argv[1])))
"""


def test_two_processes_may_fill_it_at_once(vlm, tmp_path):
    both = [
        subprocess.Popen([sys.executable, "-c", FILL, str(tmp_path), str(first)], cwd=REPOSITORY)
        for first in (0, 20)
    ]
    assert [process.wait(300) for process in both] == [0, 0]
    source = PicturesInMemory({f"p{i}": png(i) for i in range(50)})
    embedding = embed(source, vlm, tmp_path)
    assert embedding.computed == 0
    assert embedding.notices == ()
    np.testing.assert_array_equal(
        embedding.features, expected(source, embedding.ids).astype(np.float16)
    )


def test_sentences_are_computed_once_and_come_back_in_order(vlm, tmp_path):
    first = embed_texts(["a", "bb", "a"], vlm, tmp_path)
    again = embed_texts(["bb", "ccc", "a"], vlm, tmp_path)
    assert vlm.texts_seen == ["a", "bb", "ccc"]
    np.testing.assert_array_equal(first, np.eye(3)[[1, 2, 1]])
    np.testing.assert_array_equal(again, np.eye(3)[[2, 0, 1]])
    assert embed_texts([], vlm, tmp_path).shape == (0, 3)


def test_a_damaged_file_of_sentences_is_made_anew(vlm, tmp_path):
    embed_texts(["a"], vlm, tmp_path)
    (path,) = (tmp_path / "texts").glob("*.sqlite")
    path.write_bytes(b"this is no database " * 1000)
    np.testing.assert_array_equal(embed_texts(["a"], vlm, tmp_path), np.eye(3)[[1]])


def test_a_sentence_kept_with_another_length_is_computed_anew(vlm, tmp_path):
    embed_texts(["a"], vlm, tmp_path)
    (path,) = (tmp_path / "texts").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE vectors SET vector = x'00'")
    np.testing.assert_array_equal(embed_texts(["a"], vlm, tmp_path), np.eye(3)[[1]])


def test_the_cache_folder_is_the_users_own_or_the_one_that_is_set(tmp_path, monkeypatch):
    monkeypatch.setenv("LASER_CACHE_DIR", str(tmp_path / "mine"))
    assert default_cache_dir() == tmp_path / "mine"
    monkeypatch.delenv("LASER_CACHE_DIR")
    assert default_cache_dir().name in ("laser-explorer", "Cache")


def test_a_large_photo_is_decoded_at_an_eighth_and_looks_the_same(tmp_path):
    file = io.BytesIO()
    Image.linear_gradient("L").resize((2048, 1536)).convert("RGB").save(file, "JPEG")
    photo = PicturesInMemory({"photo": file.getvalue()})
    small = photo.small_image("photo", 90)  # 1536 / 8 = 192, not below 2 * 90
    assert small.size == (256, 192)
    assert photo.image("photo").size == (2048, 1536)
    both = [np.asarray(p.resize((32, 32), reducing_gap=3.0)) for p in (small, photo.image("photo"))]
    np.testing.assert_allclose(both[0], both[1].astype(int), atol=2)


class Spoiled(MeanColour):
    """A model that gives what it was told to."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def features(self, prepared):
        return super().features(prepared) * self.value

    def text_vectors(self, texts):
        return super().text_vectors(texts) * np.float32(self.value)


@pytest.mark.parametrize("value", [np.nan, 1e9, 0.0])
def test_what_is_no_number_is_told_as_the_models_fault_and_never_kept(tmp_path, pictures, value):
    """F9: any model, pictures and sentences; a sound one starts from an empty cache."""
    spoiled = Spoiled(value)
    for work in (
        lambda: embed(pictures, spoiled, tmp_path),
        lambda: embed_texts(["a cat"], spoiled, tmp_path),
    ):
        with pytest.raises(VLMError, match=r"mean colour gives .* take another checkpoint"):
            work()
    sound = MeanColour()
    assert np.isfinite(embed(pictures, sound, tmp_path).features).all()
    assert embed_texts(["a cat"], sound, tmp_path).any()


def test_rows_without_numbers_that_an_earlier_version_kept_are_computed_anew(
    tmp_path, vlm, pictures
):
    """F9: a cache that a damaged checkpoint has filled."""
    store = FeatureStore(tmp_path, vlm.key, vlm.feature_dim)
    contents = {id: pictures.content_key(id) for id in pictures.ids().tolist()}
    bad = {content: np.array([1, np.nan, 2], np.float32) for content in contents.values()}
    store.add(bad, {pictures.stamp(id): content for id, content in contents.items()})
    found = embed(pictures, vlm, tmp_path)
    assert np.isfinite(found.features).all()
    assert "computed anew" in found.notices[0]
