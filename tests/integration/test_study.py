"""Studies from the command line: whole, in two processes, killed, with cells that fail."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from laser_core.cli.app import app
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from laser_core.studies.report.kept import find_studies
from laser_core.studies.report.tables import SECONDS
from tests.integration.conftest import write_pool
from tests.llm.server import Answer, serving

ROOT = Path(__file__).parents[2]
LINES = {
    "LaSeR": {"strategy": "laser"},
    "Random, shared": {"strategy": "random", "start": "random"},
    "all labels": {"strategy": "random", "whole": True},
}
CELLS = 6  # three lines, two splits


def a_study(pool, **changed):
    return {
        "name": "small",
        "settings": {"rounds": 3, "batch_size": 9, "vlm": "offline"},
        "places": {"things": {"pool": str(pool), "mismatch": 0.4}},
        "lines": LINES,
        "splits": [0, 1],
        **changed,
    }


@pytest.fixture(scope="session")
def written(pool, tmp_path_factory):
    """The file of a small study."""
    path = tmp_path_factory.mktemp("study") / "small.json"
    path.write_text(json.dumps(a_study(pool)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def whole(written, finished, cache, tmp_path_factory):
    """The study's folder, made in one go by one process; `finished` has warmed the cache."""
    folder = tmp_path_factory.mktemp("studies") / "whole"
    command = ["study", str(written), "--jobs", "1", "--out", str(folder)]
    done = CliRunner().invoke(app, [*command, "--cache-dir", str(cache)])
    assert done.exit_code == 0, (done.stdout, done.stderr)
    (folder / "said.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def files_of(folder):
    """What a study has written, but for the seconds: those of runs, and the table of them."""
    kept = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "csv").iterdir())
        if path.name != SECONDS
    }
    return {**kept, "study.json": (folder / "study.json").read_bytes()}


def runs_of(folder):
    return sorted(path.parent.relative_to(folder).as_posix() for path in folder.rglob("run.db"))


def test_a_study_runs_every_cell_and_writes_tables_and_a_report(whole):
    cells = pd.read_csv(whole / "csv" / "cells.csv")
    assert (len(cells), set(cells["state"])) == (CELLS, {"finished"})
    rounds = pd.read_csv(whole / "csv" / "rounds.csv")
    assert len(rounds) == 2 * (3 + 3 + 1)
    assert rounds[rounds["line"] == "all labels"]["recall"].tolist() == [1.0, 1.0]
    assert (whole / "report.html").read_text(encoding="utf-8").count("<svg") == 3
    assert not (whole / "nets").exists()  # shared by runs that go on; every run has its own
    assert "6 cells: 6 finished" in (whole / "said.txt").read_text(encoding="utf-8")


def test_its_runs_are_ordinary_runs(whole, laser):
    assert "runs/things/LaSeR/split-1-seed-0" in runs_of(whole)
    shown = laser("show", whole / "runs/things/LaSeR/split-1-seed-0")
    assert "round 3/3" in shown.stdout


def test_lines_of_a_shared_start_ask_the_same_first_batch(whole, written, pool, laser, tmp_path):
    lines = {name: {"strategy": name, "start": "random"} for name in ("laser", "random")}
    (tmp_path / "s.json").write_text(json.dumps(a_study(pool, lines=lines, splits=[0])))
    assert laser("study", tmp_path / "s.json", "--jobs", 1, "--out", tmp_path / "o").exit_code == 0
    rounds = pd.read_csv(tmp_path / "o" / "csv" / "rounds.csv")
    first = rounds[rounds["round"] == 1].drop(columns="line")
    assert len(first) == 2
    assert first["relevant"].nunique() == first["accuracy"].nunique() == 1


def test_two_processes_write_the_same_bytes_as_one(whole, written, laser, tmp_path):
    done = laser("study", written, "--jobs", 2, "--out", tmp_path / "two")
    assert done.exit_code == 0, (done.stdout, done.stderr)
    assert files_of(tmp_path / "two") == files_of(whole)


