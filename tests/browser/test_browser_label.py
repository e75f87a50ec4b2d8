"""The Label page in a real browser: keys, pages, undo, reload, two people, a killed server."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import label_run
import numpy as np
import pytest
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import BrowserContext, Page, expect

from laser_core.maps.layout import Layout, save_layout
from laser_core.pool import Label
from laser_core.store.store import Store

CAT, DOG = Label("relevant", "cat"), Label("relevant", "dog")
UNNAMED, UNSURE = Label("irrelevant"), Label("unsure")


class Run:
    """What is on disk of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(Store.open(folder)) as store:
            self.ids: list[str] = store.rounds.query(1)[1].ids.tolist()

    def labels(self) -> dict[str, Label]:
        with closing(Store.open(self.folder)) as store:
            return store.labels.by_id()

    def in_order(self) -> list[Label | None]:
        """The labels of the query's pictures, up to the last that has one."""
        labels = self.labels()
        found = [labels.get(id) for id in self.ids]
        return found[: max((n for n, label in enumerate(found) if label), default=-1) + 1]

    def events(self) -> list[tuple[str, str]]:
        """(kind, picture) of every row of the log."""
        with closing(sqlite3.connect(self.folder / "run.db")) as database:
            return database.execute("SELECT kind, image FROM events ORDER BY seq").fetchall()

    def execute(self, sql: str) -> None:
        with closing(sqlite3.connect(self.folder / "run.db")) as database:
            database.execute(sql)
            database.commit()


class Work:
    """A server, and runs to label in."""

    def __init__(self, server: Server, home: Path) -> None:
        self.server, self.home = server, home

    def new_run(self, name: str, of: str = "asked") -> Run:
        folder = self.home / "runs" / name
        shutil.copytree(self.home / "runs" / of, folder)
        return Run(folder)


