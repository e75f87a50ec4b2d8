"""No page is a dead end: without what it needs it says so in a sentence, with the way on."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.errors import ConfigError
from tests.app.conftest import REPOSITORY
from ui.escape import escape_text, in_app_words

NEED_A_RUN = ("2_Prompts", "3_Map", "4_Round", "5_Label", "6_Charts", "8_Files")


def links(page: AppTest) -> list[str]:
    return [link.proto.label for link in page.main.get("page_link")]


def words(page: AppTest) -> str:
    return "\n".join(str(part.value) for part in page.main.markdown)


@pytest.mark.parametrize("name", NEED_A_RUN)
def test_without_a_run_a_page_leads_to_home(open_page, name: str) -> None:
    page = open_page(name)
    assert not page.exception
    assert "No run is open: start the demo, or open a run, on Home." in words(page)
    assert links(page) == ["To Home"]


@pytest.mark.parametrize("name", NEED_A_RUN)
def test_a_run_whose_pool_was_never_looked_at_offers_to_do_it(
    open_page, runs: Path, name: str
) -> None:
    """All but Charts and Files need its pictures embedded; those two say what they lack."""
    shutil.copytree(runs / "ahead", runs / "fresh")
    (runs / "fresh" / "pool.json").unlink()
    page = open_page(name, "fresh")
    assert not page.exception
    offers = [button.label for button in page.button if button.key not in ("present_button",)]
    assert "Prepare it" in offers


def test_an_error_speaks_of_the_page_and_not_of_the_command_line() -> None:
    said = "name the classes that matter with --relevant a,b,c, or use --llm offline"
    shown = "name the classes that matter with “Classes that matter” a,b,c, "
    shown += "or use “Language model” offline"
    assert in_app_words(said) == shown
    assert escape_text(ConfigError(said)) == shown
    assert "--relevant" in escape_text("a class called --relevant").replace("\\", "")
    assert in_app_words("--relevance") == "--relevance"


OPTION = re.compile(r"(?<![\w(-])--[a-z]|python -m laser_core")
FILES = [*(REPOSITORY / "ui").rglob("*.py"), *(REPOSITORY / "pages").glob("*.py")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_page_speaks_of_options_of_the_command_line(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    said = [str(node.value) for node in texts if id(node) not in docs]
    assert [text for text in said if OPTION.search(text)] == []


def test_a_box_is_for_what_needs_an_answer_and_remarks_are_gray_text() -> None:
    """At most six boxes in the whole app."""
    boxes = [path for path in FILES for _ in re.findall(r"\bst\.info\(", path.read_text("utf-8"))]
    assert len(boxes) <= 6, boxes
