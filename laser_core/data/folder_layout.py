"""What folder names say: which class a picture shows and which split it belongs to.

Works on relative paths with "/" alone, so that a folder and an archive are read alike. The rules:

* A single folder around everything is a wrapper and is looked through.
* Top folders are splits when their names say so (`train`, `training_set`, `pool`, `test`, `val`,
  `valid`, `validation`, `eval`, `dev`, `holdout`, with endings such as `_images` or `2017`), or
  when all of them hold exactly the same two or more class folders (`a/cat`, `a/dog`, `b/cat`,
  `b/dog`). Splits may also lie within the classes (`cat/train`, `cat/test`).
* `test` measures accuracy, or else the validation split does; every other split is the pool.
* The folder below the split is the class, whatever it is called (`train/train`, `train/test`,
  `train/data`), and what lies deeper belongs to it too. One folder that holds all of a split and
  repeats its name or says nothing (`train/train/cat`, `train/images/cat`) is looked through.
* `unlabeled`, and pictures outside any class folder, are pool pictures without a label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from laser_core.data.base import Split

_POOL = frozenset({"train", "training", "pool"})
_TEST = frozenset({"test", "testing"})
_VALIDATION = frozenset(
    {"val", "valid", "validation", "eval", "evaluation", "dev", "holdout", "heldout"}
)
_UNLABELED = frozenset({"unlabeled", "unlabelled"})
_GENERIC = frozenset({"set", "data", "split", "image", "images", "img", "imgs", "pictures"})
_LITTER = frozenset(
    {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "@eadir", "icon\r"}
)

Kind = Literal["pool", "test", "validation"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a picture's folders say of it.

    Args:
        label: its class, or None.
        word: the name of its split as written, "" when none is named.
    """

    label: str | None
    word: str


def is_litter(name: str) -> bool:
    """True for one hidden name, or one that systems leave behind; such files are not mentioned."""
    return name.startswith(".") or name.casefold() in _LITTER


def is_unlabeled(name: str) -> bool:
    """True when a folder's or split's name says that its pictures have no label."""
    return name.casefold() in _UNLABELED


def split_kind(name: str) -> Kind | None:
    """What a split of this name is for, or None when the name says nothing."""
    words = re.findall("[a-z]+", name.casefold().replace("held-out", "heldout"))
    if not words or not _GENERIC.issuperset(words[1:]):
        return None
    word = words[0].removesuffix("set")
    if word in _POOL or word in _UNLABELED:
        return "pool"
    if word in _TEST:
        return "test"
    return "validation" if word in _VALIDATION else None


def wrapper(paths: Collection[str]) -> str:
    """The folders around all `paths` that say nothing, as "a/b/" or "": names of splits stay."""
    folders = [path.split("/")[:-1] for path in paths]
    around = ""
    if folders:  # what the first and the last in order share, all between them share
        for name, other in zip(min(folders), max(folders), strict=False):
            if name != other or split_kind(name) is not None:
                break
            around += f"{name}/"
    return around


def places(paths: Sequence[str]) -> list[Place]:
    """What the folders of each picture say, in the order of `paths`."""
    around = len(wrapper(paths))
    parts: list[Sequence[str]] = [path[around:].split("/") for path in paths]
    while (inner := _unwrap_splits(parts)) is not None:
        parts = inner
    tops = _top_folders(parts)
    if _splits_within(tops) and any(split_kind(name) is None for name in tops):
        return [Place(path[0], path[1]) for path in parts]
    if _splits_on_top(tops):
        inside = _inner_folders(tops)
        return [_below_split(path, inside) for path in parts]
    if _splits_within(tops):
        return [Place(path[0], path[1]) for path in parts]
    return [Place(_class_of(path), "") for path in parts]


@dataclass
class _Top:
    """A top folder: does it hold pictures itself, and which folders does it hold?"""

    pictures: bool = False
    folders: set[str] = field(default_factory=set)

    @property
    def alone(self) -> bool:
        """Whether one folder holds all of it."""
        return len(self.folders) == 1 and not self.pictures


def _top_folders(paths: Iterable[Sequence[str]]) -> dict[str, _Top]:
    tops: dict[str, _Top] = {}
    for path in paths:
        if len(path) == 1 or is_unlabeled(path[0]):
            continue
        top = tops.setdefault(path[0], _Top())
        if len(path) == 2:
            top.pictures = True
        else:
            top.folders.add(path[1])
    return tops


