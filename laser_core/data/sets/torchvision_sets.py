"""The research data sets: read with torchvision's own classes, downloaded where they are absent."""

from __future__ import annotations

import hashlib
import importlib
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs
from PIL import Image

from laser_core.data.base import ImageSource, Item, Split
from laser_core.data.sets.icub_world import open_icub_world
from laser_core.data.sets.tiny_imagenet import open_tiny_imagenet
from laser_core.errors import PoolError

_PROBE_SECONDS = 6.0  # until "no internet" is said; name look-ups alone may take 5
_STALL_SECONDS = 30.0  # a download that brings nothing for so long has failed

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ArraySplit:
    """One split of a data set that fits in memory.

    Args:
        pixels: (N, H, W) grey or (N, H, W, 3) colour.
        labels: (N,) positions in the set's list of classes.
        prefix: the first part of the ids, "train" in "train/00042".
        split: what it is used for.
    """

    pixels: Pixels
    labels: Sequence[int]
    prefix: str
    split: Split


class ArraySource(ImageSource):
    """Pictures that lie in memory as arrays.

    Args:
        classes: the set's class names, readable, in its own order.
    """

    def __init__(
        self,
        name: str,
        classes: Sequence[str],
        splits: Sequence[ArraySplit],
        notes: Sequence[str] = (),
    ) -> None:
        items: list[Item] = []
        self._place: dict[str, tuple[Pixels, int]] = {}
        for part in splits:
            for position, label in enumerate(part.labels):
                id = f"{part.prefix}/{position:05d}"
                items.append(Item(id, classes[label], part.split))
                self._place[id] = (part.pixels, position)
        super().__init__(name, items, class_order=classes, notes=notes)

    def content_key(self, id: str) -> str:
        """A hash of the picture's shape and pixels."""
        pixels = self._picture(id)
        return hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()

    def image(self, id: str) -> Image.Image:
        """The picture, RGB."""
        return Image.fromarray(self._picture(id)).convert("RGB")

    def stamp(self, id: str) -> str:
        """The set's name and the id: a published set never changes."""
        return f"{self.name}|{id}"

    def _picture(self, id: str) -> Pixels:
        pixels, position = self._place[id]
        return np.ascontiguousarray(pixels[position])


@dataclass(frozen=True)
class Recipe:
    """How torchvision names a set, and what we make of it.

    Args:
        loader: the name of the class in `torchvision.datasets`.
        pool: the arguments that make it read the pool.
        test: those for the test split.
        renamed: class names that do not read well in a sentence, and what they become.
        note: what a person should know, or "".
    """

    loader: str
    pool: Mapping[str, Any]
    test: Mapping[str, Any]
    renamed: Mapping[str, str]
    note: str = ""


_FASHION = {
    "T-shirt/top": "t-shirt",  # "/" would cut a folder's name in two when the run is exported
    **{n: n.lower() for n in ("Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt")},
    **{n: n.lower() for n in ("Sneaker", "Bag", "Ankle boot")},
}
RECIPES = {
    "cifar10": Recipe("CIFAR10", {"train": True}, {"train": False}, {}),
    "cifar100": Recipe("CIFAR100", {"train": True}, {"train": False}, {}),
    "fashion-mnist": Recipe("FashionMNIST", {"train": True}, {"train": False}, _FASHION),
    "stl10": Recipe(
        "STL10",
        {"split": "train"},
        {"split": "test"},
        {},
        note="STL-10's 100,000 unlabeled pictures are left out: their true classes are not known",
    ),
}


# Sets that torchvision has no class for, read as their authors pack them and never downloaded.
_AS_PACKED = {"tiny-imagenet": open_tiny_imagenet, "icubworld": open_icub_world}


def default_data_root() -> Path:
    """Where data sets are kept when the user names no folder."""
    return platformdirs.user_cache_path("laser-explorer") / "datasets"


