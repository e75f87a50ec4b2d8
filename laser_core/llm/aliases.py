"""Other names for a class: synonyms, and sub-kinds that image networks have seen.

A picture network of 1,000 classes knows "Granny Smith" and not "apple", "carton" and not "box"; a
sentence with such a name finds the pictures that the class's own name misses. A wrong one does
harm, so only these are taken: names of the same synset that mean nothing else first, and sub-kinds
(by gloss) that the ImageNet challenge photographed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from laser_core.arrays import Floats
from laser_core.llm.everyday import familiarity
from laser_core.llm.lexicon import Lexicon, Synset
from laser_core.llm.words import name_key, with_article

# Cosines below which another name says something else ("essence" for "perfume"), found by eye.
_NEAREST_SYNONYM = 0.55
_NEAREST_KIND = 0.25

Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Alias:
    """Another name and how it goes on after "a photo of"."""

    name: str
    phrase: str


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
    synonyms = [other for other in synset.names if _means_only(other, synset, words)]
    kinds = [kind.name for kind in words.photographed_kinds(synset)]
    taken = {_joined(other) for other in (*avoid, name)}
    synonyms = [other for other in synonyms if _joined(other) not in taken]
    kinds = [kind for kind in kinds if not _ends_in_any(kind, [*avoid, *synonyms])]
    kinds = [kind for kind in kinds if _joined(kind) not in taken]
    rows = encode([name, *synonyms, *kinds])
    cosines = rows[1:] @ rows[0]
    found = _nearest(synonyms, cosines[: len(synonyms)], _NEAREST_SYNONYM)
    kinds = _nearest(kinds, cosines[len(synonyms) :], _NEAREST_KIND)
    return [
        *(Alias(synonym, with_article(synonym)) for synonym in found),
        *(Alias(kind, _as_kind(kind, name)) for kind in kinds),
    ]


def _nearest(names: Sequence[str], cosines: Floats, least: float) -> list[str]:
    order = sorted(range(len(names)), key=lambda place: (-float(cosines[place]), place))
    return [names[place] for place in order if cosines[place] >= least]


def _means_only(synonym: str, synset: Synset, words: Lexicon) -> bool:
    """True for a familiar synonym that is no other synset's commonest name, nor a Latin one."""
    if synonym != synonym.casefold() or familiarity(synonym) == 0.0:
        return False
    return [sense.key for sense in words.main_senses(synonym)] == [synset.key]


def _joined(name: str) -> str:
    return name_key(name).replace(" ", "")  # "wineglass" says no more than "wine glass"


def _ends_in_any(name: str, others: Sequence[str]) -> bool:
    key = name_key(name)
    return any(key.endswith(" " + name_key(other)) for other in others if name_key(other))


def _as_kind(sub_kind: str, name: str) -> str:
    """ "a Granny Smith, a kind of apple"; no explanation for "a wine bottle"."""
    if name_key(sub_kind).endswith(name_key(name)):
        return with_article(sub_kind)
    return f"{with_article(sub_kind)}, a kind of {name}"
