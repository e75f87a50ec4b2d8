"""What bad input gets: one sentence that says what to do, exit code 2, nothing half written."""

import shutil
import sqlite3
import sys
from contextlib import closing

import pytest

from tests.integration.conftest import SETTINGS, cut_off_png, rounds
from tests.llm.server import Answer, serving


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--relevant", "", "--relevant", "apple,unicorn"), "'unicorn' is not in the pool"),
        (("--relevant", "", "--relevant", "apple,appel"), "did you mean 'apple'?"),
        (("--relevant", "", "--relevant", "apple,apple"), "name each class once"),
        (("--relevant", "apple", "--mismatch", "0.2"), "name the classes, or give their share"),
        (("--relevant", "", "--mismatch", "0"), "between 0 and 1"),
        (("--relevant", "", "--mismatch", "1"), "between 0 and 1"),
        (("--batch", "61"), "lower it to at most 60"),
        (("--batch", "0"), "at least 1"),
        (("--rounds", "0"), "at least 1"),
        (("--llm", "gpt-9"), "choose offline, openai, openai:MODEL or replay:FILE"),
        (("--llm", "replay:nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--llm", "openai"), "set the environment variable OPENAI_API_KEY"),
        (("--vlm", "clip"), "choose auto, offline, or open_clip:MODEL/WEIGHTS"),
        (("--strategy", "laserr"), "laser"),
        (("--delta", "quadratic"), "choose linear, precision, or fixed:X"),
        (("--delta", "fixed:2"), "X from 0 to 1"),
        (("--selection", "all"), "choose one of balanced, quota, global"),
        (("--fusion", "max"), "choose one of raw, zscore"),
        (("--aggregator", "sum"), "choose one of mean, neglabel"),
        (("--learner", "svm"), "choose one of head, resnet18"),
        (("--device", "tpu"), "choose one of auto, cpu, cuda"),
        (("--temperature", "0"), "above 0"),
        (("--relevant", "", "--preset", "garden"), "choose one of"),
        (
            ("--relevant", "", "--preset", "desk", "--task", "x"),
            "--preset desk brings its own pool",
        ),
        (("--relevant", "", "--task", "Make a salad"), "--known with the classes known so far"),
        (("--relevant", "", "--known", "apple"), "--task with a sentence"),
        (("--pool", "no/such/folder"), "there is no such file or folder"),
        (("--per-class", "0"), "at least 1"),
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_written(refused, pool, tmp_path, options, said):
    out = tmp_path / "out"
    assert said in refused("run", "--pool", pool, *SETTINGS, *options, "--out", out)
    assert not out.exists()


def test_a_class_without_a_picture_in_the_pool_is_told(refused, own_pool, tmp_path):
    shutil.rmtree(own_pool / "train" / "mug")
    sentence = refused("run", "--pool", own_pool, *SETTINGS, "--out", tmp_path / "out")
    assert "'mug' has no picture in the pool, only in the test split" in sentence
    assert not (tmp_path / "out").exists()


def test_a_relevant_class_whose_pictures_are_all_broken_is_told(refused, quick, own_pool, tmp_path):
    for path in (own_pool / "train" / "mug").iterdir():
        path.write_bytes(cut_off_png())
    sentence = refused("run", "--pool", own_pool, *quick[2:], "--out", tmp_path / "out")
    assert "'mug' has no picture in the pool" in sentence
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_and_a_flat_one_are_refused(refused, pool, tmp_path):
    (tmp_path / "empty").mkdir()
    shutil.copytree(pool / "train" / "mug", tmp_path / "flat")
    out = tmp_path / "out"
    assert "no picture" in refused("run", "--pool", tmp_path / "empty", "--out", out)
    sentence = refused(
        "run", "--pool", tmp_path / "flat", "--relevant", "mug", "--vlm", "offline", "--out", out
    )
    assert "label by hand in the app" in sentence
    assert "--relevant a,b,c" in refused("run", "--pool", tmp_path / "flat", "--out", out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,label\nnowhere.png,mug\nneither.png,mug\n", "none of the 2 files it lists is there"),
        ("name,label\na.png,mug\n", "path"),
        ("", "save it again"),
    ],
)
def test_a_table_without_files_or_columns_is_refused(refused, tmp_path, text, said):
    (tmp_path / "table.csv").write_text(text)
    sentence = refused("run", "--pool", tmp_path / "table.csv", "--out", tmp_path / "out")
    assert said in sentence
    assert not (tmp_path / "out").exists()


