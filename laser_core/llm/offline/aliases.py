"""Other names for a class: synonyms, and sub-kinds that image networks have seen.

A picture network of 1,000 classes knows "Granny Smith" and not "apple", "carton" and not "box"; a
sentence with such a name finds the pictures that the class's own name misses. A wrong one does
harm, so only these are taken: names of the same synset that mean nothing else first, and sub-kinds
(by gloss) that the ImageNet challenge photographed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from laser_core.basics.arrays import Floats
from laser_core.llm.lexicon.synsets import Lexicon, Synset
from laser_core.llm.lexicon.words import name_key, with_article
from laser_core.llm.offline.everyday import familiarity

# Cosines below which another name says something else ("essence" for "perfume"), found by eye.
_NEAREST_SYNONYM = 0.55
_NEAREST_KIND = 0.25

Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Alias:
    """Another name and how it goes on after "a photo of"."""

    name: str
    phrase: str


@dataclass(frozen=True)
class Candidates:
    """Other names of a class, before their meaning is looked at: synonyms and sub-kinds."""

    name: str
    synonyms: tuple[str, ...]
    kinds: tuple[str, ...]

    def texts(self) -> list[str]:
        """What must be encoded to choose among them."""
        return [self.name, *self.synonyms, *self.kinds]


class NamesToAvoid:
    """Names that no alias may be, or end in: those of the other classes."""

    def __init__(self, names: Sequence[str]) -> None:
        self._whole = {_compact(name) for name in names}
        self._ends = {name_key(name) for name in names} - {""}

    def is_one(self, alias: str, besides: str) -> bool:
        """Whether `alias` is one of the names, or the class `besides` itself."""
        return _compact(alias) in self._whole or _compact(alias) == _compact(besides)

    def ends_in_one(self, alias: str, besides: str, synonyms: Sequence[str]) -> bool:
        """Whether `alias` ends in another name than `besides`, or in one of its `synonyms`."""
        words = name_key(alias).split()
        ends = {" ".join(words[first:]) for first in range(1, len(words))}
        return bool(ends & ((self._ends - {name_key(besides)}) | set(map(name_key, synonyms))))


def aliases(
    synset: Synset, name: str, avoid: Sequence[str], words: Lexicon, encode: Encode
) -> list[Alias]:
    """Synonyms, then photographed sub-kinds, each nearest in meaning to the bare name first.

    Args:
        synset: the meaning of the class.
        name: the class.
        avoid: other class names; an alias that is one of them, or ends in one, is left out.
        words: the lexicon.
        encode: the sentence encoder's `encode`; an alias must have a cosine of at least
            `_NEAREST_SYNONYM` or `_NEAREST_KIND` to the name.
    """
    found = candidates(synset, name, NamesToAvoid(avoid), words)
    return choose_aliases(found, encode(found.texts()))


def candidates(synset: Synset, name: str, avoid: NamesToAvoid, words: Lexicon) -> Candidates:
    """What may be an alias by its spelling."""
    synonyms = tuple(
        other
        for other in synset.names
        if _means_only(other, synset, words) and not avoid.is_one(other, name)
    )
    kinds = tuple(
        kind.name
        for kind in words.photographed_kinds(synset)
        if not avoid.ends_in_one(kind.name, name, synonyms) and not avoid.is_one(kind.name, name)
    )
    return Candidates(name, synonyms, kinds)


def choose_aliases(found: Candidates, rows: Floats) -> list[Alias]:
    """The candidates that are near enough in meaning; `rows` (n, D) are those of their texts."""
    cosines = rows[1:] @ rows[0]
    split = len(found.synonyms)
    synonyms = _nearest(found.synonyms, cosines[:split], _NEAREST_SYNONYM)
    kinds = _nearest(found.kinds, cosines[split:], _NEAREST_KIND)
    return [
        *(Alias(synonym, with_article(synonym)) for synonym in synonyms),
        *(Alias(kind, _as_kind(kind, found.name)) for kind in kinds),
    ]


def _nearest(names: Sequence[str], cosines: Floats, least: float) -> list[str]:
    order = sorted(range(len(names)), key=lambda place: (-float(cosines[place]), place))
    return [names[place] for place in order if cosines[place] >= least]


def _means_only(synonym: str, synset: Synset, words: Lexicon) -> bool:
    """True for a familiar synonym that is no other synset's commonest name, nor a Latin one."""
    if synonym != synonym.casefold() or familiarity(synonym) == 0.0:
        return False
    return [sense.key for sense in words.main_senses(synonym)] == [synset.key]


def _compact(name: str) -> str:
    return name_key(name).replace(" ", "")  # "wineglass" says no more than "wine glass"


def _as_kind(sub_kind: str, name: str) -> str:
    """ "a Granny Smith, a kind of apple"; no explanation for "a wine bottle"."""
    if name_key(sub_kind).endswith(name_key(name)):
        return with_article(sub_kind)
    return f"{with_article(sub_kind)}, a kind of {name}"
