"""Find words on Prompts: what the helper kept, used in one click and judged by eye."""

import pytest

from laser_core.analysis.setup.kept import KEPT_FILE, kept_comparison
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from tests.app.conftest import _on_disk
from tests.fakes import config, materials
from ui.prompts.setup_helper import JUDGED_FILE

PAGE = "2_Prompts"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("ui.prompts.effect.warm_up_edits", lambda *_: "")


@pytest.fixture
def grid(runs, prepared):
    """grid("going", 4) keeps the first settings of the grid beside that run; all without a
    number."""

    def make(name, settings=0):
        made = _on_disk(materials(config()), prepared / "cache")
        folder = runs / name
        context = JobContext(folder, folder, lambda: False, {"materials": (str(folder), made)})
        steps = tasks.try_words({"folder": str(folder)}, context)
        if not settings:
            drain(steps)
            return
        for progress in steps:
            if progress.stage == "trying words" and progress.done == settings:
                break
        steps.close()

    return make


def opened(open_page, run):
    page = open_page(PAGE, run)
    page.segmented_control(key="prompts_part").set_value("Find words").run()
    assert not page.exception
    return page


def texts(page):
    return " ".join(each.value for each in page.markdown)


def test_before_anything_was_tried_the_page_offers_to(open_page):
    page = opened(open_page, "ahead")
    assert "Nothing was tried yet" in texts(page)
    assert not page.button(key="prompts_setup_start").disabled


def test_the_advice_stands_first_and_every_setting_has_a_row(open_page, grid, read_run):
    grid("going")
    page = opened(open_page, "going")
    found = kept_comparison(read_run("going"))
    assert found.advice.sentence.split(":")[0] in texts(page)
    assert len(page.dataframe[0].value) == len(found.trials)


def test_using_a_setting_makes_a_version_like_any_other(open_page, grid, read_run):
    grid("going")
    before = read_run("going").store.texts.all()
    page = opened(open_page, "going")
    assert page.button(key="prompts_setup_use").disabled  # these words are in use
    next(box for box in page.selectbox if box.label == "Setting").select_index(1).run()
    page.button(key="prompts_setup_use").click().run()
    versions = read_run("going").store.texts.all()
    assert len(versions) == len(before) + 1
    assert (versions[-1].step, versions[-1].title[:6]) == ("edit", "found:")
    assert page.button(key="prompts_setup_use").disabled
    page.button(key="prompts_setup_undo").click().run()
    assert read_run("going").store.texts.all()[-1].step == "undo"


def test_half_a_grid_is_shown_and_said_to_be_half(open_page, grid):
    grid("ahead", 4)
    assert "Stopped after 4 of 13 settings" in texts(opened(open_page, "ahead"))


def test_what_is_judged_by_eye_is_counted_and_becomes_no_label(open_page, grid, read_run):
    grid("ahead")
    page = opened(open_page, "ahead")
    page.button(key="prompts_setup_count").click().run()
    run = read_run("ahead")
    assert run.store.files.has(JUDGED_FILE)
    assert not run.store.labels.by_id()
    assert "Too close to tell by eye" in texts(page)


def test_a_damaged_file_shows_as_nothing_tried(open_page, runs):
    (runs / "ahead" / KEPT_FILE).write_text("{", encoding="utf-8")
    assert "Nothing was tried yet" in texts(opened(open_page, "ahead"))
