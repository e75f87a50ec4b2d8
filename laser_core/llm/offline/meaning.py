"""Which meaning a class name has among the other classes, and of what kind it is.

A "mouse" beside a keyboard is not the one beside a cat. What decides is how near the gloss of each
meaning is to the bare word (the encoder has the everyday sense in mind) and to the other classes,
and whether the meaning is an everyday one. Several words have no fitting meaning among ImageNet's
synsets (the plate that one eats from): then the kind is voted by the nearest everyday names.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.llm.lexicon.kinds import OTHER, kind_of, same_group
from laser_core.llm.lexicon.synsets import Lexicon, Synset, quick_key
from laser_core.llm.lexicon.words import name_key
from laser_core.llm.offline.everyday import everyday_synsets


class Encoder(Protocol):
    """What is needed of `SentenceEncoder`."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """(n, D) unit rows."""

    def encode_once(self, texts: Sequence[str], folder: Path) -> Floats:
        """(n, D) unit rows, kept on disk."""


@dataclass(frozen=True)
class Meaning:
    """What a class name is taken to mean.

    Args:
        name: the class name as given.
        kind: one of the kinds of `llm/lexicon/kinds.py`; "thing" when nothing could be found out.
        synset: the synset, or None when no synset fits the word.
        sure: whether no other meaning fits about as well; if not, its other names may mislead.
    """

    name: str
    kind: str
    synset: Synset | None
    sure: bool = False


# Rarer readings of a word that names a thing in a photo, as cosines to be made up for.
_UNLIKELY = {
    "artifact": 0.0, "animal": 0.0, "food": 0.0, "nature": 0.02, "plant": 0.04,
    "communication": 0.08, "body": 0.08, "weather": 0.05, "person": 0.15,
}  # fmt: skip
_UNLIKELY_ELSE = 0.2
_BY_ITSELF = 0.12  # a meaning told by the word itself ("a main course served on a plate")
_SURE = 0.08  # the lead over the next meaning that makes one sure
_PLACES = ("a utensil to cook or eat with in the kitchen", "a hand tool to build or repair with")
MANY = 400  # classes beyond which reading all glosses would take minutes
_LEAST_FIT = 0.33  # a sense that scores less is not what the word means today
VOTING_FIELDS = ("artifact", "animal", "food", "plant", "nature")
_LEAST_NEAR = 0.4  # names less near than that have no say about a word nobody knows
_VOTERS = 12  # nearest everyday names that vote for a kind


class Meanings:
    """Finds meanings; keeps the vectors of everyday names in `folder`.

    Args:
        encoder: the sentence encoder.
        words: the lexicon.
        folder: where vectors are cached.
    """

    def __init__(self, encoder: Encoder, words: Lexicon, folder: Path) -> None:
        self._encoder = encoder
        self._words = words
        self._folder = folder
        self._kinds: dict[str, str] = {}
        self._glosses: dict[str, Floats] = {}
        self._names: dict[str, Floats] = {}
        self._bare: dict[str, Floats] = {}

    def of(self, names: Sequence[str]) -> dict[str, Meaning]:
        """The meaning of every name, each judged beside the others.

        Of more than `MANY` names no gloss is read: field, kinds and pictures decide.
        """
        different = list(dict.fromkeys(names))
        if not different:
            return {}
        rows = self.vectors(different)
        senses = {name: self._words.senses(name) for name in different}
        read = [synset for found in senses.values() for synset in found]
        glosses = self._gloss_vectors(read) if len(different) <= MANY else {}
        alone = {
            name: self._one(name, senses[name], row, glosses)
            for name, row in zip(different, rows, strict=True)
        }
        if len(different) == 1:
            return alone
        sure = {name for name in different if self._is_sure(senses[name])}
        kinds = Counter(alone[name].kind for name in sure)
        whole = rows.sum(axis=0)
        return {
            name: self._one(
                name,
                senses[name],
                row,
                glosses,
                context=(whole - row) / (len(different) - 1),
                kinds=kinds - Counter([alone[name].kind] if name in sure else []),
            )
            for name, row in zip(different, rows, strict=True)
        }

    def vectors(self, names: Sequence[str]) -> Floats:
        """(n, D) vectors of bare names; remembered."""
        new = [name for name in dict.fromkeys(names) if name not in self._bare]
        if new:
            self._bare.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._bare[name] for name in names])

    def gloss_vectors(self, synsets: Sequence[Synset]) -> Floats:
        """(n, D) vectors of names with their glosses (`gloss_sentence`); remembered."""
        found = self._gloss_vectors(synsets)
        return np.stack([found[synset.key] for synset in synsets])

    def remember_glosses(self, synsets: Sequence[Synset]) -> None:
        """Read the vectors of many glosses at once, which is quicker than one class at a time."""
        self._gloss_vectors(synsets)

    def name_vectors(self, field: str) -> Floats:
        """(n, D) vectors of the everyday names of a field, in the order of `everyday(field)`."""
        if field not in self._names:
            names = [synset.name for synset in everyday_synsets(field)]
            self._names[field] = self._encoder.encode_once(names, self._folder)
        return self._names[field]

    def kind(self, synset: Synset) -> str:
        """`kind_of`, remembered."""
        if synset.key not in self._kinds:
            self._kinds[synset.key] = kind_of(synset, self._words)
        return self._kinds[synset.key]

    def _gloss_vectors(self, synsets: Sequence[Synset]) -> dict[str, Floats]:
        new = list({s.key: s for s in synsets if s.key not in self._glosses}.values())
        if new:
            rows = self._encoder.encode([gloss_sentence(synset) for synset in new])
            self._glosses.update((s.key, row) for s, row in zip(new, rows, strict=True))
        return self._glosses

    def _one(
        self,
        name: str,
        senses: Sequence[Synset],
        word: Floats,
        glosses: Mapping[str, Floats],
        context: Floats | None = None,
        kinds: Mapping[str, int] = MappingProxyType({}),
    ) -> Meaning:
        """The best meaning of `name` beside a mean vector and the kinds of the other classes."""
        scored = sorted(
            (self._fit(name, sense, word, glosses.get(sense.key), context, kinds), sense.key)
            for sense in senses
        )
        goal = word if context is None else word + 0.6 * context
        best = self._words.synsets[scored[-1][1]] if scored else None
        unfit = bool(glosses) and bool(scored) and scored[-1][0] < _LEAST_FIT
        if best is None or unfit or _presumes_another_meaning(name, best):
            kind = self._in_kitchen(self._kind_of_nearest(goal, VOTING_FIELDS), goal)
            return Meaning(name, kind, None)
        kind = self.kind(best)
        if kind == OTHER and best.field in VOTING_FIELDS:
            kind = self._kind_of_nearest(glosses.get(best.key, word) + 0.5 * word, [best.field])
        sure = len(scored) == 1 or scored[-1][0] - scored[-2][0] >= _SURE
        return Meaning(name, self._in_kitchen(kind, goal), best, sure)

    def _is_sure(self, senses: Sequence[Synset]) -> bool:
        """True for a word whose meanings, as far as they bear its name first, are of one group."""
        first = [sense for sense in senses if quick_key(sense.name) == quick_key(senses[0].name)]
        kinds = {self.kind(sense) for sense in first if sense.field in VOTING_FIELDS}
        return all(same_group(kind, other) for kind in kinds for other in kinds)

    def _fit(
        self,
        name: str,
        sense: Synset,
        word: Floats,
        gloss: Floats | None,
        context: Floats | None,
        kinds: Mapping[str, int],
    ) -> float:
        """How well a meaning fits, about 0 (not at all) to 1; without a gloss as far as known."""
        near = 0.0 if gloss is None else float(word @ gloss)
        fit = near - _UNLIKELY.get(sense.field, _UNLIKELY_ELSE)
        if context is not None:
            own = self.kind(sense)
            agreeing = sum(n for kind, n in kinds.items() if same_group(own, kind))
            fit += 0.4 * agreeing / max(1, sum(kinds.values()))
            fit += 0.0 if gloss is None else 0.7 * float(context @ gloss)
        if _presumes_another_meaning(name, sense):
            fit -= _BY_ITSELF
        keys = [quick_key(other) for other in sense.names]
        fit -= 0.05 * min(keys.index(name_key(name)) if name_key(name) in keys else 0, 3)
        kinds_seen = len(self._words.photographed_kinds(sense))
        seen = kinds_seen > 0 or sense.key in self._words.photographed
        return fit + 0.05 * seen + 0.02 * min(3.0, math.log2(1 + kinds_seen))

    def _in_kitchen(self, kind: str, goal: Floats) -> str:
        """Forks and knives are tools by their glosses: the kitchen's or the workshop's?"""
        if kind not in ("tool", "kitchenware"):
            return kind
        kitchen, workshop = self.vectors(_PLACES) @ goal
        return "kitchenware" if kitchen > workshop else "tool"

    def _kind_of_nearest(self, goal: Floats, fields: Sequence[str]) -> str:
        """The kind of the everyday names nearest to the vector `goal`."""
        near: list[tuple[float, str]] = []
        unit = goal / np.linalg.norm(goal)
        for field in fields:
            cosines = self.name_vectors(field) @ unit
            for row in np.argsort(-cosines, kind="stable")[: 2 * _VOTERS]:
                kind = self.kind(everyday_synsets(field)[row])
                if kind != OTHER and cosines[row] >= _LEAST_NEAR:
                    near.append((float(cosines[row]), kind))
        votes: dict[str, float] = {}
        for cosine, kind in sorted(near, reverse=True)[:_VOTERS]:
            votes[kind] = votes.get(kind, 0.0) + max(cosine, 0.0) ** 3
        return max(sorted(votes), key=lambda kind: votes[kind]) if votes else OTHER


def _presumes_another_meaning(name: str, sense: Synset) -> bool:
    """True for a meaning that presumes another: "a main course served on a plate"."""
    key, gloss = name_key(name), sense.gloss.casefold()
    return key in gloss and bool(re.search(rf"\b{re.escape(key)}(?:s|es)?\b", gloss))


def gloss_sentence(synset: Synset) -> str:
    """A synset as a sentence to encode: its names and the first part of its gloss."""
    spoken = [name for name in synset.names if name == name.casefold()]  # no Latin names
    return f"{', '.join((spoken or list(synset.names))[:2])}: {synset.gloss.split(';')[0]}"
