"""Makes the screenshots of the README: starts the app on the demo and looks at every page.

    python -m tools.screenshots [--out docs/screenshots] [--theme light|dark|both] [--sizes all]

With one size and one theme a picture is called as its page (home.png), else also by both
(home_1440x900_dark.png). `--sizes all` are the three that every page is laid out for.
Needs Chromium and takes a few minutes the first time (the demo is embedded). Runs and caches go
to temporary folders and are removed, unless LASER_CACHE_DIR names a cache to use.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright

Theme = Literal["light", "dark"]
REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests" / "browser"))

from harness import ARGUMENTS, Server, chromium_path  # noqa: E402 - found by the line above

SIZES = ((1280, 720), (1440, 900), (1920, 1080))
WAIT = 180_000  # milliseconds; a busy machine embeds the demo in that


def main() -> None:
    """Read the command line, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "screenshots")
    parser.add_argument("--theme", choices=["light", "dark", "both"], default="light")
    parser.add_argument("--sizes", default="1280x720", help="as 1280x720,1440x900; all: the three")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        environment = {
            "LASER_RUNS_DIR": str(Path(scratch) / "runs"),
            "LASER_CACHE_DIR": os.environ.get("LASER_CACHE_DIR", str(Path(scratch) / "cache")),
        }
        make_rival(environment)
        server = Server(REPOSITORY / "app.py", Path(scratch) / "log.txt", environment).start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium_path(), args=ARGUMENTS
                )
                looks = list(itertools.product(sizes_of(given.sizes), themes_of(given.theme)))
                Tour(browser.new_page(), server.url, given.out, looks).walk()
                browser.close()
        finally:
            server.stop()
            stop_workers(Path(environment["LASER_RUNS_DIR"]) / ".app")


def sizes_of(text: str) -> list[tuple[int, int]]:
    """(width, height) of each window, in CSS pixels."""
    if text == "all":
        return list(SIZES)
    pairs = [size.split("x") for size in text.split(",")]
    return [(int(width), int(height)) for width, height in pairs]


def themes_of(text: str) -> list[Theme]:
    """The themes to look at."""
    return ["light", "dark"] if text == "both" else ["dark" if text == "dark" else "light"]


def make_rival(environment: dict[str, str]) -> None:
    """A finished run of random sampling, so that there is something to compare with."""
    folder = Path(environment["LASER_RUNS_DIR"]) / "random"
    folder.parent.mkdir(parents=True)
    command = [sys.executable, "-m", "laser_core", "run", "--strategy", "random"]
    subprocess.run(
        [*command, "--out", str(folder)], cwd=REPOSITORY, env={**os.environ, **environment},
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def stop_workers(home: Path) -> None:
    """End both workers, so that the temporary folders can go."""
    from laser_core.jobs.client import Jobs, Requests

    Jobs(home).stop_worker()
    Requests(home).stop_worker()


class Tour:
    """Walks through the app as a newcomer would, and takes a picture of every page.

    Args:
        page: an empty tab.
        url: of the server.
        out: folder of the pictures.
        looks: size and theme of each picture of a page.
    """

    def __init__(
        self, page: Page, url: str, out: Path, looks: list[tuple[tuple[int, int], Theme]]
    ) -> None:
        self.page, self.url, self.out, self.looks = page, url, out, looks
        self.page.set_default_timeout(WAIT)
        self.show(*looks[0])

    def show(self, size: tuple[int, int], theme: Theme) -> None:
        """Give the window that size and theme."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=theme)

    def walk(self) -> None:
        """Home, the demo's first query, all rounds, then every page."""
        page = self.page
        page.goto(self.url)
        started = time.perf_counter()
        page.get_by_role("button", name="Start the demo").wait_for()
        self.shoot("home")
        page.get_by_role("button", name="Start the demo").click()
        page.wait_for_url("**/Round**")
        page.get_by_role("heading", name="Round").wait_for()
        self.settle()
        print(f"first query on the screen after {time.perf_counter() - started:.0f} s")
        self.shoot("round")
        self.visit("Prompts")
        self.shoot("prompts")
        self.visit("Data")
        page.get_by_text("Pool pictures", exact=True).wait_for()
        self.shoot("data")
        self.run_to_the_end()
        self.visit("Charts")
        self.shoot("charts")
        self.visit("Arena")
        self.shoot("arena")
        self.visit("Learn")
        self.shoot("learn")
        self.visit("Files")
        self.page.get_by_role("button", name="labels.csv").wait_for()
        self.shoot("files")
        self.draw_the_map()
        self.label_by_hand()

    def label_by_hand(self) -> None:
        """A second demo, its first query, the deck."""
        self.page.get_by_test_id("stSidebarNavLink").first.click()
        self.page.get_by_role("button", name="Start the demo").click()
        self.page.wait_for_url("**/Round**")
        self.visit("Label")
        self.page.get_by_role("button", name="Ask the next query").click()
        self.page.get_by_text("saved", exact=False).first.wait_for()
        self.page.wait_for_timeout(4000)  # large copies of the pictures arrive
        self.shoot("label")

    def run_to_the_end(self) -> None:
        """All rounds, with the simulated oracle."""
        self.visit("Round")
        self.page.get_by_role("button", name="More").click()
        self.page.get_by_role("button", name="Run it to the end").click()
        self.page.get_by_text("10 of 10 rounds").first.wait_for()
        self.settle()

    def draw_the_map(self) -> None:
        """The joint map, by PCA: UMAP takes longer and shows the same page."""
        self.visit("Map")
        button = self.page.get_by_role("button", name="Draw").first
        button.click()
        self.page.locator("canvas").first.wait_for()
        self.settle()
        self.shoot("map")

    def visit(self, name: str) -> None:
        """Go to a page by the menu and wait until it is drawn."""
        links = self.page.get_by_test_id("stSidebarNavLink")
        links.filter(has_text=name).first.click()
        self.page.get_by_role("heading", name=name, exact=True).wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run and pictures had time to arrive."""
        self.page.wait_for_timeout(500)
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')"
            ".getAttribute('data-test-script-state') === 'notRunning'"
        )
        self.page.wait_for_timeout(1500)

    def shoot(self, name: str) -> None:
        """A picture of the page in each size and theme."""
        for size, theme in self.looks:
            if len(self.looks) > 1:
                self.show(size, theme)
                self.settle()
            told = f"_{size[0]}x{size[1]}_{theme}" if len(self.looks) > 1 else ""
            self.page.screenshot(path=self.out / f"{name}{told}.png")
            print(f"{name}{told}.png")


if __name__ == "__main__":
    main()
