"""The page Learn on small runs: what each card lacks is one sentence, and nothing breaks."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.analysis.lesson.labelling import Pace
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from laser_core.store.backup import copy_run
from laser_core.store.store import Store
from tests import fakes
from tests.app.conftest import _on_disk
from ui.learn.cards import label
from ui.learn.lesson_run import LESSON_RUN
from ui.shared.answers.inbox import Receipts


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.info, *page.warning, *page.error, *page.subheader]
    return "\n".join(str(element.value) for element in shown)


@pytest.fixture
def learn(open_page, runs):
    """learn("done", "3") is that card on that run, which stands open."""

    def open_card(run: str, card: str) -> AppTest:
        page = open_page("9_Learn", run)
        if run and run != LESSON_RUN:
            chooser = next(c for c in page.segmented_control if c.label == "Run")
            page = chooser.set_value(run).run()
        chooser = next(c for c in page.segmented_control if c.label == "Card")
        return chooser.set_value(card).run()

    return open_card


def test_before_there_is_a_lesson_it_offers_to_prepare_one(open_page):
    page = open_page("9_Learn")
    assert not page.exception
    assert "Prepare the lesson" in [button.label for button in page.button]
    assert "nothing leaves it" in words(page)


def test_a_lesson_that_was_stopped_half_way_is_offered_again(open_page, runs):
    shutil.copytree(runs / "ahead", runs / LESSON_RUN)
    page = open_page("9_Learn")
    assert not page.exception
    assert "Prepare the lesson" in [button.label for button in page.button]


@pytest.mark.parametrize("card", list("12367"))  # 5 needs large copies of real pictures
def test_a_run_of_one_s_own_shows_the_cards_that_it_has_the_figures_for(learn, card):
    page = learn("done", card)
    assert not page.exception
    assert not page.info
    assert ":material/touch_app: Now you" in words(page)


def test_a_guess_comes_first_and_the_answer_after(learn):
    page = learn("done", "1")
    assert "You look at" not in words(page)
    button = next(b for b in page.button if b.label == "Show me")
    assert "You look at" in words(button.click().run())


def test_card_8_says_that_one_run_is_too_few(learn):
    page = learn("done", "8")
    assert not page.exception
    assert [len(page.info), "yours has run once" in page.info[0].value] == [1, True]


def test_card_4_offers_to_train_and_then_shows_what_came_of_it(learn, runs, prepared):
    assert "none has been trained" in words(learn("done", "4"))
    folder = str(runs / "done")
    warm = {"materials": (folder, _on_disk(fakes.materials(fakes.config()), prepared / "cache"))}
    drain(tasks.compare_ways({"folder": folder}, JobContext(runs, runs, lambda: False, warm)))
    page = learn("done", "4")
    assert not page.exception
    assert {metric.label for metric in page.metric} == {"Precision", "Accuracy"}


@pytest.mark.parametrize("card", list("12345678"))
def test_a_pool_without_true_labels_gets_one_sentence_a_card(learn, card):
    page = learn("unlabeled", card)
    assert not page.exception
    assert len(page.info) == 1
    assert "\n" not in page.info[0].value


@pytest.mark.parametrize("card", list("567"))
def test_a_run_without_rounds_says_what_the_detector_needs(learn, card):
    page = learn("ahead", card)
    assert not page.exception
    assert "No detector counts in this run yet" in page.info[0].value


def test_a_run_of_one_class_cannot_compare_classifiers(learn, make_run):
    make_run("one", 0, relevant=("cat",))
    page = learn("one", "4")
    assert not page.exception
    assert "one relevant class" in page.info[0].value


def test_a_sentence_in_another_script_is_told_and_the_default_stays(learn):
    page = learn("done", "2")
    own = next(box for box in page.text_input if box.label == "My own sentence")
    page = own.set_value("круглый стул").run()
    assert not page.exception
    assert "write your sentence in English" in page.warning[0].value
    assert "“cat 0”" in words(page)
    own = next(box for box in page.text_input if box.label == "My own sentence")
    assert own.value == "круглый стул"


def test_the_teacher_has_notes_and_counts_beside_each_card(learn):
    page = next(t for t in learn("done", "3").toggle if t.label == "Teacher").set_value(True).run()
    assert not page.exception
    assert "They think:" in words(page)
    assert "searched for" in words(page)
    assert len(page.number_input) == 6
    page = page.number_input[1].set_value(12).run()
    assert not page.exception
    page = next(b for b in page.button if b.label == "Clear").click().run()
    assert {box.value for box in page.number_input} == {0}


def test_card_5_answers_go_into_a_copy_of_the_run(learn, runs):
    page = learn("done", "5")
    assert not page.exception
    (copy,) = (runs / ".app" / "lesson").glob("*/done/run.db")
    assert copy.stat().st_size > 0


def test_a_copy_to_practise_on_has_the_labels_and_none_of_the_arrays(runs, tmp_path):
    copy_run(runs / "done", tmp_path / "deep" / "copy")
    with (
        closing(Store.open(runs / "done")) as own,
        closing(Store.open(tmp_path / "deep" / "copy")) as copy,
    ):
        assert copy.labels.by_id() == own.labels.by_id()
    assert {path.name for path in (tmp_path / "deep" / "copy").iterdir()} <= {
        "run.db", "pool.json", "config.json",
    }  # fmt: skip


def test_the_last_answer_that_comes_again_finds_all_answered(tmp_path: Path) -> None:
    """Once the copy is gone; a slow browser sends until it is told that the answer was taken."""
    pace = Pace(2.0, 100, 20, 10, 40)
    practice = label.Practice("", str(tmp_path / "gone"), ("a",), Receipts(), pace)
    label._take(None, practice, {})  # type: ignore[arg-type]  # no run is looked at
    assert practice.pace is pace
