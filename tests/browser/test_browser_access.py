"""Every page for everyone: axe finds nothing serious in either theme, and words are few."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import Browser, Page, expect
from test_round import POOL, make_small_world

from laser_core.data.pictures.thumbnails import source_folder_name
from laser_core.jobs.client import Jobs, Requests

PATIENCE = 60_000  # ms
PAGES = ("", "Learn", "Data", "Prompts", "Round", "Label", "Map", "Charts", "Arena", "Files")
WORDS = 180  # that a page may have in the window, beside galleries, tables and charts
# The menu is Streamlit's: it puts the groups' lists below a div of the list of all.
OUTSIDE_THE_MENU = {"exclude": [["[data-testid=stSidebarNav]"], ["[data-testid=stTopNav]"]]}
ON_SCREEN = """() => {
  const words = [], left_out = "table, svg, option, [data-testid=stDataFrame], .js-plotly-plot";
  const main = document.querySelector("[data-testid=stMain]");
  const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, about = node.parentElement;
    if (about.closest(left_out) || !about.checkVisibility({ checkVisibilityCSS: true })) continue;
    if (about.closest("style, script, [data-testid=stIconMaterial]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { top, bottom, height, width } = range.getBoundingClientRect();
    if (height && width && bottom > 0 && top < innerHeight)
      words.push(...node.textContent.split(/\\s+/).filter((word) => /[\\p{L}\\d]/u.test(word)));
  }
  return words;
}"""


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("access")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LASER_CACHE_DIR", str(home / "cache"))
        make_small_world(home)
    places = {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
    yield serve(REPOSITORY / "app.py", places)
    for lane in (Jobs, Requests):
        lane(home / "runs" / ".app").stop_worker(60)
    shutil.rmtree(REPOSITORY / "static" / "thumbs" / source_folder_name(f"{POOL} "))


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, with the element.

    A box of Streamlit's that scrolls and holds nothing to press takes the keyboard's focus in
    every browser of today by itself, and has no attribute of ours that could say so.
    """
    found = Axe().run(page, context=OUTSIDE_THE_MENU).response["violations"]
    return [
        f"{page.url} {rule['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
        if rule["impact"] in ("serious", "critical")
        and not (rule["id"] == "scrollable-region-focusable" and "data-test-scroll" in node["html"])
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_has_nothing_serious_and_few_words(
    browser: Browser, server: Server, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    found, words = [], {}
    for name in PAGES:
        page, watch = open_page(context, server, f"{name}?run=small")
        expect(page.locator(".st-key-frame")).to_be_visible(timeout=PATIENCE)
        settle(page, PATIENCE)
        found += serious(page)
        words[name or "Home"] = len(page.evaluate(ON_SCREEN))
        assert_clean(page, watch, server)
        page.close()
    context.close()
    print(words)
    assert found == []
    assert {name: count for name, count in words.items() if count > WORDS} == {}
