"""The wider kind with which a dictionary gloss opens: "a small **car** with ..." is a car."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A noun phrase ends before these, and two glosses that share them share nothing.
FUNCTION_WORDS = frozenset((
    "about", "across", "after", "against", "along", "also", "among", "and", "are", "around",
    "as", "at", "because", "before", "being", "below", "between", "by", "called", "can",
    "chiefly", "commonly", "consisting", "containing", "down", "during", "especially", "for",
    "formerly", "found", "four", "from", "has", "have", "having", "if", "in", "including",
    "into", "is", "it", "its", "made", "mainly", "may", "must", "native", "near", "not", "now",
    "of", "off", "often", "on", "one", "only", "or", "originally", "over", "resembling",
    "should", "similar", "since", "something", "than", "that", "the", "their", "them", "things",
    "three", "through", "to", "two", "typically", "under", "until", "up", "upon", "used",
    "usually", "was", "were", "when", "where", "whereby", "which", "while", "who", "whose",
    "will", "with", "within", "without", "worn", "would",
))  # fmt: skip
_OPENINGS = re.compile(
    r"^(?:(?:an? )?informal (?:term|name)s?(?: referring)? (?:to|for) (?:an? )?"
    r"|any(?: one)? of (?:the |a )?(?:several|various|numerous|many|certain|a number of|two|three)?"
    r"(?: or more)?"
    r"|(?:a |an |the |any )?(?:large |small )?(?:kind|type|variety|sort|species|form|breed|strain"
    r"|class|family|genus|member|item|article|style|brand|pair|piece)s? of"
    r"|one of (?:the |several )?|(?:two|several|various|numerous|many) )\s*"
)
_SKIPPED = frozenset(("a", "an", "the", "any", "some", "each", "this"))
_WORDS = re.compile(r"[a-z][a-z'\-]*|,")


def genus_candidates(gloss: str) -> Iterator[str]:
    """Phrases that may name the wider kind, likeliest first; the caller takes the first it knows.

    "a low upholstered seat for one person" gives "low upholstered seat", "upholstered seat",
    "seat"; what comes after the opening noun phrase is never offered.
    """
    for part in reversed(_split_at_conjunction(_opening_phrase(gloss))):
        for first in range(max(0, len(part) - 4), len(part)):
            yield " ".join(part[first:])


def _opening_phrase(gloss: str) -> list[str]:
    text = re.sub(r"\([^)]*\)", " ", gloss)
    text = " ".join(re.split(r"[;:]", text, maxsplit=1)[0].casefold().split())
    for _ in range(3):  # "any of several breeds of ..."
        text = _OPENINGS.sub("", text)
    words = _WORDS.findall(text)
    phrase: list[str] = []
    for position, word in enumerate(words):
        if word in _SKIPPED and not phrase:
            continue
        if phrase and _ends_phrase(words, position):
            break
        phrase.append(word)
    return phrase


def _ends_phrase(words: list[str], position: int) -> bool:
    """True where the noun phrase is over: a function word, or a participle that opens a clause."""
    word = words[position]
    following = words[position + 1] if position + 1 < len(words) else ""
    if word in ("or", "and"):  # "small or large boat": adjectives joined, the noun is to come
        return following in _SKIPPED or following in FUNCTION_WORDS
    if word in FUNCTION_WORDS or following == "enough":  # "a computer small enough to carry"
        return True
    return word.endswith(("ed", "ing")) and (following in FUNCTION_WORDS or following in _SKIPPED)


def _split_at_conjunction(phrase: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in phrase:
        if word in (",", "or", "and"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]
