"""Which part of a structured reply is the answer: our own fields first, wrappers undone.

Models wrap an answer in a tool call, a schema, groups or a dictionary of reasons, and put errors,
refusals and thoughts beside it; those are never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from laser_core.llm.replies.structures import structures

NAME_FIELDS = ("name", "class_name", "class", "label", "object", "item", "title")
TEXT_FIELDS = ("sentence", "description", "text", "caption", "content", "value")
LIST_FIELDS = ("sentences", "descriptions", "captions", "texts", "items", "values")
REASON_FIELDS = ("reason", "why", "explanation", "because", "rationale", "description")
# Fields that may hold the whole answer, also written as a string of JSON.
_WRAPPERS = (
    "arguments", "parameters", "properties", "function", "tool_calls", "toolcalls", "input",
    "args", "kwargs", "json", "answer", "finalanswer", "final", "result", "results", "response",
    "output", "content", "data", "message", "choices",
)  # fmt: skip
# Fields that hold names, where our own is missing; the first that has any counts.
_LISTS_OF_NAMES = (
    "classnames", "classes", "names", "irrelevantclasses", "irrelevantclassnames", "confusers",
    "distractors", "otherclasses", "categories", "labels", "objects", "items", "list",
)  # fmt: skip
# What stands beside an answer and is none.
NEVER = frozenset((
    "additionalproperties", "analysis", "chainofthought", "code", "comment", "comments",
    "confidence", "created", "defs", "detail", "details", "error", "errors", "exampleclasses",
    "excluded", "explanation", "explanations", "finishreason", "id", "index", "input", "known",
    "knownclasses", "logprobs", "message", "model", "note", "notes", "prompt", "question",
    "rationale", "reason", "reasoning", "reasoningcontent", "reasoningdetails", "reasons",
    "refusal", "rejected", "relevant", "relevantclasses", "required", "role", "schema", "status",
    "strict", "success", "thinking", "thought", "thoughts", "type", "usage", "warning", "warnings",
))  # fmt: skip
# Names of ours, and of schemas, that some models send back as if they were answers.
_OURS = frozenset((
    "classnames", "namesform", "proposalform", "proposalsform", "descriptionsform",
    "additionalproperties", "jsonschema", "responseformat",
))  # fmt: skip
OWN_FIELD = "classnames"
_DEEPEST = 12
_NUMBERED = re.compile(r"^(?:[a-z]{0,12}[\s_-]*)?\d{1,4}$|^[a-z]$", re.IGNORECASE)
_LONGEST_WORDS = 4  # a name has seldom more words; a reason or a sentence has


def plain_key(key: object) -> str:
    """A field's name in letters and digits alone, without case: "Class Names" is "classnames"."""
    return "".join(char for char in str(key).casefold() if char.isalnum())


def is_ours(name: str) -> bool:
    """True for the name of a field or form of ours, which is no class."""
    return plain_key(name) in _OURS


def names_in(values: Sequence[object]) -> list[object]:
    """The items that name classes, in the order given: strings, or objects with a name field."""
    held = [held for value in values for held in _values_of_field(value, OWN_FIELD)]
    if held:  # empty or not: what stands beside our own field is no answer
        return [item for value in held for item in _of_list(value)]
    return [item for value in values for item in _names(value)]


