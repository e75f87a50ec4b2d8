"""Small copies of pictures as real files, for pages to show by address.

They lie below the app's `static` folder (`static/thumbs/SOURCE/NAME.webp`), where Streamlit serves
them; it refuses links, so they are files. Names are hashes of ids, so any id is safe.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from PIL import Image

from laser_core.basics.files import draft_of
from laser_core.data.base import ImageSource
from laser_core.errors import PoolError
from laser_core.progress import Progress, Steps

SIDE = 128  # pixels of the longer side; 2 to 3 kB as WebP
LARGE_SIDE = 512  # to judge one picture by; 15 to 40 kB
NAME_BYTES = 8  # of the hash: two of 50,000 ids share a name with a chance of 1 in 10^10


def thumbnail_digest(id: str) -> bytes:
    """The 8 bytes that stand for `id` in a file name."""
    return hashlib.sha256(id.encode("utf-8", errors="surrogatepass")).digest()[:NAME_BYTES]


def thumbnail_name(id: str) -> str:
    """The file name of the small copy of picture `id`."""
    return f"{thumbnail_digest(id).hex()}.webp"


def source_folder_name(source_key: str) -> str:
    """The folder name of one source's copies; `source_key` is whatever tells sources apart."""
    return hashlib.sha256(source_key.encode()).hexdigest()[:16]


def write_thumbnail(image: Image.Image, path: Path, side: int = SIDE) -> None:
    """Save a copy of `image`, at most `side` pixels wide and high, in one step."""
    small = image.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    with draft_of(path) as draft:
        small.save(draft, "WEBP", quality=80, method=2)


def write_thumbnails(
    source: ImageSource, ids: Collection[str], folder: Path, side: int = SIDE
) -> Steps[int]:
    """Save the copies that are missing in `folder`, and return how many were.

    Copies of one `side` have a folder of their own: their names say nothing of it.

    A picture that cannot be decoded gets a plain grey copy, so that a page shows a blank there
    and not a broken link.
    """
    present = {entry.name for entry in os.scandir(folder)} if folder.is_dir() else set()
    missing = [id for id in ids if thumbnail_name(id) not in present]
    for done, id in enumerate(missing):
        yield Progress("making thumbnails", done, len(missing))
        try:
            image = source.image(id)
        except PoolError:
            image = Image.new("RGB", (SIDE, SIDE), "#808080")
        write_thumbnail(image, folder / thumbnail_name(id), side)
    return len(missing)
