"""The documentation names what exists: functions, tests, files, options, links."""

import ast
import functools
import re
import shlex
from pathlib import Path

import pytest
import typer

from laser_core.cli.app import app
from laser_core.cli.options import settings
from laser_core.config import ExperimentConfig
from laser_core.strategies import STRATEGIES, make_strategy
from laser_core.studies.compare import variants
from tests.strategies import test_contract as contract

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("laser_core", "tests", "ui", "pages", "tools", "benchmarks", "docs")
COMMANDS = typer.main.get_command(app).commands
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def references(text):
    """The `folder/file` and `folder/file.py::name` in inline code, without fenced blocks."""
    inline = re.findall(r"`([^`\s]+)`", FENCE.sub("", text))
    return [code for code in inline if code.startswith(tuple(f"{name}/" for name in FOLDERS))]


def fault(reference):
    """What is wrong with a reference, or ""."""
    place, _, name = reference.partition("::")
    path = ROOT / place
    if not path.exists():
        return f"{place} does not exist"
    if name and name not in names_in(path):
        return f"{place} has no {name}"
    return ""


@functools.cache
def names_in(path):
    """Names defined at the top of a module, and "Class.member" of its classes."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = defined(node)
        found.update(names)
        if isinstance(node, ast.ClassDef):
            found.update(f"{node.name}.{member}" for part in node.body for member in defined(part))
    return found


def defined(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def laser_commands(text):
    """The words after `python -m laser_core` of each command in a shell block."""
    blocks = [body for language, body in FENCE.findall(text) if language == "bash"]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    start = "python -m laser_core "
    return [shlex.split(line.removeprefix(start)) for line in lines if line.startswith(start)]


def parsed(words):
    """The parameters that a command line gives its command, checked as the program checks them."""
    name, *rest = words
    command = COMMANDS[name]
    given = command.make_context(name, rest).params
    if name in ("run", "compare", "zero-shot"):
        shared = settings.__code__.co_varnames[: settings.__code__.co_argcount]
        base = settings(**{key: value for key, value in given.items() if key in shared})
    if name == "compare":
        variants([base.strategy], given["vary"] or (), given["ablations"])
    return given


def anchors(path):
    """What `#...` may follow a link to a page: its headings, as the usual renderers spell them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(page):
    links = re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text(encoding="utf-8")))
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    return [link for link in inside if not leads_somewhere(page, link)]


def leads_somewhere(page, link):
    place, _, anchor = link.partition("#")
    target = (page.parent / place).resolve() if place else page
    return target.exists() and (not anchor or anchor in anchors(target))


@every_page
def test_every_file_function_and_test_that_a_page_names_exists(page):
    faults = [fault(reference) for reference in references(page.read_text(encoding="utf-8"))]
    assert [text for text in faults if text] == []


def test_a_name_that_does_not_exist_would_be_noticed():
    text = "`laser_core/scores.py::vlm_score` `laser_core/scores.py::gone` `tests/gone.py`"
    assert [fault(reference) for reference in references(text)] == [
        "",
        "laser_core/scores.py has no gone",
        "tests/gone.py does not exist",
    ]


def test_methods_and_constants_are_found_too():
    assert fault("laser_core/experiment/experiment.py::Experiment.annotate") == ""
    assert fault("laser_core/experiment/experiment.py::Experiment.gone") != ""
    assert fault("laser_core/studies/parts.py::ABLATIONS") == ""


@every_page
def test_no_link_within_the_project_is_dead(page):
    assert broken_links(page) == []


def test_a_dead_link_would_be_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](#one-two) [b](#gone) [c](gone.md) [d](https://example.org)")
    assert broken_links(page) == ["#gone", "gone.md"]


@every_page
def test_every_command_of_a_page_is_understood_by_the_program(page):
    for words in laser_commands(page.read_text(encoding="utf-8")):
        parsed(words)


def test_a_command_with_a_wrong_option_would_be_noticed():
    with pytest.raises(Exception, match="No such option: --gone"):  # typer's own or click's
        parsed(["run", "--gone", "1"])


def test_commands_over_several_lines_are_read_whole():
    text = "```bash\npython -m laser_core run --rounds 3 \\\n    --seed 1\n```\n"
    assert laser_commands(text) == [["run", "--rounds", "3", "--seed", "1"]]


@every_page
def test_every_option_that_a_page_names_exists(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    named = set(re.findall(r"`(?:compare )?(--[a-z][a-z-]*)", text)) - {"--help"}
    known = {opt for c in COMMANDS.values() for p in c.params for opt in p.opts + p.secondary_opts}
    assert named - known == set()


def test_every_setting_that_the_decisions_name_exists():
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`config\.(\w+)`", text))
    assert named
    assert named - set(ExperimentConfig.__dataclass_fields__) == set()


def test_the_readme_has_one_command_that_tests_between_the_marks_that_ci_looks_for():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    between = text.split("<!-- test command -->")[1].split("<!-- end -->")[0]
    lines = [line for line in between.splitlines() if line.startswith("python")]
    assert len(lines) == 1
    assert lines[0].endswith("python -m pytest -n 2")
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readme_installs_from_requirement_files_that_exist():
    named = re.findall(r"pip install -r (\S+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert named == ["requirements.txt", "requirements-dev.txt"]
    assert all((ROOT / name).is_file() for name in named)


def test_the_changelog_has_an_unreleased_part_with_the_usual_sections():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = text.split("\n## ")[1]
    assert newest.startswith("Unreleased")
    kinds = {"Added", "Changed", "Fixed", "Removed", "Deprecated", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds


@pytest.fixture
def worked_example():
    """The strategy of docs/adding_a_strategy.md, registered for one test."""
    text = (ROOT / "docs" / "adding_a_strategy.md").read_text(encoding="utf-8")
    (code,) = [body for language, body in FENCE.findall(text) if language == "python"]
    before = dict(STRATEGIES)
    exec(compile(code, "adding_a_strategy.md", "exec"), {"__name__": "worked_example"})
    (name,) = set(STRATEGIES) - set(before)
    yield make_strategy(ExperimentConfig(strategy=name))
    STRATEGIES.clear()
    STRATEGIES.update(before)


def test_the_worked_example_keeps_the_contract_of_strategies(worked_example):
    contract.test_it_returns_exactly_b_different_unlabeled_images(worked_example, 1)
    contract.test_the_same_seed_gives_the_same_batch(worked_example)
    contract.test_it_can_empty_the_pool(worked_example)
    contract.test_it_does_not_change_the_view(worked_example)
    contract.test_every_score_is_finite_and_there_is_one_for_each_unlabeled_image(worked_example)
    contract.test_storage_order_does_not_decide(worked_example)


def test_the_worked_example_asks_first_what_the_classifier_is_least_sure_of(worked_example):
    view = contract.a_view(worked_example, unlabeled=2)
    view.signals["classifier.logits"].setflags(write=True)
    view.signals["classifier.logits"][:] = [[2.0, 0.0], [1.0, 0.0]]
    assert contract.ask(worked_example, view, b=2).ids.tolist() == view.unlabeled[::-1].tolist()


def test_the_signals_that_the_guide_lists_are_those_there_are():
    text = (ROOT / "docs" / "adding_a_strategy.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \| \(", text, re.MULTILINE))
    known = {*contract.TEXT_SIGNALS, *contract.IMAGE_SIGNALS}
    assert listed == known
