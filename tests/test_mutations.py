"""The table of mutations does not rot, and the script sees what it should."""

import ast
from pathlib import Path

import pytest

from tools import mutations
from tools.mutation_table import MUTATIONS, SOURCES, TESTS, Edit, Mutation

ROOT = Path(__file__).resolve().parents[1]
CODE = "def double(x):\n    return 2 * x\n"
TEST = """\
from laser_core.scores import double

def test_two_is_four():
    assert double(2) == 4

def test_zero_stays():
    assert double(0) == 0
"""


@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.name)
def test_what_a_mutation_replaces_stands_once_in_its_file(one):
    for edit in one.edits:
        assert (ROOT / SOURCES[edit.where]).read_text(encoding="utf-8").count(edit.old) == 1
        assert edit.new != edit.old


@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.name)
def test_a_mutation_leaves_code_that_can_be_read_and_names_tests_that_exist(one):
    for edit in one.edits:
        text = (ROOT / SOURCES[edit.where]).read_text(encoding="utf-8")
        ast.parse(text.replace(edit.old, edit.new))
    assert one.tests
    for test in one.tests:
        key, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / TESTS[key]).read_text(encoding="utf-8")


def test_every_mutation_has_a_name_of_its_own():
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)


@pytest.fixture
def small(tmp_path):
    """A project of one function and two tests, twice: the original and its copy."""
    for name in ("root", "copy"):
        files = {SOURCES["scores"]: CODE, TESTS["scores"]: TEST, "laser_core/__init__.py": ""}
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text, encoding="utf-8")
    return tmp_path / "root", tmp_path / "copy"


def changed(new, *tests):
    return Mutation("m", "doubling", (Edit("scores", "2 * x", new),), tests)


def test_a_mutation_that_a_test_notices_is_told_with_the_test(small, capsys):
    root, copy = small
    seen = mutations.try_all([changed("3 * x", "scores::test_two_is_four")], copy, root, quick=True)
    assert seen == 0
    said = capsys.readouterr().out
    assert f"noticed by {TESTS['scores']}::test_two_is_four" in said
    assert "1 mutations: 1 noticed, 0 not" in said
    assert (copy / SOURCES["scores"]).read_text(encoding="utf-8") == CODE  # put right again


@pytest.mark.parametrize(
    ("new", "tests"),
    [
        ("x + x", ["scores::test_two_is_four"]),  # the same function
        ("3 * x", ["scores::test_two_is_four", "scores::test_zero_stays"]),  # one of two notices
    ],
)
def test_a_mutation_that_a_named_test_misses_is_told_and_ends_otherwise(small, capsys, new, tests):
    root, copy = small
    assert mutations.try_all([changed(new, *tests)], copy, root, quick=True) == 1
    assert "NOT NOTICED" in capsys.readouterr().out


def test_code_that_cannot_be_loaded_is_not_taken_for_noticed(small, capsys):
    root, copy = small
    assert mutations.try_all([changed("(", "scores::test_two_is_four")], copy, root, quick=True)
    assert "COULD NOT BE TRIED" in capsys.readouterr().out


def test_tests_that_fail_anyway_prove_nothing(small, capsys):
    root, copy = small
    (copy / TESTS["scores"]).write_text(TEST.replace("== 4", "== 5"), encoding="utf-8")
    assert mutations.try_all([changed("3 * x", "scores::test_two_is_four")], copy, root, quick=True)
    assert "fail without any mutation" in capsys.readouterr().out


def test_an_unknown_mutation_is_answered_with_where_they_are_named(capsys):
    assert mutations.main(["--only", "gone"]) == 1
    assert "--list names them" in capsys.readouterr().out