def _splits_on_top(tops: Mapping[str, _Top]) -> bool:
    """True when the top folders are splits, not classes."""
    named = {name: top for name, top in tops.items() if split_kind(name) is not None}
    others = [top for name, top in tops.items() if name not in named]
    if not named:
        return _hold_the_same_classes(others)
    if not others:
        return True
    if any(top.pictures for top in named.values()):
        return False  # "train" and "bus", each full of pictures: classes
    if len({split_kind(name) == "pool" for name in named}) == 2:
        return True
    classes = set().union(*(top.folders for top in named.values()))
    return all(not top.pictures and top.folders & classes for top in others)


def _hold_the_same_classes(tops: Collection[_Top]) -> bool:
    sets = {frozenset(top.folders) for top in tops}
    if len(tops) < 2 or len(sets) != 1 or any(top.pictures for top in tops):
        return False
    (classes,) = sets
    return len(classes) >= 2 and not all(split_kind(name) for name in classes)


def _splits_within(tops: Mapping[str, _Top]) -> bool:
    """True for `cat/train/1.jpg`: every folder of every class is named as a split."""
    return bool(tops) and all(
        not top.pictures and all(split_kind(name) for name in top.folders) for top in tops.values()
    )


def _unwrap_splits(paths: Sequence[Sequence[str]]) -> list[Sequence[str]] | None:
    """`paths` without a folder like `train` around splits of the same classes, or None."""
    if len({path[0] for path in paths}) != 1 or any(len(path) < 4 for path in paths):
        return None  # `train/test/1.png` is the class "test" of the split "train"
    inner = [path[1:] for path in paths]
    tops = _top_folders(inner)
    kinds = {split_kind(name) for name in tops}
    shared = set.intersection(*(top.folders for top in tops.values())) if tops else set()
    return inner if shared and None not in kinds and len(kinds) > 1 else None


def _inner_folders(tops: Mapping[str, _Top]) -> dict[str, str]:
    """Split -> the one folder in it that is no class: it repeats its name, or says nothing.

    A folder that stands beside others in some split is a class there, and so it is everywhere.
    """
    alone = {split: next(iter(top.folders)) for split, top in tops.items() if top.alone}
    classes = set().union(*(top.folders for split, top in tops.items() if split not in alone))
    return {
        split: folder
        for split, folder in alone.items()
        if folder not in classes and (folder in tops or folder.casefold() in _GENERIC)
    }


def _below_split(path: Sequence[str], inside: Mapping[str, str]) -> Place:
    if len(path) == 1:
        return Place(None, "")
    if is_unlabeled(path[0]):
        return Place(None, path[0])
    below = path[2:] if len(path) > 2 and inside.get(path[0]) == path[1] else path[1:]
    return Place(_class_of(below), path[0])


def _class_of(path: Sequence[str]) -> str | None:
    return path[0] if len(path) > 1 and not is_unlabeled(path[0]) else None


def split_roles(words: Iterable[str]) -> tuple[dict[str, Split | None], tuple[str, ...]]:
    """What each split is used for, and sentences on what was decided.

    Args:
        words: the name of each picture's split as written, "" when none is named.

    Returns:
        A map from split name to "pool", "test", or None (left out), and the sentences.
    """
    counts = Counter(words)
    kinds: dict[str, Kind] = {word: split_kind(word) or "pool" for word in counts}
    of_kind = {
        kind: [w for w in counts if kinds[w] == kind] for kind in ("pool", "test", "validation")
    }
    tests = of_kind["test"] or of_kind["validation"]
    spare = of_kind["validation"] if of_kind["test"] else []
    notes = []
    pool = of_kind["pool"]
    if not pool and spare:
        pool, spare = spare, []
        notes.append(f"{_quote_names(pool)} is the pool, because no other split is there for it")
    elif not pool and tests:
        pool, tests = tests, []
        notes.append(f"{_quote_names(pool)} is the pool, because it is the only split")
    if spare:
        left = sum(counts[word] for word in spare)
        notes.append(
            f"{_quote_names(spare)} ({left:,} pictures) is left out, because {_quote_names(tests)} "
            f"measures accuracy"
        )
    roles: dict[str, Split | None] = dict.fromkeys(counts, None)
    roles.update(dict.fromkeys(pool, "pool"))
    roles.update(dict.fromkeys(tests, "test"))
    return roles, tuple(notes)


def _quote_names(words: Iterable[str]) -> str:
    return " and ".join(f"the split {word!r}" for word in sorted(words))
