"""The map in a real browser: 400 pictures on a lattice that a lasso can be checked on."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import FIXTURES, Server, assert_clean, open_page
from playwright.sync_api import BrowserContext, Page, expect

MARGIN = 0.03  # as in ui/widgets/map/data.py


def serve_map(serve, folder: Path, count: int) -> Server:
    shutil.copy(FIXTURES / "map_page.py", folder)
    (folder / "static").mkdir()  # Streamlit serves the one beside the script
    return serve(folder / "map_page.py", {"LASER_TEST_POINTS": str(count)})


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return serve_map(serve, tmp_path_factory.mktemp("map"), 400)


def drawn(page: Page, count: int) -> None:
    page.locator(f"canvas.over[data-points='{count}']").wait_for()


@pytest.fixture
def tab(context: BrowserContext, server: Server) -> Iterator[Page]:
    page, watch = open_page(context, server)
    drawn(page, 400)
    yield page
    assert_clean(page, watch, server)


def at(page: Page, column: float, row: float) -> tuple[float, float]:
    """Where on the page the lattice's place (column, row) is; row 0 is at the bottom."""
    box = page.locator("canvas.over").bounding_box()
    assert box is not None
    share = 1 - 2 * MARGIN
    x = box["x"] + box["width"] * (MARGIN + share * column / 19)
    y = box["y"] + box["height"] * (1 - MARGIN - share * row / 19)
    return x, y


def lasso(page: Page, left: float, bottom: float, right: float, top: float) -> None:
    page.mouse.move(*at(page, left, bottom))
    page.mouse.down()
    for column, row in [(right, bottom), (right, top), (left, top)]:
        page.mouse.move(*at(page, column, row), steps=6)
    page.mouse.up()


def chosen(page: Page, text: str) -> None:
    expect(page.get_by_text(f"chosen {text}", exact=True)).to_be_visible()


SIX = "6: p00061, p00062, p00081, p00082, p00101, p00102"


def test_a_lasso_returns_the_ids_inside_and_no_others(tab: Page) -> None:
    lasso(tab, 0.5, 2.5, 2.5, 5.5)  # columns 1 and 2 of rows 3, 4 and 5: 20 * row + column
    chosen(tab, SIX)


def test_shift_adds_and_alt_takes_away(tab: Page) -> None:
    lasso(tab, 0.5, 2.5, 2.5, 5.5)
    chosen(tab, SIX)
    tab.keyboard.down("Shift")
    tab.mouse.click(*at(tab, 10, 0))
    tab.keyboard.up("Shift")
    chosen(tab, "7: p00010, p00061, p00062, p00081, p00082, p00101, p00102")
    tab.keyboard.down("Alt")
    lasso(tab, 0.5, 2.5, 2.5, 5.5)
    tab.keyboard.up("Alt")
    chosen(tab, "1: p00010")
    tab.keyboard.press("Escape")
    chosen(tab, "0: ")


def test_hovering_shows_the_thumbnail_the_class_and_the_best_description(tab: Page) -> None:
    tab.mouse.move(*at(tab, 1, 3))
    tip = tab.locator(".tip")
    expect(tip.locator(".what")).to_have_text("grey wolf")  # 3 * 20 + 1 = 61, and 61 % 6 = 1
    expect(tip.locator(".caption")).to_have_text("p00061")
    expect(tip.locator(".sentence")).to_have_text("a photo of a red fox, seen from side 0")
    width = tip.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert width == 128


def test_hovering_a_description_shows_its_sentence_and_a_click_chooses_its_pictures(
    tab: Page,
) -> None:
    tab.mouse.move(*at(tab, 0.5, 5.5))
    expect(tab.locator(".tip .sentence")).to_have_text("a photo of a red fox, seen from side 0")
    tab.mouse.click(*at(tab, 0.5, 5.5))
    expect(tab.get_by_text("chosen 0:")).not_to_be_visible()
    # the 3 columns and 10 rows of the lattice that lie nearest to (0.5, 5.5)
    expect(tab.get_by_text("chosen 30: p00000, p00001, p00002, p00020")).to_be_visible()


