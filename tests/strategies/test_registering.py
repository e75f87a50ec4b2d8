"""A strategy of one's own: registered from a notebook, or brought by another package."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES, Strategy, register, strategy_class

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGIN = """\
import laser_core as laser

{decorator}
class Late(laser.Strategy):
    name = "late"
    title = "Last ones first"

    def score(self, view, rng):
        return (view.unlabeled.argsort() * 1.0)
"""
NAMES = "from laser_core.strategies import STRATEGIES; print(*STRATEGIES)"


@pytest.fixture
def registry():
    before = dict(STRATEGIES)
    yield STRATEGIES
    STRATEGIES.clear()
    STRATEGIES.update(before)


def a_strategy(**members):
    """A new class as a notebook's cell makes it, always called Mine."""

    def score(self, view, rng):
        return rng.random(len(view.unlabeled))

    given = {"name": "mine", "title": "Mine", "score": score, "__module__": "__main__", **members}
    return type("Mine", (Strategy,), {"__qualname__": "Mine", **given})


def test_a_cell_that_is_run_twice_replaces_its_own_strategy(registry):
    register(a_strategy())
    newer = register(a_strategy(title="Mine, mended"))
    assert strategy_class("mine") is newer


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            {"name": "laser"},
            "'laser' is taken by laser_core.strategies.laser.Laser; choose another",
        ),
        ({"name": "my own"}, "has the name 'my own'; give it one of letters, digits"),
        ({"name": "a,b"}, "has the name 'a,b'; give it one of letters, digits"),
        ({"name": None}, "has the name None; give it one of letters"),
        ({"title": ""}, "Mine has no title; give it one for a person"),
    ],
)
def test_a_strategy_that_cannot_be_asked_for_is_refused(registry, members, said):
    before = dict(registry)
    with pytest.raises(ConfigError, match=said):
        register(a_strategy(**members))
    assert registry == before


@pytest.mark.parametrize("thing", [42, int, Strategy.score])
def test_what_is_no_strategy_is_refused(thing):
    with pytest.raises(ConfigError, match="is no strategy; make it a class that extends Strategy"):
        register(thing)


@pytest.fixture
def package(tmp_path):
    """package(code) lies on the path as an installed package that offers `late`; runs Python."""

    def install(code, offer="late = late_plugin:Late"):
        about = tmp_path / "late_plugin-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: late-plugin\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[laser_core.strategies]\n{offer}\n")
        (tmp_path / "late_plugin.py").write_text(code)

        def python(*words):
            path = os.pathsep.join([str(REPOSITORY), str(tmp_path)])
            return subprocess.run(
                [sys.executable, *words],
                env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200"},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )

        return python

    return install


@pytest.mark.parametrize("decorator", ["", "@laser.register"])
@pytest.mark.parametrize("first", ["", "import late_plugin; "])
def test_a_strategy_of_an_installed_package_is_there_like_any_other(package, decorator, first):
    python = package(PLUGIN.format(decorator=decorator))
    if first and not decorator:
        pytest.skip("imported by hand before the engine it needs the decorator")
    assert python("-c", first + NAMES).stdout.split()[-1] == "late"


def test_the_command_line_names_a_strategy_of_an_installed_package(package):
    python = package(PLUGIN.format(decorator=""))
    assert ", late." in " ".join(python("-m", "laser_core", "run", "--help").stdout.split())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import gone_for_good\n", "ModuleNotFoundError: No module named 'gone_for_good'"),
        ("Late = 42\n", "ConfigError: 42 is no strategy"),
        ("raise SystemError('broken')\n", "SystemError: broken"),
        (PLUGIN.replace('"late"', '"laser"').format(decorator=""), "'laser' is taken by"),
    ],
)
def test_a_package_that_fails_keeps_no_other_strategy_from_working(package, code, reason):
    python = package(code)
    assert python("-c", NAMES).stdout.split() == sorted(STRATEGIES)
    refused = python("-m", "laser_core", "run", "--strategy", "late")
    assert refused.returncode == 2
    said = refused.stderr.strip()
    assert said.startswith("error: strategy='late' cannot be used: late_plugin:Late of the package")
    assert reason in said
    assert said.endswith("mend that package or uninstall it")
    assert len(said.splitlines()) == 1
