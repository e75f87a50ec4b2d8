"""A job on the screen, in a real browser with a real server and a real worker."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import FIXTURES, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Page, expect

from laser_core.jobs.client import Jobs


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(serve, home: Path) -> Server:
    return serve(FIXTURES / "live_page.py", {"LASER_TEST_HOME": str(home)})


@pytest.fixture
def jobs(home: Path) -> Iterator[Jobs]:
    made = Jobs(home, tasks="job_tasks")
    yield made
    if (state := made.active()) is not None:
        made.cancel(state.id)
        made.wait(state.id)
    if (last := made.latest()) is not None:
        made.dismiss(last.id)
    assert made.stop_worker(60)


def begin(page: Page, title: str = "Counting") -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=title, exact=True).click()


def panel(page: Page):
    return page.get_by_test_id("stMain").locator(".st-key-job_panel")


def badge(page: Page):
    return page.get_by_test_id("stSidebar").locator(".st-key-job_badge")


def count(page: Page) -> int:
    """How far the bar says the counting is."""
    text = panel(page).get_by_test_id("stProgress")
    expect(text).to_contain_text(re.compile(r"Counting · [\d,]+ of"))
    found = re.search(r"([\d,]+) of", text.inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def grows(page: Page) -> None:
    """The bar moves by itself."""
    before = count(page)
    page.wait_for_function(
        """before => {
          const text = document.querySelector('.st-key-job_panel [data-testid=stProgress]');
          const found = text && text.innerText.match(/([\\d,]+) of/);
          return found && Number(found[1].replaceAll(',', '')) > before;
        }""",
        arg=before,
    )


def test_progress_moves_and_stop_stops(
    context: BrowserContext, server: Server, jobs: Jobs, tmp_path: Path
) -> None:
    page, watch = open_page(context, server)
    begin(page)
    grows(page)
    expect(badge(page)).to_contain_text("Counting")
    expect(panel(page)).to_contain_text("left")
    page.screenshot(path=Path(os.environ.get("LASER_SCREENSHOTS", tmp_path)) / "live_running.png")
    panel(page).get_by_role("button", name="Stop").click()
    expect(page.get_by_text("last: cancelled")).to_be_visible()
    expect(panel(page)).to_have_count(0)
    assert_clean(page, watch, server)


def test_the_page_notices_by_itself_that_a_job_is_done(
    context: BrowserContext, server: Server, jobs: Jobs
) -> None:
    page, watch = open_page(context, server)
    page.get_by_label("Steps").fill("150")
    page.keyboard.press("Enter")
    settle(page)
    begin(page)
    expect(page.get_by_text("last: done")).to_be_visible()
    assert_clean(page, watch, server)


def test_a_reload_in_the_middle_shows_the_same_job(
    context: BrowserContext, server: Server, jobs: Jobs
) -> None:
    page, watch = open_page(context, server)
    begin(page)
    grows(page)
    before = jobs.latest()
    page.reload()
    settle(page)
    grows(page)
    after = jobs.latest()
    assert before is not None
    assert after is not None
    assert before.id == after.id
    assert_clean(page, watch, server)


def test_two_tabs_show_one_job_and_a_second_start_says_why_not(
    context: BrowserContext, server: Server, jobs: Jobs
) -> None:
    first, first_watch = open_page(context, server)
    second, second_watch = open_page(context, server)
    begin(first)
    grows(first)
    begin(second)
    expect(second.get_by_text("one job runs at a time")).to_be_visible()
    grows(second)
    panel(second).get_by_role("button", name="Stop").click()
    first.bring_to_front()
    expect(first.get_by_text("last: cancelled")).to_be_visible()
    assert len(jobs.lane.queued_ids()) == 0
    assert_clean(first, first_watch, server)
    assert_clean(second, second_watch, server)


def test_a_restart_of_the_server_leaves_job_and_open_tab_alive(
    context: BrowserContext, server: Server, jobs: Jobs
) -> None:
    page, watch = open_page(context, server)
    begin(page)
    grows(page)
    watch.paused = True  # the browser rightly complains while the server is away
    server.stop()
    server.start()
    settle(page, timeout=60_000)
    watch.paused = False
    grows(page)
    assert_clean(page, watch, server)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_failure_is_one_sentence_with_the_details_folded(
    browser, server: Server, jobs: Jobs, tmp_path: Path, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page, watch = open_page(context, server)
    begin(page, "Crashing")
    expect(panel(page)).to_contain_text("Something in the program failed during crash")
    traceback = panel(page).get_by_text("ZeroDivisionError")
    expect(traceback).not_to_be_visible()
    panel(page).get_by_text("Details", exact=True).click()
    expect(traceback.first).to_be_visible()
    folder = Path(os.environ.get("LASER_SCREENSHOTS", tmp_path))
    page.screenshot(path=folder / f"live_failed_{scheme}.png")
    panel(page).get_by_role("button", name="Dismiss").click()
    expect(panel(page)).to_have_count(0)
    assert_clean(page, watch, server)
    context.close()
