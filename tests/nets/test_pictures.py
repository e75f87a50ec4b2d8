"""The images of a run: by id, in any order, decoded once."""

from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from laser_core.data.base import ImageSource, Item
from laser_core.errors import CacheError, PoolError
from laser_core.nets.pictures import RunPictures
from laser_core.progress import drain

N = 600  # more than two steps of decoding


class PaintedSource(ImageSource):
    """Picture i is 12 x 6 pixels of the grey value i % 256; counts how often it is asked."""

    def __init__(self, n: int = N, shift: int = 0) -> None:
        super().__init__("painted", [Item(f"grey/{i:03d}.png", None, "pool") for i in range(n)])
        self.shift = shift
        self.decoded = 0

    def content_key(self, id: str) -> str:
        return f"{self._value(id)}"

    def image(self, id: str) -> Image.Image:
        self.decoded += 1
        return Image.new("RGB", (12, 6), (self._value(id),) * 3)

    def _value(self, id: str) -> int:
        return (self._row[id] + self.shift) % 256


def pictures_of(source, folder):
    vectors = np.arange(2 * len(source), dtype=np.float32).reshape(-1, 2)  # row i is 2i, 2i + 1
    return RunPictures(source, source.ids(), vectors, folder)


@pytest.fixture
def source():
    return PaintedSource()


@pytest.fixture
def pictures(source, tmp_path):
    return pictures_of(source, tmp_path)


def test_vectors_come_in_the_order_they_are_asked_for(source, pictures):
    ids = source.ids()[[7, 2, 7]]
    np.testing.assert_array_equal(pictures.vectors(ids), [[14, 15], [4, 5], [14, 15]])


def test_neighbouring_vectors_are_lent_not_copied(source, pictures):
    whole = pictures.vectors(source.ids())
    assert np.shares_memory(whole, pictures.vectors(source.ids()[10:20]))
    np.testing.assert_array_equal(pictures.vectors(source.ids()[10:12]), [[20, 21], [22, 23]])


def test_nobody_can_change_a_run_s_vectors_or_pixels(source, pictures):
    for some in (source.ids()[:3], source.ids()[[5, 1]]):
        with pytest.raises(ValueError, match="read-only"):
            pictures.vectors(some)[0] = 0.0
        with pytest.raises(ValueError, match="read-only"):
            pictures.pixels(some, 4)[0] = 0


def test_no_ids_give_no_rows(source, pictures):
    assert pictures.vectors(source.ids()[:0]).shape == (0, 2)
    assert pictures.pixels(source.ids()[:0], 4).shape == (0, 4, 4, 3)


def test_an_id_of_another_run_is_named(pictures):
    with pytest.raises(ValueError, match="'elsewhere.png' is no image of this run"):
        pictures.vectors(np.array(["elsewhere.png"]))


def test_ids_without_a_vector_are_refused(source, tmp_path):
    with pytest.raises(ValueError, match=r"600 ids \(600 different ones\) and 599 vectors"):
        RunPictures(source, source.ids(), np.zeros((N - 1, 2), np.float32), tmp_path)


def test_pixels_are_the_pictures_made_square(source, pictures):
    pixels = pictures.pixels(source.ids()[[300, 4]], 8)
    assert pixels.shape == (2, 8, 8, 3)
    assert pixels.dtype == np.uint8
    assert (pixels[0] == 300 % 256).all()
    assert (pixels[1] == 4).all()


def test_a_picture_is_decoded_once_for_a_size_also_after_a_restart(source, pictures, tmp_path):
    pictures.pixels(source.ids()[:5], 8)
    pictures.pixels(source.ids()[5:9], 8)
    pictures_of(source, tmp_path).pixels(source.ids(), 8)
    assert source.decoded == N


def test_pixels_stay_on_the_disk(source, pictures, tmp_path):
    pixels = pictures.pixels(source.ids(), 8)
    base = pixels
    while not isinstance(base, np.memmap):
        base = base.base
    assert [path.suffix for path in (tmp_path / "pixels").glob("*.npy")] == [".npy"]


def test_other_pictures_under_the_same_names_are_decoded_anew(pictures, source, tmp_path):
    pictures.pixels(source.ids(), 8)
    changed = PaintedSource(shift=1)
    assert (pictures_of(changed, tmp_path).pixels(changed.ids()[:1], 8) == 1).all()


def test_preparing_reports_every_step_up_to_the_last_picture(pictures):
    reports = []
    drain(pictures.prepare_pixels(4), reports.append)
    assert [r.done for r in reports] == [0, 256, 512, 600]
    assert {r.total for r in reports} == {N}
    assert reports[-1].figures["images/s"] > 0


def test_preparing_twice_does_nothing_the_second_time(pictures):
    drain(pictures.prepare_pixels(4))
    assert list(pictures.prepare_pixels(4)) == []


def test_stopped_half_way_it_leaves_nothing_behind(source, pictures, tmp_path):
    with closing(pictures.prepare_pixels(4)) as steps:
        next(steps)
        next(steps)
    assert {path.suffix for path in (tmp_path / "pixels").iterdir()} <= {".lock"}
    assert (pictures.pixels(source.ids()[:1], 4) == 0).all()


def test_a_second_process_waits_while_the_first_decodes(source, tmp_path):
    with closing(pictures_of(source, tmp_path).prepare_pixels(4)) as first:
        next(first)
        with closing(pictures_of(source, tmp_path).prepare_pixels(4)) as second:
            assert next(second).stage.startswith("waiting for another process")


@pytest.mark.parametrize("rest", [b"", b"cut off", b"\x93NUMPY\x01\x00v\x00{'descr'"])
def test_a_damaged_file_is_made_again(source, pictures, tmp_path, rest):
    pictures.pixels(source.ids(), 4)
    (path,) = (tmp_path / "pixels").glob("*.npy")
    pictures._pixels.clear()  # as after a restart
    path.write_bytes(rest)
    assert (pictures.pixels(source.ids()[:1], 4) == 0).all()


def test_a_picture_that_cannot_be_decoded_is_named_and_nothing_is_kept(tmp_path):
    class Broken(PaintedSource):
        def image(self, id):
            if id == "grey/007.png":
                raise PoolError(f"{id}: cannot be decoded")
            return super().image(id)

    source = Broken(20)
    with pytest.raises(PoolError, match=r"grey/007\.png: cannot be decoded"):
        pictures_of(source, tmp_path).pixels(source.ids(), 4)
    assert list((tmp_path / "pixels").glob("*.npy")) == []


def test_a_folder_that_cannot_be_written_is_an_error_that_says_what_to_do(source, tmp_path):
    (tmp_path / "pixels").write_text("a file where the folder should be")
    with pytest.raises(CacheError, match="choose another cache folder"):
        pictures_of(source, tmp_path).pixels(source.ids(), 4)


def test_the_side_is_that_of_the_usual_picture(pictures):
    assert pictures.side == 6


def test_a_run_of_one_picture_has_a_side(tmp_path):
    assert pictures_of(PaintedSource(1), tmp_path).side == 6


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [1, 3], [3, 0, 2]])
def test_vectors_in_half_precision_come_widened_and_in_the_order_asked_for(tmp_path, order):
    np.save(tmp_path / "v.npy", np.arange(8).reshape(4, 2).astype(np.float16))
    source = PaintedSource(4)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    pictures = RunPictures(source, source.ids(), mapped, tmp_path)
    found = pictures.vectors(source.ids()[order])
    assert found.dtype == np.float32
    assert found.tolist() == np.arange(8).reshape(4, 2)[order].tolist()
