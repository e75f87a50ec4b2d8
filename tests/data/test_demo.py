"""The built-in pool as a source, its presets, and what a damaged file is answered with."""

import json
import shutil

import pytest

from laser_core.data.sets.demo import DEMO_FOLDER, DEMO_POOLS, PRESETS, DemoSource, preset
from laser_core.errors import ConfigError, PoolError


@pytest.fixture(scope="module")
def demo():
    return DemoSource()


@pytest.fixture
def copied(tmp_path):
    """A copy of the built-in pool's folder that a test may damage."""
    return shutil.copytree(DEMO_FOLDER, tmp_path / "demo")


def test_demo_holds_forty_classes_of_90_pictures_split_by_object(demo):
    assert len(demo) == 3600
    assert set(demo.counts("pool").values()) == {72}  # 8 objects x 9 views
    assert set(demo.counts("test").values()) == {18}  # 2 objects x 9 views
    assert len(demo.classes()) == 40


def test_no_object_is_in_both_splits(demo):
    instances = {
        split: {demo.view(id).instance for id in demo.ids(split)} for split in ("pool", "test")
    }
    assert instances == {"pool": set(range(8)), "test": {8, 9}}


def test_the_first_eight_classes_are_of_eight_different_kinds(demo):
    first = [f"{name.replace(' ', '_')}-00-000" for name in demo.classes()[:8]]
    assert len({demo.view(id).of.superclass for id in first}) == 8


def test_a_picture_opens_as_128_pixels_of_rgb_under_its_id(demo):
    image = demo.image("tennis_ball-03-013")
    assert (image.size, image.mode) == ((128, 128), "RGB")
    assert demo.label("tennis_ball-03-013") == "tennis ball"


def test_a_view_says_which_object_is_seen_and_where(demo):
    view = demo.view("chair-09-019")
    assert (view.of.name, view.of.superclass, view.of.setting) == ("chair", "furniture", "floor")
    assert (view.instance, view.view, view.of.hard) == (9, 19, False)


def test_a_picture_has_one_content_key_and_one_stamp_in_both_pools(demo):
    hard = DemoSource("demo-hard")
    assert hard.content_key("mug-00-000") == demo.content_key("mug-00-000")
    assert hard.stamp("mug-00-000") == demo.stamp("mug-00-000") != demo.stamp("mug-00-010")


def test_demo_hard_is_demo_and_the_hard_classes_in_the_same_order(demo):
    hard = DemoSource("demo-hard")
    is_hard = {hard.view(id).of.name: hard.view(id).of.hard for id in hard.ids()}
    assert [name for name in hard.classes() if not is_hard[name]] == demo.classes()


def test_an_unknown_pool_is_answered_with_those_there_are():
    with pytest.raises(ConfigError, match="no pool 'demos'; choose one of: demo, demo-hard"):
        DemoSource("demos")


@pytest.mark.parametrize("key", [p.key for p in PRESETS])
def test_a_preset_knows_some_of_its_relevant_classes_and_its_pool_has_them_all(key):
    chosen = preset(key)
    assert chosen.relevant[: len(chosen.known)] == chosen.known
    assert len(chosen.relevant) > len(chosen.known) == 2
    assert chosen.pool in DEMO_POOLS
    assert set(chosen.relevant) <= set(DemoSource(chosen.pool).classes())


def test_preset_keys_are_unique():
    assert len({p.key for p in PRESETS}) == len(PRESETS)


def test_an_unknown_preset_is_answered_with_those_there_are():
    with pytest.raises(ConfigError, match="no preset 'cook'; choose one of: dress, drink, fruit"):
        preset("cook")


def test_a_missing_file_is_one_clear_error(copied):
    (copied / "demo_pool.parquet").unlink()
    with pytest.raises(PoolError, match=r"demo_pool\.parquet is missing; run `git checkout"):
        DemoSource(folder=copied)


def test_a_missing_manifest_is_one_clear_error(tmp_path):
    with pytest.raises(PoolError, match=r"manifest\.json is missing"):
        DemoSource(folder=tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"classes": [{"name": "mug"}]}', '{"classes": []}'])
def test_a_manifest_that_cannot_be_understood_is_one_clear_error(copied, text):
    (copied / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(PoolError, match=r"manifest\.json cannot be read"):
        DemoSource(folder=copied)


def test_a_cut_off_file_is_told_by_its_size(copied):
    file = copied / "demo_pool.parquet"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(PoolError, match=r"has 1,000 bytes where [\d,]+ belong"):
        DemoSource(folder=copied)


def test_one_changed_byte_is_told_by_the_checksum(copied):
    file = copied / "demo_pool.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(PoolError, match="is damaged: its SHA-256 starts with"):
        DemoSource(folder=copied)


def test_a_git_lfs_pointer_is_recognised(copied):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (copied / "demo_pool.parquet").write_text(pointer, encoding="utf-8")
    with pytest.raises(PoolError, match="git lfs pull"):
        DemoSource(folder=copied)


def test_the_manifest_counts_what_the_pool_holds():
    manifest = json.loads((DEMO_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    source = DemoSource("demo-hard")
    assert [c["name"] for c in manifest["classes"]] == source.classes()
    assert {c["name"]: c["pool"] for c in manifest["classes"]} == source.counts("pool")
    assert {c["name"]: c["test"] for c in manifest["classes"]} == source.counts("test")
    assert manifest["pictures"] == len(source)
