"""The house's habits: which tests are fast, the oldest versions, the card's packages and files."""

import tomllib
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import HERE, SLOW, is_slow
from tools.oldest_versions import floor, oldest, requirements

ROOT = HERE.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
PACKAGES = (
    "streamlit", "torch", "torchvision", "open_clip_torch", "openai", "umap-learn", "plotly",
    "pandas", "pytest",
)  # fmt: skip
TOP = ("app.py", "pages", "laser_core", "tests", "requirements.txt", ".streamlit", "README.md")


def test_every_place_of_slow_tests_exists_and_holds_tests():
    for place in SLOW:
        path = HERE / place
        assert path.is_file() or list(path.glob("test_*.py")), place


def test_a_file_is_slow_by_its_folder_or_by_its_name_and_by_nothing_else():
    assert is_slow(PurePosixPath("browser/test_new.py"))
    assert is_slow(PurePosixPath("test_api.py"))
    assert not is_slow(PurePosixPath("test_api_names.py"))
    assert not is_slow(PurePosixPath("apps/test_new.py"))


def test_the_full_command_leaves_no_test_out():
    options = tomllib.loads(PYPROJECT)["tool"]["pytest"]["ini_options"]
    assert not {"-m", "-k", "--ignore", "--deselect"} & set(options["addopts"].split())
    assert options["testpaths"] == ["tests"]


def test_the_oldest_version_is_the_one_that_a_requirement_begins_with():
    lines = ["a>=1.2,<3", "b==0.1.0", "C_d~=2.4", "e!=1.5,>=1.4", "f>=1; python_version < '3'"]
    assert oldest(map(Requirement, lines)) == ["a==1.2", "b==0.1.0", "c-d==2.4", "e==1.4"]


def test_a_package_that_is_asked_for_twice_gets_the_higher_floor():
    assert oldest(map(Requirement, ["a>=1.10", "A>=1.9"])) == ["a==1.10"]


@pytest.mark.parametrize("line", ["a", "a<3", "a>1", "a>=2,!=2", "a>=3,<2"])
def test_a_requirement_without_a_lowest_version_is_told(line):
    with pytest.raises(ValueError, match="no lowest version"):
        floor(Requirement(line))


def test_an_extra_that_asks_for_the_project_itself_is_no_package_of_its_own():
    text = """
    [project]
    name = "One-Two"
    dependencies = ["a>=1"]
    [project.optional-dependencies]
    all = ["one_two[more]", "b>=2"]
    more = ["c>=3"]
    """
    assert oldest(requirements(text)) == ["a==1", "b==2", "c==3"]


def test_each_requirement_of_the_project_has_a_lowest_version():
    asked = requirements(PYPROJECT)
    assert len(oldest(asked)) == len({canonicalize_name(one.name) for one in asked})


def test_requirements_txt_installs_the_nine_packages_of_the_card():
    assert {canonicalize_name(name) for name in PACKAGES} <= installed_by("requirements.txt")


def test_requirements_dev_txt_installs_what_the_app_needs_and_more():
    assert installed_by("requirements.txt") < installed_by("requirements-dev.txt")


@pytest.mark.parametrize("name", TOP)
def test_the_top_of_the_project_is_that_of_the_card(name):
    assert (ROOT / name).exists()


def installed_by(file: str) -> set[str]:
    """Names of the packages that a requirements file of one line `-e .[extras]` asks for."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line and not line.startswith("#")]
    place = line.removeprefix("-e .")
    assert place != line
    return asked_by(Requirement(PROJECT["name"] + place))


def asked_by(itself: Requirement) -> set[str]:
    """What the project with some of its extras asks for, extras of extras included."""
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for e in itself.extras for line in extras[e])]
    names: set[str] = set()
    for one in map(Requirement, lines):
        name = canonicalize_name(one.name)
        own = name == canonicalize_name(PROJECT["name"])
        names |= asked_by(one) if own else {name}
    return names


def test_the_scripts_of_ci_are_named_where_a_contributor_looks():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for script in ("fast", "run", "slow"):
        assert Path(ROOT / ".ci" / script).is_file()
        assert f"`.ci/{script}`" in text
