"""Tiny-ImageNet as its authors pack it; torchvision has no class for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from laser_core.data.base import ImageSource, Item, Skipped
from laser_core.data.file_source import FileSource, file_fault, read_fault, require_pictures
from laser_core.errors import PoolError

FOLDER = "tiny-imagenet-200"
_ADDRESS = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"


def open_tiny_imagenet(root: Path) -> ImageSource:
    """200 classes: `train/` is the pool, the labeled `val/` pictures are the test split.

    The authors' own `test/` has no labels and is left out. Classes keep the order of their WordNet
    numbers, as torchvision's ImageFolder has it, and get the first name in `words.txt`.

    Args:
        root: the folder with `tiny-imagenet-200` in it, or that folder itself.

    Raises:
        PoolError: it is not there, or a part of it is missing.
    """
    folder = root if root.name == FOLDER else root / FOLDER
    if not (folder / "train").is_dir():
        raise PoolError(
            f"tiny-imagenet is not in {folder}, and this program does not download it; get "
            f"{_ADDRESS} and unpack it in {folder.parent}"
        )
    numbers = sorted(entry.name for entry in (folder / "train").iterdir() if entry.is_dir())
    names = class_names(numbers, _lines(folder / "words.txt"))
    labeled = _train(folder, names) + _val(folder, names)
    skipped: list[Skipped] = []
    items: list[Item] = []
    for item in labeled:
        if reason := file_fault(folder / item.id):
            skipped.append(Skipped(item.id, reason))
        else:
            items.append(item)
    order = [names[number] for number in numbers]
    return require_pictures(
        FileSource("tiny-imagenet", items, folder, {}, skipped, class_order=order)
    )


def class_names(numbers: Sequence[str], words: Sequence[str]) -> dict[str, str]:
    """A readable name for each WordNet number, no name twice.

    Args:
        words: lines of `words.txt`: number, tab, names parted by ", ".
    """
    glosses = dict(line.split("\t", 1) for line in words if "\t" in line)
    synonyms = {number: glosses.get(number, number).strip().split(", ") for number in numbers}
    shared = Counter(names[0] for names in synonyms.values())
    return {
        number: names[0] if shared[names[0]] == 1 else f"{names[0]} ({(*names[1:], number)[0]})"
        for number, names in synonyms.items()
    }


def _train(folder: Path, names: Mapping[str, str]) -> list[Item]:
    return [
        Item(path.relative_to(folder).as_posix(), name, "pool")
        for number, name in names.items()
        for path in sorted((folder / "train" / number / "images").glob("*.JPEG"))
    ]


def _val(folder: Path, names: Mapping[str, str]) -> list[Item]:
    """The validation pictures: `val_annotations.txt` has a file and a number in each line."""
    rows = [line.split("\t") for line in _lines(folder / "val" / "val_annotations.txt")]
    return [
        Item(f"val/images/{row[0]}", names[row[1]], "test")
        for row in rows
        if len(row) > 1 and row[1] in names
    ]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = read_fault(error) if isinstance(error, OSError) else "it is not in UTF-8"
        raise PoolError(
            f"tiny-imagenet: {path}: {reason}; unpack {_ADDRESS} anew in {path.parents[1]}"
        ) from error
