"""Maps of a run as they are kept: where pictures and sentences lie in two dimensions.

Needs NumPy alone, so that pages can read what `laser_core.maps.projection` computed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.errors import ConfigError, StoreError
from laser_core.store.records import UnreadableError, read_json
from laser_core.store.store import Store, StoreView

What = Literal["text", "image", "joint"]
Method = Literal["umap", "pca"]
FOLDER = "maps"  # below the run's `arrays`


@dataclass(frozen=True)
class _Facts:
    """What a map's small file says of it."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """One map of a run.

    Args:
        what: sentences only (Fig. 2), pictures only, or both.
        method: how many dimensions became two.
        texts_version: of the descriptions that `texts` are; 0 for pictures only.
        images: (N, 2) in the pool's order; (0, 2) for sentences only.
        texts: sentences of relevant classes first, then the confusers'; () for pictures only.
        text_xy: (T, 2) in the same unit as `images`.
    """

    what: What
    method: Method
    texts_version: int
    images: Floats
    texts: tuple[str, ...]
    text_xy: Floats

    @property
    def name(self) -> str:
        """The name of its files in `arrays/`: see `layout_name`."""
        return layout_name(self.what, self.method, self.texts_version)


def layout_name(what: What, method: Method, texts_version: int) -> str:
    """The name of a layout; maps of pictures alone do not depend on the sentences."""
    return f"{what}-{method}" + ("" if what == "image" else f"-{texts_version}")


def check_kind(what: str, method: str) -> None:
    """Check that there is such a map.

    Raises:
        ConfigError: `what` or `method` is unknown.
    """
    if what not in get_args(What) or method not in get_args(Method):
        raise ConfigError(f"a map of {what} by {method}: choose text, image or joint, umap or pca")


def save_layout(store: Store, layout: Layout) -> None:
    """Keep a map with its run; the small file that names it comes last, so it is whole or absent.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    name = layout.name
    store.arrays.write(f"{FOLDER}/{name}-images", layout.images.astype(np.float32))
    store.arrays.write(f"{FOLDER}/{name}-texts", layout.text_xy.astype(np.float32))
    facts = {
        "what": layout.what,
        "method": layout.method,
        "texts_version": layout.texts_version,
        "texts": layout.texts,
    }
    store.files.write(f"arrays/{FOLDER}/{name}.json", json.dumps(facts))


def kept_layouts(store: StoreView) -> list[tuple[What, Method, int]]:
    """(what, method, version of the sentences) of every map kept with the run, newest last."""
    found: list[tuple[float, tuple[What, Method, int]]] = []
    for path in (store.folder / "arrays" / FOLDER).glob("*.json"):
        what, method, version = (*path.stem.split("-"), "0", "")[:3]
        if not (version.isascii() and version.isdecimal()):
            continue
        if what in get_args(What) and method in get_args(Method):
            kind = (cast(What, what), cast(Method, method), int(version))
            found.append((path.stat().st_mtime, kind))
    return [kind for _, kind in sorted(found)]


def newest_version(store: StoreView, what: What, method: Method) -> int | None:
    """The newest version of the sentences that such a map was drawn for; None without a map."""
    versions = [v for w, m, v in kept_layouts(store) if (w, m) == (what, method)]
    return max(versions, default=None)


def is_kept(store: StoreView, what: What, method: Method, texts_version: int) -> bool:
    """Whether that map can be read; one that is damaged counts as not there."""
    try:
        read_layout(store, what, method, texts_version)
    except StoreError:
        return False
    return True


def read_layout(store: StoreView, what: What, method: Method, texts_version: int) -> Layout:
    """A kept map.

    Raises:
        StoreError: it is not there, or is damaged.
    """
    name = layout_name(what, method, texts_version)
    try:
        texts = read_json(_Facts, store.files.read(f"arrays/{FOLDER}/{name}.json")).texts
    except UnreadableError as error:
        raise StoreError(f"the map {name} is damaged ({error}); draw it again") from error
    images = np.asarray(store.arrays.read(f"{FOLDER}/{name}-images"))
    text_xy = np.asarray(store.arrays.read(f"{FOLDER}/{name}-texts"))
    flat = all(xy.ndim == 2 and xy.shape[1] == 2 for xy in (images, text_xy))
    numbers = flat and np.isfinite(images).all() and np.isfinite(text_xy).all()
    if not numbers or len(text_xy) != len(texts):
        raise StoreError(f"the map {name} is damaged; draw it again")
    return Layout(what, method, texts_version, images, texts, text_xy)
