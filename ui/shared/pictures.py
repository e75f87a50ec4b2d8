"""The addresses of small copies of pictures on this server, and making the few a page needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import streamlit as st

from laser_core.data.base import ImageSource
from laser_core.data.pictures.thumbnails import (
    SIDE,
    source_folder_name,
    thumbnail_name,
    write_thumbnails,
)
from laser_core.progress import drain

STATIC = Path(__file__).resolve().parents[2] / "static"  # what Streamlit serves: beside app.py


class Thumbnails:
    """The small copies of one source's pictures.

    Args:
        source_key: whatever tells this source from every other.
        static: the folder that Streamlit serves at /app/static; `STATIC` if left out.
        side: of the copies in pixels; each has a folder of its own.
    """

    def __init__(self, source_key: str, static: Path | None = None, side: int = SIDE) -> None:
        name = source_folder_name(source_key)
        self.folder = (static or STATIC) / "thumbs" / (name if side == SIDE else f"{name}-{side}")
        self.side = side
        prefix = str(st.get_option("server.baseUrlPath")).strip("/")  # below a proxy's path
        self.base_url = f"{prefix and '/' + prefix}/app/static/thumbs/{self.folder.name}/"

    def url(self, id: str) -> str:
        """The address of picture `id`'s copy, whether or not it has been made."""
        return self.base_url + thumbnail_name(id)

    def make(self, source: ImageSource, ids: Collection[str]) -> None:
        """Make the missing copies now: for a few dozen on a page, not for a whole pool."""
        drain(write_thumbnails(source, ids, self.folder, self.side))

    def complete(self, ids: Iterable[str]) -> bool:
        """Whether every one of `ids` has its copy."""
        ids = list(ids)
        return self.made_of(ids) == len(ids)

    def made_of(self, ids: Iterable[str]) -> int:
        """How many of `ids`, counted from the first, have their copies without a gap."""
        ids = list(ids)
        present = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        return next((n for n, id in enumerate(ids) if thumbnail_name(id) not in present), len(ids))
