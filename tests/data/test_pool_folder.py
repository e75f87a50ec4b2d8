"""Folders of pictures, as real users keep them."""

from __future__ import annotations

import os
import sys
import unicodedata

import pytest
from pool_pictures import assert_refused, encoded, labels, pictures, reasons, turned_jpeg, write

from laser_core.data.folder_source import open_folder
from laser_core.data.pictures import headers
from laser_core.errors import PoolError


def test_classes_and_splits_come_from_the_folders(tmp_path):
    write(tmp_path, pictures("train/cat/1.png", "train/dog/2.png", "test/cat/3.png"))
    source = open_folder(tmp_path)
    assert labels(source) == {
        "test/cat/3.png": ("cat", "test"),
        "train/cat/1.png": ("cat", "pool"),
        "train/dog/2.png": ("dog", "pool"),
    }
    assert (source.classes(), source.name) == (["cat", "dog"], tmp_path.name)


def test_a_flat_folder_is_an_unlabeled_pool_in_counting_order(tmp_path):
    write(tmp_path, pictures("10.png", "9.png"))
    source = open_folder(tmp_path)
    assert source.ids().tolist() == ["9.png", "10.png"]
    assert (source.classes(), source.counts()) == ([], {})


def test_a_wrapping_folder_is_no_part_of_the_ids(tmp_path):
    write(tmp_path, pictures("photos/cat/1.png", "photos/dog/2.png"))
    source = open_folder(tmp_path)
    assert source.ids().tolist() == ["cat/1.png", "dog/2.png"]
    assert source.image("dog/2.png").size == (8, 7)


def test_suffixes_count_in_any_case(tmp_path):
    write(tmp_path, {"a.JPG": encoded(kind="JPEG"), "b.Png": encoded(), "c.TIFF": encoded()})
    assert len(open_folder(tmp_path)) == 3


def test_an_image_is_read_and_turned_only_when_asked_for(tmp_path):
    source = open_folder(write(tmp_path, {"a.jpg": turned_jpeg()}))
    assert (source.image("a.jpg").mode, source.image("a.jpg").size) == ("RGB", (6, 8))
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(PoolError, match=r"a\.jpg: cannot be read .*put it back"):
        source.image("a.jpg")
    assert source.stamp("a.jpg") == ""


def test_the_content_key_is_the_same_under_any_name_and_the_stamp_changes_with_the_file(tmp_path):
    source = open_folder(write(tmp_path, {"a.png": encoded("red"), "b.png": encoded("red")}))
    assert source.content_key("a.png") == source.content_key("b.png")
    stamp, other = source.stamp("a.png"), source.stamp("b.png")
    write(tmp_path, {"a.png": encoded("blue", (9, 9))})
    assert len({stamp, other, source.stamp("a.png")}) == 3
    assert source.content_key("a.png") != source.content_key("b.png")


def test_files_that_cannot_be_used_are_listed_with_a_reason(tmp_path):
    write(
        tmp_path,
        {
            "good.png": encoded(),
            "empty.jpg": b"",
            "text.jpg": b"this is a text that someone named .jpg",
            "notes.txt": b"notes",
            "photo.HEIC": b"\0\0\0\x18ftypheic",
            "phone.jpg": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            "README": b"read me",
        },
    )
    source = open_folder(tmp_path)
    assert source.ids().tolist() == ["good.png"]
    listed = reasons(source)
    assert listed["empty.jpg"] == "the file is empty"
    assert listed["text.jpg"] == "named .jpg, but what is in it is no picture"
    assert listed["notes.txt"] == "not a picture (.txt)"
    assert listed["README"] == "not a picture (no suffix)"
    assert "save it as JPEG" in listed["photo.HEIC"]
    assert "save it as JPEG" in listed["phone.jpg"]


def test_a_cut_off_picture_is_found_when_it_is_decoded(tmp_path):
    cut = encoded(kind="JPEG", size=(64, 64))[:-200]
    source = open_folder(write(tmp_path, {"cut.jpg": cut, "good.png": encoded()}))
    with pytest.raises(PoolError, match=r"cut\.jpg: cannot be decoded as a picture .*leave it out"):
        source.image("cut.jpg")


def test_too_many_pixels_are_seen_in_the_header(tmp_path):
    small = encoded(kind="BMP", size=(1, 1))
    side = (20_000).to_bytes(4, "little")
    claims_400_million = small[:18] + side + side + small[26:] + bytes(headers.SMALL_FILE_BYTES)
    source = open_folder(write(tmp_path, {"a.png": encoded(), "b.bmp": claims_400_million}))
    assert reasons(source) == {"b.bmp": "more than the 100,000,000 pixels allowed"}


def test_a_file_that_is_too_large_is_not_read():
    fault = headers.header_fault("a.jpg", 250_000_000, b"\xff\xd8\xff\xe0")
    assert fault == "250 MB is more than the 100 MB allowed"


def test_litter_is_not_even_mentioned(tmp_path):
    litter = (".DS_Store", "cat/Thumbs.db", "__MACOSX/cat/._1.png", "desktop.ini", ".git/x.png")
    write(tmp_path, pictures("cat/1.png", "dog/2.png") | dict.fromkeys(litter, b"x"))
    source = open_folder(tmp_path)
    assert (len(source), source.skipped) == (2, ())


