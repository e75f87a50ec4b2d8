from contextlib import closing

import pytest
from PIL import Image

from laser_core.data.folder_source import open_folder
from laser_core.errors import ConfigError, PoolError
from laser_core.jobs.tasks.exports import export_file, export_pictures, move_pool
from laser_core.jobs.worker import JobContext
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from tests import fakes


@pytest.fixture
def run(tmp_path):
    pool = tmp_path / "pool"
    for name in ("a", "b", "c"):
        (pool / "shots" / name).mkdir(parents=True)
        Image.new("RGB", (4, 4), "red").save(pool / "shots" / name / f"{name}.png")
    first, second, third = open_folder(pool).ids().tolist()
    with closing(Store.create(tmp_path / "run", fakes.config(pool=str(pool)))) as store:
        labels = {first: Label("relevant", "cat"), second: Label("irrelevant", "lamp")}
        store.labels.append({**labels, third: Label("unsure")}, 1, "Ada")
    return tmp_path / "run"


def export(run, tmp_path, **params):
    context = JobContext(tmp_path, tmp_path, lambda: False, {})
    given = {"folder": str(run), "out": str(tmp_path / "out"), **params}
    return drain(export_pictures(given, context))


def test_the_worker_writes_pictures_and_the_tables_of_all_tools(run, tmp_path):
    assert export(run, tmp_path) == {"pictures": 2, "out": str(tmp_path / "out")}
    found = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")}
    assert {path.partition("/")[0] for path in found if path.endswith(".png")} == {
        "cat", "irrelevant",
    }  # fmt: skip
    assert {path for path in found if not path.endswith(".png")} == {
        "labels.csv", "metadata.csv", "label_studio.json", "label_studio.xml", "samples.json",
        "metadata.json",
    }  # fmt: skip


def test_an_unknown_format_is_refused_before_anything_is_written(run, tmp_path):
    with pytest.raises(ConfigError, match="'coco' is unknown"):
        export(run, tmp_path, formats=["coco"])
    assert not (tmp_path / "out").exists()


def test_a_file_that_a_run_does_not_have_is_refused(run, tmp_path):
    context = JobContext(tmp_path, tmp_path, lambda: False, {})
    given = {"folder": str(run), "what": "film", "out": str(tmp_path / "x")}
    with pytest.raises(ConfigError, match="'film' is no file of a run"):
        drain(export_file(given, context))


def test_a_pool_is_looked_for_elsewhere_only_where_its_pictures_are(tmp_path):
    config = fakes.config(pool=str(tmp_path / "gone"))
    source = fakes.source()
    with closing(Store.create(tmp_path / "run", config)) as store:
        keep_pool(store, fakes.materials(config, source))
    context = JobContext(tmp_path, tmp_path, lambda: False, {})
    other = tmp_path / "other"
    for folder in (other, tmp_path / "moved"):
        folder.mkdir()
    Image.new("RGB", (4, 4)).save(other / "x.png")
    for id in source.ids("pool").tolist():
        path = tmp_path / "moved" / id
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(path if path.suffix else path.with_suffix(".png"))
    given = {"folder": str(tmp_path / "run"), "pool": str(other)}
    with pytest.raises(PoolError, match="180 of the run's 180 pictures are not there"):
        move_pool(given, context)
    with closing(Store.open(tmp_path / "run")) as store:
        assert store.config().pool == str(tmp_path / "gone")
