"""Opens whatever `--pool` names: the demo, a known data set, a folder, a .zip or a table."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from laser_core.data.base import ImageSource, bare_name
from laser_core.data.confirmation import require_confirmed
from laser_core.data.folder_source import open_folder
from laser_core.data.pictures.file_kinds import SUFFIXES
from laser_core.data.sets.demo import DEMO_POOLS, DemoSource
from laser_core.data.table_source import open_table
from laser_core.data.tables.rows import TABLE_SUFFIXES
from laser_core.data.zip_source import open_archive
from laser_core.errors import ConfigError, PoolError

SET_NAMES = ("cifar10", "cifar100", "tiny-imagenet", "icubworld", "stl10", "fashion-mnist")
ALLOWED = (
    f"a folder of pictures, a .zip of one, a table ({', '.join(TABLE_SUFFIXES)}), "
    f"or one of {', '.join((*DEMO_POOLS, *SET_NAMES))}"
)
_OTHER_ARCHIVES = frozenset({".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})


def open_pool(spec: str, data_root: Path | None = None) -> ImageSource:
    """The pictures that `spec` names.

    A name from `DEMO_POOLS` or `SET_NAMES` wins over a file of the same name, which "./demo"
    reaches. An existing path comes next; last, names are matched without case, "-" and "_".

    Args:
        spec: what the user typed.
        data_root: where data sets lie and are downloaded to; None: `default_data_root()`.

    Raises:
        ConfigError: `spec` is neither a known name nor a path that exists.
        PoolError: it is there, but cannot be used as a pool.
    """
    spec = spec.strip()
    require_confirmed("pool", spec)
    path = Path(spec).expanduser()
    if spec in (*DEMO_POOLS, *SET_NAMES):
        return _open_by_name(spec, data_root)
    if spec and path.exists():
        return _open_path(path)
    known = {bare_name(name): name for name in (*DEMO_POOLS, *SET_NAMES)}
    if bare_name(spec) in known:
        return _open_by_name(known[bare_name(spec)], data_root)
    near = difflib.get_close_matches(bare_name(spec), known, n=1)
    hint = f"did you mean {known[near[0]]}? " if near else ""
    raise ConfigError(
        f"pool {spec!r}: there is no such file or folder, and no data set of that name; {hint}"
        f"allowed are {ALLOWED}"
    )


def is_gone(spec: str) -> bool:
    """Whether `spec` is the place of a pool at which nothing lies (any more); nothing is opened."""
    known = {bare_name(name) for name in (*DEMO_POOLS, *SET_NAMES)}
    return bare_name(spec) not in known and not Path(spec).expanduser().exists()


@dataclass(frozen=True)
class PoolSummary:
    """What a person wants to know of a pool before starting.

    Args:
        pool: pictures in the pool, with and without a label.
        test: pictures in the test split.
        unlabeled: pool pictures without a label.
        pool_counts: class -> pool pictures, in the order of the classes.
        skipped: reason -> files left out for it, the commonest first.
        notes: how the pool was read, where that was a choice.
    """

    name: str
    pool: int
    test: int
    unlabeled: int
    pool_counts: Mapping[str, int]
    skipped: Mapping[str, int]
    notes: tuple[str, ...]


def summarise_pool(source: ImageSource) -> PoolSummary:
    """The figures of `source`, as plain data for the command line and the page."""
    splits = Counter(item.split for item in source.items)
    pool_counts = source.counts("pool")
    return PoolSummary(
        name=source.name,
        pool=splits["pool"],
        test=splits["test"],
        unlabeled=splits["pool"] - sum(pool_counts.values()),
        pool_counts=pool_counts,
        skipped=dict(Counter(left.reason for left in source.skipped).most_common()),
        notes=source.notes,
    )


def _open_by_name(name: str, data_root: Path | None) -> ImageSource:
    if name in DEMO_POOLS:
        return DemoSource(name)
    from laser_core.data.sets.torchvision_sets import default_data_root, open_set  # imports torch

    return open_set(name, data_root or default_data_root())


def _open_path(path: Path) -> ImageSource:
    suffix = path.suffix.lower()
    if path.is_dir():
        return open_folder(path)
    if suffix == ".zip":
        return open_archive(path)
    if suffix in TABLE_SUFFIXES:
        return open_table(path)
    if suffix in SUFFIXES:
        raise PoolError(f"{path}: one picture is no pool; give the folder it lies in")
    if suffix in _OTHER_ARCHIVES:
        raise PoolError(f"{path}: of archives only .zip is read; unpack it and give the folder")
    raise PoolError(f"{path}: a file of this kind is no pool; allowed are {ALLOWED}")
