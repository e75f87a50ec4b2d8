"""Fuzzing: bodies of endpoints, and replies of language models, that no one wrote."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from laser_core.llm.endpoint.bodies import LONGEST_QUOTE, BodyError, read_answer, server_message
from laser_core.llm.replies.fields import is_ours
from laser_core.llm.replies.schema import (
    LONGEST_NAME,
    read_descriptions,
    read_names,
    read_proposals,
)
from tests.fuzz.harness import Target, WrongReadingError
from tests.fuzz.mutate import TEXTS, pick, spoiled_bytes, spoiled_json
from tests.llm.shapes import LASTING, PASSING, READ, REFUSED, UNREAD
from tests.llm.test_faulty_replies import MARKED

BODIES = [
    row.answer.raw
    for table in (REFUSED, PASSING, LASTING, READ, UNREAD)
    for row in table
    if row.answer.raw and len(row.answer.raw) < 20_000
]
FORMS = (
    '{"class_names": ["wolf", "fox", "coyote"]}',
    '{"name": "NamesForm", "arguments": "{\\"class_names\\": [\\"wolf\\", \\"fox\\"]}"}',
    '{"properties": {"class_names": ["wolf"]}, "required": ["class_names"], "type": "object"}',
    '{"wolf": ["a wolf runs", "a wolf eats"], "fox": [{"sentence": "a fox"}]}',
    '{"classes": [{"name": "wolf", "reason": "wild"}, {"name": "fox", "reason": "red"}]}',
    '{"error": {"message": "no", "code": 503}, "reasoning": ["because"], "refusal": null}',
)
PROSE = ("1、狼\n2、狐狸", "- wolf\n- fox", "| name |\n|---|\n| wolf |", "wolf, fox, coyote")
THOUGHT = '["zzthought", "zzidea"]\n- zzthought\n'


def spoiled_body(rng: np.random.Generator, _: Path) -> str:
    """A body of a server with one thing spoiled: an answer, or a sentence about it."""
    body = pick(rng, BODIES)
    try:
        json.loads(body)
        body = spoiled_json(body, rng)
    except ValueError:
        body = spoiled_bytes(body.encode(), rng)[1].decode("utf-8", "replace")
    said = server_message(body)
    if len(said) > LONGEST_QUOTE or any(not sign.isprintable() for sign in said):
        raise WrongReadingError(f"a quote that is no line: {said!r}")
    try:
        answer = read_answer(body)
    except BodyError:
        return "said"
    if not answer.text.strip() or answer.tokens_in < 0 or answer.tokens_out < 0:
        raise WrongReadingError(f"an empty answer of {body[:200]!r}")
    _look(answer.text)
    return "read"


def spoiled_reply(rng: np.random.Generator, _: Path) -> str:
    """A reply with one thing spoiled."""
    if rng.random() < 0.3:
        return "names" if _look(pick(rng, PROSE) + pick(rng, TEXTS)) else "none"
    text = spoiled_json(pick(rng, FORMS), rng)
    return "names" if _look(text) else "none"


def marked_thoughts(rng: np.random.Generator, _: Path) -> str:
    """Thoughts in one of their spellings around a reply that may be spoiled: never a class."""
    form = pick(rng, MARKED)
    answer = pick(rng, FORMS) if rng.random() < 0.3 else spoiled_json(pick(rng, FORMS), rng)
    parts = [THOUGHT] * (form.count("{}") - 1)
    text = form.format(*parts, answer)
    if any("zz" in name for name in _look(text)):
        raise WrongReadingError(f"a thought became a class: {text!r}")
    return "kept apart"


def _look(text: str) -> list[str]:
    """Read a reply in all ways; complain of what is no class name. Returns the names."""
    found = read_names(text)
    proposed = [proposal.name for proposal in read_proposals(text)]
    described = read_descriptions(text, ["wolf", "fox"])
    if list(described) != ["wolf", "fox"]:
        raise WrongReadingError(f"other classes: {list(described)}")
    for name in [*found, *proposed]:
        bad = is_ours(name) or len(name) > LONGEST_NAME or not name.strip()
        if bad or any(0xD800 <= ord(sign) < 0xE000 or ord(sign) < 32 for sign in name):
            raise WrongReadingError(f"{name!r} became a class: {text[:300]!r}")
    return found + proposed


TARGETS = (
    Target("LLM bodies", spoiled_body, short=60),
    Target("LLM replies", spoiled_reply, short=60),
    Target("thoughts", marked_thoughts, short=40),
)
