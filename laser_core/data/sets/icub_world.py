"""iCubWorld Transformations (Pasquale et al., 2019), sampled as in Section 4.5.

The robot's camera saw 200 objects of 20 categories turn and move, some 3,600 pictures each, so
neighbours in time look nearly the same: a random mixture of each object's pictures is the pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laser_core.basics.seeding import rng_for
from laser_core.data.base import ImageSource, Item, Skipped, Split, natural_order
from laser_core.data.file_source import FileSource, file_fault, require_pictures
from laser_core.errors import PoolError

NAME = "icubworld"
# Folder -> a name that reads well in a sentence. The paper writes four of them as they stand here.
CATEGORIES = {
    "bodylotion": "body lotion",
    "book": "book",
    "cellphone": "cell phone",
    "flower": "flower",
    "glass": "glass",
    "hairbrush": "hairbrush",
    "hairclip": "hairclip",
    "mouse": "computer mouse",
    "mug": "mug",
    "ovenglove": "oven glove",
    "pencilcase": "pencil case",
    "perfume": "perfume",
    "remote": "remote control",
    "ringbinder": "ring binder",
    "soapdispenser": "soap dispenser",
    "sodabottle": "soda bottle",
    "sprayer": "sprayer",
    "squeezer": "squeezer",
    "sunglasses": "sunglasses",
    "wallet": "wallet",
}
POOL_EACH = 325  # of 200 objects: the paper's 65,000
TEST_EACH = 50  # ours: Section 4.5 names no test split; as many in all as CIFAR-10 has
_ADDRESS = "https://robotology.github.io/iCubWorld"
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".ppm"})


def open_icub_world(root: Path) -> ImageSource:
    """20 categories: of each object 325 random pictures in the pool and 50 further ones to test on.

    The same pictures every time and on every machine: drawn by their paths alone. An object with
    fewer than 375 pictures gives both their share.

    Args:
        root: the folder with the categories, or with the authors' `part1_cropped` to
            `part4_cropped`, or one that has such a folder called `icubworld`.

    Raises:
        PoolError: no category is there.
    """
    folder = root / NAME if (root / NAME).is_dir() else root
    found = _categories(folder)
    if not found:
        raise PoolError(
            f"icubworld: {folder} has none of the folders {', '.join(list(CATEGORIES)[:3])}, ... "
            f"(or part1_cropped with them), and this program does not download it; get the cropped "
            f"parts from {_ADDRESS} and unpack them in {folder}"
        )
    items: list[Item] = []
    skipped: list[Skipped] = []
    for name, places in found.items():
        for pictures in _objects(places, folder).values():
            for id, split in _draw_pictures(pictures):
                if reason := file_fault(folder / id):
                    skipped.append(Skipped(id, reason))
                else:
                    items.append(Item(id, name, split))
    missing = [name for name in CATEGORIES.values() if name not in found]
    return require_pictures(
        FileSource(NAME, items, folder, {}, skipped, class_order=list(found), notes=_notes(missing))
    )


def _categories(folder: Path) -> dict[str, list[Path]]:
    """Category -> its folders, in alphabetical order; parts of one category are joined."""
    if not folder.is_dir():
        return {}
    parts = [folder, *sorted(part for part in folder.glob("part*") if part.is_dir())]
    found = {
        name: [part / spelled for part in parts if (part / spelled).is_dir()]
        for spelled, name in CATEGORIES.items()
    }
    return {name: places for name, places in found.items() if places}


def _objects(places: Sequence[Path], folder: Path) -> dict[str, list[str]]:
    """Object ("mug3") -> the paths of its pictures below `folder`, each in the same order."""
    objects: dict[str, list[str]] = {}
    for place in places:
        for path in place.rglob("*"):
            inside = path.relative_to(place).parts
            if len(inside) > 1 and path.suffix.lower() in _SUFFIXES:
                objects.setdefault(inside[0], []).append(path.relative_to(folder).as_posix())
    return {name: sorted(objects[name]) for name in sorted(objects, key=natural_order)}


def _draw_pictures(pictures: Sequence[str]) -> list[tuple[str, Split]]:
    """Which of one object's pictures are used, and for what."""
    whole = POOL_EACH + TEST_EACH
    used = min(whole, len(pictures))
    order = rng_for(0, NAME, pictures[0]).permutation(len(pictures))[:used]
    pool = round(used * POOL_EACH / whole)
    return [(pictures[at], "pool" if n < pool else "test") for n, at in enumerate(order.tolist())]


def _notes(missing: Sequence[str]) -> list[str]:
    notes = [
        f"of each object {POOL_EACH} random pictures are the pool, as many as in Section 4.5, and "
        f"{TEST_EACH} others the test split, which the paper does not describe"
    ]
    if missing:
        notes.append(f"{len(missing)} of the 20 categories are not here: {', '.join(missing)}")
    return notes
