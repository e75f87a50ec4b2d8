"""The page Learn in a real browser: one visit walks all eight cards and what a teacher has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from harness import REPOSITORY, Server, assert_clean, open_page, settle
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from laser_core.analysis.lesson.figures import LEAST_GAIN, run_figures
from laser_core.analysis.lesson.kept import KEPT_FILE, lesson_figures
from laser_core.analysis.reader import RunReader
from laser_core.jobs.client import Jobs, Requests
from laser_core.jobs.tasks.lesson import prepare_lesson
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from tools.make_lesson import compare, read_ways
from ui.learn.worksheet import Guesses, worksheet

PATIENCE = 120_000  # ms; a busy machine prepares the lesson in that
FIGURES = lesson_figures()
ALL_AT_DESK = 720  # CSS pixels: the smallest screen that shows a whole card


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`cache`, with the demo embedded; `measured`, the lesson's run; `runs`, empty, for the app."""
    made = tmp_path_factory.mktemp("learn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LASER_CACHE_DIR", str(made / "cache"))
        context = JobContext(made, made, lambda: False, {})
        drain(prepare_lesson({"folder": str(made / "measured")}, context))
    yield made
    for lane in (Jobs, Requests):
        assert lane(made / "runs" / ".app").stop_worker(60)


@pytest.fixture(scope="module")
def server(serve, home: Path) -> Server:
    places = {"LASER_RUNS_DIR": str(home / "runs"), "LASER_CACHE_DIR": str(home / "cache")}
    return serve(REPOSITORY / "app.py", places)


def test_the_lesson_says_what_the_engine_does(home: Path) -> None:
    """The cheap cards; `python -m tools.make_lesson --check` measures the rest as well."""
    with closing(RunReader(home / "measured", home / "cache")) as run:
        measured = run_figures(run)
        ways = read_ways(run.store.files.read(KEPT_FILE))
    kept = {name: FIGURES[name] for name in measured}
    assert list(compare(kept, measured)) == []
    assert list(compare(FIGURES["ways"], ways)) == []
    assert measured["confusers"]["gain"] >= LEAST_GAIN


