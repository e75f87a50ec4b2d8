"""Writes the tree of docs/architecture.md from what the rooms say of themselves.

python -m tools.rooms          prints it
python -m tools.rooms --write  puts it between the two marks of the page
"""

from __future__ import annotations

import argparse
import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms, by tools/rooms.py -->", "<!-- end of rooms -->"


def floors(top: str) -> list[list[str]]:
    """The rooms and single modules of `top`, from the highest floor to the lowest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c.get("containers") == [top])
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def tree(top: str) -> str:
    """A table of the rooms of `top`: what each is for, and the modules in it."""
    lines = ["| room | what lives there | modules |", "| --- | --- | --- |"]
    for floor in floors(top):
        for name in floor:
            lines += _rows(ROOT / top / name)
    return "\n".join(lines)


def _rows(place: Path) -> list[str]:
    shown = place.relative_to(ROOT).as_posix()
    if not place.is_dir():
        return [f"| `{shown}.py` | {_purpose(place.with_suffix('.py'))} | |"]
    inside = sorted(path.stem for path in place.glob("*.py") if path.stem != "__init__")
    modules = ", ".join(f"`{name}`" for name in inside)
    rows = [f"| `{shown}/` | {_purpose(place / '__init__.py')} | {modules} |"]
    for room in sorted(path.parent for path in place.glob("*/__init__.py")):
        rows += _rows(room)
    return rows


def _purpose(path: Path) -> str:
    """The first paragraph of a module's docstring, on one line."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def rooms() -> str:
    """Both tables, with their marks."""
    engine, app = tree("laser_core"), tree("ui")
    return f"{BEGIN}\n\n### The engine\n\n{engine}\n\n### The app\n\n{app}\n\n{END}"


def written(page: str) -> str:
    """`page` with today's tables between the marks."""
    before, rest = page.split(BEGIN)
    return before + rooms() + rest.split(END)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put them into the page")
    if parser.parse_args().write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(rooms())


if __name__ == "__main__":
    main()
