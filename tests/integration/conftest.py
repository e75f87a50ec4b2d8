"""A small pool of real pictures on disk, one warmed cache, and a way to call the command line."""

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from laser_core.basics.files import default_cache_dir
from laser_core.cli.app import app
from laser_core.data.sets.demo import DemoSource

CLASSES = ("apple", "banana", "mug", "hammer", "chair")
IN_POOL, IN_TEST = 12, 3  # pictures of a class
SETTINGS = ("--relevant", "apple,mug", "--batch", "12", "--rounds", "3", "--vlm", "offline")


def write_pool(folder: Path, splits=("train", "test"), classes=CLASSES) -> Path:
    """An ImageFolder of demo pictures, train/apple/3.png and so on."""
    demo = DemoSource()
    for name in classes:
        for split, source_split, wanted in (
            ("train", "pool", IN_POOL),
            ("test", "test", IN_TEST),
        ):
            place = folder / split / name
            if split not in splits:
                continue
            place.mkdir(parents=True)
            ids = [i.id for i in demo.items if i.label == name and i.split == source_split]
            for number, id in enumerate(ids[:: max(1, len(ids) // wanted)][:wanted]):
                demo.image(id).save(place / f"{number}.png")
    return folder


def cut_off_png() -> bytes:
    """A picture whose header is right and whose end is missing."""
    whole = io.BytesIO()
    Image.effect_noise((64, 64), 80).convert("RGB").save(whole, "PNG")
    return whole.getvalue()[:2000]


@pytest.fixture(scope="session")
def pool(tmp_path_factory):
    return write_pool(tmp_path_factory.mktemp("pictures") / "things")


@pytest.fixture
def own_pool(pool, tmp_path):
    """A copy of the pool that a test may change."""
    return Path(shutil.copytree(pool, tmp_path / "things"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def nothing_from_outside(cache, monkeypatch, tmp_path):
    """One cache for all, no key, and a working folder of one's own."""
    monkeypatch.setenv("LASER_CACHE_DIR", str(cache))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LASER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert default_cache_dir() == cache


@pytest.fixture
def laser():
    """Calls the command line: laser("run", "--rounds", 3) -> click's result."""
    runner = CliRunner()

    def call(*words):
        return runner.invoke(app, [str(word) for word in words])

    return call


@pytest.fixture
def refused(laser):
    """Calls the command line and expects it to end with one sentence; returns the sentence."""

    def call(*words):
        result = laser(*words)
        assert result.exit_code == 2, (result.stdout, result.stderr, result.exception)
        lines = result.stderr.splitlines()
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("error: ")
        return lines[0]

    return call


@pytest.fixture(scope="session")
def finished(pool, cache, tmp_path_factory):
    """The folder of a whole run with the offline models; the first to need the cache fills it."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    command = ["run", "--pool", str(pool), *SETTINGS, "--out", str(folder)]
    result = CliRunner().invoke(app, [*command, "--cache-dir", str(cache)])
    assert result.exit_code == 0, (result.stdout, result.stderr)
    (folder / "stdout.txt").write_text(result.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def a_copy(finished, tmp_path):
    """A copy of the finished run that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "a-copy"))


@pytest.fixture
def quick(finished, pool, tmp_path):
    """Options of the finished run, with its transcript in the place of the language model."""
    from laser_core.llm.transcript import write_transcript
    from laser_core.store.store import Store

    store = Store.open(finished)
    write_transcript(tmp_path / "transcript.jsonl", store.exchanges.all())
    store.close()
    return ("--pool", pool, *SETTINGS, "--llm", f"replay:{tmp_path / 'transcript.jsonl'}")


def rounds(folder: Path) -> list[dict[str, str]]:
    """`rounds.csv` but for the seconds."""
    import csv

    with (folder / "rounds.csv").open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