def test_a_click_chooses_one_and_a_click_on_nothing_lets_go(tab: Page) -> None:
    tab.mouse.click(*at(tab, 4, 1))
    chosen(tab, "1: p00024")
    tab.mouse.click(*at(tab, 4.5, 1.5))
    chosen(tab, "0: ")


def test_the_wheel_zooms_at_the_mouse_and_a_double_click_resets(tab: Page) -> None:
    tab.mouse.move(*at(tab, 5, 10))
    tab.mouse.wheel(0, -500)
    tab.mouse.click(*at(tab, 5, 10))  # the point under the mouse stays under it
    chosen(tab, "1: p00205")
    tab.mouse.move(*at(tab, 6, 10))
    assert tab.locator("canvas.over").get_attribute("data-row") == "-1"  # it has moved away
    tab.mouse.dblclick(*at(tab, 5.4, 10.4))
    tab.mouse.move(*at(tab, 6, 10))
    expect(tab.locator("canvas.over")).to_have_attribute("data-row", "206")
    chosen(tab, "1: p00205")


def test_a_right_drag_moves_the_map(tab: Page) -> None:
    x, y = at(tab, 5, 10)
    tab.mouse.move(x, y)
    tab.mouse.down(button="right")
    tab.mouse.move(x + 100, y + 50, steps=4)
    tab.mouse.up(button="right")
    tab.mouse.move(x + 99, y + 50)
    expect(tab.locator("canvas.over")).to_have_attribute("data-row", "205")


def test_the_keyboard_walks_from_point_to_point_and_chooses(tab: Page) -> None:
    tab.locator("canvas.over").focus()
    tab.keyboard.press("ArrowLeft")
    first = int(tab.locator("canvas.over").get_attribute("data-row") or -1)
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("canvas.over")).to_have_attribute("data-row", str(first + 1))
    tab.keyboard.press("Enter")
    chosen(tab, f"1: p{first + 1:05d}")


def test_a_new_colouring_keeps_the_choice_and_sends_no_coordinates(tab: Page) -> None:
    lasso(tab, 0.5, 2.5, 2.5, 5.5)
    chosen(tab, SIX)
    tab.get_by_text("score", exact=True).click()
    expect(tab.locator(".ramp")).to_be_visible()
    chosen(tab, SIX)


def test_another_projection_of_the_same_pictures_keeps_the_choice(tab: Page) -> None:
    tab.mouse.click(*at(tab, 4, 1))
    chosen(tab, "1: p00024")
    before = tab.locator("canvas.over").get_attribute("data-version")
    tab.get_by_text("Turned").click()
    expect(tab.locator("canvas.over")).not_to_have_attribute("data-version", before or "")
    tab.mouse.move(*at(tab, 4, 18))  # row 1 from the top now
    expect(tab.locator("canvas.over")).to_have_attribute("data-row", "24")
    chosen(tab, "1: p00024")


def test_a_class_that_is_hidden_cannot_be_chosen(tab: Page) -> None:
    tab.get_by_role("button", name="grey wolf").click()
    lasso(tab, 0.5, 2.5, 2.5, 5.5)  # 61 is a grey wolf (61 % 6 = 1), the other five are not
    chosen(tab, "5: p00062, p00081, p00082, p00101, p00102")


def test_a_class_can_be_shown_alone_and_all_come_back(tab: Page) -> None:
    hen = tab.get_by_role("button", name="hen")
    hen.click(modifiers=["Shift"])
    lasso(tab, 0.5, 2.5, 2.5, 5.5)
    chosen(tab, "1: p00062")  # 62 % 6 = 2
    tab.get_by_role("button", name="hen").click(modifiers=["Shift"])
    lasso(tab, 0.5, 2.5, 2.5, 5.5)
    chosen(tab, SIX)


