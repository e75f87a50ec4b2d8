"""Reading a language model's reply: trust nothing, say what is missing.

`read_*` return what is usable, possibly nothing, and never fail. `parse_*` return exactly what was
asked for or raise `LLMReplyError`. The `*_form` functions are the forms that servers with
structured output are asked to keep to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, create_model

from laser_core.errors import LLMReplyError
from laser_core.llm.base import Proposal
from laser_core.llm.structures import structures
from laser_core.llm.words import name_key, tidy_name

LONGEST_NAME = 60  # characters; longer "names" are sentences
LONGEST_SENTENCE = 300
_BULLET = re.compile(r"^\s*(?:[-*•–—+]|\(?\d{1,3}[.):])\s+(.*\S)")
_NAME_FIELDS = ("name", "class_name", "class", "label", "object", "item", "title")
_TEXT_FIELDS = ("sentence", "description", "text", "caption", "content", "value")
_LIST_FIELDS = ("sentences", "descriptions", "captions", "texts", "items", "values")
_REASON_FIELDS = ("reason", "why", "explanation", "because", "rationale", "description")


class NamesForm(BaseModel):
    """The form of an answer to the prompt for confusers."""

    model_config = ConfigDict(extra="forbid")
    class_names: list[str]


class ProposalForm(BaseModel):
    """One class of an answer to the prompt for relevant classes."""

    model_config = ConfigDict(extra="forbid")
    name: str
    reason: str


class ProposalsForm(BaseModel):
    """The form of an answer to the prompt for relevant classes."""

    model_config = ConfigDict(extra="forbid")
    classes: list[ProposalForm]


def descriptions_form(classes: Sequence[str]) -> type[BaseModel]:
    """The form of an answer to the prompt for descriptions: a list of sentences for each class."""
    fields = {
        f"class_{number}": (list[str], Field(alias=name)) for number, name in enumerate(classes)
    }
    model: type[BaseModel] = create_model(  # type: ignore[call-overload]
        "DescriptionsForm", __config__=ConfigDict(extra="forbid"), **fields
    )
    return model


def read_names(reply: str) -> list[str]:
    """Class names in `reply`, in order, each once; [] if there are none."""
    for structure in structures(reply):
        names = _once([_name_of(item) for item in _items(structure)])
        if names:
            return names
    return _once([_leading_name(line) for line in _bulleted(reply)])


def read_descriptions(reply: str, classes: Sequence[str]) -> dict[str, list[str]]:
    """For every one of `classes`, the sentences that `reply` has for it, each once; maybe none.

    A class is found whatever the case, plural, hyphens or article of its key; keys that are no
    class are left out. A bare list of sentences counts when only one class was asked for.
    """
    best: dict[str, list[str]] = {name: [] for name in classes}
    for structure in structures(reply):
        found = _described(structure, classes)
        if sum(map(len, found.values())) > sum(map(len, best.values())):
            best = found
    return best if any(best.values()) else _described_in_lines(reply, classes)


def read_proposals(reply: str) -> list[Proposal]:
    """Proposed classes in `reply`, in order, each name once; [] if there are none.

    An answer without reasons gets the reason "no reason given".
    """
    for structure in structures(reply):
        proposals = [_proposal(item) for item in _proposal_items(structure)]
        if found := _proposals_once(proposals):
            return found
    lines = [(_leading_name(line), _after_name(line)) for line in _bulleted(reply)]
    return _proposals_once(lines)


def parse_class_names(reply: str, wanted: int) -> list[str]:
    """The first `wanted` class names in a reply to the prompt of appendix A.1.

    Raises:
        LLMReplyError: there are fewer.
    """
    names = read_names(reply)
    if len(names) < wanted:
        raise LLMReplyError(short_of_names(names, wanted))
    return names[:wanted]


def parse_descriptions(reply: str, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
    """The first `wanted` sentences of every class in a reply to the prompt of appendix A.2.

    Raises:
        LLMReplyError: a class has fewer; the text names the classes.
    """
    found = read_descriptions(reply, classes)
    if problem := short_of_sentences(found, wanted):
        raise LLMReplyError(problem)
    return {name: sentences[:wanted] for name, sentences in found.items()}


def parse_proposals(reply: str, wanted: int) -> list[Proposal]:
    """The first `wanted` proposals in a reply to the prompt for relevant classes (Section 4.5).

    Raises:
        LLMReplyError: there are fewer.
    """
    proposals = read_proposals(reply)
    if len(proposals) < wanted:
        raise LLMReplyError(short_of_names([proposal.name for proposal in proposals], wanted))
    return proposals[:wanted]


def short_of_names(names: Sequence[str], wanted: int) -> str:
    """What is wrong with too few names, for a person and for the model."""
    got = f"{len(names)}: {', '.join(names)}" if names else "no list of names"
    return f"asked for {wanted} class names, got {got}"


def short_of_sentences(found: Mapping[str, Sequence[str]], wanted: int) -> str:
    """What is wrong with too few sentences; "" if every class has `wanted`."""
    short = [(name, len(sentences)) for name, sentences in found.items() if len(sentences) < wanted]
    if not short:
        return ""
    parts = [f"for {name!r}, got {got}" for name, got in short[:10]]
    more = f" and for {len(short) - 10} more classes" if len(short) > 10 else ""
    return f"asked for {wanted} sentences " + "; ".join(parts) + more


def _items(structure: object) -> list[object]:
    """The list inside a structure: itself, or the longest list among an object's values."""
    if isinstance(structure, list):
        if len(structure) == 1 and isinstance(structure[0], (list, dict)):
            return _items(structure[0]) or structure
        return structure
    if not isinstance(structure, dict):
        return []
    lists = [value for value in structure.values() if isinstance(value, list)]
    if lists:
        return max(lists, key=len)
    nested = [_items(value) for value in structure.values() if isinstance(value, dict)]
    if any(nested):
        return max(nested, key=len)
    return list(structure.values())  # {"1": "wolf", "2": "fox"}


