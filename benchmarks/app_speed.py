"""How soon pages answer, in a real Chromium on the same machine; the run has 50,000 images.

    python -m benchmarks.app_speed [--repeats 5]

Promises of the app: first paint at most 2 s, page switch at most 0.5 s, an edit on Prompts to the
new histogram and gallery at most 0.3 s, delta slider to the new preview at most 0.3 s, a map of
50,000 points drawn in at most 2 s. Browser, server and worker share the cores.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.big_run import make_big_run
from benchmarks.machine import ROOT, machine

sys.path.insert(0, str(ROOT / "tests" / "browser"))

from harness import ARGUMENTS, Server, chromium_path

IDLE = (
    "() => document.querySelector('[data-testid=stApp]')"
    ".getAttribute('data-test-script-state') === 'notRunning'"
)
PAGES = ("Data", "Prompts", "Map", "Round", "Label", "Charts", "Arena", "Files")
PROMISES: dict[str, float | None] = {
    "first paint": 2.0,
    **{f"page switch to {name}": 0.5 for name in PAGES},
    "edit on Prompts to new effect": 0.3,
    "edit on Prompts to the end of the script": None,  # what each confuser is worth comes last
    "delta slider to new preview": 0.3,
    "map of 50,000 points drawn": 2.0,
}


def main() -> None:
    """Read the command line, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        runs, cache = Path(scratch) / "runs", Path(scratch) / "cache"
        make_big_run(runs / "big", cache).close()
        environment = {"LASER_RUNS_DIR": str(runs), "LASER_CACHE_DIR": str(cache)}
        figures = measure(Path(scratch) / "log.txt", environment, repeats)
        stop_workers(runs / ".app")
    print(machine())
    for name, seconds in figures.items():
        ordered = sorted(seconds)
        median = ordered[len(ordered) // 2]
        line = f"{name}: median {median:.2f} s, min {ordered[0]:.2f}, max {ordered[-1]:.2f}, "
        line += f"n = {len(ordered)}"
        if (promised := PROMISES[name]) is not None:
            verdict = "met" if median <= promised else "MISSED"
            line += f"; promised at most {promised} s: {verdict}"
        print(line)


def measure(log: Path, environment: dict[str, str], repeats: int) -> dict[str, list[float]]:
    """Seconds of every repeat, by what was measured."""
    figures: dict[str, list[float]] = {name: [] for name in PROMISES}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        browser.new_page().goto("about:blank")  # Chromium itself is warm before anything counts
        for _ in range(repeats):
            server = Server(ROOT / "app.py", log, environment).start()
            try:
                figures["first paint"].append(first_paint(browser.new_page(), server.url))
            finally:
                server.stop()
        server = Server(ROOT / "app.py", log, environment).start()
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            walk(page, server.url, repeats, figures)
        finally:
            server.stop()
        browser.close()
    return figures


def first_paint(page: Page, url: str) -> float:
    """From opening the address on a fresh server to the demo's button."""
    started = time.perf_counter()
    page.goto(url)
    page.get_by_role("button", name="Start the demo").wait_for()
    taken = time.perf_counter() - started
    page.close()
    return taken


def walk(page: Page, url: str, repeats: int, figures: dict[str, list[float]]) -> None:
    """Everything that needs the big run open; each page is seen once before it counts."""
    page.goto(f"{url}/Charts?run=big")
    page.get_by_role("heading", name="Charts", exact=True).wait_for()
    for name in PAGES:
        visit(page, name)
        page.wait_for_timeout(4000)
    for _ in range(repeats):
        for name in PAGES:
            figures[f"page switch to {name}"].append(timed(lambda name=name: show(page, name)))
            settle(page)
    for _ in range(repeats):
        visit(page, "Charts")
        figures["map of 50,000 points drawn"].append(timed(lambda: draw_map(page)))
    for seen, done in edits(page, repeats):
        figures["edit on Prompts to new effect"].append(seen)
        figures["edit on Prompts to the end of the script"].append(done)
    figures["delta slider to new preview"] = slides(page, repeats)


def edits(page: Page, repeats: int) -> Iterator[tuple[float, float]]:
    """Switch one confuser off and on: seconds until the figures tell the new query, and to the end.

    Histogram and pictures follow the figures in the same breath; what each confuser is worth, in
    the lists beside them, comes last.
    """
    visit(page, "Prompts")
    page.wait_for_timeout(3000)
    box = page.get_by_role("checkbox", name="confuser 3", exact=False).first
    changed = page.get_by_text(re.compile(r"^\d[\d,]* of 1,500$")).last  # pictures that are others
    for _ in range(repeats):
        before = changed.inner_text()
        started = time.perf_counter()
        box.click()
        while changed.inner_text() == before:
            page.wait_for_timeout(5)
        seen = time.perf_counter() - started
        page.wait_for_function(IDLE)
        yield seen, time.perf_counter() - started
        settle(page)


def slides(page: Page, repeats: int) -> list[float]:
    """Move delta by one step; over when the words tell the new delta."""
    visit(page, "Round")
    slider = page.get_by_role("slider").first  # it stands there where delta counts
    slider.wait_for()
    settle(page)
    slider.focus()
    seconds = []
    for _ in range(repeats):
        words = page.get_by_test_id("stMarkdown").filter(has_text="Why these").first
        before = words.inner_text()
        started = time.perf_counter()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "before => ![...document.querySelectorAll('[data-testid=stMarkdown]')]"
            ".some(e => e.innerText === before)",
            arg=before,
        )
        page.wait_for_function(IDLE)
        seconds.append(time.perf_counter() - started)
        settle(page)
    return seconds


def draw_map(page: Page) -> None:
    """Go to the map and wait until its points are on the canvas."""
    show(page, "Map")
    page.get_by_text("Pictures", exact=True).first.click()
    page.locator("canvas").first.wait_for()
    page.wait_for_function(IDLE)


def show(page: Page, name: str) -> None:
    """Go to a page by the menu; over when its heading is there and the script has run."""
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).first.click()
    page.get_by_role("heading", name=name, exact=True).wait_for()
    page.wait_for_function(IDLE)


def visit(page: Page, name: str) -> None:
    """`show`, then rest."""
    show(page, name)
    settle(page)


def settle(page: Page) -> None:
    """Rest until nothing runs."""
    page.wait_for_timeout(400)
    page.wait_for_function(IDLE)
    page.wait_for_timeout(400)


def timed(work: Callable[[], None]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def stop_workers(home: Path) -> None:
    """End both workers, so that the temporary folders can go."""
    from laser_core.jobs.client import Jobs, Requests

    Jobs(home).stop_worker()
    Requests(home).stop_worker()


if __name__ == "__main__":
    main()