def open_set(name: str, root: Path, library: Any = None) -> ImageSource:
    """The data set `name`; ids are "train/00042" and "test/00042", classes in the set's order.

    Torchvision shows the progress of a download on the terminal, and checks the files' checksums.

    Args:
        name: a key of `RECIPES`, "tiny-imagenet" or "icubworld".
        root: where it lies, or is downloaded to.
        library: torchvision.datasets; None imports it, and torch with it.

    Raises:
        PoolError: it is not in `root` and cannot be downloaded, or its files are damaged.
    """
    if name in _AS_PACKED:
        return _AS_PACKED[name](root)
    recipe = RECIPES[name]
    library = library or importlib.import_module("torchvision.datasets")
    loader = getattr(library, recipe.loader)
    try:
        pool = _load_if_present(loader, root, recipe)
        if pool is None:
            pool = _download(name, loader, root, recipe)
        test = loader(root, **recipe.test)
    except (RuntimeError, OSError, ValueError, EOFError) as error:
        raise PoolError(
            f"{name}: its files in {root} cannot be read ({error}); remove them and start again"
        ) from error
    classes = [recipe.renamed.get(c, c.replace("_", " ")) for c in pool.classes]
    splits = [
        ArraySplit(_pixels(pool), _labels(pool), "train", "pool"),
        ArraySplit(_pixels(test), _labels(test), "test", "test"),
    ]
    return ArraySource(name, classes, splits, [recipe.note] if recipe.note else [])


def _pixels(data: Any) -> Pixels:
    """(N, H, W[, 3]) whichever way the loader holds them: STL10 has the colours first."""
    pixels: Pixels = np.asarray(data.data)
    return pixels.transpose(0, 2, 3, 1) if pixels.ndim == 4 and pixels.shape[1] == 3 else pixels


def _labels(data: Any) -> list[int]:
    labels = data.targets if hasattr(data, "targets") else data.labels
    return [int(label) for label in np.asarray(labels)]


def _load_if_present(loader: Any, root: Path, recipe: Recipe) -> Any:
    """The pool's split if the set lies unpacked in `root`, else None."""
    try:
        return loader(root, **recipe.pool)
    except RuntimeError as error:
        if "not found" in str(error):  # torchvision has no error of its own for it
            return None
        raise


def _download(name: str, loader: Any, root: Path, recipe: Recipe) -> Any:
    """The pool's split, downloaded and unpacked; packed files put there by hand are used.

    Raises:
        PoolError: it cannot be downloaded; says where to put which file by hand.
    """
    folder, files = _downloads(loader, root)
    missing = [url for url, there in files.items() if not there]
    by_hand = (
        f"get {' and '.join(missing)} on another machine and put it, still packed, into {folder}"
    )
    if missing and (reason := _why_unreachable(missing[0])):
        raise PoolError(f"{name} is not in {root} and cannot be downloaded ({reason}); {by_hand}")
    try:
        with _connection_timeout(_STALL_SECONDS):
            return loader(root, download=True, **recipe.pool)
    except (RuntimeError, OSError, EOFError) as error:  # URLError is an OSError
        raise PoolError(
            f"{name} could not be downloaded to {root} ({error}); start again, or {by_hand}"
        ) from error


def _downloads(loader: Any, root: Path) -> tuple[Path, dict[str, bool]]:
    """The folder that a set's packed files belong into, and which of their addresses are there."""
    intact = importlib.import_module("torchvision.datasets.utils").check_integrity
    if hasattr(loader, "resources"):  # MNIST and its kin: several files
        folder = root / loader.__name__ / "raw"
        files = {f"{loader.mirrors[0]}{name}": (name, md5) for name, md5 in loader.resources}
    else:
        folder = root
        files = {loader.url: (loader.filename, loader.tgz_md5)}
    return folder, {url: intact(folder / name, md5) for url, (name, md5) in files.items()}


def _why_unreachable(url: str) -> str:
    """Why `url` cannot be asked for, or ""; an answer comes within `_PROBE_SECONDS`."""
    outcome = [f"no answer within {_PROBE_SECONDS:.0f} s; is there internet?"]

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=_PROBE_SECONDS):
                outcome[0] = ""
        except urllib.error.HTTPError:
            outcome[0] = ""  # someone answered; what they mean shows when the file is asked for
        except (OSError, ValueError) as error:
            outcome[0] = str(getattr(error, "reason", error))

    # A thread, because no timeout covers the look-up of the host's name.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PROBE_SECONDS)
    return outcome[0]


@contextmanager
def _connection_timeout(seconds: float) -> Iterator[None]:
    """Give new connections a timeout, which torchvision's downloads do not set themselves."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
