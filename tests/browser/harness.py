"""A Streamlit server on a free port, and pages of a real Chromium that note everything amiss."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

REPOSITORY = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A deep link first probes a wrong base path (two 404s); an image that scrolls off may be aborted.
NOISE = re.compile(r"/[^/]+/_stcore/(health|host-config)|ERR_ABORTED")


def chromium_path() -> str | None:
    """The Chromium to drive: LASER_CHROMIUM, one on the PATH, or None for Playwright's own."""
    if given := os.environ.get("LASER_CHROMIUM"):
        return given
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`streamlit run SCRIPT`, with the repository's settings and the repository on the path.

    Args:
        script: its folder is where `static/` is served from.
        environment: added to this process's own.
        prefix: a command that runs the server's, to watch it.
    """

    def __init__(
        self,
        script: Path,
        log: Path,
        environment: Mapping[str, str],
        prefix: Sequence[str] = (),
    ) -> None:
        self.script, self.log_path = script, log
        self.port = free_port()
        below = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        self.url = f"http://127.0.0.1:{self.port}" + (f"/{below}" if below else "")
        search = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])
        self._environment = {**os.environ, "PYTHONPATH": search, **environment}
        self._prefix = prefix
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 60.0) -> Server:
        command = [*self._prefix, sys.executable, "-m", "streamlit", "run", str(self.script)]
        command += ["--server.port", str(self.port), "--server.headless", "true"]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=REPOSITORY, env=self._environment, stdout=log, stderr=log
            )
        end = time.monotonic() + timeout
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the server did not come up:\n{self.log()}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End it from outside, at once, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as reply:
                return bool(reply.read() == b"ok")
        except (urllib.error.URLError, OSError):
            return False


class Watch:
    """Notes console errors, page errors, failed requests, and every request to another host."""

    def __init__(self, page: Page, server: Server) -> None:
        self.problems: list[str] = []
        self.paused = False  # while a test stops the server on purpose
        own = urlsplit(server.url).netloc

        def note(text: str) -> None:
            if not self.paused and not NOISE.search(text):
                self.problems.append(text)

        def foreign(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
                self.problems.append(f"request to another host: {url}")

        page.on(
            "console",
            lambda m: note(f"console: {m.text} {m.location}") if m.type == "error" else None,
        )
        page.on("pageerror", lambda error: note(f"page error: {error}"))
        page.on("requestfailed", lambda r: note(f"request failed: {r.url} {r.failure}"))
        page.on("request", lambda r: foreign(r.url))
        page.on("websocket", lambda socket: foreign(socket.url))


def open_page(context: BrowserContext, server: Server, path: str = "") -> tuple[Page, Watch]:
    """A new tab on the server that has finished its first run."""
    page = context.new_page()
    watch = Watch(page, server)
    page.goto(f"{server.url}/{path}")
    settle(page)
    return page, watch


def settle(page: Page, timeout: float = 60_000) -> None:
    """Wait until something is on the page and no script runs (that alone is true too early)."""
    page.get_by_test_id("stMain").locator("[data-testid^='st']").first.wait_for(
        state="attached", timeout=timeout
    )
    page.wait_for_function(
        """() => {
          const app = document.querySelector('[data-testid="stApp"]');
          return app && app.dataset.testConnectionState === 'CONNECTED'
            && app.dataset.testScriptState === 'notRunning';
        }""",
        timeout=timeout,
    )


def assert_clean(page: Page, watch: Watch, server: Server) -> None:
    """Nothing amiss in the browser, on the page, or in the server's log."""
    assert watch.problems == []
    assert page.get_by_test_id("stException").count() == 0
    log = server.log()
    assert "Traceback" not in log, log
    assert "missing ScriptRunContext" not in log, log
