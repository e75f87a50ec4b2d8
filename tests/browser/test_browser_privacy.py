"""A1, A2, A5: nothing leaves the machine while the app runs, whatever things are called.

The server and all it starts are watched as in tests/privacy; the browser's requests are watched by
the harness.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from harness import REPOSITORY, Server, Watch, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Page, expect

from laser_core.data.pictures.thumbnails import source_folder_name
from laser_core.jobs.client import Jobs, Requests
from tests.privacy import hostile_world
from tests.privacy.outgoing import Outgoing, watching

PATIENCE = 300_000  # ms; a watched server is slower
PAGES = ("", "Data", "Prompts", "Map", "Round", "Label", "Charts", "Arena", "Files")
# Every text of the page, those in our own widgets' shadow roots too, and all that would be live.
LOOK = """() => {
  const texts = [], live = [];
  const walk = (root) => {
    for (const node of root.childNodes) {
      if (node.nodeType === 3) texts.push(root.textContent);
      if (node.nodeType !== 1 || ["STYLE", "SCRIPT"].includes(node.tagName)) continue;
      for (const name of ["href", "src", "onerror"]) {
        const value = node.getAttribute(name) ?? "";
        if (/evil|mailto/i.test(value)) live.push(node.outerHTML.slice(0, 200));
      }
      if (node.matches(".katex") && /evil/.test(node.textContent)) live.push("formula");
      if (node.shadowRoot) walk(node.shadowRoot);
      walk(node);
    }
  };
  walk(document.body);
  return [texts, live];
}"""
SIGNS = {  # what stands before a word unless it was read as Markdown or HTML
    "evilbold": "**", "evilrun": "**", "evilpool": "**", "evilversion": "**", "evilgone": "**",
    "evillink": "[", "evilimg": "![", "evil+tex": "$", "evilhtml": "<u>", "evilu": "<u>",
    "evilactor": "<b>", "evilred": ":red[", "evilcolour": ":red[", "evilcode": "`", "evilcsv": "`",
    "evilanchor": "/a'>", "evilem": "*", "evildel": "~~", "evilclass": "<h1>",
    "evilscript": "<script>", "evilicon": ":material/", "evilbroken": "<u>",
}  # fmt: skip


class World:
    """A server that is watched, with a hostile run in it."""

    def __init__(self, server: Server, home: Path, watch: Outgoing) -> None:
        self.server, self.home, self.watch = server, home, watch

    def stop(self) -> None:
        """End the server and its workers, so that the watchers see the end."""
        for lane in (Jobs, Requests):
            lane(self.home / "runs" / ".app").stop_worker(60)
        self.server.stop()


def serving(home: Path, **settings: str) -> World:
    """The app on `home`, watched, in the home folder of a person who never ran it."""
    watch = watching(home)
    environment = {
        **watch.environment(),
        "HOME": str(home),
        "LASER_RUNS_DIR": str(home / "runs"),
        "LASER_CACHE_DIR": str(home / "cache"),
        **settings,
    }
    server = Server(REPOSITORY / "app.py", home / "log.txt", environment, watch.prefix())
    return World(server.start(), home, watch)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LASER_CACHE_DIR", str(home / "cache"))
        hostile_world.make(home)
    hostile_world.write_pictures(home / "pictures")
    made = serving(home)
    yield made
    made.stop()
    for pool in (hostile_world.POOL, str(home / "pictures")):
        for end in ("", "-512"):
            folder = REPOSITORY / "static" / "thumbs" / (source_folder_name(f"{pool} ") + end)
            shutil.rmtree(folder, ignore_errors=True)


def opened(context: BrowserContext, world: World, path: str) -> tuple[Page, Watch]:
    """A page with the hostile run open, and all its folds unfolded."""
    joined = "&" if "?" in path else "?"
    address = f"{path}{joined}run={quote(hostile_world.RUN)}"
    page, watch = open_page(context, world.server, address)
    unfold(page)
    return page, watch


def unfold(page: Page) -> None:
    folds = page.get_by_test_id("stMain").locator("details:not([open]) > summary")
    for _ in range(folds.count()):
        folds.first.click()
        settle(page)


def assert_plain(page: Page) -> None:
    """Nothing hostile is live, and every hostile word stands behind its own signs."""
    texts, live = page.evaluate(LOOK)
    assert live == []
    assert not any("😄" in text for text in texts)
    for text in texts:
        for word, sign in SIGNS.items():
            if word in text:
                assert sign + word in text.replace("\u2060", ""), text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_hostile_names_and_fetches_nothing_for_them(
    context: BrowserContext, world: World, path: str
) -> None:
    """A5: names of runs, classes, irrelevant things, sentences, models, people, files."""
    page, watch = opened(context, world, path)
    frame = page.locator(".st-key-frame")
    expect(frame).to_contain_text("**evilrun** [r](mailto")
    assert_plain(page)
    frame.get_by_test_id("stPopover").get_by_role("button").click()
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text("Language model")
    assert_plain(page)
    assert_clean(page, watch, world.server)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("Prompts", ("Words", "Ask a model", "Versions")),
        ("Charts", ("Descriptions", "Classes", "Confusion matrix")),
        ("Map", ("Pictures", "Sentences", "Both")),
        ("Label", ("Least sure", "The query")),
    ],
)
def test_every_part_of_a_page_shows_hostile_names(
    context: BrowserContext, world: World, path: str, parts: tuple[str, ...]
) -> None:
    """A5: parts that a page draws once they are chosen; charts and our own widgets."""
    page, watch = opened(context, world, path)
    for part in parts:
        page.get_by_test_id("stMain").get_by_role("radio", name=part, exact=True).click()
        settle(page)
        unfold(page)
        assert_plain(page)
    assert_clean(page, watch, world.server)


def test_a_folder_with_hostile_names_is_looked_at(context: BrowserContext, world: World) -> None:
    """A5: class folders and files of the Data page. A4: the address alone reads nothing."""
    path = quote(str(world.home / "pictures"))
    kind = quote("On this machine")
    page, watch = open_page(context, world.server, f"Data?data_kind={kind}&data_path={path}")
    expect(page.get_by_text("It is read once you say so.")).to_be_visible()
    assert page.get_by_text("Pool pictures", exact=True).count() == 0
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("Pool pictures", exact=True)).to_be_visible(timeout=60_000)
    settle(page)
    unfold(page)
    assert_plain(page)
    assert_clean(page, watch, world.server)


def test_an_error_that_quotes_a_hostile_name_is_plain(
    context: BrowserContext, world: World
) -> None:
    """A5: a job that failed, on a page and in the sidebar."""
    gone = world.home / "runs" / "**evilgone** [g](mailto:g@evil.example) :smile:"
    jobs = Jobs(world.home / "runs" / ".app")
    state = jobs.start("look_ahead", {"folder": str(gone)})
    page, watch = opened(context, world, "Files")
    expect(page.get_by_test_id("stMain").get_by_text("evilgone")).to_be_visible(timeout=60_000)
    unfold(page)
    assert_plain(page)
    jobs.dismiss(state)
    assert_clean(page, watch, world.server)


def test_all_of_it_has_left_nothing(world: World) -> None:
    """A1, A2, A5: what the server and its workers did for all the pages above; it runs last."""
    world.stop()
    assert world.watch.attempts() == []
    assert not (world.home / "intel").exists()


def test_the_first_minute_asks_nobody(context: BrowserContext, tmp_path: Path) -> None:
    """A1, A2: from a fresh start to the demo's first query, and foreign pages that knock."""
    world = serving(tmp_path)
    try:
        page, watch = open_page(context, world.server)
        page.get_by_role("button", name="Start the demo").click()
        expect(page.get_by_text("Why these 86 pictures?")).to_be_visible(timeout=PATIENCE)
        settle(page)
        assert_clean(page, watch, world.server)
        other = context.new_page()
        other.goto("about:blank")
        other.evaluate(
            """(port) => new Promise((done) => {
              const socket = new WebSocket(`ws://localhost:${port}/_stcore/stream`);
              socket.onopen = socket.onerror = done;
            })""",
            world.server.port,
        )
    finally:
        world.stop()
    assert world.watch.attempts() == []
    assert not (tmp_path / "intel").exists()


def test_a_server_at_all_addresses_asks_nobody_for_the_outer_one(tmp_path: Path) -> None:
    """A2: as in a container; Streamlit would ask a public service to print the address."""
    world = serving(tmp_path, STREAMLIT_SERVER_ADDRESS="0.0.0.0")
    world.stop()
    assert world.watch.attempts() == []
