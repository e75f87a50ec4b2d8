from contextlib import closing

import pytest
from PIL import Image

from laser_core.data.folder import open_folder
from laser_core.errors import ConfigError
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store import Store
from laser_core.tasks.exports import export_pictures
from laser_core.worker import JobContext
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
        store.append_labels({**labels, third: Label("unsure")}, 1, "Ada")
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
        "metadata.csv", "label_studio.json", "label_studio.xml", "samples.json", "metadata.json",
    }  # fmt: skip


def test_an_unknown_format_is_refused_before_anything_is_written(run, tmp_path):
    with pytest.raises(ConfigError, match="'coco' is unknown"):
        export(run, tmp_path, formats=["coco"])
    assert not (tmp_path / "out").exists()
