"""Reading a language model's reply: trust nothing, say what is missing.

`read_*` return what is usable, possibly nothing, and never fail; `short_of_*` say what is missing
then. The `*_form` functions are the forms that servers with
structured output are asked to keep to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, create_model

from laser_core.llm.base import Proposal
from laser_core.llm.lexicon.synsets import lexicon, same_name
from laser_core.llm.lexicon.words import Matching, name_key, tidy_name
from laser_core.llm.replies.fields import (
    LIST_FIELDS,
    NAME_FIELDS,
    NEVER,
    REASON_FIELDS,
    TEXT_FIELDS,
    has_own_field,
    is_ours,
    names_in,
    plain_key,
    possible_answers,
    split_string,
)
from laser_core.llm.replies.structures import structures
from laser_core.llm.replies.thoughts import without_thoughts

LONGEST_NAME = 60  # characters; longer "names" are sentences
LONGEST_SENTENCE = 300
_MARK = (
    r"[-*–—+>]+\s+|[•·・‣▪●○◦■□★]\s*|\(?\d{1,4}[.):、]\s*(?!\d)|\(?[A-Za-z][.)]\s+"
    r"|[一二三四五六七八九十]{1,3}[、.)]\s*"
)
_BULLET = re.compile(rf"^\s*(?:{_MARK})+(.*\S)")
_CIRCLED = re.compile(r"^\s*[①-⑳⓪-⓿❶-➓]\s*", re.MULTILINE)
_QUOTED_LINE = re.compile(r"""^\s*["“'‘]([^"“”]{1,80}?)["”'’]\s*,?\s*$""")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?$")
_NUMBERING = re.compile(r"^\(?(?:\d{1,4}|[一二三四五六七八九十]{1,3})[.):、]\s*(?=[^\d\s])")
_NO_NAMES = frozenset(("na", "null", "nan", "undefined", "etc", "none"))
_OF_LISTS = frozenset(("classes", "class_names", "names", "arguments", "answer", "result"))
_NO_KINDS = frozenset(("attribute", "thought", "possession", "other", "top", "act", "person"))
_FEWEST_WITH_COMMAS = 3  # names in a line without any other sign of a list


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


def read_names(reply: str, cut: bool = False) -> list[str]:
    """Class names in `reply`, in order, each once; [] if there are none.

    Args:
        reply: what the model sent.
        cut: True when its end is missing, so that a last line may be half a name.
    """
    text = without_thoughts(reply)
    for values in structures(text):
        if names := _once([_name_of(item) for item in names_in(values)]):
            return names
        if has_own_field(values):
            return []
    return _once([_leading_name(line) for line in _list_items(text, cut)])


def read_descriptions(
    reply: str, classes: Sequence[str], cut: bool = False
) -> dict[str, list[str]]:
    """For every one of `classes`, the sentences that `reply` has for it, each once; maybe none.

    A class is found whatever the case, plural, hyphens or article of its key; keys that are no
    class are left out. A bare list of sentences counts when only one class was asked for. `cut` is
    as for `read_names`.
    """
    best: dict[str, list[str]] = {name: [] for name in classes}
    text, known = without_thoughts(reply), Matching(classes)
    for values in structures(text):
        found = _join(_descriptions_in(value, classes, known) for value in values)
        if sum(map(len, found.values())) > sum(map(len, best.values())):
            best = {name: found.get(name, []) for name in classes}
    return best if any(best.values()) else _descriptions_in_lines(text, classes, cut)


def read_proposals(reply: str, cut: bool = False) -> list[Proposal]:
    """Proposed classes in `reply`, in order, each name once; [] if there are none.

    An answer without reasons gets the reason "no reason given". `cut` is as for `read_names`.
    """
    text = without_thoughts(reply)
    for values in structures(text):
        items = [item for value in values for item in _proposal_items(value)]
        if found := _proposals_once([_proposal(item) for item in items]):
            return found
    lines = [(_leading_name(line), _after_name(line)) for line in _list_items(text, cut)]
    return _proposals_once(lines)


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
    content = _NUMBERING.sub("", _text(item, NAME_FIELDS).strip())
    name = tidy_name(re.split(r"\s+[-–—]\s+|\s*[:：]\s+", content, maxsplit=1)[0])
    usable = len(name) <= LONGEST_NAME and name_key(name) and not is_ours(name)
    return name if usable and plain_key(name) not in _NO_NAMES else ""


