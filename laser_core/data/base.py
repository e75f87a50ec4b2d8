"""What a pool source is: pictures under stable ids, decoded one at a time when asked for."""

from __future__ import annotations

import hashlib
import io
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageOps

from laser_core.arrays import Ids
from laser_core.errors import PoolError

Split = Literal["pool", "test"]
MAX_PIXELS = 100_000_000  # a larger picture is skipped: decoded it would take 300 MB and more


@dataclass(frozen=True)
class Skipped:
    """A file that is not used, and why, for the list a person reads."""

    name: str
    reason: str


@dataclass(frozen=True)
class Item:
    """One picture of a source: its name for ever, where it belongs and what it truly shows.

    Args:
        id: stable and unique within the source (a relative path with "/" on every system).
        label: its true class, or None when nobody said.
        split: "pool" to be queried from, "test" to measure accuracy on.
    """

    id: str
    label: str | None
    split: Split


class ImageSource(ABC):
    """Pictures with stable ids. Holds names and labels in memory, never the pixels.

    Args:
        name: what the user asked for ("demo", a folder's name), shown on the screen.
        items: the pictures, in a fixed order, ids unique.
        skipped: files left out while scanning.
    """

    def __init__(
        self, name: str, items: Collection[Item], skipped: Collection[Skipped] = ()
    ) -> None:
        self.name = name
        self.items: tuple[Item, ...] = tuple(items)
        self.skipped: tuple[Skipped, ...] = tuple(skipped)
        self._row = {item.id: row for row, item in enumerate(self.items)}
        if len(self._row) != len(self.items):
            twice = [i for i, n in Counter(item.id for item in self.items).items() if n > 1]
            raise PoolError(
                f"{name}: the id {twice[0]!r} stands for more than one picture "
                f"({len(twice)} such ids); ids must be unique, so rename or remove the repeats"
            )

    @abstractmethod
    def content_key(self, id: str) -> str:
        """A hash of the picture's own content: the same picture has it under any name."""

    @abstractmethod
    def image(self, id: str) -> Image.Image:
        """The picture, RGB, turned as its EXIF says.

        Raises:
            PoolError: it cannot be decoded, or has more than `MAX_PIXELS` pixels.
        """

    def stamp(self, id: str) -> str:
        """Something cheap that changes when the picture does (path, size, time); "" if none is.

        The embedding cache uses it to find the content key without reading the file again.
        """
        return ""

    def ids(self, split: Split | None = None) -> Ids:
        """(N,) ids in the source's order, of one split or of both."""
        return np.array([i.id for i in self.items if split in (None, i.split)], dtype=np.str_)

    def item(self, id: str) -> Item:
        return self.items[self._row[id]]

    def label(self, id: str) -> str | None:
        return self.item(id).label

    def classes(self) -> list[str]:
        """Class names in the order of the source (a data set's own, else alphabetical)."""
        return sorted({i.label for i in self.items if i.label is not None}, key=natural_order)

    def counts(self, split: Split = "pool") -> dict[str, int]:
        """Class name -> pictures of that class in `split`; unlabeled pictures are not counted."""
        seen = Counter(i.label for i in self.items if i.split == split and i.label is not None)
        return {name: seen[name] for name in self.classes()}

    def __len__(self) -> int:
        return len(self.items)

    def subset(self, ids: Collection[str], skipped: Collection[Skipped] = ()) -> ImageSource:
        """The same source with only `ids` (in the source's order); `skipped` is added to its list."""
        return _Subset(self, set(ids), skipped)


class _Subset(ImageSource):
    """Some pictures of another source."""

    def __init__(
        self, whole: ImageSource, ids: Collection[str], skipped: Collection[Skipped]
    ) -> None:
        kept = [item for item in whole.items if item.id in ids]
        super().__init__(whole.name, kept, (*whole.skipped, *skipped))
        self._whole = whole

    def content_key(self, id: str) -> str:
        return self._whole.content_key(id)

    def image(self, id: str) -> Image.Image:
        return self._whole.image(id)

    def stamp(self, id: str) -> str:
        return self._whole.stamp(id)

    def classes(self) -> list[str]:
        present = {i.label for i in self.items}
        return [name for name in self._whole.classes() if name in present]


class EncodedSource(ImageSource):
    """A source whose pictures are encoded files: only `encoded` is left to say."""

    @abstractmethod
    def encoded(self, id: str) -> bytes:
        """The picture's file, as it lies on disk."""

    def content_key(self, id: str) -> str:
        return hashlib.sha256(self.encoded(id)).hexdigest()

    def image(self, id: str) -> Image.Image:
        return decode(self.encoded(id), id)


def decode(data: bytes, name: str) -> Image.Image:
    """The picture in `data`, RGB, turned as its EXIF says.

    Raises:
        PoolError: `data` is no picture, is cut off, or has more than `MAX_PIXELS` pixels.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise PoolError(
                    f"{name}: {opened.width} x {opened.height} pixels are more than the "
                    f"{MAX_PIXELS:,} allowed; shrink the picture or leave it out"
                )
            return ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PoolError(f"{name}: cannot be decoded as a picture ({error}); leave it out") from error


def natural_order(name: str) -> tuple[object, ...]:
    """Sort key that puts class 10 after class 9, and ignores case first."""
    digits = "".join(c if c.isdigit() else " " for c in name).split()
    return (not name.isdigit(), int(digits[0]) if name.isdigit() else 0, name.lower(), name)
