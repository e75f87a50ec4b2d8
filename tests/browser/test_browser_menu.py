"""The menu in a real browser: deep links, reload, tabs, the back button, presenting to a room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import label_run
import pytest
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect

PATIENCE = 60_000  # ms
GROUPS = ("Set up", "Ask and label", "Understand", "Share")
# What the menu has said since the page was opened, so that a menu that flashes is seen as well.
MENUS = """() => {
  window.menus = new Set();
  const look = () => {
    const menu = document.querySelector('[data-testid="stSidebarNav"]');
    if (menu) window.menus.add(menu.innerText);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true });
}"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    home = tmp_path_factory.mktemp("menu")
    label_run.write_pictures(home / "pictures", 90)
    label_run.make_run(home / "runs", home / "cache", home / "pictures")
    yield {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
    label_run.clear_up(home / "runs", home / "pictures")


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server], places: Mapping[str, str]) -> Server:
    return serve(REPOSITORY / "app.py", places)


def open_link(page: Page, name: str) -> None:
    """Click a page's name in the menu and wait until that page stands."""
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    expect_page(page, name)


def expect_page(page: Page, name: str) -> None:
    expect(page).to_have_title(f"{name} · LaSeR Explorer", timeout=PATIENCE)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-frame")).to_contain_text("asked", timeout=PATIENCE)
    page.wait_for_url("**run=asked**", timeout=PATIENCE)
    settle(page, PATIENCE)


def expect_groups(page: Page) -> None:
    menu = page.get_by_test_id("stSidebarNav")
    for group in GROUPS:
        expect(menu).to_contain_text(group, timeout=PATIENCE)


def test_a_deep_link_on_a_fresh_server_has_the_whole_menu_at_once(
    context: BrowserContext, serve: Callable[..., Server], places: Mapping[str, str]
) -> None:
    """Also after a reload and a change of page, in a second tab, and beside an unknown name."""
    server = serve(REPOSITORY / "app.py", places)
    context.add_init_script(f"({MENUS})()")
    page, watch = open_page(context, server, "Charts?run=asked")
    expect_page(page, "Charts")
    expect_groups(page)
    assert all("Set up" in menu for menu in page.evaluate("[...window.menus]"))
    page.reload()
    expect_page(page, "Charts")
    expect_groups(page)
    open_link(page, "Files")
    expect_groups(page)
    assert_clean(page, watch, server)
    second, watch_second = open_page(context, server, "Data?run=asked")
    expect_page(second, "Data")
    expect_groups(second)
    assert_clean(second, watch_second, server)
    lost, watch_lost = open_page(context, server, "Nowhere?run=asked")
    expect(lost.get_by_text("Page not found")).to_be_visible(timeout=PATIENCE)
    expect_groups(lost)
    assert not [problem for problem in watch_lost.problems if "another host" in problem]


def test_the_back_button_leaves_a_page_in_one_press(
    context: BrowserContext, server: Server
) -> None:
    """Though pages put the run, and choices made on them, into the address."""
    page, watch = open_page(context, server, "Files?run=asked")
    expect_page(page, "Files")
    open_link(page, "Data")
    page.get_by_role("radio", name="On this machine").click()
    page.wait_for_url("**data_kind=**", timeout=PATIENCE)
    settle(page, PATIENCE)
    open_link(page, "Label")
    open_link(page, "Data")  # its choice is put back into the address
    page.wait_for_url("**data_kind=**", timeout=PATIENCE)
    open_link(page, "Charts")
    for name in ("Data", "Label", "Data", "Files"):
        page.go_back()
        expect_page(page, name)
    page.go_forward()
    expect_page(page, "Data")
    # as Streamlit puts a choice back, on a busy machine after our own half has put the run there
    page.evaluate("() => history.replaceState(history.state, '', '?data_kind=late')")
    assert "run=asked" in page.url
    assert "data_kind=late" in page.url
    assert_clean(page, watch, server)


def root_size(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).fontSize"))


def test_presenting_enlarges_letters_and_outlives_links_and_reload(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(PATIENCE)
    page, watch = open_page(context, server, "Files?run=asked")
    expect_page(page, "Files")
    assert root_size(page) == "16px"
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("button", name="Back to the desk")).to_be_visible()
    assert root_size(page) == "24px"
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    page.get_by_test_id("stTopNavSection").filter(has_text="Understand").click()
    page.get_by_role("menuitem", name="Charts").click()
    expect_page(page, "Charts")
    page.wait_for_url("**present=1**")
    page.reload()
    expect_page(page, "Charts")
    assert root_size(page) == "24px"
    page.get_by_role("button", name="Back to the desk").click()
    expect_groups(page)
    assert root_size(page) == "16px"
    assert "present" not in page.url
    assert_clean(page, watch, server)
    second, watch_second = open_page(context, server, "Files?run=asked&present=1")
    expect(second.get_by_role("button", name="Back to the desk")).to_be_visible()
    assert root_size(second) == "24px"
    assert_clean(second, watch_second, server)
    context.close()
