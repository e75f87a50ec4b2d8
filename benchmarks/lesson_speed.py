"""How soon the lesson stands, and how soon its cards answer, in a real Chromium.

    python -m benchmarks.lesson_speed [--repeats 3]

Seconds from a click to the words that it leads to. The demo is embedded before, as the promise of
20 s to prepare the lesson has it. The rival of a card is the same card opened by a link, which
draws the whole page. Browser, server and worker share the cores.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.app_speed import stop_workers
from benchmarks.machine import ROOT, machine, spread, verdict
from laser_core.analysis.lesson.kept import lesson_figures

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from harness import ARGUMENTS, Server, chromium_path, settle

PREPARE, CARD, OWN = 20.0, 0.3, 1.0  # seconds that are promised
WAIT = 60_000  # milliseconds
Seconds = defaultdict[str, list[float]]
Step = tuple[str, Callable[[], object], str]  # what is timed, the act, the words that it leads to


def main() -> None:
    """Read the command line, measure, print a line for each thing that is waited for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    seconds: Seconds = defaultdict(list)
    print(machine())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        cache = os.environ.get("LASER_CACHE_DIR", str(Path(scratch) / "cache"))
        visit(cache, defaultdict(list))  # embeds the demo, and fills the page cache
        for _ in range(repeats):
            visit(cache, seconds)
    for name, found in seconds.items():
        print(f"{name}, s: {spread(found, 2)}")
        middle = sorted(found)[len(found) // 2]
        if name != "open by a link":
            print(verdict(f"  {name}, median s", middle, most=promise(name)))


def promise(name: str) -> float:
    """The seconds that are promised for a line."""
    if name == "prepare the lesson":
        return PREPARE
    return OWN if name.startswith("own sentence") else CARD


def visit(cache: str, seconds: Seconds) -> None:
    """One fresh server without a run: prepare the lesson and act on each card."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        runs = Path(home) / "runs"
        places = {"LASER_RUNS_DIR": str(runs), "LASER_CACHE_DIR": cache}
        server = Server(ROOT / "app.py", Path(home) / "log.txt", places).start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium_path(), args=ARGUMENTS
                )
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                page.set_default_timeout(WAIT)
                walk(page, server.url, seconds)
                browser.close()
        finally:
            server.stop()
            stop_workers(runs / ".app")


def walk(page: Page, url: str, seconds: Seconds) -> None:
    """Act on the cards in turn; what a step waits for is on the page only after its act."""
    page.goto(f"{url}/Learn")
    settle(page, WAIT)
    link = f"{url}/Learn?card=3"
    steps = [*first_cards(page), *last_cards(page)]
    for name, act, seen in (*steps, ("open by a link", lambda: page.goto(link), "looks alike")):
        started = time.perf_counter()
        act()
        page.get_by_text(seen).first.wait_for()
        seconds[name].append(time.perf_counter() - started)
        settle(page, WAIT)


def first_cards(page: Page) -> Iterator[Step]:
    """The lesson made, and cards 1 to 3."""
    yield "prepare the lesson", press(page, "Prepare the lesson"), "How many of the 40"
    yield "card 1: show me", press(page, "Show me"), "You look at"
    yield "open card 2", choose(page, "2 Words"), "have an angle"
    yield "card 2: another sentence", choose(page, "a photo of a hat"), "“a photo of a hat”"
    for worker in ("just asked", "warm"):
        said = f"a thing to drink from, {worker}"
        yield f"own sentence, worker {worker}", partial(say, page, said), f"“{said}”"
    yield "open card 3", choose(page, "3 Confusers"), "only looks alike"
    confusers = lesson_figures()["confusers"]
    hits = f"{confusers['batches']['cap']['relevant']} of {confusers['size']}"
    yield "card 3: one confuser", press(page, "cap"), hits


def last_cards(page: Page) -> Iterator[Step]:
    """Cards 4 and 6 to 8; on card 5 the person is what takes time."""
    yield "open card 4", choose(page, "4 Spread"), "still a bad lesson"
    right = f"{lesson_figures()['ways']['balanced 20']['accuracy']:.0%}"
    yield "card 4: another way", choose(page, "Balanced"), right
    for card, heading, answer in (
        ("6 Detector", "A second opinion", "It knows"),
        ("7 Trust", "Whom do you trust", "already gives"),
        ("8 Parts", "Take one part", "A mean hides both"),
    ):
        yield f"open card {card[0]}", choose(page, card), heading
        yield f"card {card[0]}: show me", show_me(page).click, answer


def show_me(page: Page) -> Locator:
    """The button that opens a card's answer."""
    return page.get_by_role("button", name=re.compile("^Show me"))


def press(page: Page, name: str) -> Callable[[], None]:
    """A click on a button."""
    return page.get_by_role("button", name=name, exact=True).click


def choose(page: Page, name: str) -> Callable[[], None]:
    """A click on one of several."""
    return page.get_by_role("radio", name=name).click


def say(page: Page, sentence: str) -> None:
    """A sentence of one's own."""
    field = page.get_by_role("textbox", name="My own sentence")
    field.fill(sentence)
    field.press("Enter")


if __name__ == "__main__":
    main()
