"""The compare page: what it finds, what it offers, what it says when nothing can be compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.config import ExperimentConfig
from tests import fakes
from ui.compare.rerun import with_strategy_and_seed
from ui.shared.runs import jobs


def choices(page: AppTest) -> list[str]:
    return page.multiselect(key="compare_folders").options


def text(page: AppTest) -> str:
    return "\n".join(part.value for part in [*page.caption, *page.info, *page.warning, *page.error])


def test_without_a_finished_round_it_says_how_to_get_one(open_page, runs: Path) -> None:
    for name in ("going", "done"):
        shutil.rmtree(runs / name)
    page = open_page("7_Compare")
    assert not page.exception
    assert "No run has finished a round yet" in page.info[0].value


def test_it_compares_all_runs_on_one_pool_without_one_being_open(open_page) -> None:
    page = open_page("7_Compare")
    assert not page.exception
    assert choices(page) == ["done (laser, 4 rounds)", "going (laser, 2 rounds)"]
    assert page.multiselect(key="compare_folders").value == ["done", "going"]
    # the same seed twice: two lines
    assert page.dataframe[0].value["Runs"].tolist() == ["laser (done)", "laser (going)"]
    assert "different numbers of rounds (2 to 4)" in text(page)
    assert page.warning == []


def test_a_comparison_of_the_command_line_is_one_choice_with_all_its_runs(
    open_page, runs: Path
) -> None:
    for name, seed in (("done", 0), ("going", 1)):
        place = runs / "compare" / "laser" / f"seed-{seed}-split-0"
        shutil.copytree(runs / name, place)
    page = open_page("7_Compare")
    assert choices(page)[0] == "compare (2 runs)"


@pytest.mark.parametrize("measure", ["precision", "recall", "accuracy"])
@pytest.mark.parametrize("against", ["round", "labels"])
def test_every_measure_is_drawn_against_rounds_and_labels(
    open_page, measure: str, against: str
) -> None:
    page = open_page("7_Compare")
    page.segmented_control(key="compare_measure").set_value(measure).run()
    page.segmented_control(key="compare_against").set_value(against).run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1


def test_with_nothing_chosen_it_asks_for_a_choice(open_page) -> None:
    page = open_page("7_Compare")
    page.multiselect(key="compare_folders").set_value([]).run()
    assert not page.exception
    assert "Choose at least one run above." in text(page)


def test_a_damaged_run_is_named_and_the_others_are_compared(open_page, runs: Path) -> None:
    (runs / "going" / "run.db").write_bytes(b"no database")
    page = open_page("7_Compare")
    assert not page.exception
    assert "A run cannot be read: going" in text(page)
    assert choices(page) == ["done (laser, 4 rounds)"]


def test_a_run_is_started_again_with_another_strategy(open_page) -> None:
    page = open_page("7_Compare")
    page.selectbox(key="again_strategy").set_value("random").run()
    next(b for b in page.button if b.label == "Run it to the end").click().run()
    state = jobs().latest()
    assert state is not None
    jobs().cancel(state.id)
    assert state.kind == "run_whole"
    assert state.params["config"]["strategy"] == "random"
    assert state.params["config"]["relevant"] == ["cat", "dog"]
    assert Path(state.params["folder"]).name.startswith("random-seed-0")


def test_running_again_keeps_the_classes_that_a_task_had_found() -> None:
    config: ExperimentConfig = fakes.config(task="find pets", known=("cat",), propose=1)
    other = with_strategy_and_seed(config, "uncertainty", 4)
    assert (other.strategy, other.seed, other.relevant) == ("uncertainty", 4, ("cat", "dog"))
    assert (other.task, other.known) == ("", ())


def test_two_comparisons_stay_two_lines_and_each_has_its_own_ceiling(open_page, runs) -> None:
    """C5, C6: they were one line with n = 2, above "a selector that never errs"."""
    for name, comparison in (("done", "first"), ("going", "second")):
        shutil.copytree(runs / name, runs / comparison / "laser" / "seed-0-split-0")
    shutil.rmtree(runs / "done")
    shutil.rmtree(runs / "going")
    page = open_page("7_Compare")
    assert page.dataframe[0].value["Runs"].tolist() == ["laser (first)", "laser (second)"]
    assert page.dataframe[0].value["n"].tolist() == [1, 1]
    drawn = page.get("plotly_chart")[0].proto.spec
    assert "dotted: a line's own ceiling" in drawn.replace("\\u0027", "'")
    assert "never errs" not in drawn
    assert "min(1, relevant pictures left ÷ b)" in text(page)
