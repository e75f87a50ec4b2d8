"""The command `zero-shot`: what it prints, writes and refuses."""

import csv
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from laser_core.data.confirmation import mark_unconfirmed
from laser_core.store.store import Store
from tests.integration.conftest import SETTINGS
from tests.llm.server import Answer, serving

ROOT = Path(__file__).resolve().parents[2]


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


# ---- with a vision chat model


@pytest.fixture
def endpoint(monkeypatch):
    with serving(Answer("apple")) as started:
        monkeypatch.setenv("OPENAI_BASE_URL", started.url)
        yield started


def test_a_vision_chat_model_has_a_line_with_its_interval_and_cost(
    laser, finished, tmp_path, endpoint
):
    words = ("zero-shot", finished, "--vision", "openai:llava", "--at-most", 4)
    prices = ("--price-in", 1000, "--price-out", 0, "--out", tmp_path / "lines.csv")
    told = laser(*words, *prices)
    assert told.exit_code == 0, told.output
    assert "4 of 6 test pictures go to 127.0.0.1" in told.output
    row = lines_of(tmp_path / "lines.csv")["vision chat: llava"]
    assert (row["n"], row["asked"], row["no_answer"], row["cost"]) == ("4", "4", "0", "0.16")
    assert float(row["low"]) < float(row["accuracy"]) < float(row["high"])
    laser(*words)
    assert len(endpoint.requests) == 4  # kept
    laser(*words[:-1], 6)
    assert len(endpoint.requests) == 6  # two more


def test_without_a_name_for_it_no_picture_leaves_the_machine(laser, finished, endpoint):
    assert laser("zero-shot", finished).exit_code == 0
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at-most", 5), "--at-most is about --vision"),
        (("--price-in", 1), "--price-in is about --vision"),
        (("--vision", "openai", "--price-in", 1), "give both, or neither"),
        (("--vision", "openai", "--at-most", 0), "so at least 1"),
        (("--vision", "llava"), "choose openai or openai:MODEL"),
        (("--vision", "elsewhere:openai:llava"), "came from elsewhere"),
        (("--vision", "openai", "--price-in", "nan", "--price-out", 1), "at least 0"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_before_anything_is_done(
    laser, finished, endpoint, words, said
):
    told = laser("zero-shot", finished, *words)
    assert told.exit_code == 2
    assert said in told.output
    assert "names:" not in told.output
    assert endpoint.requests == []


def test_an_endpoint_that_takes_no_pictures_leaves_the_lines_by_text(
    laser, finished, tmp_path, monkeypatch
):
    refused = Answer(status=400, error={"message": "llama is not a multimodal model"})
    with serving(refused) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        told = laser(
            "zero-shot", finished, "--vision", "openai:llama", "--out", tmp_path / "lines.csv"
        )
    assert told.exit_code == 2
    assert "llama at 127.0.0.1" in told.output
    assert "takes no pictures" in told.output
    assert len(lines_of(tmp_path / "lines.csv")) == 5


def test_a_run_from_elsewhere_asks_nobody_before_a_word(laser, finished, tmp_path, endpoint):
    copy = Path(shutil.copytree(finished, tmp_path / "copy"))
    with closing(Store.open(copy)) as store:
        store.change_config(mark_unconfirmed(store.config()))
    told = laser("zero-shot", copy, "--vision", "openai:llava")
    assert told.exit_code == 2
    assert "came from elsewhere" in told.output
    assert endpoint.requests == []


def test_killed_in_the_middle_it_goes_on_without_asking_again(finished, tmp_path, cache):
    """A process that is killed while a server answers slowly, and started again."""
    slow = Answer("apple", wait=0.3)
    words = [sys.executable, "-m", "laser_core", "zero-shot", str(finished)]
    with serving(slow) as endpoint:
        settings = {**os.environ, "OPENAI_BASE_URL": endpoint.url, "PYTHONPATH": str(ROOT)}
        words += ["--vision", "openai:llava", "--out", str(tmp_path / "lines.csv")]
        first = subprocess.Popen(words, env=settings, stdout=subprocess.DEVNULL)
        while first.poll() is None and len(endpoint.requests) < 2:
            time.sleep(0.02)
        first.kill()
        first.wait()
        before = len(endpoint.requests)
        assert 2 <= before <= 6
        done = subprocess.run(words, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        asked_again = len(endpoint.requests) - before
    assert asked_again <= 5  # the first reply, alone on its way, was on the disk
    assert lines_of(tmp_path / "lines.csv")["vision chat: llava"]["n"] == "6"
