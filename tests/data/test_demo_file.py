"""The shipped file of the demo pool: what is in it, and that it is what the manifest says."""

import hashlib
import io
import json
from collections import Counter

import pyarrow.parquet as pq
import pytest
from PIL import Image

from laser_core.data.sets.demo import DEMO_FOLDER
from tools.demo_pool import GENERATOR_VERSION, INSTANCES, PIXELS, TEST_INSTANCES, VIEWS
from tools.demo_pool.catalogue import BY_NAME, CATALOGUE
from tools.demo_pool.pack import SCHEMA

FILE = DEMO_FOLDER / "demo_pool.parquet"


@pytest.fixture(scope="module")
def manifest():
    return json.loads((DEMO_FOLDER / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows():
    return pq.read_table(FILE).to_pylist()


def test_the_file_is_the_one_of_the_manifest_and_under_ten_megabytes(manifest):
    data = FILE.read_bytes()
    assert len(data) == manifest["bytes"] < 10_000_000
    assert hashlib.sha256(data).hexdigest() == manifest["sha256"]


def test_columns_and_types_are_those_that_pack_writes():
    assert pq.read_schema(FILE).remove_metadata() == SCHEMA


def test_every_class_of_the_catalogue_is_there_in_order_with_ninety_views(rows, manifest):
    names = [entry.name for entry in CATALOGUE]
    assert list(dict.fromkeys(row["label"] for row in rows)) == names
    assert [entry["name"] for entry in manifest["classes"]] == names
    assert set(Counter(row["label"] for row in rows).values()) == {VIEWS}
    assert len(rows) == manifest["pictures"] == 52 * 90


def test_forty_classes_are_main_and_twelve_hard(rows):
    sets = {row["label"]: row["set"] for row in rows}
    assert Counter(sets.values()) == {"main": 40, "hard": 12}


def test_superclass_setting_and_set_are_the_catalogues(rows):
    for row in rows:
        entry = BY_NAME[row["label"]]
        expected = (entry.superclass, entry.setting, "hard" if entry.hard else "main")
        assert (row["superclass"], row["setting"], row["set"]) == expected


def test_ids_and_pictures_are_unique(rows):
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({row["image"] for row in rows}) == len(rows)


def test_an_id_names_class_object_and_view(rows):
    for row in rows:
        name = row["label"].replace(" ", "_")
        assert row["id"] == f"{name}-{row['instance']:02d}-{row['view']:03d}"
        assert row["instance"] == row["view"] % INSTANCES


def test_the_test_split_is_objects_eight_and_nine_and_no_other(rows):
    test = {row["instance"] for row in rows if row["split"] == "test"}
    pool = {row["instance"] for row in rows if row["split"] == "pool"}
    assert (test, pool) == (set(TEST_INSTANCES), set(range(8)))


def test_one_picture_of_every_object_decodes_to_its_full_size(rows):
    sample = [row for row in rows if row["view"] < INSTANCES]
    assert len(sample) == 520
    for row in sample:
        image = Image.open(io.BytesIO(row["image"]))
        assert (image.format, image.size) == ("WEBP", (PIXELS, PIXELS))
        image.load()


def test_the_manifest_says_where_the_pictures_come_from(manifest):
    assert manifest["generator_version"] == GENERATOR_VERSION
    assert manifest["pixels"] == PIXELS
    assert "No third-party picture" in manifest["provenance"]
    assert "CC0" in manifest["lettering"]
