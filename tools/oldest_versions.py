"""Prints the oldest versions that pyproject.toml allows, one pin a line, as constraints for pip:

    python -m tools.oldest_versions > oldest.txt
    python -m pip install -r requirements-dev.txt --constraint oldest.txt

`.ci/slow` runs the fast tests on them, so that what pyproject.toml promises is what was tried.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
FLOORS = (">=", "==", "~=")  # the operators whose version is the lowest that they allow


def main() -> int:
    """0 with the pins printed, 1 when a requirement has no lowest version."""
    try:
        pins = oldest(requirements(PYPROJECT.read_text(encoding="utf-8")))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(pins))
    return 0


def requirements(text: str) -> list[Requirement]:
    """What a pyproject.toml asks for, its extras included, itself left out."""
    project = tomllib.loads(text)["project"]
    extras = project.get("optional-dependencies", {}).values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    own = canonicalize_name(project["name"])
    asked = [Requirement(line) for line in lines]
    return [one for one in asked if canonicalize_name(one.name) != own]


def oldest(asked: Iterable[Requirement]) -> list[str]:
    """A pin "name==version" for each package that this Python needs, by name.

    A package that is asked for twice gets the higher of its two floors.

    Raises:
        ValueError: a requirement has no lowest version, or excludes it.
    """
    floors: dict[str, Version] = {}
    for one in asked:
        if one.marker is None or one.marker.evaluate():
            name = canonicalize_name(one.name)
            floors[name] = max(floor(one), floors.get(name, Version("0")))
    return [f"{name}=={version}" for name, version in sorted(floors.items())]


def floor(one: Requirement) -> Version:
    """The lowest version that a requirement allows."""
    named = [Version(part.version) for part in one.specifier if part.operator in FLOORS]
    if not named or not one.specifier.contains(max(named), prereleases=True):
        raise ValueError(
            f"{one}: no lowest version can be read from it; pyproject.toml gives each requirement "
            f"one that was tried, such as {one.name}>=1.2"
        )
    return max(named)


if __name__ == "__main__":
    sys.exit(main())
