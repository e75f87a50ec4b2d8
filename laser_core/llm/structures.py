"""Lists and objects out of whatever text a language model sent: JSON, Python, quotes of all kinds.

Nothing here raises on a reply: what cannot be read is left out.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator

import json_repair

LONGEST_REPLY = 400_000  # characters; about 100,000 tokens, far beyond any answer of ours
_DEEPEST = 12  # brackets within brackets; our own forms need three
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_PAIR = re.compile(r"[\"'“”‘’]?[\w][^\n\[\]{}:]{0,80}[\"'“”‘’]?\s*:\s*\[")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_KEPT = "\ue000"  # stands for an apostrophe inside a word while quotes are made alike


def structures(reply: str) -> Iterator[object]:
    """Every list or object that can be read from `reply`, the likeliest first.

    Fenced blocks come before the rest, wide spans before narrow ones. Thoughts in <think> are
    not read. An object whose outer braces were forgotten ('cat': [...], 'dog': [...]) counts.
    """
    text = _THINKING.sub(" ", reply[:LONGEST_REPLY]).replace("\ufeff", "")
    spans = [span for part in [*_FENCE.findall(text), text] for span in _spans(part)]
    # what is well formed anywhere comes before what needs repair: prose has brackets, too
    for read in (_well_formed, _repaired):
        for span in spans:
            value = read(span)
            if isinstance(value, (list, dict)) and value:
                yield value


def _spans(text: str) -> list[str]:
    """Pieces of `text` that may be one structure each: bracketed, widest first, or cut off."""
    spans = []
    start, depth = -1, 0
    for position, character in enumerate(text):
        if character in "[{":
            start, depth = (position, 1) if depth == 0 else (start, depth + 1)
        elif character in "]}" and depth > 0:
            depth -= 1
            if depth == 0:
                spans.append((start, position + 1))
    if depth > 0:  # the reply was cut off, or a bracket stands in a sentence
        spans.append((start, len(text)))
    pieces = [text[first:last] for first, last in sorted(spans, key=lambda s: s[0] - s[1])]
    pair = _PAIR.search(text)
    if pair and len(spans) > 1 and text[spans[0][0]] == "[":
        last = max(end for _, end in spans)
        pieces.insert(0, "{" + text[pair.start() : last] + "}")
    return pieces[:50]


def _well_formed(text: str) -> object:
    if _depth(text) > _DEEPEST:
        return None
    for candidate in (text, _straight(text)):
        for read in (json.loads, _python):
            try:
                return _restored(read(candidate))
            except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
                continue
    return None


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "[{(") - (character in "]})")
        deepest = max(deepest, depth)
    return deepest


def _python(text: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stray backslash in a reply is no warning of ours
        return ast.literal_eval(text.strip())


def _repaired(text: str) -> object:
    if _depth(text) > _DEEPEST:
        return None
    try:
        return _restored(json_repair.loads(_straight(text)))
    except Exception:  # a repairer for arbitrary text; whatever it trips over is "not readable"
        return None


def _straight(text: str) -> str:
    """`text` with all quotes as double quotes, but for apostrophes inside words."""
    kept = _INNER_APOSTROPHE.sub(_KEPT, text)
    return re.sub(r"[“”„«»‘’']", '"', kept)


def _restored(value: object) -> object:
    if isinstance(value, str):
        return value.replace(_KEPT, "'")
    if isinstance(value, list):
        return [_restored(item) for item in value]
    if isinstance(value, dict):
        return {str(_restored(key)): _restored(item) for key, item in value.items()}
    return value
