"""The ready studies, and studies that are written by hand."""

import json

import pytest
from PIL import Image

from laser_core.data.sets import published_sets
from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES
from laser_core.studies import parts
from laser_core.studies.cells import Cell, Line, Place, Study, unavailable
from laser_core.studies.files import find_study, read_study, study_of
from laser_core.studies.parts import BASELINES, PARTS, Wanted, ready_study

PLAIN = {"lines": {"LaSeR": {"strategy": "laser"}}}


def test_the_paper_has_its_six_figures_and_three_tables_and_ours():
    made = ready_study("paper", Wanted())
    assert tuple(part.name for part in made.parts) == PARTS
    places = {part.name: part.places for part in made.parts}
    assert len(places["fig3"]) == 9  # three sets at three ratios
    assert len(places["fig4"]) == 6
    assert places["fig7"] == ("cifar100-20", "cifar100-30", "cifar100-40")
    assert places["table1"] == ("icubworld",)
    assert made.splits == (0, 1, 2, 3)


def test_figure_3_has_laser_as_printed_and_the_nine_methods_of_section_4_2():
    made = ready_study("paper", Wanted(parts=("fig3",)))
    assert [line.strategy for line in made.lines] == ["laser", *BASELINES]
    laser, eaoa = made.lines[:2]
    assert (laser.settings["selection"], laser.settings["start"]) == ("quota", "cold")
    assert eaoa.settings["start"] == "known"


def test_the_ablations_have_50_epochs_and_ten_rounds_on_cifar_100_at_20_percent():
    made = ready_study("paper", Wanted(parts=("fig5",)))
    (place,) = made.places
    config = Cell(place, made.lines[0], 0, 0).config(made.settings)
    assert (config.pool, config.mismatch, config.epochs, config.rounds) == ("cifar100", 0.2, 50, 10)
    assert len(made.lines) == 7


def test_the_demo_has_every_strategy_that_there_is_from_one_random_batch():
    made = ready_study("demo", Wanted())
    ours = next(part for part in made.parts if part.name == "ours")
    by_name = {line.name: line for line in made.lines}
    assert set(STRATEGIES) <= {by_name[name].strategy for name in ours.lines}
    assert {by_name[name].settings["start"] for name in ours.lines} == {"random"}
    assert (made.splits, made.settings["rounds"]) == ((0, 1, 2, 3, 4), 6)


def test_a_strategy_of_one_s_own_is_in_the_demo(monkeypatch):
    monkeypatch.setitem(STRATEGIES, "mine", STRATEGIES["random"])
    assert "mine" in {line.strategy for line in ready_study("demo", Wanted()).lines}


def test_a_strategy_that_is_to_come_is_told_and_one_that_nobody_knows_is_refused(monkeypatch):
    monkeypatch.setitem(parts.NAMES, "to-come", "To come")
    made = study_of({"lines": {"later": {"strategy": "to-come", "w": 3}}})
    assert unavailable(made.lines) == ["later: this version has no strategy 'to-come'"]
    with pytest.raises(ConfigError, match=r"lasr is no strategy .*did you mean laser\?"):
        study_of({"lines": {"a": {"strategy": "lasr"}}})


def test_cells_are_shared_by_parts_and_split_0_of_every_line_comes_first():
    made = study_of({
        "lines": {"a": {"strategy": "laser"}, "b": {"strategy": "random"}},
        "splits": [0, 1],
        "parts": [{"shows": ["accuracy"]}, {"shows": ["precision"], "lines": ["a"]}],
    })  # fmt: skip
    order = [(cell.split, cell.line.name) for cell in made.cells()]
    assert order == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_ranks_bring_the_line_of_all_labels_and_other_parts_do_not():
    lines = {**PLAIN["lines"], "all": {"strategy": "random", "whole": True}}
    ranked = study_of({"lines": lines, "parts": [{"shows": ["ranks"]}]})
    drawn = study_of({"lines": lines, "parts": [{"shows": ["accuracy"]}]})
    assert [cell.line.name for cell in ranked.cells()] == ["LaSeR", "all"]
    assert [cell.line.name for cell in drawn.cells()] == ["LaSeR"]


def test_the_line_wins_over_the_place_and_the_place_over_the_study():
    cell = Cell(Place("p", {"rounds": 3, "epochs": 7}), Line("l", {"epochs": 9}), 2, 5)
    made = cell.config({"rounds": 2, "batch_size": 11})
    assert (made.rounds, made.epochs, made.batch_size) == (3, 9, 11)
    assert (made.split_seed, made.seed) == (2, 5)


def test_a_setting_of_one_strategy_is_for_its_lines_alone():
    base = {"laser.temperature": 2.0}
    place = Place("p")
    of_laser = Cell(place, Line("a", {"strategy": "laser"}), 0, 0).config(base)
    of_random = Cell(place, Line("b", {"strategy": "random"}), 0, 0).config(base)
    assert dict(of_laser.settings) == {"temperature": 2.0}
    assert of_random.settings == ()


