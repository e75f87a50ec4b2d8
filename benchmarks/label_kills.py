"""Kill -9 of server, worker and browser in turn while someone labels: nothing lost or doubled.

`python -m benchmarks.label_kills [KILLS]`. A real Chromium answers picture after picture; at a
random moment one of the three is killed, then started again, and labeling goes on. Before every
kill the page is asked how many answers it calls saved: that many must be on disk, each once, and
every picture's label must be the key that was pressed while it was shown. A key that the page does
not take (it is just being put together again) leaves the picture where it is, and is counted.
`benchmarks.label_crashes` does the same to a bare writer, faster. Needs Chromium and the test
requirements.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, Playwright, TimeoutError, expect, sync_playwright

from benchmarks.machine import ROOT, machine, verdict
from laser_core.basics.seeding import rng_for
from laser_core.jobs.client import Jobs, Requests
from laser_core.jobs.process import kill
from laser_core.pool import Label
from laser_core.store.store import Store

sys.path.insert(0, str(ROOT / "tests" / "browser"))
import label_run
from harness import ARGUMENTS, Server, chromium_path, free_port

KILLS = 100
LONGEST = 0.6  # seconds after the first key, at most
ANSWERS = {"1": Label("relevant", "cat"), "2": Label("relevant", "dog"), "0": Label("irrelevant")}


class Chromium:
    """A Chromium with a profile that outlives it, to be killed with all its children."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, playwright: Playwright) -> Page:
        """Start it and return its one tab."""
        port = free_port()
        command = [chromium_path() or "chromium", *ARGUMENTS, "--headless=new"]
        command += [f"--remote-debugging-port={port}", f"--user-data-dir={self.profile}"]
        self._process = subprocess.Popen(
            [*command, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name != "nt",
        )
        end = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=1).close()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        return browser.contexts[0].pages[0]

    def kill(self) -> None:
        """End it at once, without a word to its tabs."""
        process, self._process = self._process, None
        if process is None:
            return
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


MOVED = """before => {
  const roots = [...document.querySelectorAll("*")].map((e) => e.shadowRoot);
  const line = roots.map((r) => r?.querySelector(".headline")).find(Boolean);
  return line && !line.textContent.startsWith(`Picture ${before} `);
}"""


def _number(page: Page, selector: str) -> int:
    """The first number in a line of the page; 0 where it has none."""
    found = re.findall(r"[\d,]+", page.locator(selector).inner_text())
    return int(found[0].replace(",", "")) if found else 0


@dataclass
class Tally:
    """What the kills came to."""

    lost: int = 0  # answers called saved before a kill and not on disk afterwards
    kills: Counter[str] = field(default_factory=Counter)


