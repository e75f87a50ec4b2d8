"""What a pool source is: pictures under stable ids, decoded one at a time when asked for."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from PIL import Image

from laser_core.basics.arrays import Ids
from laser_core.data.pictures.decode import decode
from laser_core.errors import PoolError

Split = Literal["pool", "test"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not used, and why, for the list a person reads."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
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
        class_order: a data set's own order of its classes; names outside it follow alphabetically.
        notes: how the source was read, where that was a choice, one sentence each for a person.

    Attributes:
        spec, data_root: what opens it again, as in `ExperimentConfig`; "" for a source that was
            not opened by such a name.
    """

    spec: str = ""
    data_root: str | None = None

    def __init__(
        self,
        name: str,
        items: Collection[Item],
        skipped: Collection[Skipped] = (),
        *,
        class_order: Sequence[str] = (),
        notes: Collection[str] = (),
    ) -> None:
        self.name = name
        self.items: tuple[Item, ...] = tuple(items)
        self.skipped: tuple[Skipped, ...] = tuple(skipped)
        self.class_order: tuple[str, ...] = tuple(class_order)
        self.notes: tuple[str, ...] = tuple(notes)
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

    def small_image(self, id: str, least_side: int) -> Image.Image:
        """The picture, perhaps decoded smaller, but with no side below twice `least_side`.

        A large photo comes several times as fast; the same picture always comes at the same size.

        Raises:
            PoolError: as for `image`.
        """
        return self.image(id)

    def stamp(self, id: str) -> str:
        """Something cheap that changes when the picture does (path, size, time); "" if none is.

        The embedding cache uses it to find the content key without reading the file again.
        """
        return ""

    def ids(self, split: Split | None = None) -> Ids:
        """(N,) ids in the source's order, of one split or of both."""
        return np.array([i.id for i in self.items if split in (None, i.split)], dtype=np.str_)

    def item(self, id: str) -> Item:
        """The item of picture `id`. Raises KeyError for an unknown id."""
        return self.items[self._row[id]]

    def label(self, id: str) -> str | None:
        """The picture's true class, None where it has none. Raises KeyError for an unknown id."""
        return self.item(id).label

    def classes(self) -> list[str]:
        """Class names of both splits in the source's order: a data set's own, else `natural_order`.

        "The first R classes" of a mismatch split are the first of this list.
        """
        return list(self._classes)

    @cached_property
    def _classes(self) -> tuple[str, ...]:
        present = {item.label for item in self.items if item.label is not None}
        known = [name for name in self.class_order if name in present]
        return (*known, *sorted(present.difference(known), key=natural_order))

    def counts(self, split: Split = "pool") -> dict[str, int]:
        """Class name -> pictures of that class in `split`; unlabeled pictures are not counted."""
        seen = Counter(i.label for i in self.items if i.split == split and i.label is not None)
        return {name: seen[name] for name in self.classes()}

    def __len__(self) -> int:
        return len(self.items)

    def subset(self, ids: Collection[str], skipped: Collection[Skipped] = ()) -> ImageSource:
        """The same source with only `ids`, in the source's order; `skipped` joins its list."""
        return _Subset(self, set(ids), skipped)


class _Subset(ImageSource):
    """Some pictures of another source."""

    def __init__(
        self, whole: ImageSource, ids: Collection[str], skipped: Collection[Skipped]
    ) -> None:
        kept = [item for item in whole.items if item.id in ids]
        super().__init__(
            whole.name,
            kept,
            (*whole.skipped, *skipped),
            class_order=whole.classes(),
            notes=whole.notes,
        )
        self._whole = whole

    def content_key(self, id: str) -> str:
        return self._whole.content_key(id)

    def image(self, id: str) -> Image.Image:
        return self._whole.image(id)

    def small_image(self, id: str, least_side: int) -> Image.Image:
        return self._whole.small_image(id, least_side)

    def stamp(self, id: str) -> str:
        return self._whole.stamp(id)


class EncodedSource(ImageSource):
    """A source whose pictures are encoded files: only `file_bytes` is left to say."""

    @abstractmethod
    def file_bytes(self, id: str) -> bytes:
        """The picture's file, as it lies on disk."""

    def content_key(self, id: str) -> str:
        return hashlib.sha256(self.file_bytes(id)).hexdigest()

    def image(self, id: str) -> Image.Image:
        return decode(self.file_bytes(id), id)

    def small_image(self, id: str, least_side: int) -> Image.Image:
        return decode(self.file_bytes(id), id, least_side)


def bare_name(name: str) -> str:
    """`name` without case, "_", "-" and spaces: what two spellings of one name share."""
    return re.sub(r"[-_\s]", "", name).casefold()


def natural_order(name: str) -> tuple[object, ...]:
    """Sort key that reads numbers as numbers (class 10 after class 9) and ignores case first."""
    parts = re.split(r"([0-9]{1,18})", name.casefold())  # text, number, text, ..., text
    return (tuple(int(p) if i % 2 else p for i, p in enumerate(parts)), name)