@pytest.mark.parametrize(("jobs", "runs"), [(1, 1), (1, 4), (2, 2), (2, 5)])
def test_killed_anywhere_and_started_again_it_writes_the_same_files(
    whole, written, laser, cache, tmp_path, jobs, runs
):
    folder = tmp_path / "killed"
    command = ["study", str(written), "--jobs", str(jobs), "--out", str(folder)]
    environment = {**os.environ, "LASER_CACHE_DIR": str(cache)}
    going = subprocess.Popen(
        [sys.executable, "-m", "laser_core", *command],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while going.poll() is None and len(runs_of(folder)) < runs:
        time.sleep(0.01)
    going.kill()
    going.wait()
    done = laser(*command)
    assert done.exit_code == 0, (done.stdout, done.stderr)
    assert files_of(folder) == files_of(whole)


@pytest.mark.parametrize("left", ["", "run.db", "arrays/x", "pool.json"])
def test_a_run_that_was_just_being_made_when_it_was_killed_is_made_anew(
    whole, written, laser, tmp_path, left
):
    folder = Path(shutil.copytree(whole, tmp_path / "half"))
    run = folder / "runs/things/LaSeR/split-0-seed-0"
    shutil.rmtree(run)
    run.mkdir()
    if left:
        (run / left).parent.mkdir(exist_ok=True)
        (run / left).write_bytes(b"")
    assert laser("study", folder, "--jobs", 1).exit_code == 0
    assert files_of(folder) == files_of(whole)


def test_stopped_after_some_rounds_it_goes_on_to_the_same_end(whole, written, laser, tmp_path):
    command = ("study", written, "--jobs", 1, "--out", tmp_path / "o")
    assert laser(*command, "--at-most-rounds", 1).exit_code == 0
    rounds = pd.read_csv(tmp_path / "o" / "csv" / "rounds.csv")
    assert set(rounds["round"]) == {1}
    assert laser(*command).exit_code == 0
    assert files_of(tmp_path / "o") == files_of(whole)


def test_a_finished_study_is_read_and_not_repeated(whole, laser, tmp_path):
    folder = Path(shutil.copytree(whole, tmp_path / "again"))
    shutil.rmtree(folder / "csv")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("run.db")}
    assert laser("study", folder, "--report-only").exit_code == 0
    assert files_of(folder) == files_of(whole)
    assert laser("study", folder, "--jobs", 1).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("run.db")} == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_cell_that_fails_is_told_and_the_others_go_on(pool, laser, tmp_path, jobs):
    places = {"gone": {"pool": str(tmp_path / "later")}, **a_study(pool)["places"]}
    (tmp_path / "s.json").write_text(json.dumps(a_study(pool, places=places, splits=[0])))
    command = ("study", tmp_path / "s.json", "--jobs", jobs, "--out", tmp_path / "o")
    done = laser(*command)
    assert done.exit_code == 2
    (sentence,) = done.stderr.splitlines()
    assert "3 of 6 cells failed, the others are kept" in sentence
    assert "there is no such file or folder" in sentence
    cells = pd.read_csv(tmp_path / "o" / "csv" / "cells.csv").set_index("place")
    assert set(cells.loc["gone", "state"]) == {"failed"}
    assert set(cells.loc["things", "state"]) == {"finished"}
    assert "no such file or folder" in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    write_pool(tmp_path / "later")  # mended: what failed is tried again
    again = laser(*command)
    assert again.exit_code == 0, (again.stdout, again.stderr)
    assert not (tmp_path / "o" / "failures.json").exists()


DEADLY = """
import os, numpy, laser_core as laser
@laser.register
class Deadly(laser.Strategy):
    name = "deadly"
    title = "Ends its process"
    def score(self, view, rng):
        os._exit(9)
"""