class Labeling:
    """One run on disk, its server and worker, and the tab that answers."""

    def __init__(self, home: Path, batch: int) -> None:
        pictures = home / "pictures"
        label_run.write_pictures(pictures, batch)
        self.folder = label_run.make_run(home / "runs", home / "cache", pictures, batch)
        self.worker = Requests(home / "runs" / ".app")
        self.jobs = Jobs(home / "runs" / ".app")
        environment = {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
        self.server = Server(ROOT / "app.py", home / "log.txt", environment).start()
        self.chromium = Chromium(home / "profile")
        self.keys: dict[int, str] = {}  # place in the query -> the key pressed while it was shown
        self.ignored = 0
        with closing(Store.open(self.folder)) as store:
            asked = store.rounds.query(1)
        assert asked is not None
        self.ids: list[str] = asked[1].ids.tolist()

    def open(self, playwright: Playwright) -> Page:
        """Start Chromium and stand at the first picture without an answer."""
        page = self.chromium.start(playwright)
        page.goto(f"{self.server.url}/Label?run={self.folder.name}")
        expect(page.locator(".stage img").first).to_be_visible(timeout=60_000)
        self.settle(page)
        return page

    def settle(self, page: Page) -> None:
        """Wait until all answers are called saved."""
        expect(page.locator(".saved[data-waiting=false]")).to_be_visible(timeout=60_000)

    def press(self, page: Page, rng: np.random.Generator, seconds: float) -> None:
        """Answer picture after picture for `seconds`, as one who looks before the next key."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (number := _number(page, ".headline")):
            key = sorted(ANSWERS)[int(rng.integers(len(ANSWERS)))]
            page.keyboard.press(key)
            try:
                page.wait_for_function(MOVED, arg=number, timeout=500, polling=5)
                self.keys[number - 1] = key
            except TimeoutError:
                self.ignored += 1

    def called_saved(self, page: Page) -> int:
        """Answers that the page calls saved: all that it shows, less those on their way."""
        waiting = page.locator(".saved[data-waiting=true]")
        return _number(page, ".said") - (_number(page, ".saved") if waiting.count() else 0)

    def count(self) -> int:
        """Rows of the log."""
        with closing(sqlite3.connect(self.folder / "run.db")) as database:
            return int(database.execute("SELECT count(*) FROM events").fetchone()[0])

    def doubled(self) -> int:
        """Rows beyond one a picture."""
        with closing(sqlite3.connect(self.folder / "run.db")) as database:
            sql = "SELECT count(*) - count(DISTINCT image) FROM events"
            return int(database.execute(sql).fetchone()[0])

    def on_disk(self) -> int:
        """Pictures that have a label."""
        with closing(Store.open(self.folder)) as store:
            return len(store.labels.by_id())

    def wrong(self) -> int:
        """Pictures whose label is not the key that was pressed while they were shown."""
        with closing(Store.open(self.folder)) as store:
            labels = store.labels.by_id()
        given = [labels.get(id) for id in self.ids]
        return sum(
            label is not None and label != ANSWERS.get(self.keys.get(place, ""))
            for place, label in enumerate(given)
        )

    def close(self) -> None:
        """End everything that was started."""
        self.chromium.kill()
        self.server.stop()
        for lane in (self.jobs, self.worker):
            lane.stop_worker(20)


@contextmanager
def labeling(home: Path, batch: int) -> Any:
    """A `Labeling` that is closed in the end."""
    made = Labeling(home, batch)
    try:
        yield made
    finally:
        made.close()


def strike(work: Labeling, target: str, page: Page, playwright: Playwright) -> Page:
    """Kill `target`, start it again, and return the tab to go on with."""
    if target == "server":
        work.server.kill()
        work.server.start()
    elif target == "worker":
        kill(work.worker.worker_pid())
        work.worker.send("warm_up", {})
    else:
        work.chromium.kill()
        page = work.open(playwright)
    work.settle(page)
    return page


def main(kills: int) -> None:
    """Kill each of the three in turn and count."""
    rng, tally, started = rng_for(0, "kills"), Tally(), time.monotonic()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch,
        labeling(Path(scratch), kills * 40) as work,
        sync_playwright() as playwright,
    ):
        page = work.open(playwright)
        work.worker.send("warm_up", {})
        for number in range(kills):
            target = ("server", "worker", "browser")[number % 3]
            work.press(page, rng, float(rng.uniform(0.0, LONGEST)))
            said = work.called_saved(page)
            if target == "worker" and not work.worker.worker_pid():
                work.worker.send("warm_up", {})
            page = strike(work, target, page, playwright)
            tally.lost += max(0, said - work.on_disk())
            tally.kills[target] += 1
        doubled, rows, wrong, ignored = work.doubled(), work.count(), work.wrong(), work.ignored
    print(machine())
    print(f"kills: {dict(tally.kills)}, in {time.monotonic() - started:.0f} s; {rows:,} labels")
    print(f"keys that the page did not take: {ignored}")
    print(verdict("labels called saved and lost", tally.lost, most=0))
    print(verdict("labels doubled", doubled, most=0))
    print(verdict("labels that are not the key pressed", wrong, most=0))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)
