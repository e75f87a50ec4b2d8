"""Pictures with wrong bytes: decoded to the size they say, or refused, at a bounded cost."""

from __future__ import annotations

import io
import struct
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from laser_core.data.file_source import file_fault
from laser_core.data.pictures.decode import decode
from laser_core.data.pictures.file_kinds import FORMATS
from laser_core.errors import PoolError
from tests.fuzz import mutate
from tests.fuzz.harness import Target, WrongReadingError

T = TypeVar("T")
SIZE = (61, 43)
MOST_STEPS = 3_000_000  # calls, of Python and C; ordinary ones take some thousand
KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "jpeg": ("JPEG", {}),
    "progressive jpeg": ("JPEG", {"progressive": True, "comment": b"a note"}),
    "png": ("PNG", {}),
    "gif": ("GIF", {"comment": b"a note"}),
    "webp": ("WEBP", {}),
    "lossless webp": ("WEBP", {"lossless": True}),
    "bmp": ("BMP", {}),
    "tiff": ("TIFF", {}),
    "packed tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "jpeg in tiff": ("TIFF", {"compression": "jpeg"}),
    **({"avif": ("AVIF", {})} if "AVIF" in FORMATS else {}),
}


@cache
def pictures() -> dict[str, bytes]:
    """Name -> a picture of `SIZE` with EXIF that leaves it as it is, where its format has any."""
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x011A] = 1, "a picture", 72.0
    made = {}
    for name, (kind, options) in KINDS.items():
        buffer = io.BytesIO()
        noted = {} if kind in ("GIF", "BMP") else {"exif": exif}
        Image.fromarray(pixels).save(buffer, kind, **noted, **options)
        made[name] = buffer.getvalue()
    return made


def spoiled(rng: np.random.Generator, folder: Path) -> str:
    """Wrong bytes anywhere."""
    name = mutate.pick(rng, pictures())
    way, data = mutate.spoiled_bytes(pictures()[name], rng)
    return f"{name}, {way}: {judged(data, folder)}"


def large_numbers(rng: np.random.Generator, folder: Path) -> str:
    """Some numbers of the header are as large, or as odd, as they can be."""
    name = mutate.pick(rng, pictures())
    data = bytearray(pictures()[name])
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(2, min(len(data) - 4, 400)))
        number = mutate.pick(rng, (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 30_000, 65))
        form = mutate.pick(rng, ("<I", ">I", "<H", ">H"))
        struct.pack_into(form, data, at, number & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
    return f"{name}: {judged(bytes(data), folder)}"


def long_tail(rng: np.random.Generator, folder: Path) -> str:
    """A header, then one byte again and again."""
    name = mutate.pick(rng, pictures())
    data = pictures()[name]
    kept = data[: int(rng.integers(1, len(data)))]
    fill = mutate.pick(rng, (b"\0", b"\xff", b"\x01", b"\x21", b"\x2c", b"\xff\xd8", b"IDAT"))
    return f"{name}: {judged(kept + fill * (1_000_000 // len(fill)), folder)}"


def judged(data: bytes, folder: Path) -> str:
    """A word on what became of a picture; a wrong size, or a long time, is a wrong reading."""
    path = folder / "a.png"
    path.write_bytes(data)
    within(lambda: file_fault(path))
    try:
        image = within(lambda: decode(data, "a"))
    except PoolError as error:
        if len(str(error)) > 500 or "\n" in str(error):
            raise WrongReadingError(f"a long sentence: {error}") from error
        return "refused"
    said = plain_size(data)
    if image.mode != "RGB" or said not in (None, image.size, image.size[::-1]):
        raise WrongReadingError(f"{image.mode} of {image.size} where the file says {said}")
    return "decoded" if image.size == SIZE else "decoded to another size, as the file says"


def plain_size(data: bytes) -> tuple[int, int] | None:
    """What Pillow alone makes of the header; None where it makes nothing of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                return opened.size
        except Exception:
            return None


def within(work: Callable[[], T]) -> T:
    """What `work` returns; a wrong reading if it takes more than `MOST_STEPS` calls."""
    steps = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")
        if steps > MOST_STEPS:
            raise WrongReadingError(f"more than {MOST_STEPS:,} steps")

    sys.setprofile(counted)
    try:
        return work()
    finally:
        sys.setprofile(None)


TARGETS = (
    Target("pictures", spoiled, 150),
    Target("pictures-numbers", large_numbers, 120),
    Target("pictures-tails", long_tail, 40),
)
