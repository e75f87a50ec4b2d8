"""The map page in a real browser: choose on a map, see the pictures, see one explained."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from harness import REPOSITORY, Server, assert_clean, open_page
from playwright.sync_api import BrowserContext, Page, expect

from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.maps.layout import Layout, save_layout
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes
from ui.shared.pictures import Thumbnails

MARGIN = 0.03  # as in ui/widgets/map/data.py
COLUMNS, ROWS = 18, 10  # the lattice that the 180 pictures lie on


def make_run(home: Path) -> None:
    """A prepared run with two maps, its pictures on a lattice and its sentences above."""
    pictures = home / "pictures"  # it is there: a pool that is gone is asked for above the map
    pictures.mkdir()
    config = fakes.config(pool=str(pictures))
    materials = fakes.materials(config)
    vectors = materials.pictures.vectors(materials.pool_ids)
    table = FileTable(cosines_folder(home / "cache", "map-page"), len(vectors))
    table.keep_vectors(vectors)
    cosines = Cosines(vectors, fakes.encode, table)
    materials = replace(materials, cosines=cosines, cosines_key="map-page")
    folder = home / "runs" / "small"
    with closing(Store.create(folder, config)) as store:
        keep_pool(store, materials)
    context = JobContext(home, home, lambda: False, {"materials": (str(folder), materials)})
    drain(tasks.look_ahead({"folder": str(folder)}, context))
    with closing(Store.open(folder)) as store:
        keep_maps(store)


def keep_maps(store: Store) -> None:
    version, texts = store.texts.read() or (0, None)
    assert texts is not None
    sentences = (*texts.relevant_texts(), *texts.confuser_texts())
    places = np.arange(COLUMNS * ROWS)
    lattice = np.stack([places % COLUMNS, places // COLUMNS], axis=1).astype(float)
    above = np.stack([np.linspace(0, COLUMNS - 1, len(sentences)), np.full(len(sentences), 10)], 1)
    nothing = np.zeros((0, 2))
    save_layout(store, Layout("text", "umap", version, nothing, sentences, above))
    save_layout(store, Layout("joint", "umap", version, lattice, sentences, above))


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("map-page")
    make_run(home)
    small = Thumbnails(f"{home / 'pictures'} ")
    source = fakes.source()
    small.make(source, source.ids("pool").tolist())
    yield serve(
        REPOSITORY / "app.py",
        {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")},
    )
    shutil.rmtree(small.folder)


@pytest.fixture
def tab(context: BrowserContext, server: Server) -> Iterator[Page]:
    page, watch = open_page(context, server, "Map?run=small")
    page.locator("canvas.over[data-points='180']").wait_for()
    yield page
    assert_clean(page, watch, server)


def at(page: Page, column: float, row: float) -> tuple[float, float]:
    """Where on the page the lattice's place (column, row) is; the sentences lie in row 10."""
    box = page.locator("canvas.over").bounding_box()
    assert box is not None
    share = 1 - 2 * MARGIN
    x = box["x"] + box["width"] * (MARGIN + share * column / (COLUMNS - 1))
    y = box["y"] + box["height"] * (1 - MARGIN - share * row / ROWS)
    return x, y


def test_a_lasso_fills_the_gallery_and_a_picture_of_it_is_explained(tab: Page) -> None:
    tab.mouse.move(*at(tab, 0.5, 2.5))
    tab.mouse.down()
    for column, row in [(3.5, 2.5), (3.5, 4.5), (0.5, 4.5)]:
        tab.mouse.move(*at(tab, column, row), steps=6)
    tab.mouse.up()
    expect(tab.get_by_text("6 chosen", exact=True)).to_be_visible()
    pictures = tab.get_by_role("listbox", name="Chosen pictures").locator("img")
    expect(pictures).to_have_count(6)
    pictures.first.click()
    expect(tab.get_by_text(re.compile(r"place [\d,]+ of 180"))).to_be_visible()


def test_a_click_on_one_picture_explains_it_at_once(tab: Page) -> None:
    tab.mouse.click(*at(tab, 5, 3))
    expect(tab.get_by_text("1 chosen", exact=True)).to_be_visible()
    expect(tab.get_by_text("Best description of all")).to_be_visible()
    expect(tab.get_by_text(re.compile(r"place [\d,]+ of 180"))).to_be_visible()


def test_the_choice_survives_another_page_and_another_colour(tab: Page) -> None:
    tab.mouse.click(*at(tab, 5, 3))
    expect(tab.get_by_text("1 chosen", exact=True)).to_be_visible()
    tab.get_by_role("link", name="Arena").click()
    expect(tab.get_by_text("Nothing has finished a round yet")).to_be_visible()
    tab.get_by_role("link", name="Map").click()
    tab.locator("canvas.over[data-points='180']").wait_for()
    expect(tab.get_by_text("1 chosen", exact=True)).to_be_visible()
    tab.get_by_role("combobox", name="Coloured by").click()
    tab.get_by_role("option", name="Score of the words, Eq. (1)", exact=True).click()
    expect(tab.locator(".ramp")).to_be_visible()
    expect(tab.get_by_text("1 chosen", exact=True)).to_be_visible()


def test_a_sentence_that_is_clicked_shows_the_pictures_nearest_to_it(tab: Page) -> None:
    tab.get_by_text("Sentences", exact=True).click()
    tab.locator("canvas.over[data-points='8']").wait_for()
    tab.locator("canvas.over").focus()
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Nearest to")).to_be_visible()
    pictures = tab.get_by_role("listbox", name="Chosen pictures").locator("img")
    expect(pictures.first).to_be_visible()
