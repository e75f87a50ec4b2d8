"""Whole runs through the command line: what they print, what they leave, what they repeat."""

import io
import json
import shutil
from contextlib import closing

import pandas as pd
import pytest

from laser_core.analysis.comparison import (
    comparison_rows,
    find_runs,
    group_runs,
    read_run,
    rows_csv,
)
from laser_core.config import ExperimentConfig
from laser_core.experiment.plan import plan
from laser_core.metrics.summary import rounds_csv
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies.laser import laser_settings
from laser_core.studies.run import explain_kept
from tests import fakes
from tests.integration.conftest import cut_off_png, rounds, write_pool

RETIRED = (("quota_reach", 2),)
PROMISED = (
    "round,queried,relevant,precision,ceiling,recall,accuracy,zero_shot,delta,"
    "delta_effective,sd_vlm,sd_det,seconds"
)


def test_a_run_leaves_its_database_settings_and_rounds(finished):
    config = json.loads((finished / "config.json").read_text())
    assert (finished / "run.db").stat().st_size > 0
    assert config["relevant"] == ["apple", "mug"]
    assert config["batch_size"] == 12
    table = (finished / "rounds.csv").read_text().splitlines()
    assert table[0] == PROMISED
    assert [line.split(",")[0] for line in table[1:]] == ["1", "2", "3"]


def test_a_run_prints_one_line_a_round_and_a_summary(finished):
    printed = (finished / "stdout.txt").read_text().splitlines()
    assert [line[:9] for line in printed if " queried " in line] == [
        "round 0/3",
        "round 1/3",
        "round 2/3",
        "round 3/3",
    ]
    assert printed[-1].startswith("3 rounds in ")


def test_language_alone_finds_the_relevant_classes_of_real_pictures(finished):
    assert float(rounds(finished)[0]["precision"]) >= 0.75  # by lot: 24 of 60


def test_the_same_command_gives_the_same_rounds_but_for_the_seconds(
    laser, finished, pool, tmp_path
):
    config = Store.open(finished).config()
    again = laser(
        *("run", "--pool", pool, "--relevant", "apple,mug", "--batch", 12, "--rounds", 3),
        *("--vlm", "offline", "--out", tmp_path / "again"),
    )
    assert again.exit_code == 0
    assert rounds(tmp_path / "again") == rounds(finished)
    assert Store.open(tmp_path / "again").config() == config


def test_a_replayed_transcript_gives_the_rounds_of_the_model_it_was_recorded_from(
    laser, quick, finished, tmp_path
):
    assert laser("run", *quick, "--out", tmp_path / "replayed").exit_code == 0
    assert rounds(tmp_path / "replayed") == rounds(finished)


