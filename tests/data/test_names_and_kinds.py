"""Which files are pictures: by what is in them, under whatever name."""

from __future__ import annotations

import pytest
from picture_parts import left_and_right, picture
from pool_pictures import reasons, write, zipped

from laser_core.data.open import open_pool
from laser_core.data.pictures.file_kinds import FORMATS, file_kind


def container(*brands: bytes) -> bytes:
    """The start of a HEIC or AVIF file: the major brand, and those it goes along with."""
    head = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(head) + 4).to_bytes(4, "big") + head + b"\0\0\0\x10meta" + bytes(200)


@pytest.mark.parametrize("where", ["folder", "zip"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((f"1{s}", "JPEG") for s in (".jfif", ".jpe", ".pjpeg", ".pjp", ".JFIF", ".JPG", ".Jpeg")),
        ("1.webp", "WEBP"), ("1.WEBP", "WEBP"), ("1.dib", "BMP"), ("1.TIFF", "TIFF"),
        ("1.heic", "JPEG"), ("1.HEIF", "JPEG"), ("1.jp2", "PNG"), ("1.avif", "JPEG"),
        ("1.png", "JPEG"), ("1.jpg", "WEBP"), ("1.gif", "PNG"),
    ],
)  # fmt: skip
def test_what_is_a_picture_is_read_under_any_name_of_a_picture(tmp_path, name, kind, where):
    """F4: telephones and browsers call JPEG by other names."""
    files = {f"cat/{name}": picture(kind), "dog/2.png": picture()}
    path = zipped(tmp_path / "a.zip", files) if where == "zip" else write(tmp_path / "a", files)
    source = open_pool(str(path))
    assert reasons(source) == {}
    assert left_and_right(source.image(f"cat/{name}")) == ("red", "blue")


HEIC = [
    container(b"heic", b"mif1", b"heic"),
    container(b"mif1", b"mif1", b"heic"),
    container(b"heix"),
    container(b"msf1", b"msf1", b"hevc"),
    container(b"heim"),
]
FOREIGN = {
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99),
    "JPEG XL": b"\xff\x0a" + bytes(99),
    "Photoshop": b"8BPS\0\1" + bytes(99),
    "PDF": b"%PDF-1.7\n",
    "web page": b"\n<!DOCTYPE html><html><body>404 Not Found",
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="a"/>',
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n",
    "camera raw": b"II*\0\x10\0\0\0CR\2\0" + bytes(99),
}


@pytest.mark.parametrize("name", ["1.heic", "1.HIF", "1.jpg", "1.png", "1.bin", "1", "1.dat"])
@pytest.mark.parametrize("content", HEIC, ids=range(len(HEIC)))
def test_heic_is_named_as_such_under_any_name(tmp_path, name, content):
    """F4: with what to do about it."""
    source = open_pool(str(write(tmp_path, {name: content, "2.png": picture()})))
    assert "a HEIC picture" in reasons(source)[name]
    assert "save it as JPEG" in reasons(source)[name]


@pytest.mark.parametrize("name", ["1.avif", "1.AVIF", "1.jpg", "1.png"])
def test_avif_is_read_under_any_name_where_pillow_can(tmp_path, name):
    """F4: and named with the remedy where it cannot."""
    if "AVIF" not in FORMATS:
        pytest.skip("this Pillow has no AVIF")
    source = open_pool(str(write(tmp_path, {name: picture("AVIF"), "2.png": picture()})))
    assert left_and_right(source.image(name)) == ("red", "blue")


@pytest.mark.parametrize("brands", [(b"avif",), (b"avis", b"avif"), (b"mif1", b"mif1", b"avif")])
def test_avif_is_told_from_heic_by_its_brands(brands):
    """F4: both are one container, and both may say `mif1` first."""
    assert file_kind(container(*brands)) == "AVIF"
    assert file_kind(container(b"isom", b"mp42")) == ""  # a film


@pytest.mark.parametrize("name", ["1.jpg", "1.png", "1.tif"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_picture_for_us_is_called_what_it_is(tmp_path, name, kind):
    """F4: a web page saved as a picture, a pointer in place of one."""
    source = open_pool(str(write(tmp_path, {name: FOREIGN[kind], "2.png": picture()})))
    assert kind in reasons(source)[name]
    assert "\n" not in reasons(source)[name]


def test_a_known_suffix_of_another_kind_keeps_its_advice(tmp_path):
    """F4: raw files are TIFF inside, and decode to a thumbnail."""
    files = {"1.nef": picture("TIFF"), "2.psd": b"8BPS" + bytes(50), "3.jp2": b"abc"}
    said = reasons(open_pool(str(write(tmp_path, files | {"4.png": picture()}))))
    assert "camera raw" in said["1.nef"]
    assert "Photoshop" in said["2.psd"]
    assert "JPEG 2000" in said["3.jp2"]
