"""Which of some names a reply says: one of them, or no answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from laser_core.llm.lexicon.words import Matching, head, singular
from laser_core.llm.replies.thoughts import without_thoughts

LONGEST_READ = 10_000  # characters of a reply; a name needs no more
# A sign of a script that puts no blanks between words is a word by itself.
_NO_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_NO_BLANKS}]|[^\W_{_NO_BLANKS}]+(?:['’][^\W_]+)*[+#]*")
_CLAUSE_ENDS = re.compile(r"[,;:.!?\n。，、！？]|\bbut\b", re.IGNORECASE)
_NOT = frozenset(("not", "no", "cannot", "never", "neither", "nor", "without", "none"))

Words = tuple[str, ...]


class NameReader:
    """Finds the one name that a reply says.

    A reply is taken whole first ("Dog."), then up to the word that says what a thing is ("a cat on
    a mat"), then for names inside it. There a longer name covers a shorter one ("polar bear"), and
    what a clause denies ("not a cat") is not said.

    Args:
        names: all that can be said, different ones.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._whole = Matching(names)
        self._exact: dict[Words, set[str]] = {}
        self._alike: dict[Words, set[str]] = {}
        for name in names:
            if words := tuple(_words(name)):
                self._exact.setdefault(words, set()).add(name)
                self._alike.setdefault(_singular(words), set()).add(name)
        self._longest = max(map(len, self._exact), default=0)

    def read(self, reply: str) -> str | None:
        """The name, or None: none of them is said, or more than one."""
        text = without_thoughts(reply[:LONGEST_READ]).strip()
        for said in (text, head(text)):
            if name := self._whole.find(said):
                return name
        names = self._names_in(text)
        return names.pop() if len(names) == 1 else None

    def _names_in(self, text: str) -> set[str]:
        """Every name that stands in `text` and is not denied."""
        found: set[str] = set()
        plain = unicodedata.normalize("NFKC", text)
        words = [(match.group().casefold(), match.start()) for match in _WORD.finditer(plain)]
        ends = [match.start() for match in _CLAUSE_ENDS.finditer(plain)]
        denied_from = [place for word, place in words if _denies(word)]
        at = 0
        while at < len(words):
            names, count = self._at([word for word, _ in words[at : at + self._longest]])
            if names and not _is_denied(words[at][1], denied_from, ends):
                found |= names
            at += count
        return found

    def _at(self, words: Sequence[str]) -> tuple[set[str], int]:
        """The names that `words` begin with, the longest, and of how many words; (none, 1)."""
        for count in range(len(words), 0, -1):
            window = tuple(words[:count])
            names = self._exact.get(window) or self._alike.get(_singular(window))
            if names:
                return names, count
        return set(), 1


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", text))]


def _singular(words: Words) -> Words:
    return (*words[:-1], singular(words[-1]))


def _denies(word: str) -> bool:
    return word in _NOT or word.endswith(("n't", "n’t"))


def _is_denied(place: int, denials: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether the clause of `place` has a denial before it."""
    clause = max((end for end in ends if end < place), default=-1)
    return any(clause < denial < place for denial in denials)
