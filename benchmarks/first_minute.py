"""Claim: within 60 s of "Start the demo" a newcomer sees the first query, its precision and why.

    python -m benchmarks.first_minute [--repeats 3]

A real Chromium, a fresh server, no run and an empty cache each time: models are loaded and the
pictures embedded within the time. The rival is the same click when the cache is filled. Browser,
server and worker share the cores.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.app_speed import stop_workers
from benchmarks.machine import ROOT, machine, spread, verdict

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from harness import ARGUMENTS, Server, chromium_path

MOST = 60.0


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    cold, warm = [], []
    print(machine())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for _ in range(repeats):
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
                cold.append(first_query(browser, cache))
                warm.append(first_query(browser, cache))
        browser.close()
    print(f"empty cache, s: {spread(cold, 1)}")
    print(f"filled cache (rival), s: {spread(warm, 1)}")
    print(
        verdict(
            "seconds from the click to the first query, median", statistics.median(cold), most=MOST
        )
    )


def first_query(browser: Browser, cache: str) -> float:
    """Seconds from the click to the batch on the screen, with its precision and its reason."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        environment = {"LASER_RUNS_DIR": scratch, "LASER_CACHE_DIR": cache}
        server = Server(ROOT / "app.py", Path(scratch) / "log.txt", environment).start()
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(300_000)
            page.goto(server.url)
            button = page.get_by_role("button", name="Start the demo")
            button.wait_for()
            started = time.perf_counter()
            button.click()
            page.get_by_text("Why these").first.wait_for()
            page.get_by_text("Precision", exact=True).first.wait_for()
            page.get_by_role("option").first.wait_for()  # a picture of the batch
            taken = time.perf_counter() - started
            page.close()
        finally:
            server.stop()
            stop_workers(Path(scratch) / ".app")
    return taken


if __name__ == "__main__":
    main()
