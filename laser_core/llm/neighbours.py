"""The everyday things nearest in meaning to some classes, or to a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.arrays import Floats
from laser_core.llm.base import Names, Refused
from laser_core.llm.everyday import everyday, familiarity
from laser_core.llm.kinds import OTHER, same_group
from laser_core.llm.lexicon import Lexicon, Synset
from laser_core.llm.meaning import Encoder, Meaning, Meanings, explained
from laser_core.llm.names import why_not
from laser_core.llm.words import name_key

_SHORTLIST = 60  # names whose glosses are read, for each class
_FAMILIAR = 0.10  # cosine that a very common name is ahead of a rare one
_OTHER_GROUP = 0.25  # cosine that a thing of another group of kinds is behind
_SAME_LETTERS = 0.15  # cosine that "frogfish" is too near to "frog" for its letters alone
_OTHER_KIND = 0.04  # the same, for another kind of the same group
_PLACED_KINDS = ("person", "landscape", "building", "material")  # no things to hand, hold or wear


@dataclass(frozen=True)
class Near:
    """A thing found, how near it is, and which class or task it is nearest to."""

    synset: Synset
    nearness: float
    nearest: str


class Neighbours:
    """Ranks everyday synsets by nearness.

    Args:
        encoder: the sentence encoder.
        meanings: finds the classes' meanings, and keeps the vectors of everyday names.
        words: the lexicon.
    """

    def __init__(self, encoder: Encoder, meanings: Meanings, words: Lexicon) -> None:
        self._encoder = encoder
        self._meanings = meanings
        self._words = words

    def of_classes(self, relevant: Sequence[str], wanted: int, excluded: Sequence[str]) -> Names:
        """`wanted` names near the `relevant` classes, each class in turn giving its nearest.

        Names refused on the way are shown with the reason. Fewer come back only if the shortlists
        are used up.
        """
        meanings = self._meanings.of(relevant)
        queues = [self._ranked(meaning) for meaning in meanings.values()]
        kept: list[str] = []
        refused: dict[str, Refused] = {}
        while len(kept) < wanted and any(queues):
            for queue in queues:
                if len(kept) < wanted:
                    self._take_next(queue, relevant, excluded, kept, refused)
        return Names(tuple(kept), tuple(refused.values()))

    def of_task(self, task: str, known: Sequence[str], wanted: int) -> list[Near]:
        """`wanted` things near a task sentence and the classes known to belong to it."""
        meanings = self._meanings.of(known)
        ranked = self._ranked_for_task(task, list(meanings.values()))
        kept: list[Near] = []
        for near in ranked:
            if len(kept) == wanted:
                break
            taken = [*known, *(other.synset.name for other in kept)]
            if not why_not(near.synset.name, taken, (), (), self._words):
                kept.append(near)
        return kept

    def _take_next(
        self,
        queue: list[Near],
        relevant: Sequence[str],
        excluded: Sequence[str],
        kept: list[str],
        refused: dict[str, Refused],
    ) -> None:
        """Move the first of `queue` that fits to `kept`, and those before it to `refused`."""
        while queue:
            name = queue.pop(0).synset.name
            if name in kept or name in refused:
                continue
            reason = why_not(name, relevant, excluded, kept, self._words)
            if reason:
                refused[name] = Refused(name, reason)
            elif not why_not(name, kept, (), (), self._words):  # no "timber wolf" beside "wolf"
                kept.append(name)
                return

    def _ranked(self, meaning: Meaning) -> list[Near]:
        """Everyday things by nearness to one class, nearest first; the class itself left out."""
        told = explained(meaning.synset) if meaning.synset else meaning.name
        own = self._encoder.encode([meaning.name, told])  # (2, D)
        found = self._shortlist(meaning, own[0])
        glosses = self._meanings.gloss_vectors([synset for synset, _ in found]) @ own[1]
        nears = [
            Near(synset, self._adjusted(near, synset, meaning), meaning.name)
            for (synset, cosine), gloss in zip(found, glosses, strict=True)
            if (near := 0.4 * cosine + 0.6 * float(gloss)) is not None
        ]
        return sorted(nears, key=lambda near: (-near.nearness, near.synset.key))

    def _shortlist(self, meaning: Meaning, name: Floats) -> list[tuple[Synset, float]]:
        """The synsets nearest by name alone, with that cosine."""
        scored = []
        for field in self._fields(meaning):
            cosines = self._meanings.name_vectors(field) @ name
            for synset, cosine in zip(everyday(field), map(float, cosines), strict=True):
                if name_key(synset.name) != name_key(meaning.name):
                    nearness = self._adjusted(cosine, synset, meaning)
                    scored.append((-nearness, synset.key, cosine))
        nearest = sorted(scored)[:_SHORTLIST]
        return [(self._words.synsets[key], cosine) for _, key, cosine in nearest]

    def _fields(self, meaning: Meaning) -> tuple[str, ...]:
        """Where confusers are looked for: the class's own field; artifacts if nothing is known."""
        if meaning.synset is not None and everyday(meaning.synset.field):
            return (meaning.synset.field,)
        homes = {"animal": "animal", "food": "food", "plant": "plant", "landscape": "nature"}
        for kind, field in homes.items():
            if same_group(meaning.kind, kind):
                return (field,)
        return ("person",) if meaning.kind == "person" else ("artifact",)

    def _adjusted(self, cosine: float, synset: Synset, meaning: Meaning) -> float:
        """A cosine with what is known of the thing: familiar names and the same kind come first."""
        nearness = cosine + _FAMILIAR * familiarity(synset.name)
        if _begins_like(synset.name, meaning.name):
            nearness -= _SAME_LETTERS
        other = self._meanings.kind(synset)
        if meaning.kind in (OTHER, other):
            return nearness
        return nearness - (_OTHER_KIND if same_group(other, meaning.kind) else _OTHER_GROUP)

    def _ranked_for_task(self, task: str, known: Sequence[Meaning]) -> list[Near]:
        texts = [text for text in (task.strip(), *(meaning.name for meaning in known)) if text]
        if not texts:
            return []
        goals = self._encoder.encode(texts)  # (T, D): the task first
        weights = np.full(len(texts), 1.0 / max(1, len(known)))
        if task.strip():
            weights[0] = 1.0
        shortlist = self._task_shortlist(weights @ goals, known)
        glosses = self._encoder.encode([explained(synset) for synset in shortlist])
        names = self._encoder.encode([synset.name for synset in shortlist])
        cosines = (names + glosses) @ goals.T / 2  # (S, T)
        nears = []
        for synset, row in zip(shortlist, cosines, strict=True):
            nearness = self._for_task(float(row @ weights), synset, known)
            nearest = texts[int(row.argmax())]
            nears.append(Near(synset, nearness, nearest))
        return sorted(nears, key=lambda near: (-near.nearness, near.synset.key))

    def _task_shortlist(self, goal: Floats, known: Sequence[Meaning]) -> list[Synset]:
        fields = {meaning.synset.field for meaning in known if meaning.synset} or {
            "artifact",
            "food",
        }
        scored = []
        for field in sorted(fields & {"artifact", "animal", "food", "plant", "nature"}):
            cosines = self._meanings.name_vectors(field) @ goal
            for synset, cosine in zip(everyday(field), cosines, strict=True):
                scored.append((-self._for_task(float(cosine), synset, known), synset.key))
        return [self._words.synsets[key] for _, key in sorted(scored)[: 2 * _SHORTLIST]]

    def _for_task(self, cosine: float, synset: Synset, known: Sequence[Meaning]) -> float:
        kind = self._meanings.kind(synset)
        nearness = cosine + _FAMILIAR * familiarity(synset.name)
        if any(same_group(kind, meaning.kind) for meaning in known):
            return nearness
        return nearness - (_OTHER_GROUP if known or kind in (*_PLACED_KINDS, OTHER) else 0.0)


def _begins_like(name: str, other: str) -> bool:
    """True for "frogfish" beside "frog": near as words, but not as things."""
    return name.casefold().startswith(other.casefold()) or f" {other.casefold()}" in name.casefold()


def proposal_reason(near: Near, has_task: bool) -> str:
    """Why a thing is proposed, for a person: what it is near to, and what it is."""
    gloss = near.synset.gloss.split(";")[0]
    also = " and the task" if has_task else ""
    return f"near {near.nearest!r}{also} in meaning; {near.synset.name}: {gloss}"
