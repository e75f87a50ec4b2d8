"""What a page reads of a study: rows that a reader can check, and studies found in folders."""

import json
from dataclasses import replace

import pytest

from laser_core.errors import ConfigError
from laser_core.experiment.zero_shot.line import ZeroShot
from laser_core.studies.arena import arena_study, study_params
from laser_core.studies.cells import WHOLE
from laser_core.studies.files import study_of
from laser_core.studies.report.arena import labels_to_accuracy, line_chart_of, round_batches
from laser_core.studies.report.kept import find_studies
from laser_core.studies.report.zero_shot import KeptLine, read_zero_shot, zero_shot_json
from tests.studies.fakes import LASER, MADE, PLACE, RANDOM, results

BOTH = (LASER, RANDOM)


def test_a_chart_has_its_lines_and_what_needs_no_label():
    chart = line_chart_of(results(), PLACE, BOTH, "accuracy")
    assert [(line.line, line.number) for line in chart.lines] == [("LaSeR", 0), ("Random", 1)]
    assert chart.lines[0].curve.mean == pytest.approx((0.70, 0.86))
    assert (chart.levels, chart.ceiling) == ((("anchored head", 0.75),), None)


def test_a_chart_of_precision_has_the_ceiling_and_one_of_recall_neither():
    chart = line_chart_of(results(), PLACE, BOTH, "precision")
    assert chart.ceiling.mean == (1.0, 1.0)  # 20 relevant pictures, two batches of ten
    recall = line_chart_of(results(), PLACE, BOTH, "recall")
    assert (recall.ceiling, recall.levels) == (None, ())


def test_a_line_without_a_result_is_in_no_chart():
    chart = line_chart_of(results(made={("LaSeR", 0): MADE["LaSeR", 0]}), PLACE, BOTH, "accuracy")
    assert [line.line for line in chart.lines] == ["LaSeR"]


def test_labels_to_an_accuracy_are_means_over_the_repetitions_that_get_there():
    # .8 is reached by LaSeR after 10 labels (split 0) and 20 (split 1), by Random after 20 and 20
    laser, random = labels_to_accuracy(results(), PLACE, BOTH, 0.8, 3.0, "Random")
    assert (laser.labels, laser.reached, laser.runs) == (15.0, 2, 2)
    assert laser.spread == pytest.approx(50**0.5)
    assert (random.labels, random.spread, random.saved) == (20.0, 0.0, 0.0)


def test_saved_minutes_are_the_labels_saved_at_a_person_s_own_pace():
    laser, _ = labels_to_accuracy(results(), PLACE, BOTH, 0.8, 3.0, "Random")
    assert (laser.saved, laser.minutes) == (5.0, 0.25)  # 10 and 0 labels fewer; 15 seconds


def test_nothing_is_saved_where_one_of_both_does_not_get_there():
    laser, random = labels_to_accuracy(results(), PLACE, BOTH, 0.91, 3.0, "Random")
    assert (laser.labels, laser.reached, laser.saved, laser.minutes) == (20.0, 1, None, None)
    assert (random.labels, random.spread, random.reached) == (None, None, 0)


def test_the_line_held_against_need_not_be_shown():
    (laser,) = labels_to_accuracy(results(), PLACE, [LASER], 0.8, 3.0, "Random")
    assert laser.saved == 5.0


def test_batches_tell_what_all_asked_and_what_only_one():
    made = results()
    random = made.of(PLACE.name, "Random")[0]
    record = random.records[0]
    object.__setattr__(record, "ids", (*record.ids[:4], *(f"other-{i}" for i in range(6))))
    found = round_batches(made, PLACE, BOTH, 0, 0, 1)
    laser, other = found.batches
    assert (laser.line, laser.cell.split, len(laser.ids)) == ("LaSeR", 0, 10)
    assert found.shared == ("1-0", "1-1", "1-2", "1-3")
    assert laser.only == tuple(f"1-{i}" for i in range(4, 10))
    assert other.only[0] == "other-0"
    assert found.overlaps == (("LaSeR", "Random", 4 / 16),)
    assert found.reused == 4
    assert laser.relevant == (True,) * 8 + (False,) * 2


def test_a_line_that_has_not_come_so_far_has_no_batch():
    assert round_batches(results(), PLACE, BOTH, 0, 0, 3).batches == ()


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
    chart = line_chart_of(replace(results(), zero_shot=back), PLACE, BOTH, "accuracy")
    assert chart.levels == (("names", pytest.approx(0.7)), ("vision chat: m", 0.5))


def test_zero_shot_lines_that_cannot_be_read_are_none(tmp_path):
    (tmp_path / "zero-shot.json").write_text('[{"place": 1}]', encoding="utf-8")
    assert read_zero_shot(tmp_path / "zero-shot.json") == ()
    assert read_zero_shot(tmp_path / "none.json") == ()