def names_drawn(page: Page) -> list[dict]:
    return json.loads(page.locator("canvas.over").get_attribute("data-names") or "[]")


def test_names_stand_beside_their_points_and_none_over_another(tab: Page) -> None:
    boxes = names_drawn(tab)
    assert len(boxes) >= 12
    for box, other in itertools.combinations(boxes, 2):
        beside = (
            box["left"] + box["wide"] <= other["left"]
            or other["left"] + other["wide"] <= box["left"]
        )
        above = (
            box["top"] + box["high"] <= other["top"] or other["top"] + other["high"] <= box["top"]
        )
        assert beside or above, (box, other)
    tab.get_by_role("button", name="grey wolf").click()  # its sentences go, its names with them
    expect(tab.locator("canvas.over")).not_to_have_attribute("data-names", re.compile("grey wolf"))
    tab.get_by_role("button", name="Names").click()
    expect(tab.locator("canvas.over")).to_have_attribute("data-names", "[]")


def test_python_can_choose_and_the_map_follows(tab: Page) -> None:
    tab.get_by_role("button", name="Choose p00007").click()
    chosen(tab, "1: p00007")
    expect(tab.locator(".count")).to_contain_text("1 chosen")


def test_fifty_thousand_points_are_drawn_and_found(
    context: BrowserContext, serve, tmp_path: Path
) -> None:
    server = serve_map(serve, tmp_path, 50_000)
    page, watch = open_page(context, server)
    drawn(page, 50_000)
    lasso(page, 0.5, 2.5, 2.5, 5.5)
    expect(page.get_by_text("chosen 0:")).not_to_be_visible()
    assert "p00061" in page.get_by_text(re.compile(r"^chosen \d+:")).inner_text()
    print("50,000 points drawn in ms:", page.locator("canvas.over").get_attribute("data-draw-ms"))
    page.screenshot(path=Path(os.environ.get("LASER_SCREENSHOTS", tmp_path)) / "map_50000.png")
    assert_clean(page, watch, server)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_in_both_themes(browser, server: Server, scheme: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page, watch = open_page(context, server)
    drawn(page, 400)
    lasso(page, 0.5, 2.5, 2.5, 5.5)
    page.mouse.move(*at(page, 13, 6))
    page.locator(".tip img").wait_for()
    page.wait_for_timeout(300)
    folder = Path(os.environ.get("LASER_SCREENSHOTS", tmp_path))
    page.screenshot(path=folder / f"map_{scheme}.png")
    page.get_by_text("score", exact=True).click()
    page.locator(".ramp").wait_for()
    page.screenshot(path=folder / f"map_score_{scheme}.png")
    assert_clean(page, watch, server)
    context.close()


def test_a_change_of_theme_is_followed_at_once(tab: Page) -> None:
    corner = """canvas => [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data]"""
    base = tab.locator("canvas.base")
    assert base.evaluate(corner) == [255, 255, 255, 255]
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(
        """() => {
          const find = (node) => node.querySelector('canvas.base')
            ?? [...node.querySelectorAll('*')].map(n => n.shadowRoot && find(n.shadowRoot))
              .find(Boolean);
          const pixel = find(document).getContext('2d').getImageData(2, 2, 1, 1).data;
          return pixel[0] === 16 && pixel[1] === 21 && pixel[2] === 29;
        }"""
    )


def test_on_a_screen_with_two_dots_a_pixel_a_lasso_returns_the_same_ids(
    browser, server: Server
) -> None:
    viewport = {"width": 1280, "height": 720}
    context = browser.new_context(viewport=viewport, device_scale_factor=2)
    page, watch = open_page(context, server)
    drawn(page, 400)
    lasso(page, 0.5, 2.5, 2.5, 5.5)
    chosen(page, SIX)
    size = page.locator("canvas.base").evaluate("c => [c.width / c.clientWidth, c.height]")
    assert size == [2, 860]  # 430 CSS pixels high
    assert_clean(page, watch, server)
    context.close()