def test_one_visit_walks_all_eight_cards(
    context: BrowserContext, server: Server, home: Path
) -> None:
    page, watch = open_page(context, server, "Learn")
    page.set_default_timeout(PATIENCE)
    expect(page.get_by_test_id("stSkeleton").first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Prepare the lesson").click()
    walk_random(page)
    walk_words(page)
    walk_confusers(page)
    walk_spread(page)
    walk_label(page, home)
    walk_detector(page)
    walk_trust(page)
    walk_parts(page)
    use_as_a_teacher(page)
    open_for_the_projector(page, server)
    assert_clean(page, watch, server)


def walk_random(page: Page) -> None:
    drawn = FIGURES["random"]
    expect(page.get_by_text(f"How many of the {drawn['drawn']} are")).to_be_visible(
        timeout=PATIENCE
    )
    expect(gallery(page)).to_have_count(drawn["drawn"], timeout=PATIENCE)
    expect(page.get_by_role("option", name=re.compile("irrelevant"))).to_have_count(0)
    show(page)
    expect(metric(page, "Relevant")).to_contain_text(f"{drawn['relevant']} of {drawn['drawn']}")
    expect(page.get_by_role("option", name=re.compile(", irrelevant"))).to_have_count(
        drawn["drawn"] - drawn["relevant"]
    )
    assert_it_fits(page)


def walk_words(page: Page) -> None:
    go(page, "2 Words")
    first = FIGURES["sentences"][0]
    expect(page.get_by_text(f"{first['relevant']} are relevant")).to_be_visible(timeout=PATIENCE)
    own = page.get_by_role("textbox", name="My own sentence")
    own.fill("a small round fruit")
    own.press("Enter")
    expect(page.get_by_text("“a small round fruit”")).to_be_visible(timeout=PATIENCE)
    own.fill("x" * 2000)
    own.press("Enter")
    expect(page.get_by_text("shorten it to at most 300")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(f"“{first['text']}”")).to_be_visible()
    assert own.input_value() == "x" * 2000  # nothing that was typed is lost
    own.fill("")
    own.press("Enter")
    expect(page.get_by_text("shorten it to at most 300")).to_have_count(0, timeout=PATIENCE)
    assert_it_fits(page)


def walk_confusers(page: Page) -> None:
    go(page, "3 Confusers")
    confusers = FIGURES["confusers"]
    batches, size = confusers["batches"], confusers["size"]
    relevant = metric(page, "Relevant")
    expect(relevant).to_contain_text(f"{batches['none']['relevant']} of {size}", timeout=PATIENCE)
    worst = min(confusers["names"], key=lambda name: batches[name]["relevant"])
    page.get_by_role("button", name=worst, exact=True).click()
    expect(relevant).to_contain_text(f"{batches[worst]['relevant']} of {size}", timeout=PATIENCE)
    expect(page.get_by_text("Worse", exact=True)).to_be_visible()
    assert_it_fits(page)
    page.get_by_role("button", name="All", exact=True).click()
    expect(relevant).to_contain_text(f"{batches['all']['relevant']} of {size}", timeout=PATIENCE)


def walk_spread(page: Page) -> None:
    go(page, "4 Spread")
    for name, way in (("The best", "best"), ("Balanced", "balanced")):
        page.get_by_role("radio", name=name).click()
        right = f"{FIGURES['ways'][f'{way} 20']['accuracy']:.0%}"
        expect(metric(page, "Accuracy")).to_contain_text(right, timeout=PATIENCE)
    show(page)
    expect(page.get_by_role("button", name="A worse case")).to_be_visible(timeout=PATIENCE)
    assert_it_fits(page)


def walk_label(page: Page, home: Path) -> None:
    go(page, "5 Label")
    with closing(RunReader(home / "runs" / "lesson-work-bag", home / "cache")) as run:
        before = run.stamp()
        for number in range(1, 6):
            expect(page.get_by_text(f"Picture {number} of 5")).to_be_visible(timeout=PATIENCE)
            page.keyboard.press("x")
        expect(page.get_by_text("s a picture")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("answers are taken back")).to_be_visible()
        assert run.stamp() == before
    assert list((home / "runs" / ".app" / "lesson").iterdir()) == []
    assert_it_fits(page)


def walk_detector(page: Page) -> None:
    go(page, "6 Detector")
    wrong = FIGURES["detector"]["wrong"]
    expect(page.get_by_text("Why is it so sure")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("labels, and none like this").click()
    show(page)
    expect(page.get_by_text("✓ Right")).to_be_visible(timeout=PATIENCE)
    assert f"{wrong['score']:.3f}" in page.get_by_test_id("stMain").inner_text()
    assert_it_fits(page)


def walk_trust(page: Page) -> None:
    go(page, "7 Trust")
    trust = FIGURES["trust"]
    page.get_by_role("button", name="Show me").click()
    answer = page.get_by_text(f"{trust['precision'][-1]:.0%}. δ = 0.05 already gives")
    expect(answer).to_be_visible(timeout=PATIENCE)
    page.get_by_role("slider", name="δ").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("0.1\\cdot")).to_have_count(0)
    expect(page.get_by_role("slider", name="δ")).to_have_attribute(
        "aria-valuetext", "0.9", timeout=PATIENCE
    )
    assert_it_fits(page)


def walk_parts(page: Page) -> None:
    go(page, "8 Parts")
    for name in ("without confusers", "without detector", "at random", "uncertainty"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text("4 uncertainty")).to_be_visible(timeout=PATIENCE)
    show(page)
    expect(page.get_by_text("4 of 4 in their place")).to_be_visible(timeout=PATIENCE)
    assert_it_fits(page)


def use_as_a_teacher(page: Page) -> None:
    page.get_by_text("Teacher", exact=True).click()
    expect(page.get_by_text("They think:")).to_be_visible(timeout=PATIENCE)
    box = page.get_by_role("spinbutton", name="at random")
    box.fill("7")
    box.press("Enter")
    counted = "8,Which of the four is best over five rounds?,at random,7,no"
    for _ in range(60):  # the file follows once the page has taken the number
        if counted in saved_text(page, "Download as CSV"):
            break
        page.wait_for_timeout(500)
    assert counted in saved_text(page, "Download as CSV")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("spinbutton", name="at random")).to_have_value("0", timeout=PATIENCE)
    assert "with answers" in saved_text(page, "Teacher's copy")


def saved_text(page: Page, button: str) -> str:
    with page.expect_download() as saved:
        page.get_by_role("button", name=button).click()
    return Path(saved.value.path()).read_text(encoding="utf-8")


def open_for_the_projector(page: Page, server: Server) -> None:
    """A bookmark: the card and the large letters, without a menu at the side."""
    page.goto(f"{server.url}/Learn?card=3&present=1")
    expect(page.get_by_text("Take away what only looks alike")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Back to the desk")).to_be_visible()
    settle(page, PATIENCE)
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 20


@pytest.mark.parametrize("answers", [False, True], ids=["worksheet", "teacher's copy"])
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled in"])
def test_each_copy_prints_on_one_page(browser: Browser, answers: bool, filled: bool) -> None:
    guesses = Guesses(
        20, "something <round> & red to sit on, " * 4, ("cap",), "kind", 50, ("a",) * 4
    )
    page = browser.new_page()
    page.set_content(worksheet(FIGURES, guesses if filled else Guesses(), answers))
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def go(page: Page, card: str) -> None:
    page.get_by_role("radio", name=card).click()
    settle(page, PATIENCE)


def show(page: Page) -> None:
    page.get_by_role("button", name="Show me").click()


def gallery(page: Page) -> Locator:
    return page.get_by_role("option")


def metric(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=name)


def assert_it_fits(page: Page) -> None:
    """The whole card is on a screen of 1280 x 720."""
    settle(page, PATIENCE)
    tall = 0
    for _ in range(60):  # galleries and equations find their height a moment after the text
        tall = page.evaluate(
            "document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"
        )
        if tall <= ALL_AT_DESK:
            return
        page.wait_for_timeout(500)
    shown = page.get_by_test_id("stMain").inner_text()
    raise AssertionError(f"the card is {tall} px high; it says: {shown}")
