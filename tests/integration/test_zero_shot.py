"""The command `zero-shot`: what it prints, writes and refuses."""

import csv
import shutil

from tests.integration.conftest import SETTINGS


def lines_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["method"]: row for row in csv.DictReader(file)}


def test_a_run_is_told_and_written_with_the_figure_of_its_rounds(laser, finished, tmp_path):
    told = laser("zero-shot", finished, "--out", tmp_path / "lines.csv")
    assert told.exit_code == 0, told.output
    found = lines_of(tmp_path / "lines.csv")
    assert list(found) == [
        "names", "sentences", "names with neighbours", "sentences with neighbours",
        "anchored head",
    ]  # fmt: skip
    assert {row["n"] for row in found.values()} == {"6"}
    first, *_ = csv.DictReader((finished / "rounds.csv").read_text().splitlines())
    assert float(found["anchored head"]["accuracy"]) == float(first["zero_shot"])
    assert "anchored head: " in told.output


def test_a_pool_without_a_run_is_named_with_sentences_of_its_own(laser, pool, tmp_path):
    settings = ("--pool", pool, *SETTINGS)
    told = laser("zero-shot", *settings, "--out", tmp_path / "lines.csv")
    assert told.exit_code == 0, told.output
    assert float(lines_of(tmp_path / "lines.csv")["sentences"]["accuracy"]) > 0.5


def test_a_run_and_another_pool_together_are_refused(laser, finished):
    told = laser("zero-shot", finished, "--pool", "demo-hard")
    assert told.exit_code == 2
    assert "a run has its own pool, classes and models" in told.output


def test_a_pool_without_test_pictures_is_one_sentence(laser, own_pool):
    shutil.rmtree(own_pool / "test")
    told = laser("zero-shot", "--pool", own_pool, *SETTINGS)
    assert told.exit_code == 2
    assert "has no labeled test picture of a relevant class" in told.output
