"""What only describes a picture never costs it, and its orientation counts where it can be read."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from picture_parts import (
    SIZE,
    chunk,
    exif,
    left_and_right,
    picture,
    tiff,
    with_chunk,
    with_riff_chunk,
    with_segment,
)
from PIL import Image, ImageOps

from laser_core.data.pictures.decode import decode
from laser_core.data.pictures.file_kinds import FORMATS
from laser_core.data.pictures.strip import exif_turn, strip_picture

MARK = b"Exif\0\0"
BIG = b"\xff\xff\xff\xff"
ODD_TAGS = {
    "an offset beyond the end": (282, 5, 1, struct.pack("<I", 9_999_999)),
    "a negative short": (296, 8, 1, struct.pack("<hh", -5, 0)),
    "a signed long where a short belongs": (296, 9, 1, struct.pack("<i", -5)),
    "text where a fraction belongs": (282, 2, 4, b"abc\0"),
    "a fraction where text belongs": (306, 5, 1, struct.pack("<I", 8)),
    "text where a number belongs": (259, 2, 3, b"ab\0\0"),
    "a count of billions": (270, 2, 0xFFFFFFF0, struct.pack("<I", 8)),
    "a type that is none": (305, 99, 1, BIG),
    "a note within the note that is none": (34665, 4, 1, BIG),
    "a place on earth that is none": (34853, 4, 1, struct.pack("<I", 3)),
    "a double at an odd place": (37380, 12, 1, struct.pack("<I", 11)),
}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("tag", ODD_TAGS.values(), ids=ODD_TAGS.keys())
def test_a_tag_out_of_range_costs_neither_the_picture_nor_its_orientation(tag, order):
    """F2: EXIF with odd types and values, in JPEG, PNG and WebP."""
    note = exif(6, tag, order=order)
    for data in (
        with_segment(picture("JPEG"), 0xE1, MARK + note),
        with_chunk(picture("PNG"), chunk(b"eXIf", note)),
        with_riff_chunk(picture("WEBP"), b"EXIF", note),
    ):
        assert decode(data, "a").size == (40, 60)


@pytest.mark.skipif("AVIF" not in FORMATS, reason="this Pillow has no AVIF")
@pytest.mark.parametrize("kind", [9, 99, 5, 10, 12])
def test_an_avif_with_a_tag_out_of_range_keeps_its_picture_and_its_turn(kind):
    """F2: Pillow writes an AVIF's EXIF anew when it opens it."""
    note = Image.Exif()
    note[274], note[296] = 6, 2
    data = picture("AVIF", exif=note)
    assert decode(data, "a").size == (40, 60)
    at = max(data.rfind(struct.pack(order + "HH", 296, 3)) for order in "<>")
    odd = [struct.pack(o + "HHIi", 296, kind, 1, -5) for o in "<>" if data[at] == (40, 1)[o == ">"]]
    assert at > 0
    spoiled = data[:at] + odd[0] + data[at + 12 :]
    assert decode(spoiled, "a").size == (40, 60)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", *({"AVIF"} & set(FORMATS))])
def test_every_orientation_is_applied_as_pillow_applies_it(kind, turn):
    """F2: what is read by hand turns a picture as a viewer would."""
    note = Image.Exif()
    note[0x0112] = turn
    data = picture(kind, exif=note, **({"quality": 100} if kind == "WEBP" else {}))
    with Image.open(io.BytesIO(data)) as opened:
        wanted = ImageOps.exif_transpose(opened).convert("RGB")
    found = decode(data, "a")
    assert found.size == wanted.size
    np.testing.assert_array_equal(np.asarray(found), np.asarray(wanted))


@pytest.mark.parametrize(
    "note",
    [b"", b"II", b"II*\0", b"II*\0" + BIG, b"XX*\0\x08\0\0\0", exif(0), exif(9), exif(65535)],
)
def test_an_orientation_that_cannot_be_read_turns_nothing(note):
    """F2: the picture stays as it is stored."""
    assert exif_turn(note) == 1
    data = with_segment(picture("JPEG"), 0xE1, MARK + note)
    assert decode(data, "a").size == SIZE


def test_an_orientation_in_xmp_or_in_hexadecimal_text_counts_too():
    """F2: other places where programs note it."""
    xmp = b'<x tiff:Orientation="6"/>'
    head = b"http://ns.adobe.com/xap/1.0/\0"
    digits = (MARK + exif(6)).hex().encode()
    text = b"Raw profile type exif\0" + b"\nexif\n      90\n" + digits + b"\n"
    packed = b"Raw profile type exif\0\0" + zlib.compress(text.partition(b"\0")[2])
    for data in (
        with_segment(picture("JPEG"), 0xE1, head + xmp),
        with_chunk(picture("PNG"), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)),
        with_chunk(picture("PNG"), chunk(b"tEXt", text)),
        with_chunk(picture("PNG"), chunk(b"zTXt", packed)),
        with_riff_chunk(picture("WEBP"), b"XMP ", xmp),
    ):
        assert decode(data, "a").size == (40, 60)