def test_a_process_that_dies_is_told_and_replaced(pool, cache, tmp_path):
    (tmp_path / "deadly.py").write_text(DEADLY)
    about = tmp_path / "deadly-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[laser_core.strategies]\ndeadly = deadly:Deadly\n")
    lines = {"Deadly": {"strategy": "deadly"}, **LINES}
    (tmp_path / "s.json").write_text(json.dumps(a_study(pool, lines=lines)))
    done = subprocess.run(
        [sys.executable, "-m", "laser_core", "study", "s.json", "--jobs", "2", "--out", "o"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={
            **os.environ, "LASER_CACHE_DIR": str(cache),
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        },
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "2 of 8 cells failed" in done.stderr
    assert "its process ended with code 9" in done.stderr
    states = pd.read_csv(tmp_path / "o" / "csv" / "cells.csv").groupby("line")["state"].unique()
    assert states["Deadly"].tolist() == ["failed"]
    assert states["LaSeR"].tolist() == states["all labels"].tolist() == ["finished"]


def test_another_study_does_not_go_into_the_same_folder(whole, pool, refused, tmp_path):
    folder = Path(shutil.copytree(whole, tmp_path / "taken"))
    (tmp_path / "other.json").write_text(json.dumps(a_study(pool, splits=[0])))
    sentence = refused("study", tmp_path / "other.json", "--out", folder)
    assert "holds another study" in sentence
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    sentence = refused("study", tmp_path / "other.json", "--out", tmp_path / "mine")
    assert "holds something else already" in sentence


def test_a_study_that_cannot_write_says_so_and_keeps_what_is_finished(whole, refused, tmp_path):
    folder = Path(shutil.copytree(whole, tmp_path / "full"))
    shutil.rmtree(folder / "csv")
    (folder / "csv").write_text("a file where the tables should lie")
    assert "csv" in refused("study", folder, "--report-only")
    assert len(runs_of(folder)) == CELLS


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("nothing",), "no ready study of that name"),
        (("demo", "--jobs", "0"), "--jobs 0"),
        (("demo", "--splits", "a"), "is no whole number"),
        (("demo", "--ratios", "2"), "is no share"),
        (("paper", "--parts", "fig9"), "--parts fig9"),
        (("paper", "--start", "warm"), "--start warm"),
        (("demo", "--set", "laser.colour=red"), "no setting of the strategy laser"),
        (("demo", "--set", "delta=linear"), "delta"),
    ],
)
def test_a_study_that_makes_no_sense_is_told_before_it_starts(refused, tmp_path, options, said):
    assert said in refused("study", *options, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_job_of_the_app_stopped_and_started_again_writes_what_the_command_line_does(
    whole, written, cache, tmp_path, monkeypatch
):
    monkeypatch.setenv("LASER_CACHE_DIR", str(cache))
    folder = tmp_path / "app"
    params = {"study": json.loads(written.read_text()), "folder": str(folder), "jobs": 1}
    context = JobContext(tmp_path, tmp_path, lambda: False, {})
    going = tasks.study(params, context)
    for progress in going:
        if progress.done == 2:  # of the runs, of which the third has begun
            break
    going.close()
    assert len(runs_of(folder)) < CELLS
    steps = tasks.study({"study": str(folder), "jobs": 1}, context)
    assert drain(steps) == {
        "folder": str(folder), "cells": CELLS, "finished": CELLS, "failed": 0, "error": "",
    }  # fmt: skip
    assert files_of(folder) == files_of(whole)


def test_a_comparison_is_a_small_study_with_a_report(laser, quick, tmp_path):
    asked = ("compare", *quick, "--strategies", "laser,random", "--out", tmp_path / "both")
    assert laser(*asked, "--jobs", 2).exit_code == 0
    (kept,) = find_studies(tmp_path)  # the Arena page and `study` open it
    assert [result.state for result in kept.read().cells] == ["finished", "finished"]
    before = (tmp_path / "both" / "comparison.csv").read_bytes()
    assert laser("study", tmp_path / "both").exit_code == 0
    assert (tmp_path / "both" / "comparison.csv").read_bytes() == before
    assert "<svg" in (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    table = pd.read_csv(tmp_path / "both" / "comparison.csv")
    cells = pd.read_csv(tmp_path / "both" / "csv" / "cells.csv")
    assert table["name"].tolist() == cells["line"].tolist() == ["laser", "random"]
    assert table["accuracy_mean"].tolist() == cells["accuracy"].tolist()


def test_tables_of_a_study_are_plain_csv(whole):
    for path in (whole / "csv").iterdir():
        assert len(pd.read_csv(io.StringIO(path.read_text(encoding="utf-8")))) > 0, path


def test_a_disk_that_is_full_in_the_middle_keeps_what_is_finished(
    whole, written, laser, refused, tmp_path
):
    resource = pytest.importorskip("resource")
    command = ("study", written, "--jobs", 1, "--out", tmp_path / "o")
    assert laser(*command, "--at-most-rounds", 1).exit_code == 0
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))  # as where no room is left
    try:
        assert "free some space" in refused(*command)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert laser(*command).exit_code == 0
    assert files_of(tmp_path / "o") == files_of(whole)


def with_table_2(pool):
    part = {"name": "table2", "shows": ["final"]}
    lines = {"LaSeR": {"strategy": "laser"}}
    return a_study(pool, lines=lines, splits=[0], parts=[part])


def test_table_2_has_what_needs_no_label_and_a_vision_chat_model(
    pool, laser, tmp_path, monkeypatch
):
    (tmp_path / "s.json").write_text(json.dumps(with_table_2(pool)), encoding="utf-8")
    words = ("study", tmp_path / "s.json", "--out", tmp_path / "o", "--vision", "openai:llava")
    with serving(Answer("apple")) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        done = laser(*words, "--at-most", 4, "--price-in", 1000, "--price-out", 0)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "o" / "csv" / "table2-things.csv").set_index("line")
    assert table.index[0] == "LaSeR"
    assert {"without labels: names", "without labels: anchored head"} <= set(table.index)
    chat = table.loc["without labels: vision chat: llava"]
    assert chat["cost"] == pytest.approx(0.16)
    assert chat["low"] < chat["accuracy mean"] < chat["high"]
    report = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "vision chat: llava" in report


def test_an_endpoint_that_takes_no_pictures_leaves_the_study_whole(
    pool, refused, tmp_path, monkeypatch
):
    (tmp_path / "s.json").write_text(json.dumps(with_table_2(pool)), encoding="utf-8")
    no = Answer(status=400, error={"message": "llama is not a multimodal model"})
    with serving(no) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        words = ("study", tmp_path / "s.json", "--out", tmp_path / "o")
        assert "takes no pictures" in refused(*words, "--vision", "openai:llama")
    table = pd.read_csv(tmp_path / "o" / "csv" / "table2-things.csv")
    assert table["line"].tolist()[:2] == ["LaSeR", "without labels: names"]
    assert set(pd.read_csv(tmp_path / "o" / "csv" / "cells.csv")["state"]) == {"finished"}