def test_names_become_folders_on_every_system():
    cell = Cell(Place("a/b:c"), Line("K = 0, N = 0"), 1, 2)
    assert cell.key == "a-b-c/K-=-0--N-=-0/split-1-seed-2"
    assert Cell(Place("aux"), Line("x"), 0, 0).key.startswith("_aux/")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**PLAIN, "place": {}}, r"place is no field of a study; did you mean places\?"),
        ({"lines": {"a": {"strategy": "lasre"}}}, r"did you mean laser\?"),
        ({"lines": {"a": {"strategy": "laser", "temprature": 2}}}, r"did you mean temperature\?"),
        ({"lines": {"a": {"strategy": "laser", "temperature": -1}}}, "temperature=-1"),
        ({**PLAIN, "settings": {"rounds": 0}}, "rounds=0"),
        ({**PLAIN, "settings": {"rounds": "many"}}, "rounds"),
        ({**PLAIN, "settings": {"laser.w": 2}}, "w is no setting of the strategy laser"),
        ({**PLAIN, "places": {"p": {"pol": "demo"}}}, r"did you mean pool\?"),
        ({**PLAIN, "splits": 3}, "splits=3"),
        ({**PLAIN, "splits": [0, 0]}, "different whole numbers"),
        ({**PLAIN, "seeds": [-1]}, "seeds="),
        ({**PLAIN, "parts": [{"shows": ["acuracy"]}]}, r"did you mean accuracy\?"),
        ({**PLAIN, "parts": [{"lines": ["LaSeRr"]}]}, r"did you mean LaSeR\?"),
        ({**PLAIN, "parts": "all"}, "give a list"),
        ({"lines": {"a b": {"strategy": "laser"}, "a-b": {"strategy": "random"}}}, "one folder"),
        ({"lines": {}}, "at least one line"),
        ({"lines": []}, "give an object"),
        (["demo"], "give an object"),
        ({**PLAIN, "settings": {"eoal.w": "wide"}}, "w="),
        ({"lines": {"A": {"strategy": "random", "whole": "yes"}}}, "give true or false"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_study_is_told_in_one_sentence(given, said):
    with pytest.raises(ConfigError, match=said) as told:
        study_of(given)
    assert "\n" not in str(told.value)


def test_a_file_that_is_missing_or_no_json_is_told(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        read_study(tmp_path / "gone.json")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(ConfigError, match="cannot be read as JSON"):
        read_study(tmp_path / "a.json")


def test_what_only_a_ready_study_can_do_is_refused_with_a_file(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(PLAIN))
    with pytest.raises(ConfigError, match="rounds: a study that is written down"):
        find_study(tmp_path / "a.json", {"rounds": 3}, None)
    assert isinstance(find_study(tmp_path / "a.json", {}, None)[0], Study)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"start": "warm"}, "--start warm"),
        ({"parts": ("fig2",)}, "--parts fig2"),
        ({"parts": ("table1",), "pools": ("cifar10",)}, "has no part table1 on cifar10"),
        ({"rouns": 3}, r"did you mean rounds\?"),
        ({"rounds": 0}, "rounds=0"),
        ({"lasr.delta": "linear"}, r"did you mean laser\?"),
    ],
)
def test_a_mistake_in_what_is_wanted_of_a_ready_study_is_told(wanted, said):
    with pytest.raises(ConfigError, match=said):
        find_study("paper", wanted, None)


def test_a_folder_of_cifar_10_counts_as_that_set_in_the_paper_s_study(tmp_path):
    for name in published_sets._CIFAR10.split():
        (tmp_path / "my pictures" / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "my pictures" / name / "1.png")
    pool = str(tmp_path / "my pictures")
    study = ready_study("paper", Wanted(pools=(pool,), ratios=(0.2,)))
    assert [place.name for place in study.places] == ["cifar10-20"]
    assert study.places[0].settings["pool"] == pool
    assert "table2" in [part.name for part in study.parts]


def test_a_pool_may_be_said_to_be_a_published_set(tmp_path):
    wanted = Wanted(pools=(str(tmp_path),), ratios=(0.2,), settings={"data_set": "cifar100"})
    study = ready_study("paper", wanted)
    assert [place.name for place in study.places] == ["cifar100-20", "cifar100-20-ablations"]
    assert study.settings["data_set"] == "cifar100"


def test_one_published_set_is_not_run_twice(tmp_path):
    wanted = Wanted(pools=("cifar10", str(tmp_path)), settings={"data_set": "cifar10"})
    with pytest.raises(ConfigError, match="are both cifar10"):
        ready_study("paper", wanted)


def test_a_pool_of_one_s_own_has_every_figure_and_table(tmp_path):
    made = ready_study("paper", Wanted(pools=("demo",), ratios=(0.2, 0.3)))
    assert tuple(part.name for part in made.parts) == PARTS
    places = {part.name: part.places for part in made.parts}
    assert places["fig8"] == ("demo-20", "demo-30")
    assert (places["fig5"], places["table1"]) == (("demo-20-ablations",), ("demo-20",))


def test_the_demo_has_the_tables_too():
    names = [part.name for part in ready_study("demo", Wanted()).parts]
    assert names == ["ours", "fig5", "fig6", "table1", "table2", "table3"]