def inner_value(value: object) -> object:
    """A string of JSON as what it says; anything else as it is."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        return next((found[0] for found in structures(value)), value)
    return value


def possible_answers(value: object, depth: int = 0) -> Iterator[object]:
    """`value`, and what its wrappers hold, outermost first; nothing out of `NEVER`."""
    value = inner_value(value)
    yield value
    if depth > _DEEPEST:
        return
    inner: list[object] = []
    if isinstance(value, dict):
        inner = [v for k, v in value.items() if plain_key(k) in _WRAPPERS]
    elif isinstance(value, list):
        inner = [item for item in value if isinstance(item, dict)]
    for item in inner:
        if isinstance(inner_value(item), (dict, list)):
            yield from possible_answers(item, depth + 1)


def split_string(text: str) -> list[str]:
    """The items of a list that was written as one string: a line each, or with commas."""
    parts = (
        text.splitlines() if len(text.strip().splitlines()) > 1 else re.split(r"[,，、;；]", text)
    )
    return [part.strip() for part in parts if part.strip()]


def _values_of_field(value: object, field: str, depth: int = 0) -> Iterator[object]:
    """What fields of that name hold, at any depth but not in `NEVER` ones."""
    value = inner_value(value)
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                yield from _values_of_field(item, field, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if plain_key(key) == field and item:
                yield item
            elif plain_key(key) in _WRAPPERS or plain_key(key) not in NEVER:
                item = inner_value(item)
                if isinstance(item, (dict, list)):
                    yield from _values_of_field(item, field, depth + 1)


def _of_list(value: object) -> list[object]:
    """The items of what stands in a field for names: a list, a string, groups, or a schema."""
    value = inner_value(value)
    if isinstance(value, str):
        return list(split_string(value))
    return _names(value)


def has_own_field(values: Sequence[object]) -> bool:
    """Whether our own field, or a refusal, is there: then nothing else is the answer."""
    fields = (OWN_FIELD, "refusal")
    return any(True for value in values for field in fields for _ in _values_of_field(value, field))


def _names(value: object, depth: int = 0) -> list[object]:
    value = inner_value(value)
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [item for inner in value for item in _items(inner, depth)]
    if isinstance(value, dict):
        return _of_object(value, depth)
    return []


def _items(item: object, depth: int) -> list[object]:
    if isinstance(item, dict):
        return [item] if _has_name(item) else _names(item, depth + 1)
    return _names(item, depth + 1) if isinstance(item, list) else [item]


def _has_name(item: Mapping[str, object]) -> bool:
    """True for {"name": "wolf", "reason": ...}; not for a group, a tool call or a schema."""
    keys = {plain_key(key): value for key, value in item.items()}
    holds = any(isinstance(inner_value(value), (list, dict)) for value in item.values())
    return not holds and any(isinstance(keys.get(plain_key(f)), str) for f in NAME_FIELDS)


def _of_object(value: Mapping[str, object], depth: int) -> list[object]:
    fields = {plain_key(key): inner_value(item) for key, item in value.items()}
    if _is_schema(fields):
        lists = (fields.get(f) for f in ("enum", "examples", "default", "const", "items", "value"))
        return [i for found in lists if isinstance(found, list) for i in _names(found, depth + 1)]
    if fields.get("error"):
        return []
    for field in (*_LISTS_OF_NAMES, *_WRAPPERS):
        held = fields.get(field)
        if field not in ("message", "input") and (found := _names_in_field(held, field, depth)):
            return found
    if _has_name(value):
        return [value]
    return _of_entries(value, depth)


def _names_in_field(held: object, field: str, depth: int) -> list[object]:
    """Names in a field; a string counts as a list where the field is one, or it reads as one."""
    if not isinstance(held, str):
        return _names(held, depth + 1)
    parts = split_string(held)
    if field in _LISTS_OF_NAMES and field[-1] == "s":
        return list(parts)
    return list(parts) if len(parts) > 2 and not _is_prose(parts) else []


def _is_schema(fields: Mapping[str, object]) -> bool:
    kinds = ("array", "string", "object", "number", "integer")
    return fields.get("type") in kinds and not isinstance(fields.get("properties"), dict)


def _of_entries(value: Mapping[str, object], depth: int) -> list[object]:
    """Groups joined; values of numbered keys; else keys, each with a reason or a score."""
    found: list[object] = []
    for key, held in value.items():
        if plain_key(key) in NEVER or str(key).startswith("$"):
            continue
        inner = inner_value(held)
        if _NUMBERED.match(str(key)) and isinstance(inner, str):
            found.append(inner)
        elif isinstance(inner, list) and not _is_prose(inner):
            found.extend(_names(inner, depth + 1))
        elif isinstance(inner, dict) and (names := _names_inside(inner, depth)):
            found.extend(names)
        elif not _is_field(key):
            found.append(str(key))
    return found


def _names_inside(inner: Mapping[str, object], depth: int) -> list[object]:
    """Names in one value of an object, unless it only says something about its key."""
    beside_a_name = {*map(plain_key, REASON_FIELDS), *NEVER, "score", "probability", "similarity"}
    if all(plain_key(key) in beside_a_name for key in inner):
        return []
    return _items(inner, depth)


def _is_field(key: object) -> bool:
    named = (*NAME_FIELDS, *TEXT_FIELDS, *LIST_FIELDS, *_LISTS_OF_NAMES, *_WRAPPERS)
    return plain_key(key) in set(map(plain_key, named))


def _is_prose(items: Sequence[object]) -> bool:
    """True for a list of sentences or reasons: its key is the name, not its items."""
    texts = [item for item in items if isinstance(item, str)]
    long = sum(len(text.split()) > _LONGEST_WORDS or text.endswith(".") for text in texts)
    return bool(texts) and 2 * long > len(texts)
