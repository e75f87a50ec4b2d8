"""A4: the address bar opens a run of the runs folder by its name, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import REPOSITORY
from ui.shared.runs import is_run


@pytest.fixture
def outside(runs: Path) -> Path:
    """A run beside the runs folder, which no address may reach."""
    return Path(shutil.copytree(runs / "going", runs.parent / "outside"))


def addressed(name: str, page: str = "4_Round") -> AppTest:
    """A page of the app, opened with `run` in its address."""
    made = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
    made.query_params["run"] = name
    return made.switch_page(f"pages/{page}.py").run()


def spellings(outside: Path, runs: Path) -> list[str]:
    """Ways to name a run that is no name of one in the runs folder."""
    path = str(outside)
    return [
        path,
        quote(path, safe=""),
        "../outside",
        "..%2Foutside",
        "..\\outside",
        "going/../../outside",
        "going/../going",
        "./going",
        "going/",
        "going\\",
        "going/.",
        f"{runs}/going",
        f"file://{path}",
        "C:going",
        "C:\\runs\\going",
        "\\\\host\\share\\going",
        "//host/share/going",
        "\\\\?\\C:\\runs\\going",
        "going\0",
        "going\0/../../outside",
        "going ",
        " going",
        "going.",
        "GOING",
        "going\n",
        "ｇoing",
        "~",
        ".",
        "..",
        "*",
        "g*",
        "run.db",
        "x" * 5000,
        "../" * 2000 + "etc",
        "\ud800",
    ]


def test_whatever_is_no_name_on_the_list_opens_nothing(runs: Path, outside: Path) -> None:
    """A4: paths, encoded ones, other systems' ones, and names that a system would clip."""
    assert is_run("going")
    assert [name for name in spellings(outside, runs) if is_run(name)] == []


@pytest.mark.parametrize("page", ["4_Round", "5_Label", "1_Data"])
def test_a_page_says_that_no_run_is_open_and_touches_none(runs, outside, page) -> None:
    """A4: a run outside is neither shown nor migrated."""
    before = {file: file.read_bytes() for file in outside.iterdir() if file.is_file()}
    for name in (str(outside), "../outside", "x" * 5000, "going\0"):
        opened = addressed(name, page)
        assert not opened.exception
        assert not opened.error
        assert any("No run open" in part.value for part in opened.markdown)
    assert {file: file.read_bytes() for file in outside.iterdir() if file.is_file()} == before


def test_a_run_of_the_folder_is_opened_by_its_name(runs: Path) -> None:
    """A4: also one with blanks, dots, percent signs and letters of other scripts in its name."""
    for name in ("my run", "v1.2 (100%)", "Äpfel и 猫", "a..b"):
        shutil.copytree(runs / "going", runs / name)
        assert is_run(name)
        assert not addressed(name).exception


def test_a_linked_folder_counts_as_lying_there(runs: Path, outside: Path) -> None:
    """A4: decided: only who may write into the runs folder can put a link there."""
    (runs / "linked").symlink_to(outside, target_is_directory=True)
    assert is_run("linked")


def test_without_a_runs_folder_nothing_is_a_run(tmp_path, monkeypatch) -> None:
    """A4: a fresh machine."""
    monkeypatch.setenv("LASER_RUNS_DIR", str(tmp_path / "none"))
    assert not is_run("going")
    assert not is_run("")
