"""Claim: a job is gone from the screen within 2 s of a click on Stop, in the middle of an epoch.

    python -m benchmarks.stop_job [--repeats 5]

The worst job there is: ResNet-18 trained on the processor, whose steps take seconds. A real
Chromium; browser, server and worker share the cores.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.app_speed import settle, stop_workers
from benchmarks.machine import ROOT, machine, spread, verdict

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from harness import ARGUMENTS, Server, chromium_path

MOST = 2.0
BAR = "[data-testid=stMain] [data-testid=stProgress]"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print(machine())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        runs = Path(scratch) / "runs"
        command = [sys.executable, "-m", "laser_core", "run", "--rounds", "1", "--out"]
        subprocess.run([*command, str(runs / "ready")], cwd=ROOT, check=True, capture_output=True)
        server = Server(ROOT / "app.py", Path(scratch) / "log.txt", {"LASER_RUNS_DIR": str(runs)})
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            try:
                seconds = stops(page, server.start().url, repeats)
            finally:
                server.stop()
                stop_workers(runs / ".app")
                browser.close()
    print(f"from the click to the bar gone, s: {spread(seconds, 2)}")
    print(verdict("seconds to stop, the slowest", max(seconds), most=MOST))


def stops(page: Page, url: str, repeats: int) -> list[float]:
    """Make a run that trains ResNet-18, then start its training and stop it, again and again."""
    page.goto(f"{url}/Data")
    page.get_by_text("Settings of the loop").click()
    learner = page.get_by_test_id("stSelectbox").filter(has_text="Learner").locator("input")
    learner.click()
    learner.fill("resnet")
    learner.press("Enter")
    choose = page.get_by_test_id("stSelectbox").filter(has_text="A ready task").locator("input")
    choose.click()
    page.get_by_role("option").nth(1).click()
    settle(page)
    page.get_by_role("button", name="Make the run").click()
    page.wait_for_url("**/Round**")
    seconds = []
    for turn in range(repeats):
        settle(page)
        page.get_by_role("button", name="train", exact=False).last.click()
        page.locator(BAR).get_by_text("resnet18").wait_for()
        page.wait_for_timeout(1500 + 700 * turn)  # at another moment of an epoch each time
        started = time.perf_counter()
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
        page.locator(BAR).wait_for(state="detached")
        seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main()
