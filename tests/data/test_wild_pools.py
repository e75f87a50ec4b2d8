"""Pools as people have them: a tree as folder, zip and table, and tables of other programs."""

from __future__ import annotations

import pytest
from pool_pictures import labels, pictures, write, zipped

from laser_core.data.base import ImageSource
from laser_core.data.open import open_pool

VEHICLES = [
    f"{split}/{of}/{n}.png" for split in ("train", "test") for n, of in enumerate(("train", "bus"))
]
UNRELATED = {
    "a caption file": b"caption\na cat\n",
    "no text": b"\x89PNG\x00\xff\xfe\xfa" * 9,
    "UTF-16": "file_name,label\n1.png,cat\n".encode("utf-16"),
    "a header only": b"file_name,label\n",
    "empty": b"",
    "other files": b"file_name,label\n77.png,cat\n78.png,dog\n",
    "one long name": b"x" * 100_000 + b"\n1\n",
}


def opened(tmp_path, files, kind: str) -> ImageSource:
    """`files` as a folder, a zip or a table without a label column."""
    if kind == "zip":
        return open_pool(str(zipped(tmp_path / "a.zip", files)))
    return open_pool(str(write(tmp_path / "a", files)))


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("around", ["", "vehicles/"])
def test_a_class_called_train_keeps_its_label(tmp_path, kind, around):
    """F1: `train/train/0.png` shows a train, in a folder and in a zip."""
    source = opened(tmp_path, pictures(*(around + path for path in VEHICLES)), kind)
    assert labels(source) == {
        "train/train/0.png": ("train", "pool"),
        "train/bus/1.png": ("bus", "pool"),
        "test/train/0.png": ("train", "test"),
        "test/bus/1.png": ("bus", "test"),
    }


def test_a_class_called_train_keeps_its_label_in_a_table(tmp_path):
    """F1: the column `label` says train, the column `split` too."""
    write(tmp_path, pictures(*VEHICLES))
    rows = [f"{path},{path.split('/')[1]},{path.split('/')[0]}" for path in VEHICLES]
    write(tmp_path, {"set.csv": "\n".join(["path,label,split", *rows]).encode()})
    source = open_pool(str(tmp_path / "set.csv"))
    assert labels(source)["train/train/0.png"] == ("train", "pool")
    assert labels(source)["test/train/0.png"] == ("train", "test")


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("name", ["metadata.csv", "Metadata.CSV", "cat/metadata.parquet"])
@pytest.mark.parametrize("content", UNRELATED.values(), ids=UNRELATED.keys())
def test_a_table_of_another_program_is_noted_and_ignored(tmp_path, content, name, kind):
    """F5: a file called metadata.csv need not be about the pictures beside it."""
    files = pictures("cat/1.png", "dog/2.png")
    source = opened(tmp_path, files | {name: content}, kind)
    assert labels(source) == {"cat/1.png": ("cat", "pool"), "dog/2.png": ("dog", "pool")}
    assert not source.skipped
    (note,) = source.notes
    assert note.startswith(f"{name} is ignored: ")
    assert "\n" not in note
    assert len(note) < 400


def test_a_table_about_the_pictures_counts_beside_one_that_is_not(tmp_path):
    """F5: only the unrelated one is ignored."""
    files = pictures("1.png", "more/2.png")
    right = b"file_name,label\n1.png,cat\n9.png,dog\n"
    source = opened(
        tmp_path, files | {"metadata.csv": right, "more/metadata.csv": b"\xff\xff"}, "folder"
    )
    assert labels(source) == {"1.png": ("cat", "pool"), "more/2.png": ("more", "pool")}
    assert [left.name for left in source.skipped] == ["9.png"]
    assert len(source.notes) == 1
