"""What a picture becomes when it is decoded, and the order of names."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from pool_pictures import encoded, turned_jpeg

from laser_core.data import base
from laser_core.data.base import ImageSource, Item, natural_order
from laser_core.data.pictures.decode import MAX_PIXELS, decode
from laser_core.errors import PoolError


def saved(picture: Image.Image, kind: str, **save) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **save)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"])
def test_every_allowed_format_becomes_rgb(kind):
    picture = decode(encoded("red", kind=kind), "a")
    assert (picture.mode, picture.size) == ("RGB", (8, 6))
    np.testing.assert_allclose(np.asarray(picture)[0, 0], [255, 0, 0], atol=4)


def test_a_picture_is_turned_as_its_exif_says():
    assert decode(turned_jpeg(), "a").size == (6, 8)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")  # as base.py itself asks
def test_a_damaged_exif_note_does_not_cost_the_picture():
    broken = b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12"
    assert decode(encoded(kind="JPEG", exif=broken), "a").size == (8, 6)


def test_cmyk_becomes_rgb():
    cyan = Image.new("CMYK", (8, 6), (255, 0, 0, 0))
    red, green, blue = decode(saved(cyan, "JPEG"), "a").getpixel((0, 0))
    assert red < 40 < 200 < min(green, blue)


def test_transparent_parts_become_white_not_the_colour_under_them():
    clear_black = Image.new("RGBA", (8, 6), (0, 0, 0, 0))
    assert decode(saved(clear_black, "PNG"), "a").getpixel((0, 0)) == (255, 255, 255)


def test_a_palette_with_transparency_becomes_white_where_it_is_clear():
    palette = Image.new("P", (8, 6), 0)
    palette.putpalette([255, 0, 0, 0, 255, 0])
    palette.putpixel((1, 0), 1)
    picture = decode(saved(palette, "PNG", transparency=bytes([0, 255])), "a")
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    assert picture.getpixel((1, 0)) == (0, 255, 0)


def test_16_bit_grey_is_scaled_not_clipped():
    grey = Image.fromarray(np.array([[0, 257, 32896, 65535]], dtype=np.uint16))
    picture = np.asarray(decode(saved(grey, "PNG"), "a"))
    assert picture[0, :, 0].tolist() == [0, 1, 128, 255]  # 65535 / 255 = 257


def test_float_grey_without_a_range_of_its_own_is_scaled_from_its_least_to_its_greatest():
    grey = Image.fromarray(np.array([[-1.0, 0.0, 1.0]], dtype=np.float32))
    picture = np.asarray(decode(saved(grey, "TIFF"), "a"))
    assert picture[0, :, 0].tolist() == [0, 128, 255]


def test_an_animation_shows_its_first_picture():
    red, blue = (Image.new("RGB", (8, 6), colour) for colour in ("red", "blue"))
    data = saved(red, "GIF", save_all=True, append_images=[blue])
    assert decode(data, "a").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    "data",
    [b"", b"just text", encoded(kind="JPEG", size=(64, 64))[:-200], encoded()[:40]],
    ids=["empty", "text", "cut JPEG", "cut PNG"],
)
def test_what_cannot_be_decoded_is_one_sentence_with_the_name_and_what_to_do(data):
    with pytest.raises(PoolError, match=r"^cat/1\.jpg: .*; leave it out$") as error:
        decode(data, "cat/1.jpg")
    assert "0x" not in str(error.value)  # no object's address


def test_too_many_pixels_are_refused_before_they_take_memory():
    header = encoded(kind="BMP", size=(1, 1))
    wide = (20_000).to_bytes(4, "little")
    huge = header[:18] + wide + wide + header[26:]  # a BMP's width and height: 400 million pixels
    with pytest.raises(PoolError, match="more than the 100,000,000 pixels allowed; leave it out"):
        decode(huge, "a")
    a_little = header[:18] + wide + (6_000).to_bytes(4, "little") + header[26:]  # 120 million
    with pytest.raises(PoolError, match="more than the 100,000,000 pixels allowed; leave it out"):
        decode(a_little, "a")
    assert MAX_PIXELS == 100_000_000


def test_a_format_that_starts_other_programs_is_not_read():
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 6\n%%EndComments\n"
    with pytest.raises(PoolError, match="what is in it is no picture"):
        decode(postscript, "a.png")


def test_names_with_numbers_are_ordered_as_a_person_counts():
    names = ["class 10", "Class 9", "class 9b", "n02", "n1", "b", "10", "2", "A"]
    assert sorted(names, key=natural_order) == [
        "2", "10", "A", "b", "Class 9", "class 9b", "class 10", "n1", "n02",
    ]  # fmt: skip


def test_the_order_of_names_does_not_depend_on_the_order_they_came_in():
    names = ["n2", "n02", "N2", "", "7", "a7", "a", "1" * 5000]
    backwards = list(reversed(names))
    assert sorted(names, key=natural_order) == sorted(backwards, key=natural_order)


class Named(ImageSource):
    def content_key(self, id):
        return id

    def image(self, id):
        return Image.new("RGB", (1, 1))


def test_classes_follow_the_sets_own_order_and_then_the_natural_one():
    items = [Item(str(n), label, "pool") for n, label in enumerate(["b", "c", "a", "z10", "z9"])]
    source = Named("set", items, class_order=["c", "b", "never seen"])
    assert source.classes() == ["c", "b", "a", "z9", "z10"]
    assert source.subset(["0", "1"]).classes() == ["c", "b"]


def test_a_subset_keeps_notes_and_adds_to_the_skipped():
    source = Named("set", [Item("1", None, "pool"), Item("2", None, "pool")], notes=["a note"])
    left = source.subset(["2"], skipped=[base.Skipped("1", "broken")])
    assert (left.notes, left.skipped) == (("a note",), (base.Skipped("1", "broken"),))
    assert left.ids().tolist() == ["2"]


def test_an_id_for_two_pictures_is_refused():
    with pytest.raises(PoolError, match="the id '1' stands for more than one picture"):
        Named("set", [Item("1", "a", "pool"), Item("1", "b", "pool")])
