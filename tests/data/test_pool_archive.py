"""Archives of pictures, honest and hostile, read in place."""

from __future__ import annotations

import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from pool_pictures import assert_refused, encoded, labels, pictures, reasons, write, zipped

from laser_core.basics.seeding import rng_for
from laser_core.basics.zip_limits import Limits
from laser_core.data.folder_source import open_folder
from laser_core.data.zip_source import open_archive
from laser_core.errors import PoolError

TREE = pictures("train/cat/1.png", "train/dog/2.png", "test/cat/3.png", "train/dog/notes.txt")


def test_an_archive_is_read_as_the_folder_it_was_made_of(tmp_path):
    packed = open_archive(zipped(tmp_path / "a.zip", TREE))
    unpacked = open_folder(write(tmp_path / "a", TREE))
    assert (packed.items, packed.skipped) == (unpacked.items, unpacked.skipped)
    for id in packed.ids().tolist():
        assert packed.content_key(id) == unpacked.content_key(id)
        assert packed.image(id).size == unpacked.image(id).size


def test_a_single_folder_around_everything_is_looked_through(tmp_path):
    inside = {f"my photos/{name}": data for name, data in TREE.items()}
    source = open_archive(zipped(tmp_path / "a.zip", inside))
    assert labels(source)["train/cat/1.png"] == ("cat", "pool")
    assert list(reasons(source)) == ["train/dog/notes.txt"]


def test_what_macos_adds_is_not_mentioned(tmp_path):
    litter = {"__MACOSX/cat/._1.png": b"x", "cat/.DS_Store": b"x"}
    source = open_archive(zipped(tmp_path / "a.zip", pictures("cat/1.png", "dog/2.png") | litter))
    assert (len(source), source.skipped) == (2, ())


def test_nothing_is_written_beside_the_archive(tmp_path):
    source = open_archive(zipped(tmp_path / "a.zip", TREE))
    source.image("train/cat/1.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_several_threads_read_the_right_pictures(tmp_path):
    names = [f"{n}.png" for n in range(60)]  # picture n is 6 + n high
    source = open_archive(zipped(tmp_path / "a.zip", pictures(*names)))
    with ThreadPoolExecutor(8) as threads:
        sizes = list(threads.map(lambda name: source.image(name).size, names * 5))
    assert sizes == [(8, 6 + n) for n in range(60)] * 5


def test_files_that_cannot_be_used_are_listed(tmp_path):
    files = {"a.png": encoded(), "b.jpg": b"", "c.jpg": b"a text named .jpg", "d.heic": b"x"}
    source = open_archive(zipped(tmp_path / "a.zip", files))
    assert source.ids().tolist() == ["a.png"]
    assert reasons(source)["b.jpg"] == "the file is empty"
    assert reasons(source)["c.jpg"] == "named .jpg, but what is in it is no picture"
    assert "save it as JPEG" in reasons(source)["d.heic"]


def test_stored_and_large_entries_are_read_too(tmp_path):
    noisy = encoded(size=(300, 300), kind="BMP")  # above the size from which headers are parsed
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.bmp", noisy)
        archive.writestr("b.bmp", b"BM" + bytes(20_000))
    source = open_archive(path)
    assert source.image("a.bmp").size == (300, 300)
    assert list(reasons(source)) == ["b.bmp"]


def test_a_metadata_table_in_the_archive_counts(tmp_path):
    files = pictures("set/1.png", "set/2.png") | {
        "set/metadata.csv": b"file_name,label,split\n1.png,cat,train\n2.png,dog,test\n"
    }
    source = open_archive(zipped(tmp_path / "a.zip", files))
    assert labels(source) == {"1.png": ("cat", "pool"), "2.png": ("dog", "test")}


def test_names_in_utf_8_without_a_mark_are_read_as_utf_8(tmp_path):
    path = zipped(tmp_path / "a.zip", pictures("café/1.png", "dog/2.png"))
    # clear the mark, bit 11 of the flags, in the entries' own headers and in the directory
    data = path.read_bytes()
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark)
        flags = int.from_bytes(data[at + offset : at + offset + 2], "little") & ~0x800
        data = data[: at + offset] + flags.to_bytes(2, "little") + data[at + offset + 2 :]
    path.write_bytes(data)
    source = open_archive(path)
    assert source.classes() == ["café", "dog"]
    assert source.image("café/1.png").size == (8, 6)


