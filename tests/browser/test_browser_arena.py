"""The Arena page in a real browser: a study from its form to its lines, pictures and downloads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_pictures import write_demo_pictures
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Page, expect

from laser_core.data.pictures.thumbnails import source_folder_name
from laser_core.jobs.client import Jobs, Requests

PATIENCE = 240_000  # ms; a loaded machine embeds and trains in that


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with 60 pictures of the demo in folders of four classes."""
    home = tmp_path_factory.mktemp("arena")
    write_demo_pictures(home / "pictures")
    yield home
    for lane in (Jobs, Requests):
        assert lane(home / "runs" / ".app").stop_worker(60)
    small = REPOSITORY / "static" / "thumbs" / source_folder_name(f"{home / 'pictures'} ")
    shutil.rmtree(small, ignore_errors=True)


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server], home: Path) -> Server:
    places = {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
    return serve(REPOSITORY / "app.py", places)


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page, PATIENCE)


def start_small_study(page: Page, pictures: Path) -> None:
    page.get_by_text("New study", exact=True).click()
    page.get_by_label("Pictures", exact=False).first.click()
    page.get_by_role("option", name="Another pool").click()
    settle(page, PATIENCE)
    fill(page, "Data set, folder, zip or table", str(pictures))
    fill(page, "Relevant share", "0.5")
    fill(page, "Rounds", "3")
    fill(page, "Pictures a round (0: 3%)", "8")
    for name in ("LfOSA", "Uncertainty (entropy)"):
        page.get_by_role("button", name=name, exact=True).click()
        settle(page, PATIENCE)
    expect(page.get_by_text("3 lines × 1 repetition")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Start the study").click()


def test_a_study_is_started_stopped_gone_on_with_and_read(
    context: BrowserContext, server: Server, home: Path
) -> None:
    page, watch = open_page(context, server, "Compare")  # the former address
    expect(page.get_by_role("heading", name="Arena")).to_be_visible(timeout=PATIENCE)
    start_small_study(page, home / "pictures")
    panel = page.locator(".st-key-job_panel")
    expect(panel).to_contain_text("Running the study", timeout=PATIENCE)
    expect(panel).not_to_contain_text("Getting ready", timeout=PATIENCE)
    panel.get_by_role("button", name="Stop").click(timeout=PATIENCE)
    go_on = page.get_by_role("button", name="Go on with it")
    go_on.click(timeout=PATIENCE)

    expect(page.get_by_text("accuracy with", exact=False).first).to_be_visible(timeout=PATIENCE)
    expect(go_on).to_be_hidden(timeout=PATIENCE)
    expect(panel.get_by_role("button", name="Stop")).to_be_hidden(timeout=PATIENCE)
    settle(page, PATIENCE)
    chart = page.get_by_test_id("stPlotlyChart")
    for name in ("LaSeR", "Gated (ours)", "Random", "all labels"):
        expect(chart.get_by_text(name, exact=True).first).to_be_visible(timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE) as table:
        page.get_by_role("button", name="Table as CSV").first.click()
    text = Path(table.value.path()).read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("Line,Labels to")
    assert len(text.splitlines()) == 4
    with page.expect_download(timeout=PATIENCE) as picture:
        chart.hover()
        chart.locator("[data-title*='png'], [data-title*='plot']").first.click()
    assert picture.value.suggested_filename.endswith("-accuracy.png")

    page.get_by_text("Pictures", exact=True).first.click()
    expect(page.get_by_text("Only Random")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("answers for 16 questions")).to_be_visible(timeout=PATIENCE)
    (study,) = (home / "runs").glob("*/study.json")
    assert set(json.loads(study.read_text())["lines"]) == {"LaSeR", "Gated", "Random", "all labels"}
    assert_clean(page, watch, server)
