"""What a browser sends is kept under a name that every system takes."""

from __future__ import annotations

import pytest

from ui.shared import uploads


@pytest.mark.parametrize(
    "name",
    [
        "a" * 248 + ".zip", "a" * 252 + ".zip", "猫" * 300 + ".zip", ".", "..", "", "/", "CON.zip",
        "NUL", "a\0b.zip", "../../etc/passwd", "C:\\me\\pool.zip", ".zip", "a\nb.zip", "\ud800.zip",
    ],
)  # fmt: skip
def test_an_upload_of_any_name_is_kept_below_the_uploads_folder(tmp_path, monkeypatch, name):
    """F7: long names, dots, devices, slashes and NUL."""
    monkeypatch.setattr(uploads, "runs_folder", lambda: tmp_path)
    path = uploads.keep_upload(name, b"data")
    assert path.read_bytes() == b"data"
    assert path.parent.parent == tmp_path / ".uploads"
    assert uploads.keep_upload(name, b"data") == path
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # nothing half written beside it
    if name.endswith(".zip"):
        assert uploads.kept_uploads(".zip") == [path]


def test_two_uploads_of_one_name_are_two_files(tmp_path, monkeypatch):
    """F7: the content tells them apart."""
    monkeypatch.setattr(uploads, "runs_folder", lambda: tmp_path)
    paths = [uploads.keep_upload("a.zip", data) for data in (b"1", b"2")]
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]
