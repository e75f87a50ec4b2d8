"""Small copies of pictures on disk, and their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from laser_core.data.base import EncodedSource, Item
from laser_core.data.pictures.thumbnails import thumbnail_name, write_thumbnails
from laser_core.progress import drain
from ui.shared.pictures import Thumbnails


class FilesInMemory(EncodedSource):
    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__("files", [Item(id, None, "pool") for id in files])
        self.files = files

    def file_bytes(self, id: str) -> bytes:
        return self.files[id]


def png(path: Path, width: int, height: int) -> bytes:
    Image.new("RGB", (width, height), "red").save(path)
    return path.read_bytes()


def test_a_copy_is_at_most_128_pixels_and_keeps_its_shape(tmp_path: Path) -> None:
    source = FilesInMemory({"a": png(tmp_path / "a.png", 640, 320)})
    assert drain(write_thumbnails(source, ["a"], tmp_path / "t")) == 1
    with Image.open(tmp_path / "t" / thumbnail_name("a")) as copy:
        assert (copy.format, copy.size) == ("WEBP", (128, 64))


def test_a_copy_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    source = FilesInMemory({"a": png(tmp_path / "a.png", 10, 10)})
    drain(write_thumbnails(source, ["a"], tmp_path / "t"))
    assert drain(write_thumbnails(source, ["a"], tmp_path / "t")) == 0


def test_a_picture_that_cannot_be_decoded_gets_a_grey_copy(tmp_path: Path) -> None:
    drain(write_thumbnails(FilesInMemory({"bad": b"no picture"}), ["bad"], tmp_path))
    with Image.open(tmp_path / thumbnail_name("bad")) as copy:
        assert copy.size == (128, 128)


def test_any_id_makes_a_plain_file_name() -> None:
    names = {thumbnail_name(id) for id in ("../x", "a/b?c#d", "ü 😀", "", "x" * 5000, "\udcff")}
    assert len(names) == 6
    assert all(len(name) == 21 and name.removesuffix(".webp").isalnum() for name in names)


def test_addresses_are_below_static_and_differ_between_sources(tmp_path: Path) -> None:
    one, other = Thumbnails("folder /a", tmp_path), Thumbnails("folder /b", tmp_path)
    assert one.url("x").startswith("/app/static/thumbs/")
    assert one.url("x").endswith(thumbnail_name("x"))
    assert one.url("x") != other.url("x")


def test_complete_once_every_copy_is_made(tmp_path: Path) -> None:
    source = FilesInMemory({id: png(tmp_path / "p.png", 9, 9) for id in "ab"})
    thumbnails = Thumbnails("s", tmp_path)
    assert not thumbnails.complete("ab")
    thumbnails.make(source, ["a"])
    assert not thumbnails.complete("ab")
    thumbnails.make(source, ["a", "b"])
    assert thumbnails.complete("ab")


def test_large_copies_lie_apart_from_the_small_ones(tmp_path: Path) -> None:
    source = FilesInMemory({"a": png(tmp_path / "a.png", 1024, 256)})
    small, large = Thumbnails("s", tmp_path), Thumbnails("s", tmp_path, side=512)
    for copies in (small, large):
        copies.make(source, ["a"])
    with Image.open(large.folder / thumbnail_name("a")) as copy:
        assert copy.size == (512, 128)
    assert small.folder != large.folder


def test_copies_are_counted_up_to_the_first_that_is_missing(tmp_path: Path) -> None:
    source = FilesInMemory({id: png(tmp_path / "p.png", 9, 9) for id in "abcd"})
    thumbnails = Thumbnails("s", tmp_path)
    assert thumbnails.made_of("abcd") == 0
    thumbnails.make(source, ["a", "b", "d"])
    assert thumbnails.made_of("abcd") == 2