def _once(names: Sequence[str]) -> list[str]:
    """Every name once; a plural or a repeat in other letters is dropped, unless it differs.

    "glasses" are no plural of "glass" where the lexicon says so.
    """
    seen, kept = Matching(()), []
    for name in filter(None, names):
        alike = seen.find(name)
        if alike is None or (not seen.exactly(name) and not same_name(name, alike)):
            kept.append(name)
            seen.add(name)
    return kept


def _sentences(value: object) -> list[str]:
    if isinstance(value, dict):
        items = [v for k, v in value.items() if plain_key(k) not in NEVER]
        lists = [item for item in items if isinstance(item, list)]
        value = max(lists, key=len) if lists else items
    items = value if isinstance(value, list) else [value]
    texts = [_text(item, TEXT_FIELDS).strip(" \"“”'*") for item in items]
    once = {text.casefold().rstrip(". "): text for text in reversed(texts) if _is_sentence(text)}
    return list(once.values())[::-1]


def _is_sentence(text: str) -> bool:
    return len(text) <= LONGEST_SENTENCE and any(character.isalpha() for character in text)


def _join(parts: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        for name, sentences in part.items():
            found.setdefault(name, []).extend(sentences)
    return {name: _sentences(sentences) for name, sentences in found.items()}


def _descriptions_in(
    structure: object, classes: Sequence[str], known: Matching
) -> dict[str, list[str]]:
    """The best reading of one structure: as it is, or unwrapped."""
    best: dict[str, list[str]] = {}
    for value in possible_answers(structure):
        found = _by_class(value, classes, known)
        if sum(map(len, found.values())) > sum(map(len, best.values())):
            best = found
    return best


def _by_class(structure: object, classes: Sequence[str], known: Matching) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    pairs = list(_pairs(structure))
    for key, value in pairs:
        name = known.find(key)
        if name is not None and not found.get(name):
            found[name] = _sentences(value)
    if not any(found.values()) and isinstance(structure, dict):
        held = [v for k, v in structure.items() if _is_nested(v) and plain_key(k) not in NEVER]
        inner = [_by_class(value, classes, known) for value in held]
        found = max([found, *inner], key=lambda part: sum(map(len, part.values())))
    single = isinstance(structure, list) and len(classes) == 1 and not pairs
    return {classes[0]: _sentences(structure)} if single else found


def _is_nested(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _pairs(structure: object) -> list[tuple[str, object]]:
    """(class, sentences) pairs of an object, or of a list of objects in any of the usual forms."""
    if isinstance(structure, dict):
        fields = {str(key).casefold(): value for key, value in structure.items()}
        named = next((fields[f] for f in NAME_FIELDS if isinstance(fields.get(f), str)), None)
        listed = next((fields[f] for f in LIST_FIELDS if f in fields), None)
        if isinstance(named, str) and listed is not None:
            return [(named, listed)]
        return [(str(key), value) for key, value in structure.items()]
    if isinstance(structure, list):
        return [pair for item in structure if isinstance(item, dict) for pair in _pairs(item)]
    return []


def _descriptions_in_lines(text: str, classes: Sequence[str], cut: bool) -> dict[str, list[str]]:
    """Headings that are a class, each with its list below: a last resort."""
    found: dict[str, list[str]] = {name: [] for name in classes}
    known = Matching(classes)
    current = classes[0] if len(classes) == 1 else None
    for line in _lines(text, cut):
        bullet = _BULLET.match(line)
        content = bullet[1] if bullet else line
        heading = known.find(content.strip().rstrip(":*# "))
        if heading is not None and (not bullet or content.rstrip(" *").endswith(":")):
            current = heading
        elif bullet and current is not None:
            found[current].extend(_sentences(content))
    return {name: _sentences(sentences) for name, sentences in found.items()}


def _lines(text: str, cut: bool) -> list[str]:
    """The lines of `text`, full-width characters made plain; the last one only if it is whole."""
    lines = unicodedata.normalize("NFKC", _CIRCLED.sub("• ", text)).splitlines()
    return lines[:-1] if cut and lines and not text.endswith("\n") else lines


def _list_items(text: str, cut: bool) -> list[str]:
    """What stands behind bullets or numbers, else in a table, in quotes, with commas, a line each.

    Prose has commas and short lines, too: those count only where all of it looks like names.
    """
    lines = [line.strip() for line in _lines(text, cut) if line.strip()]
    if found := [match[1] for line in lines if (match := _BULLET.match(line))]:
        return found
    if found := _in_table(lines):
        return found
    if found := [match[1] for line in lines if (match := _QUOTED_LINE.match(line))]:
        return found
    for line in lines:
        parts = split_string(re.sub(r"^[^:,]{0,80}:\s*", "", line))
        if len(parts) >= _FEWEST_WITH_COMMAS and all(map(_is_like_a_name, parts)):
            return parts
    plain = all(_is_like_a_name(line) and not line[0].isupper() for line in lines)
    return lines if plain and len(lines) > 1 else []


def _in_table(lines: Sequence[str]) -> list[str]:
    """The first cell with a word of each row below the rule of a table."""
    rules = [place for place, line in enumerate(lines) if _TABLE_RULE.match(line)]
    rows = (
        [line.strip("| ").split("|") for line in lines[rules[0] + 1 :] if "|" in line]
        if rules
        else []
    )
    cells = [[cell for cell in row if any(map(str.isalpha, cell))] for row in rows]
    return [row[0] for row in cells if row]


def _is_like_a_name(part: str) -> bool:
    return len(part.split()) <= 3 and not re.search(
        r"[.!?…](?:\s|$)|['’{}\[\]\":<>=]|^(?:I|it|we)\b", part
    )


def _leading_name(line: str) -> str:
    """The name with which a line begins; a bracket behind it stays if it names a kind of thing."""
    first = re.split(r"\s+[-–—]\s*|\s*:\s*", line, maxsplit=1)[0]
    plain, _, bracket = first.partition(" (")
    kinds = {sense.field for sense in lexicon().senses(bracket.rstrip(") *"))}
    return _name_of(first if kinds - _NO_KINDS else plain)


def _after_name(line: str) -> str:
    parts = re.split(r"\s+[-–—]\s+|\s*:\s*", line, maxsplit=1)
    return parts[1].strip(" *") if len(parts) > 1 else ""


def _proposal_items(structure: object) -> list[object]:
    """Items of a list, or (name, reason) pairs of an object {"hat": "protects from the sun"}."""
    for value in possible_answers(structure):
        if isinstance(value, list):
            pairs = bool(value) and all(isinstance(item, list) for item in value)
            return value if pairs else names_in([value])
        if isinstance(value, dict):
            fields = {k: v for k, v in value.items() if plain_key(k) not in NEVER}
            keys = {str(key).casefold() for key in value}
            if fields and all(isinstance(v, str) for v in fields.values()) and not keys & _OF_LISTS:
                if keys & set(NAME_FIELDS) and keys & set(REASON_FIELDS):
                    return [value]
                return [{"name": key, "reason": reason} for key, reason in fields.items()]
    return names_in([structure])


def _proposal(item: object) -> tuple[str, str]:
    if isinstance(item, dict):
        return _name_of(item), _text(item, REASON_FIELDS)
    if isinstance(item, list):
        name, reason, *_ = [*map(str, item), "", ""]
        return _name_of(name), reason
    return (_leading_name(item), _after_name(item)) if isinstance(item, str) else ("", "")


def _proposals_once(pairs: Sequence[tuple[str, str]]) -> list[Proposal]:
    reasons = dict(reversed(pairs))  # the first reason of a repeated name
    kept = _once([name for name, _ in pairs])
    return [Proposal(name, " ".join(reasons[name].split()) or "no reason given") for name in kept]
