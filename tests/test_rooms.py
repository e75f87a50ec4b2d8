"""The house: which rooms there are, what each may import, and that a breach is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import rooms

ROOT = Path(__file__).resolve().parents[1]
ROOMS = sorted(
    path.parent.relative_to(ROOT).as_posix()
    for top in ("laser_core", "ui")
    for path in (ROOT / top).rglob("__init__.py")
)
MANY = {"laser_core/strategies"}  # a file a strategy


def modules(room: str) -> list[str]:
    return [path.stem for path in (ROOT / room).glob("*.py") if path.stem != "__init__"]


def broken(root: Path) -> str:
    """What the contracts say of a copy of the code; "" where all are kept."""
    check = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", check.replace("lint_imports()", "lint_imports(no_cache=True)")],
        capture_output=True,
        text=True,
        cwd=root,
        env=None,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code without its pictures, to break."""
    root = tmp_path_factory.mktemp("house")
    for top in ("laser_core", "ui"):
        shutil.copytree(
            ROOT / top, root / top, ignore=shutil.ignore_patterns("__pycache__", "demo_pool")
        )
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_method_stands_on_top_of_few_rooms() -> None:
    singles = set(modules("laser_core")) - {"__main__"}
    halls = [room for room in ROOMS if room.count("/") == 1 and room.startswith("laser_core/")]
    assert {"scores", "selection"} <= singles
    assert {"laser_core/strategies", "laser_core/experiment"} <= set(halls)
    assert len(singles) <= 10
    assert len(halls) <= 16


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_small_and_says_what_it_is_for(room: str) -> None:
    assert len(modules(room)) <= 12 or room in MANY
    text = (ROOT / room / "__init__.py").read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert text.split('"""')[1].count(".") >= 2  # two sentences at least


def test_the_rooms_keep_their_order(copy: Path) -> None:
    assert broken(copy) == ""


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("laser_core/scores.py", "import laser_core.store.database"),
        ("laser_core/strategies/laser.py", "from laser_core.experiment import plan"),
        ("laser_core/texts/lint.py", "def late():\n    import laser_core.nets.base"),
        ("laser_core/pool.py", "import ui.escape"),
        ("ui/charts/rounds.py", "from ui.round import state"),
        ("ui/widgets/selection.py", "import ui.shared.runs"),
        ("laser_core/cellar/__init__.py", ""),  # a room that took no place in the order
    ],
)
def test_a_breach_is_noticed(copy: Path, module: str, line: str) -> None:
    file = copy / module
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{(before or b'').decode()}\n{line}\n", encoding="utf-8")
    try:
        assert "BROKEN" in (said := broken(copy)) or "cellar" in said
    finally:
        file.unlink() if before is None else file.write_bytes(before)
        if before is None:
            file.parent.rmdir()


def test_the_page_of_the_architecture_has_todays_rooms() -> None:
    page = rooms.PAGE.read_text(encoding="utf-8")
    assert page == rooms.written(page), "run: python -m tools.rooms --write"
