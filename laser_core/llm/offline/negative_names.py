"""Names of other things: everyday words of the lexicon that no relevant class can mean."""

from __future__ import annotations

from collections.abc import Iterable

from laser_core.llm.lexicon.synsets import lexicon, quick_key
from laser_core.llm.offline.everyday import FIELDS, everyday_synsets


def negative_names(relevant: Iterable[str]) -> tuple[str, ...]:
    """Some 4,000 names, without those of `relevant` and of the wider kinds that they belong to.

    Names that merely lie near in meaning are told by their vectors: `neglabel.far_enough`.
    """
    words = lexicon()
    taken: set[str] = set()
    for name in relevant:
        taken.add(quick_key(name))
        for sense in words.senses(name):
            for synset in (sense, *words.ancestors(sense)):
                taken.update(quick_key(each) for each in synset.names)
    names = (synset.name for field in FIELDS for synset in everyday_synsets(field))
    return tuple(dict.fromkeys(name for name in names if quick_key(name) not in taken))
