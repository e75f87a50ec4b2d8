"""Lists and objects out of whatever text a language model sent: JSON, Python, quotes of all kinds.

Nothing here raises on a reply: what cannot be read is left out.
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator

import json_repair

from laser_core.llm.lexicon.words import clean

LONGEST_REPLY = 400_000  # characters; about 100,000 tokens, far beyond any answer of ours
_DEEPEST = 12  # brackets within brackets; our own forms need three
_LONGEST_REPAIR = 50_000  # characters; what is longer is well formed or is not read
_MOST_ALONE = 50  # pieces of prose that are offered one by one
_MOST_SPANS = 20_000  # a JSON object a line
_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_PAIR = re.compile(r"[\"'“”‘’]?[\w][^\n\[\]{}:]{0,80}[\"'“”‘’]?\s*:\s*\[")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_KEPT = "\ue000"  # stands for an apostrophe inside a word while quotes are made alike


def structures(text: str) -> Iterator[list[object]]:
    """Readings of `text`, the likeliest first: the lists and objects in it, in their order.

    Fenced blocks come before the rest; what is well formed before what needs repair. An object
    whose outer braces were forgotten ('cat': [...], 'dog': [...]) counts. A string that the end of
    `text` leaves open is left out.
    """
    text = text[:LONGEST_REPLY]
    parts = [_FENCE.findall(text), [text]]
    for read in (_parse_json, _parse_repaired):
        for part in parts:
            spans = [span for piece in part for span in _spans(piece)][:_MOST_SPANS]
            if found := _read_all(spans, read):
                yield found
            if read is _parse_repaired:  # one by one: in prose, a bracket repairs to anything
                yield from ([value] for value in found[:_MOST_ALONE])
    for piece in (piece for part in parts for piece in part):
        if outer := _without_braces(piece):
            yield outer


def _read_all(spans: list[str], read: Callable[[str], object]) -> list[object]:
    values = [read(span) for span in spans]
    return [value for value in values if isinstance(value, (list, dict)) and value]


def _spans(text: str) -> list[str]:
    """Pieces of `text` that may be one structure each: from a bracket to the one that closes it."""
    spans: list[str] = []
    start, depth = -1, 0
    for position, character in enumerate(text):
        if character in "[{［｛【":
            start, depth = (position, 1) if depth == 0 else (start, depth + 1)
        elif character in "]}］｝】" and depth > 0:
            depth -= 1
            if depth == 0:
                spans.append(text[start : position + 1])
    if depth > 0:  # the reply was cut off, or a bracket stands in a sentence
        inner = max(text.rfind("[", start + 1), text.rfind("{", start + 1))
        if text[start + 1 :].strip() and depth > 1 and inner > start:
            spans.extend(_spans_of_objects(text[start + 1 :]))
        spans.append(text[start:])
    return spans


def _spans_of_objects(text: str) -> list[str]:
    """Innermost pieces without brackets inside: what is whole in a structure that is not."""
    return re.findall(r"\{[^\[\]{}]*\}|\[[^\[\]{}]*\]", text)


def _without_braces(text: str) -> list[object]:
    """The object in 'cat': [...], 'dog': [...], whose outer braces were forgotten; or []."""
    pair, last = _PAIR.search(text), max(text.rfind("]"), text.rfind("}"))
    if pair is None or last < pair.start():
        return []
    value = _parse_repaired("{" + text[pair.start() : last + 1] + "}")
    return [value] if isinstance(value, dict) and value else []


def _parse_json(text: str) -> object:
    if _depth(text) > _DEEPEST:
        return None
    for candidate in (text, _straighten_quotes(text)):
        for read in (json.loads, _parse_python):
            try:
                return _restore(read(candidate))
            except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
                continue
    return None


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "[{(") - (character in "]})")
        deepest = max(deepest, depth)
    return deepest


def _parse_python(text: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stray backslash in a reply is no warning of ours
        return ast.literal_eval(text.strip())


def _parse_repaired(text: str) -> object:
    if _depth(text) > _DEEPEST:
        return None
    whole = _without_open_end(_straighten_quotes(text))
    try:
        return _restore(json.loads(_close_brackets(whole)))
    except (ValueError, RecursionError):
        pass
    if len(whole) > _LONGEST_REPAIR:
        return None
    try:
        return _restore(json_repair.loads(whole))
    except Exception:  # a repairer for arbitrary text; whatever it trips over is "not readable"
        return None


def _without_open_end(text: str) -> str:
    """`text` without the last item, if the end of the reply left it open: ["wolf", "coyo."""
    if text.rstrip().endswith(("]", "}")):
        return text
    opened, position = -1, 0
    for mark in re.finditer(r'\\.|"', text, re.DOTALL):
        if mark[0] == '"':
            opened, position = (-1 if opened >= 0 else mark.start()), mark.end()
    whole = text[:opened] if opened >= 0 else text
    rest = whole[position:] if opened < 0 else ""
    cut = max((rest.rfind(sign) for sign in ",[{"), default=-1)
    if cut >= 0 and rest[cut + 1 :].strip():  # an item without quotes: [wolf, coyo
        whole = whole[: position + cut + 1]
    return whole


def _close_brackets(text: str) -> str:
    """JSON that was cut off, with the brackets that it lacks."""
    missing: list[str] = []
    for mark in re.finditer(r'"(?:\\.|[^"\\])*"|[\[\]{}]', text, re.DOTALL):
        if mark[0] in "[{":
            missing.append("]" if mark[0] == "[" else "}")
        elif mark[0] in "]}" and missing:
            missing.pop()
    return text.rstrip(", \n\t") + "".join(reversed(missing))


def _straighten_quotes(text: str) -> str:
    """`text` with all quotes as double quotes, but for apostrophes inside words."""
    kept = _INNER_APOSTROPHE.sub(_KEPT, text)
    plain = re.sub(r"[“”„«»‘’'「」『』]", '"', unicodedata.normalize("NFKC", kept))
    return plain.translate(str.maketrans("【】、", "[],"))


def _restore(value: object) -> object:
    if isinstance(value, str):
        return clean(value.replace(_KEPT, "'"))
    if isinstance(value, list):
        return [_restore(item) for item in value]
    if isinstance(value, dict):
        return {str(_restore(key)): _restore(item) for key, item in value.items()}
    return value