def test_a_split_that_is_left_out_is_said(tmp_path):
    write(tmp_path, pictures("train/cat/1.png", "val/cat/2.png", "test/cat/3.png"))
    source = open_folder(tmp_path)
    assert source.ids().tolist() == ["test/cat/3.png", "train/cat/1.png"]
    assert "the split 'val' (1 pictures) is left out" in source.notes[0]


def test_accents_are_composed_in_ids_and_classes_but_the_file_is_found(tmp_path):
    apart = unicodedata.normalize("NFD", "café")
    write(tmp_path, pictures(f"{apart}/{apart} ☕.png", "dog/狗.png"))
    source = open_folder(tmp_path)
    assert source.ids().tolist() == ["café/café ☕.png", "dog/狗.png"]
    assert source.classes() == ["café", "dog"]
    assert source.image("café/café ☕.png").size == (8, 6)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse or mend such names")
def test_names_that_no_database_can_hold_are_skipped_with_what_to_do(tmp_path):
    write(tmp_path, pictures("a.png"))
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(encoded())
    assert reasons(open_folder(tmp_path)) == {"caf?.png": "its name is not valid UTF-8; rename it"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know only one such name")
def test_two_files_whose_names_differ_in_the_storing_of_accents_are_one_and_a_reason(tmp_path):
    write(tmp_path, pictures(*(unicodedata.normalize(f, "é.png") for f in ("NFC", "NFD"))))
    source = open_folder(tmp_path)
    assert len(source) == 1
    assert "another file has this name" in reasons(source)["é.png"]


def link(path, target, *, folder: bool = False):
    try:
        path.symlink_to(target, target_is_directory=folder)
    except OSError:
        pytest.skip("this system makes no links")


def test_links_to_files_and_folders_are_followed(tmp_path):
    elsewhere = write(tmp_path / "elsewhere", pictures("a.png", "b.png"))
    pool = write(tmp_path / "pool", pictures("cat/1.png"))
    link(pool / "cat" / "2.png", elsewhere / "a.png")
    link(pool / "dog", elsewhere, folder=True)
    assert open_folder(pool).ids().tolist() == [
        "cat/1.png", "cat/2.png", "dog/a.png", "dog/b.png",
    ]  # fmt: skip


def test_a_link_back_up_does_not_go_round_and_a_broken_link_is_listed(tmp_path):
    write(tmp_path, pictures("cat/1.png", "dog/2.png"))
    link(tmp_path / "cat" / "round", tmp_path, folder=True)
    link(tmp_path / "dog" / "3.png", tmp_path / "gone.png")
    source = open_folder(tmp_path)
    assert source.ids().tolist() == ["cat/1.png", "dog/2.png"]
    assert reasons(source) == {
        "cat/round": "a link back to a folder around it",
        "dog/3.png": "a link that leads nowhere",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_named_like_a_picture_does_not_hang_the_scan(tmp_path):
    os.mkfifo(write(tmp_path, pictures("a.png")) / "b.png")
    assert reasons(open_folder(tmp_path)) == {"b.png": "not a regular file"}


def test_a_metadata_table_gives_labels_and_lists_missing_files(tmp_path):
    write(tmp_path, pictures("images/1.png", "images/2.png", "images/3.png"))
    rows = "file_name,label\nimages/1.png,cat\nimages/2.png,\nimages/9.png,dog\n"
    write(tmp_path, {"metadata.csv": rows.encode()})
    source = open_folder(tmp_path)
    assert labels(source) == {
        "images/1.png": ("cat", "pool"),
        "images/2.png": (None, "pool"),
        "images/3.png": (None, "pool"),  # not in the table
    }
    assert reasons(source) == {"images/9.png": "no such file, though metadata.csv lists it"}


def test_a_metadata_table_in_each_split_is_relative_to_its_own_folder(tmp_path):
    write(tmp_path, pictures("train/1.png", "test/1.png"))
    line = '{{"file_name": "1.png", "label": "{}"}}\n'
    for split, label in (("train", "cat"), ("test", "dog")):
        write(tmp_path, {f"{split}/metadata.jsonl": line.format(label).encode()})
    assert labels(open_folder(tmp_path)) == {
        "test/1.png": ("dog", "test"),
        "train/1.png": ("cat", "pool"),
    }


def test_a_metadata_table_without_labels_leaves_those_of_the_folders(tmp_path):
    write(tmp_path, pictures("cat/1.png", "dog/2.png"))
    write(tmp_path, {"metadata.csv": b"file_name,split\ncat/1.png,test\ndog/2.png,train\n"})
    assert labels(open_folder(tmp_path)) == {
        "cat/1.png": ("cat", "test"),
        "dog/2.png": ("dog", "pool"),
    }


def test_an_empty_folder_says_what_a_pool_may_be(tmp_path):
    assert_refused(
        lambda: open_folder(tmp_path), tmp_path, "no picture in it", "give a folder, .zip or table"
    )


def test_a_folder_without_a_usable_picture_lists_the_first_reasons(tmp_path):
    write(tmp_path, {"1.jpg": b"", "2.jpg": b"", "3.txt": b"x", "4.txt": b"x", "5.txt": b"x"})
    assert_refused(
        lambda: open_folder(tmp_path),
        tmp_path,
        "1.jpg: the file is empty; 2.jpg: the file is empty; 3.txt: not a picture (.txt)",
        "and 2 more",
        "mend these or give other pictures",
    )


def test_a_folder_that_is_not_there_is_said(tmp_path):
    assert_refused(
        lambda: open_folder(tmp_path / "gone"), tmp_path, "no such folder; check the path"
    )
