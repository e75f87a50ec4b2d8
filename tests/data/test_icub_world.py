"""iCubWorld Transformations in the layout of its authors."""

from __future__ import annotations

from collections import Counter

from pool_pictures import assert_refused, encoded, labels, write

from laser_core.data.open import open_pool
from laser_core.data.sets.icub_world import CATEGORIES, POOL_EACH, TEST_EACH, open_icub_world
from laser_core.experiment.plan import plan
from tests.fakes import config

PICTURE = encoded(kind="JPEG")


def world(folder, pictures=15, objects=("mug1", "mug2", "perfume1"), part="part1_cropped"):
    files = {
        f"{part}/{name.rstrip('0123456789')}/{name}/MIX/day5/left/{frame:08d}.jpg": PICTURE
        for name in objects
        for frame in range(pictures)
    }
    return write(folder, files)


def test_an_object_with_few_pictures_gives_pool_and_test_their_share(tmp_path):
    found = labels(open_icub_world(world(tmp_path)))
    assert Counter(found.values()) == {
        ("mug", "pool"): 26, ("mug", "test"): 4, ("perfume", "pool"): 13, ("perfume", "test"): 2,
    }  # fmt: skip


def test_an_object_with_many_gives_325_and_50_and_every_call_takes_the_same(tmp_path):
    world(tmp_path, POOL_EACH + TEST_EACH + 25, ("mug1",))
    found = labels(open_icub_world(tmp_path))
    assert Counter(split for _, split in found.values()) == {"pool": 325, "test": 50}
    assert found == labels(open_icub_world(tmp_path))


def test_the_draw_of_one_object_does_not_hang_on_the_others(tmp_path):
    alone = labels(open_icub_world(world(tmp_path / "a", objects=("mug2",))))
    beside = labels(open_icub_world(world(tmp_path / "b")))
    assert alone.items() <= beside.items()


def test_parts_are_joined_and_their_names_do_not_show_in_classes(tmp_path):
    world(tmp_path, objects=("mug1",))
    world(tmp_path, objects=("sodabottle1",), part="part4_cropped")
    source = open_icub_world(tmp_path)
    assert source.classes() == ["mug", "soda bottle"]
    assert "18 of the 20 categories are not here" in source.notes[1]


def test_the_categories_may_lie_in_the_folder_itself_or_in_one_of_the_sets_name(tmp_path):
    files = {f"icubworld/mug/mug1/{n}.jpg": PICTURE for n in range(15)}
    write(tmp_path, files)
    assert len(open_icub_world(tmp_path)) == len(open_icub_world(tmp_path / "icubworld")) == 15


def test_the_name_of_the_set_opens_it_and_the_papers_four_classes_are_named_as_there(tmp_path):
    world(tmp_path, objects=("perfume1", "sunglasses1", "hairclip1", "hairbrush1"))
    assert open_pool("iCubWorld", tmp_path).classes() == [
        "hairbrush", "hairclip", "perfume", "sunglasses",
    ]  # fmt: skip
    asked = config(
        pool="icubworld", data_root=str(tmp_path), relevant=("Perfume", "Sunglasses"), batch_size=1,
        vlm="offline",
    )  # fmt: skip
    assert plan(asked, tmp_path).config.relevant == ("perfume", "sunglasses")
    assert len(set(CATEGORIES.values())) == 20


def test_when_it_is_absent_the_address_and_the_place_are_said(tmp_path):
    assert_refused(
        lambda: open_icub_world(tmp_path),
        tmp_path,
        "does not download it",
        "https://robotology.github.io/iCubWorld",
        f"unpack them in {tmp_path}",
    )
