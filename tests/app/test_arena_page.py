"""The arena page: runs and studies as lines, pictures side by side, new studies, what stands in the
way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.config import ExperimentConfig
from laser_core.experiment.experiment import Experiment
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.arena import arena_study
from tests import fakes
from ui.arena.rerun import with_strategy_and_seed
from ui.arena.views import LINES, NEW, PICTURES
from ui.shared.runs import jobs

MakeStudy = Callable[..., Path]


@pytest.fixture
def make_study(runs: Path, make_run: Callable[..., None]) -> MakeStudy:
    """make_study("mine", laser=4, bual=2) is a study of these strategies with so many rounds."""

    def make(name: str, home: Path | None = None, **rounds: int) -> Path:
        folder = (home or runs) / name
        study = arena_study(name, {"pool": "demo"}, list(rounds))
        for line in study.lines:
            if line.whole:
                continue
            cell = next(cell for cell in study.cells() if cell.line == line)
            place = folder / "runs" / cell.key
            make_run(f"of-{name}-{line.strategy}", rounds[line.strategy], strategy=line.strategy)
            place.parent.mkdir(parents=True)
            shutil.move(runs / f"of-{name}-{line.strategy}", place)
        (folder / "study.json").write_text(study.to_json(), encoding="utf-8")
        return folder

    return make


def experiment_of(folder: Path) -> Experiment:
    """The run of the small world in `folder`, to be worked on."""
    store = Store.open(folder)
    return Experiment(fakes.materials(store.config()), store)


def written(folder: str) -> dict[str, Any]:
    """What the file of a study says."""
    found: dict[str, Any] = json.loads((Path(folder) / "study.json").read_text(encoding="utf-8"))
    return found


def choices(page: AppTest) -> list[str]:
    return page.multiselect(key="arena_folders").options


def text(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.warning, *page.error]
    return "\n".join(part.value for part in parts)


def show(page: AppTest, part: str) -> AppTest:
    return page.segmented_control(key="arena_view").set_value(part).run()


def names(page: AppTest) -> list[str]:
    """The lines as the table of the numbers has them."""
    return page.dataframe[1].value["Line"].tolist()


# ---- runs by themselves


def test_without_a_finished_round_it_says_so_and_leads_on(open_page, runs: Path) -> None:
    for name in ("going", "done"):
        shutil.rmtree(runs / name)
    page = open_page("7_Arena")
    assert not page.exception
    assert "Nothing has finished a round yet" in text(page)
    assert [link.proto.label for link in page.get("page_link")][-1] == "Start the demo"
    assert not show(page, NEW).exception


def test_it_shows_all_runs_on_one_pool_without_one_being_open(open_page) -> None:
    page = open_page("7_Arena")
    assert not page.exception
    assert choices(page) == ["done (laser, 4 rounds)", "going (laser, 2 rounds)"]
    assert page.multiselect(key="arena_folders").value == ["done", "going"]
    # the same seed twice: two lines
    assert names(page) == ["LaSeR (done)", "LaSeR (going)"]
    assert "different numbers of rounds (2 to 4)" in text(page)
    assert page.warning == []


def test_a_comparison_of_an_earlier_version_is_one_choice_with_all_its_runs(
    open_page, runs: Path
) -> None:
    for name, seed in (("done", 0), ("going", 1)):
        shutil.copytree(runs / name, runs / "compare" / "laser" / f"seed-{seed}-split-0")
    assert choices(open_page("7_Arena"))[0] == "compare (2 runs)"


def test_two_comparisons_stay_two_lines(open_page, runs: Path) -> None:
    """C5: they were one line with n = 2."""
    for name, comparison in (("done", "first"), ("going", "second")):
        shutil.copytree(runs / name, runs / comparison / "laser" / "seed-0-split-0")
        shutil.rmtree(runs / name)
    page = open_page("7_Arena")
    assert names(page) == ["LaSeR (first)", "LaSeR (second)"]
    assert page.dataframe[1].value["Runs"].tolist() == [1, 1]


@pytest.mark.parametrize("measure", ["precision", "recall", "accuracy"])
@pytest.mark.parametrize("against", ["round", "labels"])
def test_every_measure_is_drawn_large_beside_the_others_in_one_figure(
    open_page, measure: str, against: str
) -> None:
    page = open_page("7_Arena")
    page.segmented_control(key="arena_measure").set_value(measure).run()
    page.segmented_control(key="arena_against").set_value(against).run()
    assert not page.exception
    (chart,) = page.get("plotly_chart")
    assert chart.proto.spec.count('"yaxis3"') == 1
    assert f"<b>{measure.capitalize()}:" in chart.proto.spec.replace("\\u003c", "<").replace(
        "\\u003e", ">"
    )


def test_with_nothing_chosen_it_says_so(open_page) -> None:
    page = open_page("7_Arena")
    page.multiselect(key="arena_folders").set_value([]).run()
    assert not page.exception
    assert "No line to draw" in text(page)


def test_a_line_can_be_left_out(open_page) -> None:
    page = open_page("7_Arena")
    page.multiselect(key="arena_left_out runs").set_value(["LaSeR (done)"]).run()
    assert names(page) == ["LaSeR (going)"]


def test_a_damaged_run_is_named_and_the_others_are_shown(open_page, runs: Path) -> None:
    (runs / "going" / "run.db").write_bytes(b"no database")
    page = open_page("7_Arena")
    assert not page.exception
    assert "A run cannot be read: going" in text(page)
    assert choices(page) == ["done (laser, 4 rounds)"]


def test_a_run_is_started_again_with_another_strategy(open_page) -> None:
    page = open_page("7_Arena")
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


# ---- studies


def test_a_study_of_the_command_line_opens_with_its_result_in_a_sentence(
    open_page, make_study: MakeStudy
) -> None:
    make_study("mine", laser=4, bual=4)
    page = open_page("7_Arena")
    assert not page.exception
    assert page.selectbox(key="arena_shown").options[0] == "Study mine"
    assert any(line.startswith("**") and "% accuracy" in line for line in text(page).splitlines())
    assert sorted(names(page)) == ["BUAL (released code, port)", "LaSeR"]
    assert "2 of 3 runs are finished" in text(page)
    page.selectbox(key="arena_shown").select(":runs").run()
    assert names(page) == ["LaSeR (done)", "LaSeR (going)"]


def test_a_study_lies_beside_the_runs_or_in_a_folder_that_is_named(
    open_page, make_study: MakeStudy, runs: Path, tmp_path: Path
) -> None:
    make_study("beside", runs.parent / "studies", laser=2)
    folder = make_study("far", tmp_path / "elsewhere", random=2)
    page = open_page("7_Arena")
    assert page.selectbox(key="arena_shown").options[0] == "Study beside"
    page.selectbox(key="arena_shown").select(":elsewhere").run()
    page.text_input(key="arena_folder").input(str(folder)).run()
    assert names(page) == ["Random"]
    page.text_input(key="arena_folder").input(str(tmp_path)).run()
    assert not page.exception
    assert "holds no study.json; name another" in page.error[0].value


def test_a_study_that_cannot_be_read_says_why(open_page, runs: Path) -> None:
    (runs / "broken").mkdir()
    (runs / "broken" / "study.json").write_text("{", encoding="utf-8")
    page = open_page("7_Arena")
    assert not page.exception
    assert page.selectbox(key="arena_shown").options[0] == "broken (cannot be read)"
    assert "cannot be read as JSON" in page.error[0].value


def test_what_is_left_of_a_study_is_gone_on_with(open_page, make_study: MakeStudy) -> None:
    folder = make_study("mine", laser=4, random=2)
    page = open_page("7_Arena")
    page.button(key="arena_go_on").click().run()
    state = jobs().latest()
    assert state is not None
    jobs().cancel(state.id)
    assert (state.kind, state.params) == ("study", {"study": str(folder)})


def test_labels_minutes_and_every_point_can_be_taken_along(
    open_page, make_study: MakeStudy
) -> None:
    make_study("mine", laser=4, random=4)
    page = open_page("7_Arena")
    next(box for box in page.selectbox if box.label == "Good enough").select(0.5).run()
    page.selectbox(key="arena_beside mine").select("Random").run()
    costs = page.dataframe[0].value.set_index("Line")
    assert costs.loc["Random", "Minutes saved"] == 0.0
    assert costs.loc["LaSeR", "Runs that get there"] == "1 of 1"
    labels = costs.loc["LaSeR"].iloc[0]
    assert costs.loc["LaSeR", "Minutes of labeling"] == pytest.approx(labels * 3.0 / 60, abs=0.06)
    points = page.dataframe[2].value
    assert points["labels_paid"].tolist() == [20, 40, 60, 80]
    assert {"LaSeR mean", "Random mean"} <= set(points.columns)
    assert "*anchored head*, the classifier before its first label" in text(page)
    assert len(page.get("download_button")) == 3


# ---- pictures


def test_pictures_of_a_round_stand_side_by_side(open_page, make_study: MakeStudy) -> None:
    make_study("mine", laser=4, random=4)
    page = show(open_page("7_Arena"), PICTURES)
    assert not page.exception
    assert page.multiselect(key="arena_sides mine").value == ["LaSeR", "Random"]
    shown = text(page)
    assert "Relevant in round 2: LaSeR" in shown
    assert "for 40 questions" in shown
    for title in ("Only LaSeR", "Asked by more than one", "Only Random"):
        assert f"**{title}**" in shown


def test_one_line_alone_has_no_pictures_side_by_side(open_page, make_study: MakeStudy) -> None:
    make_study("mine", laser=4)
    page = show(open_page("7_Arena"), PICTURES)
    assert "here is one line only" in text(page)


def test_fewer_than_two_lines_chosen_are_told(open_page) -> None:
    page = show(open_page("7_Arena"), PICTURES)
    page.multiselect(key="arena_sides runs").set_value(["LaSeR (done)"]).run()
    assert not page.exception
    assert "choose 2 or 3" in page.warning[0].value


def test_an_answer_given_in_another_run_is_offered_to_the_open_one(
    open_page, runs: Path, read_run
) -> None:
    """One label serves every run that asks for its picture."""
    shutil.copytree(runs / "ahead", runs / "other")
    asked = drain(experiment_of(runs / "ahead").query()).ids.tolist()
    with closing(Store.open(runs / "other")) as store:
        store.labels.append({asked[0]: Label("relevant", "cat")}, 1, "kim")
    page = show(open_page("7_Arena", "ahead"), PICTURES)
    assert "ahead waits for 1 answer" in text(page)
    page.button(key="arena_take_over").click().run()
    assert not page.exception
    (answer,) = read_run("ahead").store.labels.answers()
    assert (answer.image, answer.actor, answer.source) == (asked[0], "kim", "import")
    assert "waits for 1 answer" not in text(page)


# ---- a new study


def test_a_new_study_tells_its_work_and_is_handed_to_the_worker(open_page) -> None:
    page = show(open_page("7_Arena"), NEW)
    page.number_input(key="arena_splits").set_value(2).run()
    page.number_input(key="arena_batch").set_value(30).run()
    assert page.number_input(key="arena_epochs").disabled
    page.selectbox(key="arena_learner").select("resnet18").run()
    page.number_input(key="arena_epochs").set_value(2).run()
    assert not page.exception
    assert "5 lines × 2 repetitions = **10 runs** of 6 rounds" in text(page)
    page.button(key="arena_start").click().run()
    state = jobs().latest()
    assert state is not None
    jobs().cancel(state.id)
    assert state.kind == "study"
    study = written(state.params["study"])
    assert page.selectbox(key="arena_shown").value == state.params["study"]
    assert "0 of 12 runs are finished" in text(page)  # also where it is stopped before the first
    assert set(study["lines"]) >= {"LaSeR", "Gated", "Random"}
    learner = {"learner": "resnet18", "epochs": 2}
    assert study["settings"] == {"rounds": 6, "batch_size": 30, **learner}
    assert study["splits"] == [0, 1]
    assert page.segmented_control(key="arena_view").value == LINES


def test_a_new_study_takes_the_pictures_and_classes_of_the_open_run(open_page) -> None:
    page = show(open_page("7_Arena", "going"), NEW)
    page.selectbox(key="arena_pool").select("The pictures of the open run").run()
    assert "Looks for cat, dog" in text(page)
    assert page.number_input(key="arena_splits").disabled
    page.button(key="arena_start").click().run()
    state = jobs().latest()
    assert state is not None
    jobs().cancel(state.id)
    (place,) = written(state.params["study"])["places"].values()
    assert place["relevant"] == ["cat", "dog"]


def test_without_a_strategy_the_form_says_what_is_missing(open_page) -> None:
    page = show(open_page("7_Arena"), NEW)
    for pills in page.get("button_group"):
        if (pills.key or "").startswith("arena_family"):
            pills.set_value([])
    page.run()
    assert not page.exception
    assert "choose at least one strategy" in page.warning[0].value
    assert not [button for button in page.button if button.key == "arena_start"]
