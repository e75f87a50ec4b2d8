"""Prepared runs for page tests: a small world, made in seconds without weights or a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from laser_core.analysis.reader import RunReader
from laser_core.config import ExperimentConfig
from laser_core.experiment.materials import Materials
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes
from ui.shared.pictures import Thumbnails

REPOSITORY = Path(__file__).resolve().parents[2]
AHEAD, GOING, DONE, UNLABELED = "ahead", "going", "done", "unlabeled"

OpenPage = Callable[..., AppTest]
ReadRun = Callable[[str], RunReader]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `runs`, `cache` and `static`; tests get a copy of the runs, never these.

    180 pictures of six classes, cat and dog relevant, b = 20, said to be the demo:
    ahead: nothing asked yet. going: two of four rounds done. done: all four.
    unlabeled: the same pictures in a pool without labels, nothing asked yet.
    """
    home = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LASER_CACHE_DIR", str(home / "cache"))
        for name, rounds in ((AHEAD, 0), (GOING, 2), (DONE, 4)):
            _make_run(home, name, fakes.config(), fakes.source(), rounds)
        flat = fakes.config(pool="flat folder")
        _make_run(home, UNLABELED, flat, fakes.source(labeled=False), 0)
    for pool in ("demo", "flat folder"):
        source = fakes.source()
        Thumbnails(f"{pool} ", home / "static").make(source, source.ids("pool").tolist())
    return home


@pytest.fixture
def runs(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of runs of this test's own, which the app uses."""
    shutil.copytree(prepared / "runs", tmp_path / "runs")
    monkeypatch.setenv("LASER_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("LASER_CACHE_DIR", str(prepared / "cache"))
    monkeypatch.setenv("LASER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr("ui.shared.pictures.STATIC", prepared / "static")
    _forget()
    yield tmp_path / "runs"
    from ui.shared.runs import jobs, requests

    for home in (jobs(), requests()):
        assert home.stop_worker(120)
    _forget()


@pytest.fixture
def make_run(runs: Path, prepared: Path) -> Callable[..., None]:
    """make_run("mine", 2, strategy="gated") adds a run with two finished rounds to this test's."""

    def make(name: str, rounds: int, **settings: object) -> None:
        _make_run(prepared, name, fakes.config(**settings), fakes.source(), rounds)
        shutil.move(prepared / "runs" / name, runs / name)

    return make


@pytest.fixture
def open_page(runs: Path) -> OpenPage:
    """open_page("4_Round", "ahead") is that page, run once, with that run open ("" for none)."""

    def open_it(page: str, run: str = "") -> AppTest:
        made = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
        if run:
            made.query_params["run"] = run
        return made.switch_page(f"pages/{page}.py").run()

    return open_it


@pytest.fixture
def read_run(runs: Path, prepared: Path) -> Iterator[ReadRun]:
    """read_run("going") reads that run of this test."""
    opened: list[RunReader] = []

    def read(name: str) -> RunReader:
        opened.append(RunReader(runs / name, prepared / "cache"))
        return opened[-1]

    yield read
    for reader in opened:
        reader.close()


def _make_run(
    home: Path, name: str, config: ExperimentConfig, source: fakes.GreySource, rounds: int
) -> None:
    folder = home / "runs" / name
    materials = _on_disk(fakes.materials(config, source), home / "cache")
    with closing(Store.create(folder, config)) as store:
        keep_pool(store, materials)
    context = JobContext(home, home, lambda: False, {"materials": (str(folder), materials)})
    drain(tasks.look_ahead({"folder": str(folder)}, context))
    if rounds:
        drain(tasks.run_rounds({"folder": str(folder), "rounds": rounds}, context))


def _on_disk(materials: Materials, cache: Path) -> Materials:
    """The same with its cosines where pages find them."""
    vectors = materials.pictures.vectors(materials.pool_ids)
    table = FileTable(cosines_folder(cache, "small-world"), len(vectors))
    table.keep_vectors(vectors)
    cosines = Cosines(vectors, fakes.encode, table)
    return replace(materials, cosines=cosines, cosines_key="small-world")


def _forget() -> None:
    """Drop what the app has cached of other tests' runs."""
    st.cache_resource.clear()
    st.cache_data.clear()