def test_a_replay_that_has_no_fitting_answer_leaves_nothing(refused, quick, tmp_path):
    (tmp_path / "short.jsonl").write_text('{"task": "confusers", "reply": "I cannot say."}\n')
    options = (*quick[:-1], f"replay:{tmp_path / 'short.jsonl'}", "--out", tmp_path / "out")
    assert "short.jsonl" in refused("run", *options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=401), "refused the API key"),
        (Answer(status=429, headers={"Retry-After": "0"}), "keeps limiting the rate"),
        (Answer(status=503, headers={"Retry-After": "0"}), "try again later"),
        (Answer(raw="<html>a web page</html>"), "OPENAI_BASE_URL"),
        (Answer(text="I would rather talk about the weather."), "asked"),
    ],
)
def test_an_endpoint_that_fails_ends_the_run_and_leaves_nothing(
    refused, quick, monkeypatch, tmp_path, answer, said
):
    with serving(answer) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        sentence = refused("run", *quick[:-1], "openai:tiny", "--out", tmp_path / "out")
    assert said in sentence
    assert not (tmp_path / "out").exists()


def test_an_endpoint_where_nobody_listens_is_told(refused, quick, monkeypatch, tmp_path):
    with serving(Answer()) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)  # closed when the run starts
    sentence = refused("run", *quick[:-1], "openai:tiny", "--out", tmp_path / "out")
    assert "no connection to 127.0.0.1" in sentence
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_that_does_not_fit_its_model_is_told(refused, quick, tmp_path):
    (tmp_path / "weights.safetensors").write_bytes(b"no weights at all")
    options = ("--vlm", f"open_clip:RN50:{tmp_path / 'weights.safetensors'}")
    sentence = refused("run", *quick, *options, "--out", tmp_path / "out")
    assert "weights.safetensors does not fit RN50" in sentence
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_not_written_to(refused, quick, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert "holds something already" in refused("run", *quick, "--out", tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    inside_a_file = tmp_path / "mine" / "notes.txt" / "run"
    assert "cannot be written" in refused("run", *quick, "--out", inside_a_file)


@pytest.mark.parametrize("command", ["resume", "show", "export"])
@pytest.mark.parametrize("there", ["nothing", "an empty folder"])
def test_a_folder_without_a_run_is_told(refused, tmp_path, command, there):
    folder = tmp_path / "run"
    if there == "an empty folder":
        folder.mkdir()
    assert "holds no run" in refused(command, folder)
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize("command", ["resume", "show", "export"])
@pytest.mark.parametrize("damage", ["no database", "cut off", "no tables", "newer", "settings"])
def test_a_database_that_cannot_be_read_is_told(refused, a_copy, command, damage):
    path = a_copy / "run.db"
    if damage == "no database":
        path.write_bytes(b"no database at all" * 100)
    elif damage == "cut off":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "no tables":
        path.write_bytes(b"")
    else:
        key, value = ("schema", "99") if damage == "newer" else ("config", "{no json")
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    sentence = refused(command, a_copy)
    assert "newer version" in sentence if damage == "newer" else "cannot be read" in sentence


def test_a_pool_that_changed_since_the_start_is_not_gone_on_with(
    laser, refused, quick, own_pool, tmp_path
):
    options = ("--pool", own_pool, *quick[2:], "--out", tmp_path / "run")
    assert laser("run", *options).exit_code == 0
    before = (tmp_path / "run" / "rounds.csv").read_text()
    (own_pool / "train" / "chair" / "0.png").unlink()
    assert "no longer holds the same pictures" in refused("resume", tmp_path / "run")
    shutil.rmtree(own_pool)
    assert "there is no such file or folder" in refused("resume", tmp_path / "run")
    assert (tmp_path / "run" / "rounds.csv").read_text() == before


def test_an_image_or_a_round_that_is_not_there_cannot_be_explained(refused, finished):
    assert "no image of this pool" in refused("explain", finished, "nowhere.png")
    assert "has no scores" in refused("explain", finished, "train/mug/0.png", "--round", 9)


def test_exporting_into_a_folder_with_something_in_it_changes_nothing(refused, finished, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert "give a new folder" in refused("export", finished, "--out", tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--vary", "colour=red"), "settings are"),
        (("--vary", "rounds=many"), "is no int"),
        (("--seeds", "0,x"), "is no whole number"),
        (("--ablations", "--vary", "delta=linear"), "--ablations stands alone"),
        (("--strategies", "laser,nothing"), "nothing"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_told_before_it_starts(
    refused, quick, tmp_path, options, said
):
    assert said in refused("compare", *quick, *options, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_strategy_that_compares_classes_is_not_run_with_one(refused, quick, tmp_path):
    one = ("--relevant", "", "--relevant", "apple")
    sentence = refused("run", *quick, *one, "--strategy", "margin", "--out", tmp_path / "out")
    assert "needs 2 of them, and this run has 1: apple" in sentence
    assert not (tmp_path / "out").exists()


def test_a_comparison_does_not_go_on_with_other_settings(laser, refused, quick, tmp_path):
    options = ("compare", *quick, "--rounds", 1, "--out", tmp_path / "out")
    assert laser(*options).exit_code == 0
    assert "other settings" in refused(*options, "--batch", 10)


# ---- caches and disks


def test_a_cache_from_another_model_is_refused(refused, quick, cache, tmp_path):
    copied = tmp_path / "cache"
    shutil.copytree(cache, copied)
    index = next((copied / "features").rglob("index.sqlite"))
    with closing(sqlite3.connect(index)) as database, database:
        database.execute("UPDATE about SET value = 'another' WHERE name = 'model'")
    options = ("--cache-dir", copied, "--out", tmp_path / "out")
    sentence = refused("run", *quick, *options)
    assert str(index.parent) in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "kind", ["features.bin", "index.sqlite", "rows.f32", "texts.jsonl", "vectors.npy"]
)
def test_a_damaged_cache_gives_the_same_rounds_or_one_sentence(
    laser, quick, cache, finished, tmp_path, kind
):
    copied = tmp_path / "cache"
    shutil.copytree(cache, copied)
    damaged = list(copied.rglob(kind))
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[:1000][::-1])
    options = ("--cache-dir", copied, "--out", tmp_path / "out")
    result = laser("run", *quick, *options)
    if result.exit_code == 2:
        assert len(result.stderr.splitlines()) == 1
        assert not (tmp_path / "out").exists()
        result = laser("run", *quick, *options)  # "start again", says the sentence
    assert result.exit_code == 0, result.stderr
    assert rounds(tmp_path / "out") == rounds(finished)


@pytest.fixture
def disk_of():
    """disk_of(1000): from now on no file of this process may grow beyond 1,000 bytes."""
    resource = pytest.importorskip("resource", reason="POSIX only")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size or soft, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX")
@pytest.mark.parametrize("size", [100, 10_000, 30_000, 60_000, 66_000, 80_000, 100_000, 120_000])
def test_a_full_disk_leaves_no_run_or_one_that_resumes_with_the_same_numbers(
    laser, quick, disk_of, finished, tmp_path, size
):
    out = tmp_path / "out"
    disk_of(size)
    result = laser("run", *quick, "--out", out)
    disk_of(None)
    if result.exit_code == 0:
        assert size > 100_000
        return
    assert result.exit_code == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be written" in result.stderr
    if out.exists():
        assert laser("resume", out).exit_code == 0
        assert rounds(out) == rounds(finished)


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX")
def test_a_full_disk_for_the_cache_is_told_and_leaves_no_run(refused, quick, disk_of, tmp_path):
    disk_of(50_000)
    options = ("--cache-dir", tmp_path / "cache", "--out", tmp_path / "out")
    sentence = refused("run", *quick, *options)
    disk_of(None)
    assert "free some space" in sentence
    assert not (tmp_path / "out").exists()
