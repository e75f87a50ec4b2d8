"""One spec, any kind of pool."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pool_pictures import assert_refused, encoded, pictures, write, zipped

from laser_core.data.open import open_pool, summarise_pool


def test_the_demo_opens_by_name_in_any_spelling():
    assert open_pool("demo").name == "demo"
    assert open_pool(" Demo_Hard ").name == "demo-hard"


def test_a_folder_an_archive_and_a_table_open_by_path(tmp_path):
    files = pictures("cat/1.png", "dog/2.png")
    write(tmp_path / "pool", files | {"pool.csv": b"path\ncat/1.png\n"})
    zipped(tmp_path / "pool.ZIP", files)
    assert len(open_pool(str(tmp_path / "pool"))) == 2
    assert len(open_pool(str(tmp_path / "pool.ZIP"))) == 2
    assert len(open_pool(str(tmp_path / "pool" / "pool.csv"))) == 1


def test_a_folder_called_demo_is_reached_with_its_path(tmp_path, monkeypatch):
    write(tmp_path, pictures("demo/cat/1.png", "demo/dog/1.png"))
    monkeypatch.chdir(tmp_path)
    assert open_pool("./demo").classes() == ["cat", "dog"]
    assert len(open_pool("demo")) > 1000


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    write(tmp_path, pictures("pool/1.png"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert len(open_pool("~/pool")) == 1


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("cifar", "did you mean cifar10?"),
        ("tiny-imagnet", "did you mean tiny-imagenet?"),
        ("no/such/folder", "no such file or folder"),
        ("", "no such file or folder"),
    ],
)
def test_an_unknown_name_says_what_is_allowed(tmp_path, spec, said):
    assert_refused(lambda: open_pool(spec), tmp_path, said, "allowed are a folder of pictures, a")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.tar.gz", "only .zip is read; unpack it and give the folder"),
        ("a.png", "one picture is no pool; give the folder it lies in"),
        ("a.docx", "a file of this kind is no pool; allowed are a folder"),
    ],
)
def test_a_file_of_another_kind_says_what_to_do(tmp_path, name, said):
    write(tmp_path, {name: encoded()})
    assert_refused(lambda: open_pool(str(tmp_path / name)), tmp_path, said)


def test_the_facts_of_a_pool_are_counted(tmp_path):
    files = pictures("train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "test/cat/1.png",
                     "unlabeled/1.png", "val/cat/1.png")  # fmt: skip
    write(tmp_path, files | {"train/cat/3.jpg": b"", "train/dog/4.jpg": b"", "train/a.txt": b""})
    facts = summarise_pool(open_pool(str(tmp_path)))
    assert (facts.pool, facts.test, facts.unlabeled) == (4, 1, 1)
    assert facts.pool_counts == {"cat": 2, "dog": 1}
    assert list(facts.skipped.items()) == [("the file is empty", 2), ("not a picture (.txt)", 1)]
    assert len(facts.notes) == 1


def test_a_folder_is_opened_without_torch(tmp_path):
    write(tmp_path, pictures("1.png"))
    code = (
        "import sys; from laser_core.data.open import open_pool; "
        "open_pool(sys.argv[1]); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0