def test_without_a_test_split_accuracy_stays_empty_and_that_is_said_once(
    laser, quick, own_pool, tmp_path
):
    shutil.rmtree(own_pool / "test")
    options = ("--pool", own_pool, *quick[2:])
    result = laser("run", *options, "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert result.stdout.count("there is no test split") == 1
    assert [row["accuracy"] for row in rounds(tmp_path / "run")] == ["", "", ""]


def test_broken_pictures_are_counted_and_listed_and_the_run_goes_on(
    laser, quick, own_pool, tmp_path
):
    (own_pool / "train" / "mug" / "broken.png").write_bytes(cut_off_png())
    (own_pool / "train" / "mug" / "text.png").write_bytes(b"no picture")
    result = laser("run", "--pool", own_pool, *quick[2:], "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert "train/mug/broken.png" in result.stdout
    assert "text.png" in result.stdout
    assert "1 pictures cannot be decoded" in result.stdout


def test_a_table_with_some_missing_files_is_used_without_them(laser, quick, pool, tmp_path):
    table = pd.DataFrame(
        [(f"train/{name}/{i}.png", name) for name in ("apple", "mug", "chair") for i in range(12)],
        columns=["file_name", "label"],
    )
    table.loc[0, "file_name"] = "train/apple/nowhere.png"
    copied = shutil.copytree(pool, tmp_path / "tabled")
    table.to_csv(copied / "table.csv", index=False)
    options = ("--pool", copied / "table.csv", *quick[2:], "--rounds", 1)
    result = laser("run", *options, "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert "pool table.csv: 35 pictures" in result.stdout
    assert "nowhere.png" in result.stdout


@pytest.mark.parametrize("strategy", ["random", "uncertainty"])
def test_every_strategy_runs_from_the_command_line(laser, quick, strategy, tmp_path):
    result = laser("run", *quick, "--strategy", strategy, "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert len(rounds(tmp_path / "run")) == 3


def test_show_prints_the_settings_the_rounds_and_the_summary(laser, finished):
    result = laser("show", finished)
    assert result.exit_code == 0
    assert "relevant: apple, mug" in result.stdout
    assert result.stdout.count(" queried 12 ") == 3
    assert "3 rounds in" in result.stdout


def test_an_explanation_adds_up_to_the_score_that_was_kept(laser, finished, cache):
    store = Store.open(finished)
    queried = store.rounds.records()[2].ids
    kept = store.rounds.query(3)[1]
    store.close()
    for place in (0, 5, 11):
        told = drain(explain_kept(finished, queried[place], 3, cache))
        assert fakes.rebuilt(told) == pytest.approx(float(kept.scores[place]), abs=1e-6)
    result = laser("explain", finished, queried[0])
    assert result.exit_code == 0
    assert "matched “" in result.stdout
    assert "score = " in result.stdout


def test_export_writes_labels_rounds_settings_and_transcript(laser, finished, tmp_path):
    out = tmp_path / "exported"
    result = laser("export", finished, "--out", out)
    assert result.exit_code == 0
    assert {path.name for path in out.iterdir()} == {
        *("labels.csv", "labels.parquet", "rounds.csv", "config.json", "transcript.jsonl"),
    }
    labels = pd.read_csv(out / "labels.csv")
    assert len(labels) == 36
    assert list(labels["round"].unique()) == [1, 2, 3]
    assert set(labels.loc[labels["status"] == "relevant", "label"]) == {"apple", "mug"}
    assert pd.read_parquet(out / "labels.parquet")["id"].tolist() == labels["id"].tolist()
    assert (out / "rounds.csv").read_text() == (finished / "rounds.csv").read_text()


def test_embed_fills_the_cache_and_says_what_is_in_it(laser, pool):
    result = laser("embed", "--pool", pool, "--vlm", "offline")
    assert result.exit_code == 0
    assert "75 pictures of things are embedded" in result.stdout


def test_compare_writes_mean_and_spread_and_goes_on_where_it_was(laser, quick, tmp_path):
    asked = ("compare", *quick, "--strategies", "laser,random", "--seeds", "0,1")
    first = laser(*asked, "--out", tmp_path / "both")
    assert first.exit_code == 0
    written = (tmp_path / "both" / "comparison.csv").read_text()
    table = pd.read_csv(tmp_path / "both" / "comparison.csv")
    assert table["name"].tolist() == ["laser", "random"]
    assert table["runs"].tolist() == [2, 2]
    groups = group_runs([read_run(tmp_path, name) for name in find_runs(tmp_path)])
    assert rows_csv(comparison_rows(groups)) == written  # as the Compare page gives it
    assert table["first_precision_mean"][0] > table["first_precision_mean"][1]
    shutil.rmtree(tmp_path / "both" / "random" / "seed-1-split-0")  # as if stopped before it
    (tmp_path / "both" / "comparison.csv").unlink()
    again = laser(*asked, "--out", tmp_path / "both")
    assert again.exit_code == 0
    assert again.stdout.count("\nround ") == 4  # only the missing run, with its start
    repeated = pd.read_csv(tmp_path / "both" / "comparison.csv")
    same = [c for c in repeated.columns if "seconds" not in c]
    assert repeated[same].to_csv() == pd.read_csv(io.StringIO(written))[same].to_csv()


def test_a_task_prints_what_was_proposed_and_uses_what_the_pool_has(laser, tmp_path):
    classes = ("sunglasses", "perfume", "lipstick", "hat", "hammer")
    pool = write_pool(tmp_path / "dressing", splits=("train",), classes=classes)
    result = laser(
        *("run", "--pool", pool, "--task", "Help a person get dressed", "--propose", 2),
        *("--known", "sunglasses,perfume", "--batch", 10, "--rounds", 1, "--vlm", "offline"),
        *("--out", tmp_path / "run"),
    )
    assert result.exit_code == 0, result.stderr
    start = "proposed and taken: "
    printed = [line for line in result.stdout.splitlines() if line.startswith(start)]
    taken = [line.removeprefix(start).split(" (")[0] for line in printed]
    assert taken
    assert set(taken) <= {"lipstick", "hat"}
    assert Store.open(tmp_path / "run").config().relevant == ("sunglasses", "perfume", *taken)


def test_on_the_demo_a_task_finds_a_class_that_serves_it(cache):
    config = ExperimentConfig(
        task="Make a fruit salad", known=("apple", "banana"), propose=2, vlm="offline"
    )
    planned = plan(config, cache)
    taken = [p.proposal.name for p in planned.proposals if p.taken]
    assert set(taken) <= {"strawberry", "pineapple", "orange", "lemon"}
    assert taken
    assert planned.config.relevant == ("apple", "banana", *taken)
    assert any(line.startswith(f"proposed and taken: {taken[0]}") for line in planned.lines())


def test_rounds_csv_of_the_store_is_the_file_in_the_folder(finished):
    store = Store.open(finished)
    assert rounds_csv(store.rounds.records()) == (finished / "rounds.csv").read_text()
    store.close()


def test_every_export_is_written_from_the_command_line(laser, finished, tmp_path):
    for what in ("pictures", "hugging-face", "label-studio", "fiftyone"):
        result = laser("export", finished, "--as", what, "--out", tmp_path / what)
        assert result.exit_code == 0, result.stderr
        assert "36 labeled pictures are in" in result.stdout
        assert len(list((tmp_path / what).rglob("*.png"))) == 36
    assert (tmp_path / "hugging-face" / "metadata.csv").is_file()
    assert (tmp_path / "label-studio" / "label_studio.json").is_file()
    assert (tmp_path / "fiftyone" / "samples.json").is_file()
    assert not (tmp_path / "pictures" / "metadata.csv").exists()


def test_labels_go_into_another_run_and_a_run_opens_elsewhere(laser, finished, a_copy, tmp_path):
    assert laser("export", finished, "--out", tmp_path / "tables").exit_code == 0
    table = tmp_path / "tables" / "labels.csv"
    result = laser("import", a_copy, table, "--by", "Ada")
    assert "36 labels taken" in result.stdout, result.stderr
    assert laser("export", finished, "--as", "run", "--out", tmp_path / "all").exit_code == 0
    refused = laser("export", finished, "--as", "run", "--out", tmp_path / "all.zip")
    assert refused.exit_code == 2
    assert "is there already; give another name" in refused.stderr
    result = laser("open", tmp_path / "all.zip", "--out", tmp_path / "opened")
    assert result.exit_code == 0, result.stderr
    assert rounds(tmp_path / "opened") == rounds(finished)
    assert "another name" not in laser("show", tmp_path / "opened").stderr


def test_a_run_of_an_earlier_version_goes_on_once_that_is_agreed_to(laser, finished, tmp_path):
    """Its rounds keep the rule they were asked by; the next ones are asked by balanced."""
    run = tmp_path / "earlier"
    shutil.copytree(finished, run)
    with closing(Store.open(run)) as store:
        before = store.config().with_changes(
            rounds=4, selection="quota", retired=RETIRED, anchor=0.0
        )
        store.change_config(before)
    assert json.loads((run / "config.json").read_text())["quota_reach"] == 2
    refused = laser("resume", run)
    assert refused.exit_code == 2
    assert "quotas with a reach of 2 batches" in refused.stderr
    assert "resume --balanced" in refused.stderr
    agreed = laser("resume", run, "--balanced")
    assert agreed.exit_code == 0, agreed.stderr
    assert "from round 4 on the run asks by balanced" in agreed.stdout
    with closing(Store.open(run)) as store:
        after, records = store.config(), store.rounds.records()
    assert (laser_settings(after).selection, after.anchor, len(records)) == ("balanced", 0.0, 4)
    assert after.in_round(3) == before
    assert rounds(run)[:3] == rounds(finished)


def test_embeddings_are_written_as_parquet(laser, finished, tmp_path):
    result = laser("export", finished, "--as", "embeddings", "--out", tmp_path / "vectors")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "vectors.parquet").stat().st_size > 10_000


def test_names_that_a_run_does_not_know_are_listed_before_they_are_taken(laser, a_copy, tmp_path):
    """G2: the command asks for a flag, and takes nothing before."""
    ids = json.loads((a_copy / "pool.json").read_text(encoding="utf-8"))["ids"]
    table = tmp_path / "theirs.csv"
    table.write_text(f"path,label\n{ids[0]},Apple\n{ids[1]},zebras\n", encoding="utf-8")
    events = laser("show", a_copy).stdout
    asked = laser("import", a_copy, table)
    assert asked.exit_code == 2
    assert "nothing was taken, because this run does not know zebras (1 row, first line 3)" in (
        asked.stderr
    )
    assert "--new-names irrelevant, relevant or left-out" in asked.stderr
    looked = laser("import", a_copy, table, "--look")
    assert looked.exit_code == 0
    assert "Apple as apple (1 row, first line 2)" in looked.stdout
    assert "not known in this run: zebras" in looked.stdout
    assert laser("show", a_copy).stdout == events
    taken = laser("import", a_copy, table, "--new-names", "left-out")
    assert "1 row with such a name left out." in taken.stdout
    assert "1 label taken" in taken.stdout


@pytest.mark.parametrize("what", ["pictures", "hugging-face", "label-studio", "fiftyone"])
def test_a_folder_that_export_wrote_is_imported_again(laser, finished, a_copy, tmp_path, what):
    """G4: folders by class come back through the table that lies in them."""
    assert laser("export", finished, "--as", what, "--out", tmp_path / "out").exit_code == 0
    result = laser("import", a_copy, tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert "36 labels taken" in result.stdout
