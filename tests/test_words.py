"""Names and texts are the field's: no private jargon, no function named by a bare participle."""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
CODE = ("laser_core", "ui", "pages")
TEXTS = (*CODE, "docs", "README.md", "CONTRIBUTING.md", "app.py")
JARGON = {
    "go home": "end, stop",
    "goes home": "ends, stops",
    "went home": "ended, stopped",
    "by lot": "at random",
    "what luck would": "what picking at random would",
    "words bring": "what each sentence brings",
    "waits for a word": "waits for confirmation",
    "wait for a word": "wait for confirmation",
    "person's word": "confirmation",
}
# Terms of the field, nouns and verbs that only look like a participle, and names of the public API.
TERMS = {
    *(
        "balanced",
        "closing",
        "ceiling",
        "done",
        "embed",
        "missing",
        "nothing",
        "pending",
        "ranking",
    ),
    *("setting", "thing", "unlabeled"),
}
IRREGULAR = {
    *("built", "chosen", "done", "drawn", "given", "held", "kept", "known", "made", "meant", "met"),
    *("said", "seen", "sent", "shown", "stood", "taken", "thought", "told", "written"),
}


def files_below(place: str, suffixes: tuple[str, ...]) -> list[Path]:
    start = REPOSITORY / place
    found = sorted(start.rglob("*")) if start.is_dir() else [start]
    return [path for path in found if path.suffix in suffixes]


def jargon_in(text: str) -> list[str]:
    """The phrases of `JARGON` in a text, also where a line break parts their words."""
    plain = " ".join(text.replace("#", " ").split()).casefold()
    return [phrase for phrase in JARGON if re.search(rf"\b{re.escape(phrase)}\b", plain)]


def participles_in(source: str) -> list[str]:
    """Functions and methods that are called by one participle and do not return a bool."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        name = node.name.strip("_")
        is_participle = bool(re.fullmatch(r"[a-z]+(ed|ing)", name)) or name in IRREGULAR
        is_claim = node.returns is not None and ast.unparse(node.returns) == "bool"
        if is_participle and not is_claim and name not in TERMS:
            found.append(node.name)
    return found


@pytest.mark.parametrize("place", TEXTS)
def test_texts_are_plain_english_without_private_jargon(place):
    used = [
        f"{path.relative_to(REPOSITORY)}: {phrase!r}, say {JARGON[phrase]!r}"
        for path in files_below(place, (".py", ".md", ".js", ".html"))
        for phrase in jargon_in(path.read_text(encoding="utf-8"))
    ]
    assert not used


@pytest.mark.parametrize("place", CODE)
def test_a_function_is_called_by_what_it_returns_or_does(place):
    used = [
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path in files_below(place, (".py",))
        for name in participles_in(path.read_text(encoding="utf-8"))
    ]
    assert not used


def test_the_words_that_a_line_break_parts_are_noticed():
    assert jargon_in("ties are broken by\n    # lot here") == ["by lot"]
    assert jargon_in("the worker goes\nhome") == ["goes home"]
    assert jargon_in("a slot, the person's wordlist") == []


def test_a_participle_is_noticed_unless_it_claims_or_is_a_term():
    assert participles_in("def counted(x) -> int: ...") == ["counted"]
    assert participles_in("class A:\n    def _told(self) -> str: ...") == ["_told"]
    assert participles_in("def finished() -> bool: ...\ndef unlabeled() -> list: ...") == []
    assert participles_in("def top_b(): ...\ndef following(): ...") == ["following"]
