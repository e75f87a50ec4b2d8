"""Labeling in a real Chromium on the demo: how soon a key is on disk and the next picture painted.

`python -m benchmarks.label_speed [--short]`. Each figure is taken idle and while a ResNet-18 trains
in the worker. Key to disk: from the key's time stamp in the browser to the moment another process
sees the committed row. Needs Chromium and the test requirements.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.machine import ROOT, machine, spread, verdict
from laser_core.basics.files import default_cache_dir
from laser_core.config import ExperimentConfig
from laser_core.jobs.client import Jobs, Requests
from laser_core.jobs.tasks import create_run, query
from laser_core.jobs.worker import JobContext
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store

sys.path.insert(0, str(ROOT / "tests" / "browser"))
from harness import ARGUMENTS, Server, chromium_path, open_page

BATCH = 1300
RATE = 15  # keys per second
CLOCK = """
window.__keys = [];
window.addEventListener("keydown", (event) => {
  const mark = { at: performance.timeOrigin + event.timeStamp, painted: 0 };
  window.__keys.push(mark);
  const painted = () => {
    const image = window.__stage?.querySelector("img");
    if (image && !image.complete) return requestAnimationFrame(painted);
    const { port1, port2 } = new MessageChannel(); // its message comes after the frame is drawn
    port1.onmessage = () => (mark.painted = performance.timeOrigin + performance.now());
    port2.postMessage(0);
  };
  requestAnimationFrame(painted);
}, true);
"""


class Commits(threading.Thread):
    """Notes the moments at which rows of a run's log become visible to other processes."""

    def __init__(self, run: Path) -> None:
        super().__init__(daemon=True)
        self.run_file = run / "run.db"
        self.seen: list[tuple[float, int]] = []  # (epoch ms, label rows so far)
        self.ended = False

    def run(self) -> None:
        with closing(sqlite3.connect(self.run_file)) as database:
            version = -1
            while not self.ended:
                found = database.execute("PRAGMA data_version").fetchone()[0]
                if found != version:
                    version = found
                    at = time.time() * 1000
                    count = database.execute("SELECT count(*) FROM events").fetchone()[0]
                    self.seen.append((at, count))
                time.sleep(0.0005)

    def moment(self, count: int) -> float:
        """When the log had `count` rows."""
        return next(at for at, rows in self.seen if rows >= count)


def make_runs(home: Path) -> tuple[Path, Path]:
    """(the run to label, its query waiting; a run that trains for long, all answered)."""
    home.mkdir(parents=True, exist_ok=True)
    context = JobContext(home, home, lambda: False, {})
    config = ExperimentConfig(batch_size=BATCH)
    folders = []
    for name, learner in (("label", "head"), ("train", "resnet18")):
        folder = home / name
        chosen = replace(config, learner=learner)
        drain(create_run({"config": _as_dict(chosen), "folder": str(folder)}, context))
        ids = drain(query({"folder": str(folder)}, context))["ids"]
        folders.append(folder)
    with closing(Store.open(folders[1])) as store:
        classes = store.classes.space().relevant
        answers = {id: Label("relevant", classes[n % len(classes)]) for n, id in enumerate(ids)}
        store.labels.append(answers, 1, "somebody")
    return folders[0], folders[1]


def _as_dict(config: ExperimentConfig) -> dict[str, object]:
    import json

    given: dict[str, object] = json.loads(config.to_json())
    return given


def reset(page: Page) -> None:
    """Start noting keys anew, in the picture's own place."""
    page.evaluate(
        """() => { window.__keys = [];
          const roots = [...document.querySelectorAll("*")].map((e) => e.shadowRoot);
          window.__stage = roots.map((r) => r?.querySelector(".stage")).find(Boolean); }"""
    )


def rows(run: Path) -> int:
    """Rows of the run's log."""
    with closing(sqlite3.connect(run / "run.db")) as database:
        return int(database.execute("SELECT count(*) FROM events").fetchone()[0])


def single_keys(page: Page, run: Path, count: int) -> tuple[list[float], list[float]]:
    """(ms from key to disk, ms from key to the next picture painted), one key at a time."""
    before = rows(run)
    reset(page)
    commits = Commits(run)
    commits.start()
    for n in range(count):
        page.keyboard.press(str(n % 8 + 1))
        page.wait_for_timeout(250)
    wait_saved(page)
    commits.ended = True
    commits.join()
    keys = page.evaluate("window.__keys")
    disk = [commits.moment(before + n + 1) - key["at"] for n, key in enumerate(keys)]
    return disk, [key["painted"] - key["at"] for key in keys]


