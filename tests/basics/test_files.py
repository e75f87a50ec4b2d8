"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import ast
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from laser_core.basics.files import draft_of, save_array, whole_file

ROOT = Path(__file__).resolve().parents[2]
# those that move what is there already, and write nothing first
MOVES = {"laser_core/store/backup.py", "laser_core/store/restore.py"}


def test_a_file_is_there_once_it_is_written_and_its_draft_is_gone(tmp_path):
    with whole_file(tmp_path / "new" / "a.txt") as file:
        file.write(b"all of it")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"all of it"


@pytest.mark.parametrize("stop", [ValueError, OSError, KeyboardInterrupt])
def test_after_an_error_the_old_content_stands_and_no_draft_is_left(tmp_path, stop):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def half_way() -> None:
        with whole_file(path) as file:
            file.write(b"ne")
            raise stop

    with pytest.raises(stop):
        half_way()
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (b"old", ["a.txt"])


def test_a_draft_that_was_never_written_is_an_error_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(FileNotFoundError), draft_of(path):
        pass
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a mapped file as it is")
def test_a_mapped_array_keeps_its_numbers_when_its_file_is_replaced(tmp_path):
    path = tmp_path / "a.npy"
    save_array(path, np.arange(4))
    mapped = np.load(path, mmap_mode="r")
    save_array(path, np.zeros(4))
    assert mapped.tolist() == [0, 1, 2, 3]
    assert np.load(path).tolist() == [0, 0, 0, 0]


def test_writers_of_one_file_at_once_never_mix_and_readers_see_one_or_the_other(tmp_path):
    path, contents, torn = tmp_path / "a.txt", {b"a" * 200_000, b"b" * 200_000}, []
    path.write_bytes(b"a" * 200_000)

    def write(content: bytes) -> None:
        for _ in range(40):
            with whole_file(path) as file:
                for at in range(0, len(content), 50_000):
                    file.write(content[at : at + 50_000])

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if path.read_bytes() not in contents:
            torn.append(1)
    assert not torn
    assert path.read_bytes() in contents
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def renames(node: ast.AST) -> bool:
    """Whether a call renames a file: `str.replace` has two arguments, a record's has names."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr == "NamedTemporaryFile" or ast.unparse(node.func.value) == "os":
        return node.func.attr in ("NamedTemporaryFile", "replace", "rename")
    return node.func.attr in ("replace", "rename") and len(node.args) == 1 and not node.keywords


def test_nobody_else_writes_under_another_name_and_renames():
    files = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "laser_core").rglob("*.py")]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in files}
    found = {path for path, tree in trees.items() if any(map(renames, ast.walk(tree)))}
    assert {p.relative_to(ROOT).as_posix() for p in found} == {"laser_core/basics/files.py", *MOVES}
