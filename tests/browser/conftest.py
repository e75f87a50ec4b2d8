"""One Chromium for all browser tests; without one they skip, or fail where it is required."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from harness import ARGUMENTS, Server, chromium_path
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright

Serve = Callable[..., Server]
PATIENCE = 45_000  # milliseconds: a busy machine is slow, and waiting costs a passing test nothing
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(
                executable_path=chromium_path(), args=ARGUMENTS, headless=True
            )
        except Error as error:
            reason = (
                "no Chromium can be started: install one (apt-get install chromium, or python -m "
                f"playwright install chromium) or name it in LASER_CHROMIUM ({error.message[:200]})"
            )
            if os.environ.get("LASER_REQUIRE_BROWSER") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile at the smallest size that everything must work at."""
    made = browser.new_context(viewport={"width": 1280, "height": 720})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """serve(script, **environment) starts a server that is stopped after the module's tests."""
    servers: list[Server] = []

    def start(script: Path, environment: Mapping[str, str] | None = None) -> Server:
        log = tmp_path_factory.mktemp("server") / "log.txt"
        servers.append(Server(script, log, environment or {}).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
