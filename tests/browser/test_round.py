"""The Round page in a real browser: another delta at once, explanations, and a whole round."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from demo_pictures import CLASSES, write_demo_pictures
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Locator, Page, expect

from laser_core.config import ExperimentConfig
from laser_core.data.pictures.thumbnails import source_folder_name
from laser_core.jobs import tasks
from laser_core.jobs.client import Jobs, Requests
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes
from ui.shared.pictures import Thumbnails

POOL = "round page test"
SENTENCES = {name: [f"a photo of a {name}", f"a {name} on a table"] for name in CLASSES}


FOCUSED_TOP = (
    "() => { let e = document.activeElement; while (e.shadowRoot?.activeElement)"
    " e = e.shadowRoot.activeElement; return e.offsetTop; }"
)


def context_of(home: Path, **warm: object) -> JobContext:
    return JobContext(home, home, lambda: False, dict(warm))


def make_small_world(home: Path) -> None:
    """One of four rounds done, 70 pictures a round."""
    config = fakes.config(pool=POOL, batch_size=70)
    materials = fakes.materials(config)
    vectors = materials.pictures.vectors(materials.pool_ids)
    table = FileTable(cosines_folder(home / "cache", "round-page"), len(vectors))
    table.keep_vectors(vectors)
    cosines = Cosines(vectors, fakes.encode, table)
    materials = replace(materials, cosines=cosines, cosines_key="round-page")
    folder = home / "runs" / "small"
    with closing(Store.create(folder, config)) as store:
        keep_pool(store, materials)
    context = context_of(home, materials=(str(folder), materials))
    drain(tasks.run_rounds({"folder": str(folder), "rounds": 1}, context))
    source = fakes.source()
    Thumbnails(f"{POOL} ").make(source, source.ids("pool").tolist())


def make_real_run(home: Path) -> None:
    """48 pictures of the demo in class folders, as the app itself would prepare them."""
    write_demo_pictures(home / "pictures")
    transcript = home / "transcript.jsonl"
    replies = (("confusers", ["cup", "pear"]), ("descriptions", _with_confusers()))
    lines = [json.dumps({"task": task, "reply": json.dumps(reply)}) for task, reply in replies]
    transcript.write_text("\n".join(lines), encoding="utf-8")
    config = ExperimentConfig(
        pool=str(home / "pictures"), relevant=("mug", "apple"), batch_size=6, rounds=2,
        descriptions=2, confusers=2, use_discovered=False, llm=f"replay:{transcript}",
        vlm="offline",
    )  # fmt: skip
    params = {"config": json.loads(config.to_json()), "folder": str(home / "runs" / "real")}
    drain(tasks.create_run(params, context_of(home)))


def _with_confusers() -> dict[str, list[str]]:
    return SENTENCES | {
        name: [f"a photo of a {name}", f"a {name} alone"] for name in ("cup", "pear")
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("round-page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LASER_CACHE_DIR", str(made / "cache"))
        make_small_world(made)
        make_real_run(made)
    yield made
    for jobs in (Jobs(made / "runs" / ".app"), Requests(made / "runs" / ".app")):
        assert jobs.stop_worker(60)
    for pool in (POOL, str(made / "pictures")):
        shutil.rmtree(REPOSITORY / "static" / "thumbs" / source_folder_name(f"{pool} "))


@pytest.fixture(scope="module")
def server(serve, home: Path) -> Server:
    places = {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
    return serve(REPOSITORY / "app.py", places)


@pytest.fixture
def small(context: BrowserContext, server: Server) -> Iterator[Page]:
    page, watch = open_page(context, server, "Round?run=small")
    expect(page.get_by_text("Why these 70 pictures?")).to_be_visible()
    yield page
    assert_clean(page, watch, server)


def card(page: Page, name: str) -> Locator:
    """The figure on the card of that name."""
    return page.locator(".card", has=page.get_by_text(name, exact=True)).locator(".value")


def test_moving_delta_by_keyboard_marks_what_comes_in_and_goes_out(small: Page) -> None:
    expect(card(small, "As planned")).to_have_text("70 of 70")
    groups = small.get_by_role("listbox", name="Pictures of the batch").get_by_role("group")
    expect(groups).to_have_count(2)  # cat and dog, as they look
    small.get_by_role("slider").first.focus()
    small.keyboard.press("End")
    expect(small.get_by_text("Changes only")).to_be_visible()
    expect(card(small, "Detector")).to_have_text("100%")
    expect(card(small, "As planned")).not_to_have_text("70 of 70")
    small.get_by_text("Changes only").click()
    expect(small.get_by_text("+ in").first).to_be_visible()
    expect(small.get_by_text("− out").first).to_be_attached()


def test_gallery_and_explanation_end_where_the_window_does(small: Page) -> None:
    """And the arrow keys find their way across rows that end early under a heading."""
    small.set_viewport_size({"width": 1440, "height": 900})
    grid = small.get_by_role("listbox", name="Pictures of the batch")
    bottom = "e => window.innerHeight - e.getBoundingClientRect().bottom"
    for box in (grid, small.locator(".st-key-round_reason")):
        small.wait_for_function(
            "([e, limit]) => Math.abs(window.innerHeight - e.getBoundingClientRect().bottom)"
            " < limit", arg=[box.element_handle(), 200], timeout=30_000,
        )  # fmt: skip
        assert box.evaluate(bottom) > 0
    pictures = grid.get_by_role("option")
    pictures.first.click()
    tops = [small.evaluate(FOCUSED_TOP)]
    for _ in range(pictures.count()):  # how many rows there are depends on the detector's machine
        small.keyboard.press("ArrowDown")
        top = small.evaluate(FOCUSED_TOP)
        if top == tops[-1]:
            break
        tops.append(top)
    assert len(tops) > 5
    assert tops[-1] == pictures.last.evaluate("e => e.offsetTop")
    assert tops == sorted(set(tops))  # a row at each press, none left out or met twice


def test_a_chosen_picture_opens_its_explanation(small: Page) -> None:
    pictures = small.get_by_role("listbox", name="Pictures of the batch").get_by_role("option")
    fifth = pictures.nth(4)
    name = fifth.get_attribute("data-id") or ""
    fifth.click()
    expect(small.get_by_role("paragraph").get_by_text(name, exact=True)).to_be_visible()
    expect(small.get_by_text("(5)").last).to_be_visible()


def test_what_was_moved_outlasts_a_switch_of_pages(small: Page) -> None:
    small.get_by_role("slider").first.focus()
    small.keyboard.press("End")
    expect(small.get_by_text("Changes only")).to_be_visible()
    small.get_by_test_id("stSidebarNav").get_by_text("Charts").click()
    expect(small.get_by_role("radio", name="Descriptions")).to_be_visible()
    small.get_by_test_id("stSidebarNav").get_by_text("Round").click()
    expect(small.get_by_text("Changes only")).to_be_visible()
    expect(card(small, "Detector")).to_have_text("100%")
    small.reload()
    expect(small.get_by_text("Changes only")).to_be_visible(timeout=30_000)
    expect(card(small, "Detector")).to_have_text("100%")


def test_charts_follow_the_system_into_the_dark_and_back(small: Page) -> None:
    """Streamlit changes its own parts over without a run; what we draw stayed white on black."""
    small.get_by_test_id("stSidebarNav").get_by_text("Charts").click()
    shown = small.get_by_test_id("stPlotlyChart").first.locator(".main-svg").first
    expect(shown).to_have_css("background-color", "rgb(255, 255, 255)")
    small.emulate_media(color_scheme="dark")
    expect(shown).not_to_have_css("background-color", "rgb(255, 255, 255)")
    small.emulate_media(color_scheme="light")
    expect(shown).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_chart_is_saved_as_svg_without_a_network(small: Page) -> None:
    small.get_by_test_id("stSidebarNav").get_by_text("Charts").click()
    small.get_by_text("SVG", exact=True).click()
    settle(small)
    with small.expect_download() as saved:
        small.get_by_test_id("stPlotlyChart").first.locator(".modebar-btn").first.click()
    assert saved.value.suggested_filename == "small-rounds.svg"
    assert "<svg" in Path(saved.value.path()).read_text(encoding="utf-8")[:200]


def test_a_whole_round_is_asked_answered_and_trained(
    context: BrowserContext, server: Server, home: Path
) -> None:
    page, watch = open_page(context, server, "Round?run=real")
    expect(page.get_by_text("Why these 6 pictures?")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Ask, answer, train").click()
    expect(page.get_by_role("button", name="Stop").first).to_be_visible()
    expect(page.get_by_text("Round 1: ")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("combobox", name="Round")).to_have_value("Round 2, not asked yet")
    with closing(Store.open(home / "runs" / "real")) as store:
        records = store.rounds.records()
        assert len(store.labels.by_id()) == 6
    assert [record.queried for record in records] == [6]
    page.reload()
    settle(page)
    expect(page.get_by_text("Round 1: ")).to_be_visible()
    page.get_by_role("button", name="More").click()  # H3: the next round by hand
    page.get_by_role("button", name="Ask, and label by hand").click()
    page.wait_for_url("**/Label**", timeout=120_000)
    expect(page.get_by_role("button", name="Train")).to_be_visible(timeout=60_000)
    assert_clean(page, watch, server)
