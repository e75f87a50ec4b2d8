"""The numbers of a study, from results made by hand."""

import io
from dataclasses import replace

import pandas as pd
import pytest

from laser_core.experiment.zero_shot.line import ZeroShot
from laser_core.studies.report.results import curve_of, full_accuracies, standings
from laser_core.studies.report.tables import file_name, study_tables
from laser_core.studies.report.zero_shot import KeptLine
from tests.studies.fakes import LASER, MADE, PLACE, RANDOM, part, results, study


def read(text):
    return pd.read_csv(io.StringIO(text))


def test_a_curve_is_mean_and_sample_deviation_over_splits_by_labels_paid():
    found = curve_of(results(), PLACE, LASER, "accuracy")
    assert (found.x, found.runs) == ((10.0, 20.0), 2)
    assert found.mean == pytest.approx((0.70, 0.86))
    assert found.spread == pytest.approx((0.2 / 2**0.5, 0.12 / 2**0.5))


def test_only_runs_that_are_at_their_end_count_while_others_go_on():
    going = results(made={**MADE, ("LaSeR", 1): MADE["LaSeR", 1][:1]})
    cells = tuple(
        replace(cell, state="running")
        if len(cell.records) == 1 and cell.cell.line == LASER
        else cell
        for cell in going.cells
    )
    found = curve_of(replace(going, cells=cells), PLACE, LASER, "accuracy")
    assert (found.mean, found.runs) == ((0.80, 0.92), 1)


def test_ranks_labels_and_classes_are_those_of_the_repetitions_that_all_lines_have():
    laser, random = standings(results(), PLACE, (LASER, RANDOM))
    # accuracy at the end: LaSeR .92 and .80, Random .90 and .90: each is first once
    assert (laser.rank_accuracy, random.rank_accuracy, laser.blocks) == (1.5, 1.5, 2)
    assert (laser.rank_precision, random.rank_precision) == (1.0, 2.0)
    # .9 of what all labels give: LaSeR after 20 labels in split 0 and never in split 1
    assert (laser.labels, laser.reached, laser.asked) == (20.0, 1, 2)
    assert (random.labels, random.reached) == (20.0, 2)
    assert (laser.classes, laser.seconds) == (2.0, 3.0)
    assert laser.precision == pytest.approx((0.75, 0.1 / 2**0.5))


def test_what_all_labels_give_is_known_where_that_was_run():
    assert full_accuracies(results(), PLACE) == {(0, 0): 1.0, (1, 0): 1.0}
    without = {key: kept for key, kept in MADE.items() if key[0] != "all labels"}
    laser, _ = standings(results(made=without), PLACE, (LASER, RANDOM))
    assert (laser.labels, laser.reached, laser.asked) == (None, 0, 0)


def test_every_figure_has_its_csv_with_mean_spread_and_runs_of_each_line():
    tables = study_tables(results())
    assert set(tables) == {
        "rounds.csv", "cells.csv", "seconds.csv", "part-accuracy-pool-20.csv",
        "part-precision-pool-20.csv", "part-ranks-pool-20.csv",
    }  # fmt: skip
    table = read(tables["part-accuracy-pool-20.csv"])
    assert table["labels_paid"].tolist() == [10.0, 20.0]
    assert table["LaSeR mean"].tolist() == [0.70, 0.86]
    assert table["Random runs"].tolist() == [2, 2]


def test_rounds_say_labels_paid_classes_seen_and_delta():
    rounds = read(study_tables(results())["rounds.csv"])
    assert len(rounds) == 10
    first = rounds[(rounds["line"] == "LaSeR") & (rounds["split"] == 0)]
    assert first["labels_paid"].tolist() == [10, 20]
    assert first["classes_seen"].tolist() == [2, 2]
    assert first["delta"].tolist() == [0.0, 0.1]
    assert first["recall"].tolist() == [0.1, 0.2]


def test_delta_is_told_by_round_and_a_table_by_round_has_its_measures():
    made = study(part("delta", name="fig6"), part("rounds", name="table1", lines=("LaSeR",)))
    tables = study_tables(results(made))
    assert read(tables["fig6-pool-20.csv"])["round"].tolist() == [1.0, 2.0]
    table = read(tables["table1-pool-20.csv"])
    assert table["accuracy mean"].tolist() == [0.70, 0.86]
    assert table["precision mean"].tolist() == [0.7, 0.8]


def test_the_last_round_stands_beside_what_needs_no_label():
    made = study(part("final", name="table2", lines=("LaSeR",)))
    named = (
        KeptLine(PLACE.name, 0, ZeroShot("names", 0.70, 100)),
        KeptLine(PLACE.name, 1, ZeroShot("names", 0.80, 100)),
        KeptLine(PLACE.name, 0, ZeroShot("vision chat: m", 0.6, 10, 0.3, 0.8, 10, cost=0.5)),
        KeptLine("elsewhere", 0, ZeroShot("names", 0.1, 100)),
    )
    tables = study_tables(replace(results(made), zero_shot=named))
    laser, names, chat = read(tables["table2-pool-20.csv"]).to_dict("records")
    assert (laser["line"], laser["accuracy mean"]) == ("LaSeR", 0.86)
    assert (names["line"], names["runs"]) == ("without labels: names", 2)
    assert names["accuracy mean"] == pytest.approx(0.75)
    assert names["ahead"] == pytest.approx(0.11)
    assert (chat["low"], chat["high"], chat["cost"]) == (0.3, 0.8, 0.5)
    assert len(read(tables["zero-shot.csv"])) == 4


def test_a_part_of_one_figure_is_called_as_in_the_paper():
    assert file_name(part("accuracy", name="fig3"), "accuracy", PLACE) == "fig3-pool-20.csv"