def pages_of_24(page: Page, run: Path, count: int) -> list[float]:
    """Ms from the key that answers all of a page to all of it on disk."""
    page.keyboard.press("g")
    taken = []
    for _ in range(count):
        before = rows(run)
        cells = page.locator(".cell").count()
        page.keyboard.press("Control+a")  # Enter takes pages of a sure class alone
        reset(page)
        commits = Commits(run)
        commits.start()
        page.keyboard.press("1")
        wait_saved(page)
        page.wait_for_timeout(150)
        commits.ended = True
        commits.join()
        if cells == 24:
            taken.append(commits.moment(before + 24) - page.evaluate("window.__keys")[0]["at"])
        page.keyboard.press("u")
        wait_saved(page)
        page.wait_for_timeout(200)
    page.keyboard.press("g")
    return taken


def at_speed(page: Page, run: Path, count: int) -> tuple[int, float]:
    """(right answers of `count` at `RATE` keys per second, keys per second reached)."""
    with closing(Store.open(run)) as store:
        asked, labels = store.rounds.query(1), store.labels.by_id()
        classes = store.classes.space().relevant
    assert asked is not None
    open_ids = [id for id in asked[1].ids.tolist() if id not in labels][:count]
    started = time.perf_counter()
    for n in range(count):
        page.keyboard.press(str(n * n % 8 + 1))
        time.sleep(max(0.0, started + (n + 1) / RATE - time.perf_counter()))
    reached = count / (time.perf_counter() - started)
    wait_saved(page)
    with closing(Store.open(run)) as store:
        given = store.labels.by_id()
    right = sum(
        given.get(id) == Label("relevant", classes[n * n % 8]) for n, id in enumerate(open_ids)
    )
    return right, reached


def wait_saved(page: Page) -> None:
    """Wait until the page calls every answer saved."""
    expect(page.locator(".saved[data-waiting=false]")).to_be_visible(timeout=60_000)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def report(state: str, disk: list[float], painted: list[float], pages: list[float]) -> None:
    """Print the figures beside what was promised."""
    print(f"{state}: key to disk    {spread(disk, 1)} ms, 95% {quantile(disk, 0.95):.1f}")
    print(f"{state}: key to picture {spread(painted, 1)} ms, 95% {quantile(painted, 0.95):.1f}")
    print(f"{state}: page of 24     {spread(pages, 1)} ms")
    print(verdict(f"{state}, key to disk, median ms", statistics.median(disk), most=20))
    print(verdict(f"{state}, key to disk, 95% ms", quantile(disk, 0.95), most=60))
    print(verdict(f"{state}, next picture painted, median ms", statistics.median(painted), most=30))
    print(verdict(f"{state}, page of 24 on disk, median ms", statistics.median(pages), most=50))


def measure(home: Path, count: int, fast: int) -> None:
    """Take all figures on a server of its own."""
    run, trained = make_runs(home / "runs")
    environment = {
        "LASER_RUNS_DIR": str(home / "runs"),
        "LASER_CACHE_DIR": str(default_cache_dir()),
    }
    server = Server(ROOT / "app.py", home / "log.txt", environment).start()
    jobs = Jobs(home / "runs" / ".app")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            context.add_init_script(CLOCK)
            page, _ = open_page(context, server, f"Label?run={run.name}")
            expect(page.locator(".stage img").first).to_be_visible(timeout=120_000)
            expect(page.locator(".frame[data-sharp=all]")).to_be_visible(timeout=300_000)
            report("idle", *single_keys(page, run, count), pages_of_24(page, run, 10))
            job = jobs.start("train", {"folder": str(trained)})
            while jobs.state(job).stage in ("", "opening the pool"):
                time.sleep(0.5)
            page.wait_for_timeout(10_000)
            print(f"training: {jobs.state(job).stage!r} is under way")
            report("training", *single_keys(page, run, count), pages_of_24(page, run, 10))
            page.reload()  # so that it stands at the first open picture
            expect(page.locator(".stage img").first).to_be_visible(timeout=120_000)
            right, reached = at_speed(page, run, fast)
            print(f"training: {jobs.state(job).status} at the end; {reached:.1f} keys per second")
            print(verdict(f"right answers of {fast}", right, least=fast))
            browser.close()
    finally:
        server.stop()
        if (active := jobs.active()) is not None:
            jobs.cancel(active.id)
        for lane in (jobs, Requests(home / "runs" / ".app")):
            lane.stop_worker(20)


def main() -> None:
    """Take the figures in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="240 fast keys and not 960")
    short = parser.parse_args().short
    print(machine())
    os.chdir(ROOT)
    home = Path(tempfile.mkdtemp(prefix="label-speed-"))
    try:
        measure(home, count=60, fast=240 if short else 960)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
