"""A run on pictures of its own with a query that waits, for the Label page's tests."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
from harness import REPOSITORY
from PIL import Image

from laser_core.basics.arrays import Floats, unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.data.open import open_pool
from laser_core.data.pictures.thumbnails import source_folder_name
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.materials import Materials
from laser_core.jobs.client import Jobs, Requests
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes


def write_pictures(folder: Path, count: int) -> None:
    """Plain squares, every one of another colour."""
    folder.mkdir(parents=True)
    for i in range(count):
        colour = (i * 37 % 256, i * 91 % 256, i * 53 % 256)
        Image.new("RGB", (96, 96), colour).save(folder / f"{i:04d}.png")


def alike(count: int) -> Floats:
    """(count, DIM) of pictures near a class, near a confuser, or between two of either."""
    kinds = ("cat",) * 20 + ("dog",) * 15 + ("cat dog",) * 10 + ("wolf",) * 20 + ("wolf fox",) * 25
    near = {name: fakes.encode([name])[0] for name in ("cat", "dog", "wolf", "fox")}
    rows = [sum(near[name] for name in kinds[i % len(kinds)].split()) for i in range(count)]
    noise = rng_for(6, "pictures").normal(size=(count, fakes.DIM))
    return unit_rows(np.array(rows) + 0.05 * noise)


def own_vectors(count: int, in_pairs: bool) -> Floats:
    """(count, 64) of pictures that are like no other, or each like the one before or behind it."""
    rows = rng_for(7, "own").normal(size=(count, 64))
    place = np.arange(count) // 2 * 2 if in_pairs else np.arange(count)
    return unit_rows(rows[place] + 0.05 * rows).astype(np.float32)


def make_run(
    runs: Path,
    cache: Path,
    pictures: Path,
    batch_size: int = 60,
    in_groups: bool = False,
    in_pairs: bool = False,
    name: str = "asked",
) -> Path:
    """A run in `runs`, its first query waiting for labels.

    Args:
        in_groups: whether the pictures are `alike`; else no sentence is near any of them.
        in_pairs: whether they are near-duplicates of one another, two and two.
    """
    source = open_pool(str(pictures))
    config = fakes.config(pool=str(pictures), batch_size=batch_size)
    ids = source.ids("pool")
    vectors = unit_rows(rng_for(5, "pictures").normal(size=(len(ids), fakes.DIM)))
    vectors = (alike(len(ids)) if in_groups else vectors).astype(np.float32)
    materials = Materials(
        config=config,
        pool_ids=ids,
        pictures=fakes.ArrayPictures(ids, vectors),
        cosines=Cosines(
            vectors, fakes.encode, FileTable(cosines_folder(cache, f"label-{name}"), len(ids))
        ),
        llm=fakes.ListedModel(),
        oracle=None,
        vlm=None,
        source=source,
        cosines_key=f"label-{name}",
    )
    folder = runs / name
    with closing(Store.create(folder, config)) as store:
        keep_pool(store, materials)
        table = FileTable(cosines_folder(cache, f"label-{name}"), len(ids))
        table.keep_vectors(vectors, own_vectors(len(ids), in_pairs))
        drain(Experiment(materials, store).query())
    return folder


def clear_up(runs: Path, pictures: Path) -> None:
    """End the workers of `runs`, and take away the small copies of `pictures`."""
    for lane in (Jobs, Requests):
        assert lane(runs / ".app").stop_worker(120)
    name = source_folder_name(f"{pictures} ")
    for folder in (name, f"{name}-512"):
        shutil.rmtree(REPOSITORY / "static" / "thumbs" / folder, ignore_errors=True)
