"""Files, in a real browser: every export is downloaded or written, and comes in again."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import label_run
import pandas as pd
import pytest
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Page, expect

from laser_core.pool import Label
from laser_core.store.store import Store

CAT, DOG, LAMP = Label("relevant", "cat"), Label("relevant", "dog"), Label("irrelevant", "lamp")
SOME = [CAT, DOG, LAMP, Label("irrelevant"), Label("unsure"), Label("excluded")]
WORK = 60_000  # ms; the first job loads its libraries


class Work:
    """A server with a run that has six labels, and one of the same pictures with none."""

    def __init__(self, server: Server, home: Path, given: dict[str, Label]) -> None:
        self.server, self.home, self.given = server, home, given

    def labels(self, name: str) -> dict[str, Label]:
        with closing(Store.open(self.home / "runs" / name)) as store:
            return store.labels.by_id()


@pytest.fixture(scope="module")
def work(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    home = tmp_path_factory.mktemp("files")
    pictures = home / "pictures"
    label_run.write_pictures(pictures, 90)
    label_run.make_run(home / "runs", home / "cache", pictures)
    shutil.copytree(home / "runs" / "asked", home / "runs" / "fresh")
    with closing(Store.open(home / "runs" / "asked")) as store:
        ids = store.rounds.query(1)[1].ids.tolist()
        given = dict(zip(ids, SOME, strict=False))
        store.labels.append(given, 1, "Ada")
    environment = {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
    yield Work(serve(REPOSITORY / "app.py", environment), home, given)
    label_run.clear_up(home / "runs", pictures)


@pytest.fixture
def tab(context: BrowserContext, work: Work) -> Iterator[Page]:
    page, watch = open_page(context, work.server, "Files?run=asked")
    yield page
    settle(page)
    assert_clean(page, watch, work.server)


def download(page: Page, button: str, to: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    waiting.value.save_as(to / waiting.value.suggested_filename)
    return to / waiting.value.suggested_filename


def test_labels_are_downloaded_as_tables(tab: Page, work: Work, tmp_path: Path) -> None:
    path = download(tab, "labels.csv", tmp_path)
    assert path.name == "asked-labels.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    stated = {row["id"]: (row["status"], row["label"]) for row in rows}
    assert stated == {id: (label.state, label.name) for id, label in work.given.items()}
    assert {row["labeller"] for row in rows} == {"Ada"}
    table = pd.read_parquet(download(tab, "labels.parquet", tmp_path))
    assert table["id"].tolist() == list(stated)
    assert download(tab, "rounds.csv", tmp_path).read_text().startswith("round,queried")
    lines = download(tab, "transcript.jsonl", tmp_path).read_text().splitlines()
    assert all("reply" in json.loads(line) for line in lines)


def test_pictures_are_written_for_every_tool(tab: Page, work: Work, tmp_path: Path) -> None:
    out = tmp_path / "written"
    tab.get_by_label("Into the new folder").fill(str(out))
    tab.get_by_label("Into the new folder").press("Enter")
    tab.get_by_role("button", name="Write the pictures").click()
    expect(tab.get_by_text(f"4 pictures are in {out}")).to_be_visible(timeout=WORK)
    found = sorted(p.parent.relative_to(out).as_posix() for p in out.rglob("*.png"))
    assert found == ["cat", "dog", "irrelevant/lamp", "irrelevant/unnamed"]
    with (out / "metadata.csv").open(encoding="utf-8") as file:
        assert all((out / row["file_name"]).is_file() for row in csv.DictReader(file))
    tasks = json.loads((out / "label_studio.json").read_text(encoding="utf-8"))
    assert [t["annotations"][0]["was_cancelled"] for t in tasks] == [False] * 4 + [True]
    samples = json.loads((out / "samples.json").read_text(encoding="utf-8"))["samples"]
    assert {s["ground_truth"]["label"] for s in samples} == {
        "cat", "dog", "irrelevant: lamp", "irrelevant",
    }  # fmt: skip


def test_a_whole_run_is_downloaded_and_opens_again_from_home(
    tab: Page, work: Work, tmp_path: Path
) -> None:
    tab.get_by_role("button", name="Make it", exact=True).last.click()
    expect(tab.get_by_role("button", name="asked-run.zip")).to_be_visible(timeout=WORK)
    path = download(tab, "asked-run.zip", tmp_path)
    with zipfile.ZipFile(path) as zipped:
        assert str(work.home).encode() not in b"".join(map(zipped.read, zipped.namelist()))
    tab.get_by_role("link", name="Home").click()
    tab.get_by_text("Open a run from a zip").click()
    tab.locator("input[type=file]").set_input_files(path)
    place = tab.get_by_label("Where its pictures lie on this machine")
    place.fill(str(work.home / "pictures"))
    place.press("Enter")
    tab.get_by_role("button", name="Open it").click()
    expect(tab.get_by_role("heading", name="Round")).to_be_visible(timeout=WORK)
    settle(tab)
    opened = [p for p in (work.home / "runs").iterdir() if p.name.startswith("asked-")]
    assert [work.labels(p.name) for p in opened] == [work.given]
    tab.get_by_test_id("stSidebarNavItems").get_by_role("link", name="Label").click()
    expect(tab.locator(".said")).to_contain_text("6 of 60 answered", timeout=30_000)
    expect(tab.locator(".stage img").first).to_be_visible()


def test_labels_of_one_run_go_into_another(
    context: BrowserContext, work: Work, tmp_path: Path
) -> None:
    page, watch = open_page(context, work.server, "Files?run=asked")
    path = download(page, "labels.parquet", tmp_path)
    page.goto(f"{work.server.url}/Files?run=fresh")
    settle(page)
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text("6 pictures would get a label.")).to_be_visible()
    assert work.labels("fresh") == {}
    page.get_by_role("button", name="Take 6 labels").click()
    expect(page.get_by_text("6 labels taken from asked-labels.parquet.")).to_be_visible()
    assert work.labels("fresh") == work.given
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("6 labels from a file")).to_have_count(0)
    assert work.labels("fresh") == {}
    settle(page)
    assert_clean(page, watch, work.server)


def test_names_that_the_run_does_not_know_are_shown_and_the_person_says_what_they_are(
    context: BrowserContext, work: Work, tmp_path: Path
) -> None:
    """G2, A5: the preview shows every name as it is, in both themes, and waits for an answer."""
    page, watch = open_page(context, work.server, "Files?run=fresh")
    a, b, c, *_ = work.given
    table = tmp_path / "theirs.csv"
    table.write_text(
        f'path,label\n{a},CAT\n{b},"![i](http://evil.example/x.png)"\n{c},dogs\nx.png,cat\n',
        encoding="utf-8",
    )
    page.locator("input[type=file]").first.set_input_files(table)
    expect(page.get_by_text("dogs (1 row, first line 4; did you mean dog?)")).to_be_visible()
    expect(page.get_by_text("//evil.example/x.png) (1 row, first")).to_be_visible()
    take = page.get_by_role("button", name="Take 3 labels")
    expect(take).to_be_disabled()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    page.get_by_role("radio", name="left out").click()
    expect(page.get_by_text("2 rows with such a name left out.")).to_be_visible()
    page.get_by_role("button", name="Take 1 label").click()
    expect(page.get_by_text("1 label taken from theirs.csv.")).to_be_visible()
    assert work.labels("fresh") == {a: CAT}
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("1 label from a file")).to_have_count(0)
    settle(page)
    assert_clean(page, watch, work.server)


def test_embeddings_are_downloaded_with_their_state(tab: Page, work: Work, tmp_path: Path) -> None:
    tab.get_by_role("button", name="Make it", exact=True).first.click()
    name = "asked-embeddings.parquet"
    expect(tab.get_by_role("button", name=name)).to_be_visible(timeout=WORK)
    table = pd.read_parquet(download(tab, name, tmp_path))
    assert len(table) == 90
    assert table["status"].value_counts()["unlabeled"] == 84
    assert {len(v) for v in table["embedding"]} == {len(table["embedding"][0])}
