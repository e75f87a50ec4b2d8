"""Small pictures and refusals that the pool tests share."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from laser_core.errors import LaserError


def encoded(
    colour: str = "red", size: tuple[int, int] = (8, 6), kind: str = "PNG", **save
) -> bytes:
    """A picture of one colour as a file's bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **save)
    return buffer.getvalue()


def turned_jpeg() -> bytes:
    """8 wide and 6 high as stored, with an EXIF note that it must be turned by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(kind="JPEG", exif=exif)


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """`folder` with `files` in it: relative path -> bytes."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A .zip at `path` with `files` in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def pictures(*names: str) -> dict[str, bytes]:
    """A picture for each path, no two alike."""
    return {name: encoded(size=(8, 6 + row)) for row, name in enumerate(names)}


def assert_refused(call: Callable[[], object], folder: Path, *said: str) -> None:
    """`call` fails with one line that contains all of `said`, and leaves `folder` as it was."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(LaserError) as refusal:
        call()
    message = str(refusal.value)
    assert "\n" not in message
    for part in said:
        assert part in message
    assert sorted(folder.rglob("*")) == before


def labels(source) -> dict[str, tuple[str | None, str]]:
    """id -> label and split."""
    return {item.id: (item.label, item.split) for item in source.items}


def reasons(source) -> dict[str, str]:
    """name -> why it was skipped."""
    return {left.name: left.reason for left in source.skipped}