def test_the_stamp_changes_with_the_archive(tmp_path):
    first = open_archive(zipped(tmp_path / "a.zip", {"1.png": encoded("red")})).stamp("1.png")
    second = open_archive(zipped(tmp_path / "b.zip", {"1.png": encoded("blue")})).stamp("1.png")
    assert first != second


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "cat/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png",
     "\\\\host\\evil.png", "c:evil.png"],
)  # fmt: skip
def test_a_path_that_leaves_the_archive_is_refused(tmp_path, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    path = zipped(inner / "a.zip", {"1.png": encoded(), name: encoded()})
    assert_refused(lambda: open_archive(path), tmp_path, "leads out of the archive", "pack it anew")


def test_harmless_backslashes_of_old_windows_tools_part_folders(tmp_path):
    path = zipped(tmp_path / "a.zip", pictures("cat\\1.png", "dog\\2.png"))
    assert open_archive(path).classes() == ["cat", "dog"]


def test_a_link_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("cat/1.png")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert_refused(lambda: open_archive(path), tmp_path, "'cat/1.png' is a link", "pack it anew")


def test_an_encrypted_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"1.png": encoded()})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert_refused(lambda: open_archive(path), tmp_path, "encrypted", "unpack it with its password")


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.bmp", b"BM" + bytes(60_000_000))
    assert path.stat().st_size < 100_000
    assert_refused(lambda: open_archive(path), tmp_path, "zip bombs", "at most 200 times")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(entries=1), "has 2 entries, more than the 1 allowed"),
        (Limits(unpacked_bytes=1000), "more than the 0 GB allowed"),
    ],
)
def test_an_archive_that_claims_too_much_is_refused(tmp_path, limits, said):
    path = zipped(tmp_path / "a.zip", {"1.png": encoded(), "2.bmp": encoded(kind="BMP") * 10})
    assert_refused(lambda: open_archive(path, limits), tmp_path, said, "give")


def test_a_small_archive_of_flat_bitmaps_may_have_any_ratio(tmp_path):
    flat = encoded(kind="BMP", size=(1000, 1000))
    source = open_archive(zipped(tmp_path / "a.zip", {"1.bmp": flat}))
    assert source.image("1.bmp").size == (1000, 1000)


def test_what_is_no_zip_is_said(tmp_path):
    write(tmp_path, {"a.zip": b"Rar!\x1a\x07\x00"})
    assert_refused(lambda: open_archive(tmp_path / "a.zip"), tmp_path, "no .zip archive", "give a")


def test_an_empty_file_is_no_zip(tmp_path):
    write(tmp_path, {"a.zip": b""})
    assert_refused(lambda: open_archive(tmp_path / "a.zip"), tmp_path, "no .zip archive")


def test_a_cut_off_archive_is_said(tmp_path):
    path = zipped(tmp_path / "a.zip", TREE)
    path.write_bytes(path.read_bytes()[:-60])
    assert_refused(lambda: open_archive(path), tmp_path, "cut off", "download it again")


def test_an_archive_without_pictures_lists_why(tmp_path):
    path = zipped(tmp_path / "a.zip", {"notes.txt": b"x"})
    assert_refused(lambda: open_archive(path), tmp_path, "notes.txt: not a picture (.txt)")


def test_damaged_bytes_are_one_sentence_when_the_picture_is_asked_for(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("1.png", encoded())
    data = bytearray(path.read_bytes())
    data[len("1.png") + 30 + 50] ^= 0xFF  # beyond the entry's header and the picture's first bytes
    path.write_bytes(data)
    source = open_archive(path)
    with pytest.raises(PoolError, match=r"1\.png: damaged in a\.zip .*pack it anew"):
        source.image("1.png")


def test_an_entry_that_is_there_twice_is_taken_once(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.png", encoded())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("1.png", encoded("blue"))
    source = open_archive(path)
    assert source.image("1.png").getpixel((0, 0)) == (255, 0, 0)
    assert reasons(source) == {"1.png": "another entry has this name"}


def test_a_few_wrong_bytes_anywhere_are_refused_listed_or_said_never_a_crash(tmp_path):
    path = zipped(tmp_path / "a.zip", TREE | {"metadata.csv": b"path,label\ntrain/cat/1.png,cat\n"})
    good, rng = path.read_bytes(), rng_for(0, "wrong bytes")
    read, refusals = 0, []
    for _ in range(300):
        broken = bytearray(good)
        for position in rng.integers(len(good), size=3):
            broken[position] = rng.integers(256)
        path.write_bytes(broken)
        try:
            source = open_archive(path)
            for id in source.ids().tolist():
                source.image(id)
            read += 1
        except PoolError as error:
            refusals.append(str(error))
    assert read > 10
    assert len(refusals) > 10
