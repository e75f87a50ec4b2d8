"""Names that every system takes for a file, made of any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laser_core.basics.file_names import LONGEST, last_part, safe_name

DEVICES = ["CON", "nul", "Aux.zip", "COM1", "lpt9.csv", "COM²", "CONIN$", "con.tar.gz", "PRN .txt"]


@pytest.mark.parametrize("name", DEVICES)
def test_a_name_that_windows_takes_for_a_device_gets_a_sign_before_it(name):
    """F7: also with an ending, also with a digit set high."""
    assert safe_name(name) == f"_{name}"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("", "_"), (".", "_"), ("..", "_"), ("...", "_"), (" ", "_"), ("a.", "a_"), ("a/b", "a_b"),
        ("a\0b.zip", "a_b.zip"), (".zip", "_.zip"), (".NET", "_.NET"), ("a\\b:c", "a_b_c"),
        ("\ud800.zip", "_.zip"), ("a\nb", "a_b"), ("console", "console"), ("com10", "com10"),
        ("my photos.zip", "my photos.zip"), ("Ärger.zip", "Ärger.zip"),
    ],
)  # fmt: skip
def test_what_a_system_does_not_take_becomes_an_underscore(name, safe):
    """F7: empty names, dots, slashes, NUL, halves of signs."""
    assert safe_name(name) == safe


@pytest.mark.parametrize("length", [199, 200, 201, 251, 252, 255, 256, 5000])
@pytest.mark.parametrize("sign", ["a", "é", "猫", "😀"])
def test_a_long_name_is_cut_by_bytes_and_keeps_its_ending(length, sign):
    """F7: 255 bytes is the limit of systems, and signs may take four."""
    name = sign * length + ".zip"
    safe = safe_name(name)
    assert len(safe.encode()) <= LONGEST
    assert safe.endswith(".zip")
    assert safe_name(safe) == safe
    other = safe_name(sign * length + "b.zip")
    assert other != safe  # two long names stay two


@given(st.text(max_size=400))
@settings(max_examples=300)
def test_any_text_becomes_a_name_that_can_be_written(tmp_path_factory, name):
    """F7: whatever a browser sends."""
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= LONGEST
    assert not safe.startswith(".")
    assert safe not in (".", "..")
    assert safe_name(safe) == safe
    path = tmp_path_factory.getbasetemp() / "names" / safe
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert path.parent == tmp_path_factory.getbasetemp() / "names"
    path.unlink()


def test_the_last_part_of_a_path_of_any_system():
    """F7: a browser may send where the file lay."""
    ways = ["C:\\me\\a.zip", "/home/me/a.zip", "a.zip", "me\\a.zip", "me/a.zip/"]
    assert {last_part(way) for way in ways} == {"a.zip"}
    assert last_part("..") == ".."