def _text(item: object, fields: Sequence[str]) -> str:
    """The text of a string, or of the first of `fields` (any case) that an object has."""
    if isinstance(item, str):
        return " ".join(item.split())
    if isinstance(item, dict):
        by_key = {str(key).casefold(): value for key, value in item.items()}
        for field in fields:
            if isinstance(by_key.get(field), str):
                return " ".join(by_key[field].split())
        texts = [value for value in item.values() if isinstance(value, str)]
        return " ".join(texts[0].split()) if len(texts) == 1 else ""
    return ""


def _name_of(item: object) -> str:
    name = tidy_name(_text(item, _NAME_FIELDS))
    return name if len(name) <= LONGEST_NAME and name_key(name) else ""


def _once(names: Sequence[str]) -> list[str]:
    first = {name_key(name): name for name in reversed(names) if name}
    return [name for name in dict.fromkeys(names) if name and first[name_key(name)] == name]


def _sentences(value: object) -> list[str]:
    if isinstance(value, dict):
        value = _items(value)
    items = value if isinstance(value, list) else [value]
    texts = [_text(item, _TEXT_FIELDS).strip(" \"“”'*") for item in items]
    first = {text.casefold().rstrip(". "): text for text in reversed(texts)}
    usable = [text for text in dict.fromkeys(texts) if _is_sentence(text)]
    return [text for text in usable if first[text.casefold().rstrip(". ")] == text]


def _is_sentence(text: str) -> bool:
    return len(text) <= LONGEST_SENTENCE and any(character.isalpha() for character in text)


def _described(structure: object, classes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in classes}
    by_key = {name_key(name): name for name in reversed(classes)}
    pairs = list(_pairs(structure))
    for key, value in pairs:
        name = by_key.get(name_key(key))
        if name is not None and not found[name]:
            found[name] = _sentences(value)
    if not any(found.values()) and isinstance(structure, dict):
        inner = [_described(value, classes) for value in structure.values() if _nested(value)]
        found = max([found, *inner], key=lambda part: sum(map(len, part.values())))
    single = isinstance(structure, list) and len(classes) == 1 and not pairs
    return {classes[0]: _sentences(structure)} if single else found


def _nested(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _pairs(structure: object) -> list[tuple[str, object]]:
    """(class, sentences) pairs of an object, or of a list of objects in any of the usual forms."""
    if isinstance(structure, dict):
        fields = {str(key).casefold(): value for key, value in structure.items()}
        named = next((fields[f] for f in _NAME_FIELDS if isinstance(fields.get(f), str)), None)
        listed = next((fields[f] for f in _LIST_FIELDS if f in fields), None)
        if isinstance(named, str) and listed is not None:
            return [(named, listed)]
        return [(str(key), value) for key, value in structure.items()]
    if isinstance(structure, list):
        return [pair for item in structure if isinstance(item, dict) for pair in _pairs(item)]
    return []


def _described_in_lines(reply: str, classes: Sequence[str]) -> dict[str, list[str]]:
    """Headings that are a class, each with its list below: a last resort."""
    found: dict[str, list[str]] = {name: [] for name in classes}
    by_key = {name_key(name): name for name in reversed(classes)}
    current = classes[0] if len(classes) == 1 else None
    for line in reply.splitlines():
        bullet = _BULLET.match(line)
        text = bullet[1] if bullet else line
        heading = by_key.get(name_key(text.strip().rstrip(":")))
        if heading is not None and (not bullet or text.rstrip(" *").endswith(":")):
            current = heading
        elif bullet and current is not None:
            found[current].extend(_sentences(text))
    return {name: _sentences(sentences) for name, sentences in found.items()}


def _bulleted(reply: str) -> list[str]:
    return [match[1] for line in reply.splitlines() if (match := _BULLET.match(line))]


def _leading_name(line: str) -> str:
    return _name_of(re.split(r"\s+[-–—(]\s*|\s*:\s*|\s\(", line, maxsplit=1)[0])


def _after_name(line: str) -> str:
    parts = re.split(r"\s+[-–—]\s+|\s*:\s*", line, maxsplit=1)
    return parts[1].strip(" *") if len(parts) > 1 else ""


def _proposal_items(structure: object) -> list[object]:
    """Items of a list, or (name, reason) pairs of an object {"hat": "protects from the sun"}."""
    if isinstance(structure, dict) and structure:
        fields = {str(key).casefold() for key in structure}
        if fields & set(_NAME_FIELDS) and fields & set(_REASON_FIELDS):
            return [structure]
        if all(isinstance(value, str) for value in structure.values()):
            return [{"name": key, "reason": value} for key, value in structure.items()]
    return _items(structure)


def _proposal(item: object) -> tuple[str, str]:
    if isinstance(item, dict):
        return _name_of(item), _text(item, _REASON_FIELDS)
    if isinstance(item, list):
        name, reason, *_ = [*map(str, item), "", ""]
        return _name_of(name), reason
    return (_leading_name(item), _after_name(item)) if isinstance(item, str) else ("", "")


def _proposals_once(pairs: Sequence[tuple[str, str]]) -> list[Proposal]:
    reasons = dict(reversed(pairs))  # the first reason of a repeated name
    kept = _once([name for name, _ in pairs])
    return [Proposal(name, " ".join(reasons[name].split()) or "no reason given") for name in kept]