@pytest.fixture(scope="module")
def work(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    home = tmp_path_factory.mktemp("label")
    pictures = home / "pictures"
    label_run.write_pictures(pictures, 90)
    label_run.make_run(home / "runs", home / "cache", pictures, in_groups=True)
    label_run.make_run(
        home / "runs", home / "cache", pictures, in_groups=True, in_pairs=True, name="pairs"
    )
    environment = {
        "LASER_RUNS_DIR": str(home / "runs"),
        "LASER_CACHE_DIR": str(home / "cache"),
        "LASER_CONFIG_DIR": str(home / "config"),
    }
    yield Work(serve(REPOSITORY / "app.py", environment), home)
    label_run.clear_up(home / "runs", pictures)


@pytest.fixture
def run(work: Work, request: pytest.FixtureRequest) -> Run:
    return work.new_run(request.node.name.removeprefix("test_")[:40])


def open_label(context: BrowserContext, work: Work, run: Run) -> tuple[Page, object]:
    page, watch = open_page(context, work.server, f"Label?run={run.folder.name}")
    expect(page.locator(".stage img").first).to_be_visible(timeout=60_000)
    expect(page.locator(".said")).to_contain_text("of 60 answered")
    return page, watch


@pytest.fixture
def tab(context: BrowserContext, work: Work, run: Run) -> Iterator[Page]:
    page, watch = open_label(context, work, run)
    yield page
    settle(page)
    assert_clean(page, watch, work.server)


def saved(page: Page, rows: int) -> None:
    """Wait until so many answers and undos of this tab have a receipt."""
    done = page.locator(f".saved[data-waiting=false][data-rows='{rows}']")
    expect(done).to_be_visible(timeout=30_000)


def whole_page(page: Page) -> int:
    """Let Enter take the page of a class; returns how many pictures that were."""
    before = page.locator(".cell").count()
    page.keyboard.press("Enter")
    return before


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(" " if key == " " else key)


def test_keys_label_the_picture_and_go_on(tab: Page, run: Run) -> None:
    press(tab, "12x0 e")
    saved(tab, 6)
    assert run.in_order() == [CAT, DOG, UNNAMED, UNNAMED, UNSURE, Label("excluded")]
    expect(tab.locator(".headline")).to_have_text("Picture 7 of 60")


def test_buttons_do_what_their_keys_do(tab: Page, run: Run) -> None:
    tab.get_by_role("button", name="2 dog").click()
    tab.get_by_role("button", name="irrelevant", exact=False).first.click()
    press(tab, " ")  # the click has not taken the focus
    saved(tab, 3)
    assert run.in_order() == [DOG, UNNAMED, UNSURE]
    tab.get_by_role("button", name="U undo").click()
    saved(tab, 4)
    assert run.in_order() == [DOG, UNNAMED]


def test_undo_goes_back_step_by_step_and_answers_can_be_changed(tab: Page, run: Run) -> None:
    press(tab, "111u")
    tab.keyboard.press("Backspace")
    saved(tab, 5)
    assert run.in_order() == [CAT]
    tab.keyboard.press("ArrowLeft")
    press(tab, "2")
    saved(tab, 6)
    assert run.in_order() == [DOG]
    press(tab, "u")
    saved(tab, 7)
    assert run.in_order() == [CAT]


def test_sixty_keys_without_waiting_are_sixty_right_answers(tab: Page, run: Run) -> None:
    keys = [("1", "2", "0", " ")[i * i % 4 + i % 2] for i in range(60)]
    meaning = {"1": CAT, "2": DOG, "0": UNNAMED, " ": UNSURE}
    for key in keys:
        tab.keyboard.press(key)
    saved(tab, 60)
    assert run.in_order() == [meaning[key] for key in keys]
    assert len(run.events()) == 60
    expect(tab.get_by_text("All of this batch is answered.")).to_be_visible()
    expect(tab.get_by_role("button", name="Train round 1 on the answers")).to_be_enabled()


def test_a_page_is_accepted_with_one_key_but_for_the_exceptions(tab: Page, run: Run) -> None:
    press(tab, "g")
    cells = tab.locator(".cell")
    cells.nth(2).click()
    cells.nth(4).click(modifiers=["Shift"])
    press(tab, "x")
    expect(tab.locator(".cell .tag:visible")).to_have_count(3)
    title = tab.locator(".headline").inner_text().split("as ")[-1]
    count = cells.count()
    tab.keyboard.press("Enter")
    saved(tab, count)
    given = list(run.labels().values())
    assert given.count(UNNAMED) == 3
    assert given.count(Label("relevant", title)) == count - 3
    press(tab, "u")  # the whole page, not the exceptions
    saved(tab, count + 1)
    assert list(run.labels().values()) == [UNNAMED] * 3


def test_all_of_a_page_can_be_chosen_and_let_go(tab: Page, run: Run) -> None:
    press(tab, "g")
    cells = tab.locator(".cell")
    tab.keyboard.press("Control+a")
    expect(tab.locator(".cell[aria-selected=true]")).to_have_count(cells.count())
    tab.keyboard.press("Escape")
    expect(tab.locator(".cell[aria-selected=true]")).to_have_count(0)
    tab.keyboard.press("Control+a")
    count = cells.count()
    press(tab, "2")
    saved(tab, count)
    assert list(run.labels().values()) == [DOG] * count


def test_a_chosen_picture_is_no_part_of_what_enter_accepts(tab: Page, run: Run) -> None:
    press(tab, "g")
    count = tab.locator(".cell").count()
    tab.locator(".cell").nth(1).click()
    tab.keyboard.press("Enter")
    saved(tab, count - 1)
    expect(tab.locator(".cell")).to_have_count(count)  # the page waits for the chosen one


def test_enter_takes_pages_of_a_sure_class_and_never_what_looks_irrelevant_or_unsure(
    tab: Page, run: Run
) -> None:
    """H1: one Enter took a page of what looked irrelevant, and unsure groups came first."""
    press(tab, "g")
    headline, taken = tab.locator(".headline"), 0
    while headline.inner_text().startswith("Looks like"):
        taken += whole_page(tab)
        saved(tab, taken)
    given = run.labels()
    assert 0 < len(given) == taken < 60
    assert set(given.values()) <= {CAT, DOG}
    events = len(run.events())
    for words in ("Perhaps", "Looks irrelevant"):
        expect(headline).to_contain_text(words)
        expect(headline).to_contain_text("% sure): look at each")
        expect(tab.locator("[data-do=accept]")).to_be_disabled()
        assert tab.locator(".cell .chance:visible").count() == tab.locator(".cell").count()
        for _ in range(3):
            tab.keyboard.press("Enter")
        expect(tab.locator(".hint")).to_contain_text("Enter takes no such page")
        assert len(run.events()) == events
        while headline.inner_text().startswith(words):  # on to the pages after it
            count = tab.locator(".cell").count()
            tab.keyboard.press("Control+a")
            press(tab, "x")
            events += count
            saved(tab, events)
            tab.get_by_role("button", name="G One by one").click()
            press(tab, "g")
    assert len(run.labels()) == 60
    assert list(run.labels().values()).count(UNNAMED) == 60 - taken
    press(tab, "u")
    expect(tab.locator(".said")).not_to_contain_text("60 of 60")


def test_a_page_begins_with_a_sure_class_wherever_the_cursor_was(tab: Page, run: Run) -> None:
    """H1: from a picture that looks irrelevant, G led to the page of those."""
    for _ in range(59):
        tab.keyboard.press("ArrowRight")
    expect(tab.locator(".headline")).to_have_text("Picture 60 of 60")
    press(tab, "g")
    expect(tab.locator(".headline")).to_contain_text("Looks like")
    assert run.events() == []


def test_a_picture_of_a_page_is_seen_in_large_and_answered_there(tab: Page, run: Run) -> None:
    """H1: nobody could see what a small picture showed; Enter does not take the page meanwhile."""
    press(tab, "g")
    tab.keyboard.press("ArrowRight")
    press(tab, "z")
    zoom = tab.locator(".zoom")
    expect(zoom.locator("img")).to_be_visible()
    assert zoom.bounding_box()["height"] > 2 * tab.locator(".cell").first.bounding_box()["height"]
    expect(zoom.locator(".tag")).to_contain_text("% sure")
    tab.keyboard.press("Enter")
    expect(tab.locator(".hint")).to_contain_text("Z leads back")
    press(tab, "0")
    saved(tab, 1)
    expect(zoom).to_be_visible()
    tab.keyboard.press("Escape")
    expect(zoom).to_be_hidden()
    assert list(run.labels().values()) == [UNNAMED]
    tab.locator(".cell").nth(3).dblclick()
    expect(zoom).to_be_visible()
    expect(tab.locator(".cell[aria-selected=true]")).to_have_count(0)
    zoom.dblclick()
    expect(zoom).to_be_hidden()


def test_an_irrelevant_picture_gets_a_name_and_the_name_comes_back(tab: Page, run: Run) -> None:
    press(tab, "n")
    tab.keyboard.type("frog 1")
    tab.keyboard.press("Enter")
    saved(tab, 1)
    press(tab, "/")
    tab.keyboard.type("fr")
    expect(tab.get_by_role("option", name="irrelevant: frog 1")).to_be_visible()
    tab.keyboard.press("Enter")
    press(tab, "n")
    tab.keyboard.type("do")
    tab.keyboard.press("Enter")
    saved(tab, 3)
    assert run.in_order() == [Label("irrelevant", "frog 1")] * 2 + [DOG]


def test_keys_rest_while_a_text_field_has_the_focus(tab: Page, run: Run) -> None:
    tab.get_by_role("button", name="me · settings").click()
    name = tab.get_by_placeholder("Your name")
    name.fill("")
    name.type("Ada 12x")
    name.press("Enter")
    expect(tab.locator(".frame[data-actor='Ada 12x']")).to_be_visible()
    assert run.events() == []
    tab.keyboard.press("Escape")
    expect(name).to_be_hidden()
    press(tab, "1")
    saved(tab, 1)
    with closing(Store.open(run.folder)) as store:
        assert [answer.actor for answer in store.labels.answers()] == ["Ada 12x"]


def test_a_reload_in_the_middle_loses_nothing_and_goes_on_there(tab: Page, run: Run) -> None:
    press(tab, "1212121212")
    tab.reload()  # some of these are still on their way
    expect(tab.locator(".headline")).to_have_text("Picture 11 of 60", timeout=30_000)
    expect(tab.locator(".saved")).to_contain_text("saved")
    press(tab, "0")
    expect(tab.locator(".said")).to_contain_text("11 of 60 answered")
    expect(tab.locator(".saved[data-waiting=false]")).to_be_visible()
    assert run.in_order() == [CAT, DOG] * 5 + [UNNAMED]
    assert len(run.events()) == 11


def test_after_a_reload_what_is_saved_and_the_pace_are_the_store_s(tab: Page, run: Run) -> None:
    """C3: "saved 0" stood beside "9 of 60 answered", and the pace was gone."""
    press(tab, "121212120")
    saved(tab, 9)
    expect(tab.locator(".saved")).to_have_text("saved 9")
    tab.reload()
    expect(tab.locator(".said")).to_contain_text("9 of 60 answered", timeout=30_000)
    expect(tab.locator(".saved")).to_have_text("saved 9")
    with closing(Store.open(run.folder)) as store:
        spent = [answer.seconds for answer in store.labels.answers()]
    assert tab.locator(".pace").inner_text() == f"{sum(spent) / len(spent):.1f} s per label"
    press(tab, "u")
    expect(tab.locator(".saved")).to_have_text("saved 8")
    press(tab, "12")
    expect(tab.locator(".saved")).to_have_text("saved 10")


def test_what_another_tab_has_saved_counts_too(
    tab: Page, work: Work, run: Run, context: BrowserContext
) -> None:
    """C3: the number is of the pictures at hand, whoever answered them."""
    press(tab, "12")
    saved(tab, 2)
    other, watch = open_label(context, work, run)
    expect(other.locator(".saved")).to_have_text("saved 2")
    press(other, "1")
    expect(other.locator(".saved")).to_have_text("saved 3")
    settle(other)
    assert_clean(other, watch, work.server)


def test_undo_goes_on_behind_a_reload(tab: Page, run: Run) -> None:
    press(tab, "122")
    saved(tab, 3)
    tab.reload()
    expect(tab.locator(".said")).to_contain_text("3 of 60 answered", timeout=30_000)
    press(tab, "u")
    expect(tab.locator(".said")).to_contain_text("2 of 60 answered")
    saved(tab, 1)
    assert run.in_order() == [CAT, DOG]


def test_one_label_is_taken_back_in_the_history(tab: Page, run: Run) -> None:
    press(tab, "120")
    tab.get_by_role("button", name="take back “dog”").click()
    saved(tab, 4)
    assert run.in_order() == [CAT, None, UNNAMED]


def test_two_people_see_each_other_and_disagree_openly(
    tab: Page, work: Work, run: Run, context: BrowserContext
) -> None:
    press(tab, "11")
    saved(tab, 2)
    other, watch = open_label(context, work, run)
    expect(other.locator(".said")).to_contain_text("2 of 60 answered")
    other.get_by_role("button", name="me · settings").click()
    name = other.get_by_placeholder("Your name")
    name.fill("Bob")
    name.press("Enter")
    expect(other.locator(".frame[data-actor=Bob]")).to_be_visible()
    other.keyboard.press("Escape")
    expect(name).to_be_hidden()
    other.keyboard.press("ArrowLeft")
    expect(other.locator(".one .tag")).to_have_text("cat (me)")
    press(other, "2")
    saved(other, 1)
    assert run.in_order() == [CAT, DOG]
    tab.reload()
    expect(tab.get_by_text("Disagreements (1)")).to_be_visible(timeout=30_000)
    tab.get_by_role("button", name="me: cat").click()
    expect(tab.get_by_text("Disagreements (1)")).to_have_count(0)
    assert run.in_order() == [CAT, CAT]
    settle(other)
    assert_clean(other, watch, work.server)


def test_an_answer_that_cannot_be_written_is_said_so_and_waits(tab: Page, run: Run) -> None:
    press(tab, "1")
    saved(tab, 1)
    run.execute(
        "CREATE TRIGGER full BEFORE INSERT ON events BEGIN "
        "SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    press(tab, "22")
    expect(tab.locator(".trouble")).to_contain_text("disk is full")
    expect(tab.locator(".saved")).to_have_text("saving 2…")
    assert len(run.events()) == 1  # with the trigger in it, the run is not opened anew
    run.execute("DROP TRIGGER full")
    saved(tab, 3)
    expect(tab.locator(".trouble")).to_be_hidden()
    assert run.in_order() == [CAT, DOG, DOG]
    assert len(run.events()) == 3


def test_a_killed_server_costs_no_label_and_doubles_none(
    context: BrowserContext, work: Work, run: Run
) -> None:
    page, watch = open_label(context, work, run)
    press(page, "1212121212")
    expect(page.locator(".saved")).to_contain_text("sav")
    watch.paused = True
    work.server.kill()
    press(page, "00000")
    work.server.start()
    saved(page, 15)
    assert run.in_order() == [CAT, DOG] * 5 + [UNNAMED] * 5
    assert len(run.events()) == 15
    press(page, "1")
    saved(page, 16)
    assert run.in_order()[-1] == CAT


def test_own_keys_answer_in_both_modes_survive_a_reload_and_hold_in_another_run(
    context: BrowserContext, work: Work, run: Run
) -> None:
    page, watch = open_label(context, work, run)
    settings = page.get_by_role("button", name="me · settings")
    settings.click()
    field = page.get_by_role("textbox", name="Its key")
    field.fill("c")
    page.get_by_role("button", name="Set the key").click()
    expect(page.get_by_text("Streamlit itself uses C")).to_be_visible(timeout=30_000)
    field.fill("m")
    page.get_by_role("button", name="Set the key").click()
    expect(page.get_by_role("button", name="M cat")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    press(page, "m12")  # 1 is nobody's key now
    saved(page, 2)
    assert run.in_order() == [CAT, DOG]
    press(page, "g")
    page.keyboard.press("Control+a")
    count = page.locator(".cell[aria-selected=true]").count()
    press(page, "M")
    saved(page, 2 + count)
    assert list(run.labels().values()).count(CAT) == 1 + count
    page.reload()
    expect(page.get_by_role("button", name="M cat")).to_be_visible(timeout=30_000)
    settle(page)
    assert_clean(page, watch, work.server)
    other = work.new_run("another run of the same classes")
    again, watch = open_label(context, work, other)
    press(again, "m")
    saved(again, 1)
    assert other.in_order() == [CAT]
    again.get_by_role("button", name="me · settings").click()
    again.get_by_role("button", name="All as numbers again").click()
    expect(again.get_by_role("button", name="1 cat")).to_be_visible(timeout=30_000)
    settle(again)
    assert_clean(again, watch, work.server)


def test_near_duplicates_are_one_tile_that_one_key_answers_and_one_undo_takes_back(
    context: BrowserContext, work: Work
) -> None:
    run = work.new_run("folded", of="pairs")
    page, watch = open_label(context, work, run)
    expect(page.locator(".copies")).to_contain_text("and 1 near-duplicate")
    press(page, "1")
    saved(page, 2)
    assert list(run.labels().values()) == [CAT, CAT]
    expect(page.locator("[data-do=undo]")).to_have_text("U undo cat (2)")
    press(page, "u")
    saved(page, 3)
    assert run.labels() == {}
    press(page, "1")
    saved(page, 5)
    page.reload()
    expect(page.locator("[data-do=undo]")).to_have_text("U undo cat (2)", timeout=30_000)
    press(page, "u")
    saved(page, 1)
    assert run.labels() == {}
    expect(page.locator(".said")).to_contain_text("0 of 60 answered")
    press(page, "f")  # one by one: the key answers the picture alone
    expect(page.locator(".copies")).to_be_hidden()
    press(page, "1u")
    saved(page, 3)
    assert [kind for kind, _ in run.events()] == ["label", "label", "undo", "undo"] * 2 + [
        "label", "undo"
    ]  # fmt: skip
    press(page, "fg")
    cells = page.locator(".cell")
    tiles, folded = cells.count(), page.locator(".cell .times:visible").count()
    assert folded > 1
    expect(page.locator(".headline")).to_contain_text(f"Enter takes {tiles + folded} as")
    expect(cells.first.locator("img")).to_have_attribute("alt", re.compile("1 near-duplicate$"))
    press(page, "f")
    expect(cells).to_have_count(tiles + 1)
    press(page, "f")
    expect(cells).to_have_count(tiles)
    page.keyboard.press("Enter")
    saved(page, 3 + tiles + folded)
    assert len(run.labels()) == tiles + folded
    press(page, "u")
    saved(page, 4 + tiles + folded)
    assert run.labels() == {}
    page.get_by_role("button", name="me · settings").click()
    page.get_by_text("Fold near-duplicates").click()
    expect(page.locator(".cell .times:visible")).to_have_count(0, timeout=30_000)
    settle(page)
    assert_clean(page, watch, work.server)


def test_a_second_look_shows_the_worst_label_first_and_one_key_keeps_or_changes_it(
    context: BrowserContext, work: Work, run: Run
) -> None:
    with closing(Store.open(run.folder)) as store:
        kinds = dict(zip(run.ids, [int(id.split(".")[0]) for id in run.ids], strict=True))
        right = {id: CAT if n < 20 else DOG if n < 35 else UNNAMED for id, n in kinds.items()}
        cats, dogs = ([id for id in kinds if right[id] == label] for label in (CAT, DOG))
        wrong = [*cats[:2], *dogs[:2]]
        given = {**right, **dict.fromkeys(cats[:2], UNNAMED), **dict.fromkeys(dogs[:2], CAT)}
        store.labels.append(given, 1, "Ada")
    page, watch = open_page(context, work.server, f"Label?run={run.folder.name}")
    page.get_by_role("radio", name="Second look").click(timeout=60_000)
    expect(page.locator(".said")).to_contain_text("looked at again", timeout=30_000)
    headline = page.locator(".headline")
    expect(headline).to_contain_text("Picture 1 of ")
    expect(headline).to_contain_text(re.compile(r"Labeled (cat|irrelevant), but .*called "))
    expect(page.locator("button[data-instead=true]")).to_have_count(1)
    before = len(run.events())
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("1 of ")
    saved(page, 1)
    assert run.labels() == given  # kept, by a row that says so
    kept = run.events()[-1]
    assert kept[0] == "label"
    assert kept[1] in wrong
    press(page, "x")
    saved(page, 2)
    press(page, "u")
    saved(page, 3)
    assert run.labels() == given
    press(page, "eee")
    expect(page.get_by_text("All of these are looked at again.")).to_be_visible()
    saved(page, 6)
    assert len(run.events()) == before + 6  # nothing was deleted
    changed = {id for id, label in run.labels().items() if label != given[id]}
    assert changed == set(wrong) - {kept[1]}
    expect(page.get_by_role("button", name="Look for more")).to_be_visible(timeout=30_000)
    press(page, "u")  # the last of them can still be taken back
    expect(page.locator(".said")).to_contain_text("3 of 4 looked at again")
    settle(page)
    assert_clean(page, watch, work.server)


def test_one_decision_is_on_one_screen_and_nothing_below_it_is_empty(
    context: BrowserContext, work: Work, run: Run
) -> None:
    page, watch = open_label(context, work, run)
    below = page.get_by_text("So far, and when to stop")
    press(page, "1")
    expect(page.locator("[data-class=cat] .count")).to_have_text("1")
    expect(page.locator("[data-do=undo]")).to_have_text("U undo cat")
    expect(page.locator(".thought")).to_contain_text("% sure")
    for width, height in ((1280, 720), (1440, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(
            """([tall]) => {
              const low = (e) => e.getBoundingClientRect().bottom;
              const below = [...document.querySelectorAll('[data-testid=stMain] button')]
                .filter((b) => b.textContent.includes('when to stop'))[0];
              return low(below) <= tall && low(below) > tall - 80;
            }""",
            arg=[height],
            timeout=30_000,
        )
        for part in (".stage", ".answers", ".history"):
            box = page.locator(part).bounding_box()
            assert box["y"] + box["height"] <= height
        assert page.locator(".stage").bounding_box()["height"] > 0.45 * height
    expect(below).to_be_visible()
    press(page, "g")
    page.locator(".cell").nth(1).hover()
    expect(page.locator(".peek img")).to_be_visible()
    expect(page.locator(".peek .tag")).to_contain_text("% sure")
    page.locator(".bar").hover()
    expect(page.locator(".peek")).to_be_hidden()
    settle(page)
    assert_clean(page, watch, work.server)


def test_pictures_chosen_on_the_map_are_labeled_by_hand(
    context: BrowserContext, work: Work, run: Run
) -> None:
    with closing(Store.open(run.folder)) as store:
        places = np.arange(90)
        lattice = np.stack([places % 10, places // 10], axis=1).astype(float)
        version, texts = store.texts.read() or (0, None)
        sentences = (*texts.relevant_texts(), *texts.confuser_texts())
        above = np.stack([np.linspace(0, 9, len(sentences)), np.full(len(sentences), 9)], axis=1)
        save_layout(store, Layout("joint", "umap", version, lattice, sentences, above))
    page, watch = open_page(context, work.server, f"Map?run={run.folder.name}")
    page.locator("canvas.over[data-points='90']").wait_for()
    box = page.locator("canvas.over").bounding_box()
    # a part of the lattice that is in sight on a small screen
    corners = [(0.52, 0.5), (0.99, 0.5), (0.99, 0.15), (0.52, 0.15)]
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
    found = page.get_by_text(re.compile(r"^\d+ chosen")).last
    expect(found).to_be_visible()
    count = int(found.inner_text().split()[0])
    assert count > 5
    page.get_by_role("button", name="Label these by hand").click()
    expect(page.locator(".said")).to_contain_text(f"of {count} answered", timeout=30_000)
    expect(page.locator(".stage img").first).to_be_visible()
    expect(page.get_by_role("radio", name="Chosen pictures")).to_be_checked()
    press(page, "1")
    saved(page, 1)
    assert list(run.labels().values()) == [CAT]
    settle(page)
    assert_clean(page, watch, work.server)
