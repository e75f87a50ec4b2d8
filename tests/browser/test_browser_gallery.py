"""The gallery in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import FIXTURES, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Page, expect


@pytest.fixture(scope="module")
def server(serve) -> Server:
    return serve(FIXTURES / "gallery_page.py")


@pytest.fixture
def tab(context: BrowserContext, server: Server) -> Iterator[Page]:
    page, watch = open_page(context, server)
    expect(page.get_by_role("option")).to_have_count(24)
    yield page
    assert_clean(page, watch, server)


def chosen(page: Page, text: str) -> None:
    expect(page.get_by_text(f"chosen: {text}", exact=True)).to_be_visible()


def test_a_click_chooses_and_a_second_click_lets_go(tab: Page) -> None:
    tab.get_by_role("option").nth(1).click()
    chosen(tab, "a/1.jpg")
    tab.get_by_role("option").nth(2).click()
    chosen(tab, "a/2.jpg")
    tab.get_by_role("option").nth(2).click()
    chosen(tab, "none")


def test_arrows_move_and_enter_chooses(tab: Page) -> None:
    options = tab.get_by_role("option")
    options.nth(0).focus()
    tab.keyboard.press("ArrowRight")
    expect(options.nth(1)).to_be_focused()
    tab.keyboard.press("Enter")
    chosen(tab, "a/1.jpg")
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    chosen(tab, "a/23.jpg")
    expect(options.nth(23)).to_be_focused()  # still, after Python has answered
    tab.keyboard.press("Escape")
    chosen(tab, "none")


def test_arrow_down_goes_to_the_picture_below(tab: Page) -> None:
    options = tab.get_by_role("option")
    options.nth(0).focus()
    tab.keyboard.press("ArrowDown")
    first = options.nth(0).bounding_box()
    below = tab.locator(".cell:focus").bounding_box()
    assert first is not None
    assert below is not None
    assert below["x"] == first["x"]
    assert below["y"] > first["y"]


def test_several_can_be_chosen_by_a_stretch_and_all_at_once(tab: Page) -> None:
    tab.get_by_text("Several").click()
    settle(tab)
    options = tab.get_by_role("option")
    options.nth(1).click()
    options.nth(3).click(modifiers=["Shift"])
    chosen(tab, "a/1.jpg, a/2.jpg, a/3.jpg")
    tab.keyboard.press("Control+a")
    expect(tab.locator(".cell[aria-selected=true]")).to_have_count(24)
    tab.keyboard.press("Escape")
    chosen(tab, "none")


def test_python_can_choose_and_the_browser_follows(tab: Page) -> None:
    tab.get_by_text("Several").click()
    tab.get_by_role("button", name="Choose 2 and 3").click()
    chosen(tab, "a/2.jpg, a/3.jpg")
    expect(tab.locator(".cell[aria-selected=true]")).to_have_count(2)
    tab.get_by_role("option").nth(4).click()
    chosen(tab, "a/2.jpg, a/3.jpg, a/4.jpg")


def test_every_picture_has_words_for_those_who_do_not_see_it(tab: Page) -> None:
    words = tab.locator(".cell img").evaluate_all("images => images.map(image => image.alt)")
    assert words[:2] == ["a/0.jpg", "picture 1 of class 1"]
    assert all(words)
    expect(tab.get_by_role("listbox", name="Pictures")).to_be_visible()


def test_an_empty_gallery_says_what_to_do(tab: Page) -> None:
    tab.get_by_label("Pictures").first.fill("0")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("No pictures here; ask for more above.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_in_both_themes(browser, server: Server, scheme: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page, watch = open_page(context, server)
    page.get_by_role("option").nth(3).click()
    chosen(page, "a/3.jpg")
    folder = Path(os.environ.get("LASER_SCREENSHOTS", tmp_path))
    page.screenshot(path=folder / f"gallery_{scheme}.png")
    grid = page.locator(".grid")
    text = grid.evaluate("element => getComputedStyle(element).color")
    assert text == {"light": "rgb(27, 36, 48)", "dark": "rgb(230, 234, 240)"}[scheme]
    assert_clean(page, watch, server)
    context.close()
