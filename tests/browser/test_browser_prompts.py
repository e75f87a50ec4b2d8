"""The Prompts page in a real browser: edits and their effect, undo, reload, two tabs, typing."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import label_run
import pytest
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Locator, Page, expect

from laser_core.data.open import open_pool
from laser_core.data.pictures.thumbnails import source_folder_name
from laser_core.jobs.client import Jobs, Requests
from laser_core.store.store import Store
from laser_core.texts.descriptions import Descriptions
from ui.shared.pictures import Thumbnails


class Run:
    """One run of a test's own: what its folder says, and its page."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder

    def texts(self) -> Descriptions:
        with closing(Store.open(self.folder)) as store:
            return store.texts.read()[1]

    def change(self, texts: Descriptions) -> None:
        """What another process, the loop for one, may do at any time."""
        with closing(Store.open(self.folder)) as store:
            store.texts.append(texts, "made elsewhere")

    def on(self) -> list[bool]:
        return [c.enabled for c in self.texts().confusers]


@pytest.fixture(scope="module")
def home(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    home = tmp_path_factory.mktemp("prompts")
    pictures = home / "pictures"
    label_run.write_pictures(pictures, 90)
    folder = label_run.make_run(home / "runs", home / "cache", pictures, batch_size=20)
    source = open_pool(str(pictures))
    Thumbnails(f"{pictures} ", REPOSITORY / "static").make(source, source.ids("pool").tolist())
    environment = {
        "LASER_RUNS_DIR": str(home / "runs"),
        "LASER_CACHE_DIR": str(home / "cache"),
    }
    yield Run(serve(REPOSITORY / "app.py", environment), folder)
    for lane in (Jobs, Requests):
        assert lane(home / "runs" / ".app").stop_worker(60)
    small = REPOSITORY / "static" / "thumbs" / source_folder_name(f"{pictures} ")
    shutil.rmtree(small, ignore_errors=True)


@pytest.fixture
def run(home: Run, request: pytest.FixtureRequest) -> Run:
    folder = home.folder.with_name(re.sub(r"\W+", "-", request.node.name))
    shutil.copytree(home.folder, folder)
    return Run(home.server, folder)


def opened(context: BrowserContext, run: Run) -> tuple[Page, object]:
    page, watch = open_page(context, run.server, f"Prompts?run={run.folder.name}")
    expect(page.get_by_text("Changed", exact=True)).to_be_visible(timeout=60_000)
    return page, watch


def box(page: Page, name: str) -> Locator:
    return page.get_by_label(f"Use {name}", exact=True)


def changed(page: Page) -> Locator:
    return page.locator(".card", has=page.get_by_text("Changed", exact=True)).locator(".value")


def test_switching_a_confuser_off_shows_its_effect_and_survives_a_reload(
    context: BrowserContext, run: Run, tmp_path: Path
) -> None:
    page, watch = opened(context, run)
    expect(changed(page)).to_have_text("0 of 20")
    box(page, "wolf").click()
    expect(page.get_by_text("wolf switched off")).to_be_visible()
    expect(changed(page)).not_to_have_text("0 of 20")
    assert run.on() == [False, True]
    page.screenshot(path=Path(os.environ.get("LASER_SCREENSHOTS", tmp_path)) / "prompts.png")
    page.reload()
    settle(page)
    expect(box(page, "wolf")).not_to_be_checked()
    page.get_by_role("button", name="Undo").click()
    expect(box(page, "wolf")).to_be_checked()
    expect(changed(page)).to_have_text("0 of 20")
    assert_clean(page, watch, run.server)


def test_quick_clicks_lose_nothing(context: BrowserContext, run: Run) -> None:
    page, watch = opened(context, run)
    for _ in range(3):
        for name in ("wolf", "fox", "cat"):
            box(page, name).click()
    expect(page.get_by_text("Version 10")).to_be_visible()
    assert run.on() == [False, False]
    assert not run.texts().relevant[0].enabled
    assert_clean(page, watch, run.server)


def test_a_sentence_is_deleted_and_the_fold_stays_open(context: BrowserContext, run: Run) -> None:
    page, watch = opened(context, run)
    page.get_by_label("Sentences of fox").click()
    page.get_by_label("Delete sentence: fox 1").click()
    expect(page.get_by_text("fox: sentence deleted")).to_be_visible()
    expect(page.get_by_label("Delete sentence: fox 0")).to_be_visible()
    expect(page.get_by_label("Delete sentence: fox 1")).to_have_count(0)
    assert run.texts().confusers[1].sentences == ("fox 0",)
    assert_clean(page, watch, run.server)


def test_a_name_that_is_taken_is_refused_in_a_sentence(context: BrowserContext, run: Run) -> None:
    page, watch = opened(context, run)
    field = page.get_by_label("Add a confuser")
    field.fill("dogs")
    field.press("Enter")
    expect(page.get_by_text("'dog' is in the lists already")).to_be_visible()
    assert len(run.texts().confusers) == 2
    assert_clean(page, watch, run.server)


def test_another_tab_follows_by_itself(context: BrowserContext, run: Run) -> None:
    first, first_watch = opened(context, run)
    second, second_watch = opened(context, run)
    box(second, "fox").click()
    expect(second.get_by_text("fox switched off")).to_be_visible()
    first.bring_to_front()
    expect(box(first, "fox")).not_to_be_checked()
    box(first, "fox").click()
    expect(first.get_by_text("fox switched on")).to_be_visible()
    assert run.on() == [True, True]
    assert_clean(first, first_watch, run.server)
    assert_clean(second, second_watch, run.server)


def part(page: Page, name: str) -> None:
    """Choose a part of the page; the page's title has the same word as one of them."""
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).first.click()


