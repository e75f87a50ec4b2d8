"""What may not be a confuser: synonyms, sub-kinds, wider kinds and repeats of a relevant class.

Decided without a language model, by spelling and by the names and glosses of ImageNet's synsets, so
that whatever a model or a person offers is held to the same rule, and every refusal has a reason.

The rule for names that contain a relevant name: the last word of an English compound is what the
thing is, so "sports car" is a car and "car key" is not; in "glass of wine" it is the word before
the preposition. A compound that the lexicon knows is judged by its gloss and field instead: a "hot
dog" is food and a "sea horse" is a fish, so neither is refused for "dog" or "horse".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from laser_core.basics.arrays import Floats
from laser_core.llm.base import CheckedNames, RefusedName
from laser_core.llm.lexicon.synsets import Lexicon, Synset, lexicon, same_name
from laser_core.llm.lexicon.words import name_key, tidy_name

_BEFORE_PREPOSITION = re.compile(r"\s+(?:of|with|for|in|on|from|without)\s+.*$")
Encode = Callable[[Sequence[str]], Floats]


def refuse(
    names: Sequence[str],
    relevant: Sequence[str],
    excluded: Sequence[str] = (),
    words: Lexicon | None = None,
    encode: Encode | None = None,
    threshold: float = 0.9,
) -> CheckedNames:
    """`names` without those that may not stand beside the `relevant` classes, and why.

    Args:
        names: what was offered, in order; the order is kept.
        relevant: the relevant classes.
        excluded: names known already (confusers in use, discovered classes).
        words: the lexicon to judge by; the one that timm ships if None.
        encode: if given, a text encoder with unit rows: a name whose cosine to a relevant class is
            at least `threshold` is refused as nearly the same in meaning.
        threshold: that cosine; 0.9 lets "wolf" pass beside "dog" with MiniLM.
    """
    judge = Judge(lexicon() if words is None else words, relevant, excluded)
    kept: list[str] = []
    refused: list[RefusedName] = []
    for name in map(tidy_name, names):
        if reason := judge.why_not(name):
            refused.append(RefusedName(name, reason))
        else:
            kept.append(name)
            judge.name(name)
    if encode is not None and kept and relevant:
        kept, near = _without_near(kept, relevant, encode, threshold)
        refused.extend(near)
    return CheckedNames(tuple(kept), tuple(refused))


class Judge:
    """Says which names may stand beside the relevant classes, in a time that no list makes longer.

    Args:
        words: the lexicon to judge by.
        relevant: the relevant classes.
        excluded: names known already.
        named: names accepted before.
    """

    def __init__(
        self,
        words: Lexicon,
        relevant: Iterable[str],
        excluded: Iterable[str] = (),
        named: Iterable[str] = (),
    ) -> None:
        self._words = words
        self._relevant: list[str] = []
        self._by_sign: dict[str, list[int]] = defaultdict(list)
        self._excluded: dict[str, list[str]] = defaultdict(list)
        self._named: dict[str, list[str]] = defaultdict(list)
        for one in relevant:
            self.add_relevant(one)
        for one in excluded:
            self._excluded[name_key(one)].append(one)
        for one in named:
            self.name(one)

    def add_relevant(self, relevant: str) -> None:
        """One more relevant class."""
        for sign in _signs_of(relevant, self._words):
            self._by_sign[sign].append(len(self._relevant))
        self._relevant.append(relevant)

    def name(self, name: str) -> None:
        """One more name that was accepted."""
        self._named[name_key(name)].append(name)

    def why_not(self, name: str) -> str:
        """Why `name` cannot be a confuser of the relevant classes, or "" if it can."""
        key = name_key(name)
        if not key:
            return "not a name"
        near = {place for sign in _signs_of(name, self._words) for place in self._of(sign)}
        for place in sorted(near):
            if reason := relation(name, self._relevant[place], self._words):
                return reason
        if any(same_name(name, other) for other in self._excluded.get(key, ())):
            return "known already"
        if any(same_name(name, other) for other in self._named.get(key, ())):
            return "named twice"
        return ""

    def _of(self, sign: str) -> list[int]:
        return self._by_sign.get(sign, [])


def _signs_of(name: str, words: Lexicon) -> set[str]:
    """What two related names have in common; names without a common sign have no relation.

    Spelling: the key, and what names end in, its own and those of its wider kinds. Meaning: its
    synsets and the wider ones.
    """
    senses = words.senses(name)
    steps = [step for synset in words.main_senses(name) for step in words.ancestors(synset)]
    spellings = [name, *(other for step in steps for other in step.names)]
    ends = {end for spelling in spellings for end in _endings(spelling)}
    return ends | {synset.key for synset in (*senses, *steps)}


def _endings(name: str) -> Iterator[str]:
    """The key of a name, of its head, and of what the head ends in."""
    key = name_key(name)
    yield key
    parts = name_key(_BEFORE_PREPOSITION.sub("", key)).split()
    for first in range(len(parts)):
        yield " ".join(parts[first:])


def why_not(
    name: str,
    relevant: Sequence[str],
    excluded: Sequence[str],
    named: Sequence[str],
    words: Lexicon,
) -> str:
    """Why `name` cannot be a confuser of the `relevant` classes, or "" if it can.

    `named` are the names accepted before it in the same answer. For many names, use a `Judge`.
    """
    return Judge(words, relevant, excluded, named).why_not(name)


def relation(name: str, known: str, words: Lexicon) -> str:
    """How `name` is no class of its own beside the class `known`, in words; "" if it is one.

    A repeat (another spelling), a synonym (a synset that has both names), a sub-kind (its gloss
    leads to `known`, or it ends in it), or a wider kind (the gloss of `known` leads to it).
    """
    if same_name(name, known):
        return f"repeats the relevant class {known!r}"
    mine, theirs = words.main_senses(name), words.main_senses(known)
    if _share_a_synset(words.senses(name), theirs) or _share_a_synset(mine, words.senses(known)):
        return f"a synonym of the relevant class {known!r}"
    if _leads_to(mine, theirs, words) or _is_compound_of(name, mine, known, theirs, words):
        return f"a sub-kind of the relevant class {known!r}"
    if _leads_to(theirs, mine, words) or _is_compound_of(known, theirs, name, mine, words):
        return f"a wider kind that includes the relevant class {known!r}"
    return ""


def _share_a_synset(some: Sequence[Synset], others: Sequence[Synset]) -> bool:
    return bool({synset.key for synset in some} & {synset.key for synset in others})


def _leads_to(narrow: Sequence[Synset], wide: Sequence[Synset], words: Lexicon) -> bool:
    goals = {synset.key for synset in wide}
    return any(step.key in goals for synset in narrow for step in words.ancestors(synset))


def _ends_in(name: str, known: str) -> bool:
    head = _BEFORE_PREPOSITION.sub("", name_key(name))
    return name_key(head).endswith(" " + name_key(known)) or (
        head != name_key(name) and name_key(head) == name_key(known)
    )


def _is_compound_of(
    name: str, narrow: Sequence[Synset], known: str, wide: Sequence[Synset], words: Lexicon
) -> bool:
    """True for a `name` that ends in `known` and is not known to be something else.

    It is something else if its gloss leads to a wider kind that is no such compound either (an
    "Egyptian cat" is a "domestic cat", a "sea horse" is a fish), or if all meanings of the two
    stand in different fields.
    """
    steps = [step for synset in narrow for step in words.ancestors(synset)]
    if any(_ends_in(other, known) for step in steps for other in step.names):
        return not _fields_differ(narrow, wide)
    return _ends_in(name, known) and not steps and not _fields_differ(narrow, wide)


def _fields_differ(some: Sequence[Synset], others: Sequence[Synset]) -> bool:
    fields = {synset.field for synset in some}
    return bool(fields and others) and fields.isdisjoint(synset.field for synset in others)


def _without_near(
    names: Sequence[str], relevant: Sequence[str], encode: Encode, threshold: float
) -> tuple[list[str], list[RefusedName]]:
    cosines = encode(list(names)) @ encode(list(relevant)).T  # (names, relevant)
    kept: list[str] = []
    refused: list[RefusedName] = []
    for name, row in zip(names, cosines, strict=True):
        nearest = int(row.argmax())
        if row[nearest] >= threshold:
            reason = f"nearly the same in meaning as the relevant class {relevant[nearest]!r}"
            refused.append(RefusedName(name, f"{reason} (cosine {row[nearest]:.2f})"))
        else:
            kept.append(name)
    return kept, refused