MEGABYTES = zlib.compress(bytes(2_000_000))
PNG_NOTES = {
    "a profile of 2 MB": chunk(b"iCCP", b"p\0\0" + MEGABYTES),
    "a text of 2 MB": chunk(b"zTXt", b"a\0\0" + MEGABYTES),
    "an international text of 2 MB": chunk(b"iTXt", b"a\0\1\0\0\0" + MEGABYTES),
    "a text with a wrong checksum": chunk(b"tEXt", b"a\0b", crc=1),
    "a profile with a wrong checksum": chunk(b"iCCP", b"p\0\0" + zlib.compress(b"x"), crc=1),
    "a profile that is not packed": chunk(b"iCCP", b"p\0\0not packed"),
    "a way of packing that is none": chunk(b"iCCP", b"p\0\7xx"),
    "an empty profile": chunk(b"iCCP", b""),
    "EXIF that is no number": chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 4\nzzzz\n"),
    "EXIF with a wrong checksum": chunk(b"eXIf", exif(1), crc=1),
    "a time that is none": chunk(b"tIME", b"\xff"),
    "a resolution that is none": chunk(b"pHYs", b"\xff"),
    "an animation that is none": chunk(b"acTL", b"\0"),
    "a gamma that is none": chunk(b"gAMA", b""),
    "transparency with a wrong checksum": chunk(b"tRNS", b"\0\1\0\2\0\3", crc=1),
}


@pytest.mark.parametrize("note", PNG_NOTES.values(), ids=PNG_NOTES.keys())
def test_a_png_is_decoded_without_a_chunk_that_cannot_be_read(note):
    """F2: profiles and texts that are too large, damaged or none."""
    assert left_and_right(decode(with_chunk(picture(), note), "a")) == ("red", "blue")


@pytest.mark.parametrize("name", [b"EXIF", b"XMP ", b"ICCP"])
def test_a_webp_is_decoded_without_a_chunk_that_cannot_be_read(name):
    """F2: the same in WebP, also with a length beyond the file's end."""
    data = with_riff_chunk(picture("WEBP"), name, b"\xff" * 99)
    assert left_and_right(decode(data, "a")) == ("red", "blue")
    if name != b"ICCP":  # the last chunk
        assert left_and_right(decode(data[:-50], "a")) == ("red", "blue")


@pytest.mark.parametrize("code", [0xE0, 0xE1, 0xE2, 0xED, 0xEF, 0xFE])
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 60_000, b"ICC_PROFILE\0\x05\x02abc", b"MPF\0II*\0\xff\xff\xff\xff", b"JFIF"],
)
def test_a_jpeg_is_decoded_without_a_segment_that_cannot_be_read(code, content):
    """F2: notes of cameras and programs, cut off or full of nonsense."""
    data = with_segment(picture("JPEG"), code, content)
    assert left_and_right(decode(data, "a")) == ("red", "blue")


def test_a_tiff_is_decoded_without_tags_that_cannot_be_read():
    """F2: only what the pixels need is looked at."""
    grey = np.array([[0, 255]], dtype=np.uint8)
    odd = [(n, kind, 0xFFFFFF, BIG) for n, kind in ((270, 2), (282, 5), (34675, 7), (34665, 4))]
    image = decode(tiff(grey, *odd), "a")
    assert [image.getpixel((x, 0))[0] for x in (0, 1)] == [0, 255]


def test_a_cmyk_jpeg_keeps_the_note_that_tells_its_colours_order():
    """F2: leaving notes out must not turn colours round."""
    buffer = io.BytesIO()
    Image.new("CMYK", SIZE, (255, 0, 0, 0)).save(buffer, "JPEG")
    plain = decode(buffer.getvalue(), "a").getpixel((5, 5))
    noted = decode(with_segment(buffer.getvalue(), 0xE1, MARK + exif(1)), "a").getpixel((5, 5))
    assert plain == noted
    assert plain[0] < 60 < 180 < plain[2]


def test_what_is_left_of_a_picture_is_smaller_and_decodes_to_the_same_pixels():
    """F2: the picture alone is all that decoding gets to see."""
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        data = picture(kind)
        assert len(strip_picture(data).data) <= len(data)
        np.testing.assert_array_equal(
            np.asarray(decode(strip_picture(data).data, "a")), np.asarray(decode(data, "a"))
        )


def test_blanks_before_a_picture_are_passed_over():
    """F2: a careless script writes a line end, or a byte order mark, before it sends a file."""
    for before in (b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"   "):
        for kind in ("JPEG", "PNG", "GIF"):
            assert left_and_right(decode(before + picture(kind), "a")) == ("red", "blue")


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "YCbCr", "LAB"])
def test_pixels_of_every_mode_and_packing_are_those_that_pillow_gives(mode):
    """F2: what is left out of a file never changes a pixel."""
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (24, 31, 3), dtype=np.uint8)).convert(mode)
    note = Image.Exif()
    note[0x0112] = 7
    ways = [(kind, {}) for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")]
    ways += [("JPEG", {"progressive": True, "exif": note}), ("PNG", {"exif": note})]
    ways += [("TIFF", {"compression": way}) for way in ("tiff_lzw", "tiff_deflate", "packbits")]
    ways += [("TIFF", {"big_tiff": True, "exif": note}), ("TIFF", {"strip_size": 100})]
    compared = 0
    for kind, options in ways:
        buffer = io.BytesIO()
        try:
            noise.save(buffer, kind, **options)
        except (OSError, ValueError):
            continue  # the format has no such mode
        with Image.open(buffer) as opened:
            plain = ImageOps.exif_transpose(opened)
            if plain.has_transparency_data:
                white = Image.new("RGBA", plain.size, "white")
                plain = Image.alpha_composite(white, plain.convert("RGBA"))
            wanted = np.asarray(plain.convert("RGB"))
        np.testing.assert_array_equal(np.asarray(decode(buffer.getvalue(), "a")), wanted)
        compared += 1
    assert compared >= 3