def test_a_fault_in_a_template_is_told_while_typing_and_nothing_is_lost(
    context: BrowserContext, run: Run
) -> None:
    page, watch = opened(context, run)
    part(page, "Ask a model")
    area = page.get_by_label("Template:").first
    area.fill("Name {N} things like {class_names}, {M} of them small")
    fault = page.get_by_text("has the placeholder {M}")
    expect(fault).to_be_visible()
    expect(area).to_be_focused()
    part(page, "Versions")
    expect(page.get_by_text("Version A")).to_be_visible()
    part(page, "Ask a model")
    expect(area).to_have_value("Name {N} things like {class_names}, {M} of them small")
    area.fill("Name {N} things like {class_names}")
    expect(fault).to_have_count(0)
    expect(page.get_by_text('Name 2 things like ["cat", "dog"]')).to_be_visible()
    page.reload()
    settle(page)
    part(page, "Ask a model")
    expect(area).to_have_value("Name {N} things like {class_names}")
    assert_clean(page, watch, run.server)


def test_a_pasted_reply_is_told_and_taken_back(
    context: BrowserContext, run: Run, tmp_path: Path
) -> None:
    """E7: what was taken, refused and replaced is said beside the box, with an Undo."""
    before = run.texts()
    page, watch = opened(context, run)
    page.get_by_role("radiogroup", name="Part").get_by_text("Ask a model").click()
    reply = page.get_by_placeholder('{"class_names"')
    reply.fill('<think>maybe "dog"</think>["wolf", "kitten", "bear"]')
    reply.blur()
    page.get_by_role("button", name="Take it").click()
    told = page.get_by_text("Taken: wolf, bear")
    expect(told).to_be_visible(timeout=30_000)  # the first reply has the lexicon read
    expect(page.get_by_text("Refused: kitten (a sub-kind of the relevant class")).to_be_visible()
    told.scroll_into_view_if_needed()
    page.screenshot(path=Path(os.environ.get("LASER_SCREENSHOTS", tmp_path)) / "pasted.png")
    assert [c.name for c in run.texts().confusers] == ["wolf", "bear"]
    page.get_by_role("button", name="Undo").last.click()
    expect(told).to_have_count(0)
    assert run.texts() == before
    assert_clean(page, watch, run.server)
