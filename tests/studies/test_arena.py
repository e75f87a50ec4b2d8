"""What a page reads of a study: rows that a reader can check, and studies found in folders."""

import json
from dataclasses import replace

import pytest

from laser_core.errors import ConfigError
from laser_core.experiment.zero_shot.line import ZeroShot
from laser_core.studies.arena import Work, arena_study, study_params, work_of
from laser_core.studies.cells import WHOLE
from laser_core.studies.files import study_of
from laser_core.studies.report.kept import find_studies, study_at
from laser_core.studies.report.results import level_lines
from laser_core.studies.report.zero_shot import (
    KeptLine,
    levels,
    read_zero_shot,
    zero_shot_json,
)
from tests.studies.fakes import LASER, PLACE, RANDOM, results


def test_an_arena_has_the_chosen_strategies_and_what_all_labels_give():
    study = arena_study("mine", {"pool": "demo"}, ["laser", "random"], splits=(0, 1))
    assert [line.name for line in study.lines] == ["LaSeR", "Random", WHOLE]
    assert {line.settings.get("start") for line in study.lines[:2]} == {"random"}
    assert len(study.cells()) == 6
    assert study_of(study_params(study)) == study


def test_an_arena_of_ablations_starts_them_like_the_others():
    study = arena_study("mine", {"pool": "demo"}, [], ["LaSeR", "N = 0"], "cold")
    assert [line.name for line in study.lines] == ["LaSeR as printed", "N = 0", WHOLE]
    assert study.lines[1].settings["confusers"] == 0


def test_a_published_start_gives_known_images_to_all_but_laser_and_gated():
    study = arena_study("mine", {"pool": "demo"}, ["laser", "eoal"], start="published")
    assert [line.settings["start"] for line in study.lines[:2]] == ["cold", "known"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"strategies": ["laserr"]}, "did you mean laser"),
        ({"strategies": []}, "nothing is chosen"),
        ({"strategies": ["laser"], "start": "warm"}, "warm is no start"),
        ({"strategies": [], "ablations": ["N = 1"]}, "N = 1 is no ablation"),
        ({"strategies": ["laser"], "settings": {"round": 2}}, "did you mean rounds"),
        ({"strategies": ["laser"], "settings": {"rounds": 0}}, "rounds"),
    ],
)
def test_a_mistake_in_what_is_chosen_is_told(given, said):
    with pytest.raises(ConfigError, match=said):
        arena_study("mine", {"pool": "demo"}, **given)


def test_studies_are_found_in_several_folders_and_a_damaged_one_says_why(tmp_path):
    for name, text in (("a", json.dumps(study_params(results().study))), ("b", "{")):
        (tmp_path / "studies" / name).mkdir(parents=True)
        (tmp_path / "studies" / name / "study.json").write_text(text, encoding="utf-8")
    (tmp_path / "runs" / ".app").mkdir(parents=True)
    (tmp_path / "runs" / ".app" / "study.json").write_text("{}", encoding="utf-8")
    found = find_studies(tmp_path / "runs", tmp_path / "studies", tmp_path / "none")
    by_name = {kept.name: kept for kept in found}
    assert set(by_name) == {"a", "b"}
    assert by_name["a"].read().count("waiting") == 6
    assert "cannot be read as JSON" in by_name["b"].error


def test_levels_are_means_over_splits_of_each_way_without_labels(tmp_path):
    kept = [KeptLine(PLACE.name, i, ZeroShot("names", 0.6 + 0.2 * i, 10)) for i in (0, 1)]
    kept.append(KeptLine(PLACE.name, 0, ZeroShot("vision chat: m", 0.5, 4, 0.15, 0.85)))
    (tmp_path / "zero-shot.json").write_text(zero_shot_json(kept), encoding="utf-8")
    back = read_zero_shot(tmp_path / "zero-shot.json")
    assert back == tuple(kept)
    names, chat = levels(back, PLACE.name)
    assert (names.method, names.accuracy, names.splits) == ("names", pytest.approx(0.7), 2)
    assert (chat.accuracy, chat.low, chat.high) == (0.5, 0.15, 0.85)
    assert level_lines(replace(results(), zero_shot=back), PLACE, [LASER])[0][0] == "names"


def test_before_there_are_zero_shot_lines_the_first_line_tells_what_its_text_does():
    assert level_lines(results(), PLACE, [LASER, RANDOM]) == (("anchored head", 0.75),)


def test_zero_shot_lines_that_cannot_be_read_are_none(tmp_path):
    (tmp_path / "zero-shot.json").write_text('[{"place": 1}]', encoding="utf-8")
    assert read_zero_shot(tmp_path / "zero-shot.json") == ()
    assert read_zero_shot(tmp_path / "none.json") == ()


def test_the_work_of_a_study_is_told_in_runs():
    study = arena_study("mine", {"pool": "demo"}, ["laser", "random"], ["N = 0"], splits=(0, 1),
                        seeds=(0, 1, 2), settings={"rounds": 4})  # fmt: skip
    assert work_of(study) == Work(lines=3, repeats=6, runs=18, whole=6, rounds=4)


def test_a_folder_without_a_study_says_so(tmp_path):
    kept = study_at(tmp_path)
    assert kept.study is None
    assert "holds no study.json; name another" in kept.error
