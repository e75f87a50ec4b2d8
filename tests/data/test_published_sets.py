"""K hangs on what a pool is, not on how it is called."""

from __future__ import annotations

import pytest
from pool_pictures import pictures, write, zipped

from laser_core.config import ExperimentConfig
from laser_core.data.sets import published_sets
from laser_core.data.sets.icub_world import CATEGORIES
from laser_core.data.sets.published_sets import (
    published_set,
    set_of,
    usual_batch,
    usual_descriptions,
)
from laser_core.errors import ConfigError
from laser_core.experiment.plan import plan

CIFAR10 = published_sets._CIFAR10.split()
CIFAR100 = published_sets._CIFAR100.split()
NUMBERS = published_sets._TINY_IMAGENET.split()


def tree(classes, split="train"):
    return pictures(*(f"{split}/{name}/{n}.png" for n, name in enumerate(classes)))


@pytest.mark.parametrize("kind", ["folder", "zip", "table"])
def test_cifar10_has_its_k_as_folder_zip_and_table(tmp_path, kind):
    """F10: `cifar10.zip` got 5 sentences a class where the paper has 15."""
    files = tree(CIFAR10)
    if kind == "zip":
        pool = zipped(tmp_path / "my pictures.zip", files)
    else:
        pool = write(tmp_path / "pool", files)
    if kind == "table":
        rows = "".join(f"{path},{path.split('/')[1]}\n" for path in files)
        pool = write(pool, {"set.csv": b"path,label\n" + rows.encode()}) / "set.csv"
    config = ExperimentConfig(pool=str(pool), vlm="offline", batch_size=1)
    assert plan(config, tmp_path / "cache").config.descriptions == 15


@pytest.mark.parametrize(
    ("classes", "name", "k"),
    [
        (CIFAR10, "cifar10", 15),
        (["plane", "car", *CIFAR10[2:]], "cifar10", 15),
        ([f"{n}_{name.title()}" for n, name in enumerate(CIFAR10)], "cifar10", 15),
        (CIFAR10[:9], "", 5),
        ([*CIFAR10, "monkey"], "", 5),
        (["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"],
         "", 5),  # STL-10
        (CIFAR100, "cifar100", 4),
        ([name.replace("_", " ") for name in CIFAR100], "cifar100", 4),
        (["maple", *[name for name in CIFAR100 if name != "maple_tree"]], "cifar100", 4),
        (CIFAR100[:60], "", 5),
        (NUMBERS, "tiny-imagenet", 2),
        (NUMBERS[:-1], "tiny-imagenet", 2),
        (NUMBERS[:100], "", 5),
        (published_sets._names(NUMBERS), "tiny-imagenet", 2),
        (list(CATEGORIES), "icubworld", 5),
        ([name.title() for name in CATEGORIES.values()], "icubworld", 5),
        ([], "", 5),
    ],
)  # fmt: skip
def test_a_published_set_is_told_by_its_classes(classes, name, k):
    """F10: also spelled otherwise, also with a folder missing."""
    assert published_set(classes) == name
    assert usual_descriptions(set_of("/any/where.zip", classes)) == k


def test_the_lists_have_as_many_classes_as_the_sets():
    """F10: 10, 100 and 200, none twice."""
    assert [len(set(names)) for names in (CIFAR10, CIFAR100, NUMBERS)] == [10, 100, 200]
    assert len(set(published_sets._names(NUMBERS))) == 200


def test_a_sets_own_name_tells_it_too():
    """F10: torchvision's sets, also a part of one."""
    assert usual_descriptions(set_of("cifar10", ["cat", "dog"])) == 15
    assert usual_descriptions(set_of("stl10", ["cat", "dog"])) == 5


def test_k_that_somebody_set_stays(tmp_path):
    """F10: only what is left open is decided."""
    pool = write(tmp_path / "pool", tree(CIFAR10))
    config = ExperimentConfig(pool=str(pool), vlm="offline", batch_size=1, descriptions=3)
    assert plan(config, tmp_path / "cache").config.descriptions == 3


@pytest.mark.parametrize(
    ("pool", "classes", "size", "batch"),
    [
        ("a folder", CIFAR10, 50_000, 1500),
        ("a folder", CIFAR10, 10_000, 300),  # with 1,000 a class
        ("cifar100", CIFAR100, 50_000, 1500),
        ("a zip", NUMBERS, 100_000, 1500),
        ("tiny-imagenet", [], 100_000, 1500),
        ("icubworld", list(CATEGORIES), 65_000, 1500),
        ("my pictures", ["cup", "plate"], 1000, 30),
        ("my pictures", ["cup", "plate"], 3, 1),
    ],
)
def test_the_papers_batch_is_1500_of_every_set_and_its_share_of_a_part(pool, classes, size, batch):
    assert usual_batch(set_of(pool, classes), size) == batch


def test_what_somebody_says_wins_over_classes_and_name():
    assert set_of("photos", ["cat", "dog"], "cifar10") == "cifar10"
    assert set_of("cifar100", CIFAR100, "cifar10") == "cifar10"


def test_a_run_said_to_be_on_a_published_set_has_its_sentences_and_known_images(tmp_path):
    pool = write(tmp_path / "pool", tree(["cat", "dog", "ship"]))
    config = ExperimentConfig(
        pool=str(pool), vlm="offline", batch_size=1, data_set="cifar10", start="known"
    )
    decided = plan(config, tmp_path / "cache").config
    assert (decided.descriptions, decided.known_share) == (15, 0.01)
    assert ExperimentConfig.from_json(decided.to_json()).data_set == "cifar10"


def test_a_set_that_nobody_published_is_refused():
    with pytest.raises(ConfigError, match="choose one of cifar10, cifar100"):
        ExperimentConfig(data_set="cifar")
