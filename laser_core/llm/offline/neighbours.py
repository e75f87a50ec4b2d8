"""The everyday things nearest in meaning to some classes, or to a task."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.llm.base import CheckedNames, RefusedName
from laser_core.llm.lexicon.kinds import OTHER, same_group
from laser_core.llm.lexicon.synsets import Lexicon, Synset
from laser_core.llm.lexicon.words import name_key
from laser_core.llm.offline.everyday import everyday_synsets, familiarity
from laser_core.llm.offline.meaning import Encoder, Meaning, Meanings
from laser_core.llm.refusals import Judge

_SHORTLIST = 60  # names whose glosses are read, for each class
MANY = 100  # classes beyond which that would take minutes
_FAMILIAR = 0.10  # cosine that a very common name is ahead of a rare one
_FAMILIAR_FOR_TASK = 0.2  # the same for tasks: what one needs is mostly a common thing
_AMBIGUOUS = 0.03  # cosine lost for each further meaning of a name, three at most
_TASK_SHARE = 0.25  # how much the task counts where one known class leads
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
        self._gains: dict[str, Floats] = {}
        self._losses: dict[tuple[str, str], Floats] = {}

    def of_classes(
        self, relevant: Sequence[str], wanted: int, excluded: Sequence[str]
    ) -> CheckedNames:
        """`wanted` names near the `relevant` classes, each class in turn giving its nearest.

        Names refused on the way are shown with the reason. Fewer come back only if the shortlists
        are used up.
        """
        meanings = list(self._meanings.of(relevant).values())
        queues = [deque(ranked) for ranked in self._rank_for_each(meanings)]
        asked = Judge(self._words, relevant, excluded)
        taken = Judge(self._words, ())  # no "timber wolf" beside "wolf"
        repeats = set(map(name_key, relevant))
        kept: dict[str, None] = {}
        refused: dict[str, RefusedName] = {}
        while len(kept) < wanted and any(queues):
            for queue in queues:
                if len(kept) < wanted:
                    self._take_next(queue, asked, taken, repeats, kept, refused)
        return CheckedNames(tuple(kept), tuple(refused.values()))

    def of_task(self, task: str, known: Sequence[str], wanted: int) -> list[Near]:
        """`wanted` things near a task sentence and the classes known to belong to it.

        What is near the task as a whole and what is near one known class take turns, so that
        neither a wordy task nor one odd class decides alone.
        """
        meanings = list(self._meanings.of(known).values())
        found = self._task_queues(task.strip(), meanings)
        queues = [deque(queue) for queue in found if queue]
        taken = Judge(self._words, known)
        kept: list[Near] = []
        while len(kept) < wanted and any(queues):
            for queue in queues:
                near = _next_of_its_own(queue, taken)
                if near is not None and len(kept) < wanted:
                    kept.append(near)
                    taken.add_relevant(near.synset.name)
        return kept

    def _take_next(
        self,
        queue: deque[Near],
        asked: Judge,
        taken: Judge,
        repeats: set[str],
        kept: dict[str, None],
        refused: dict[str, RefusedName],
    ) -> None:
        """Move the first of `queue` that fits to `kept`, and those before it to `refused`."""
        while queue:
            name = queue.popleft().synset.name
            if name in kept or name in refused or name_key(name) in repeats:
                continue
            if reason := asked.why_not(name):
                refused[name] = RefusedName(name, reason)
            elif not taken.why_not(name):
                kept[name] = None
                asked.name(name)
                taken.add_relevant(name)
                return

    def _rank_for_each(self, meanings: Sequence[Meaning]) -> list[list[Near]]:
        """Everyday things by nearness to each class, nearest first; the class itself left out.

        Beside more than `MANY` classes the names alone decide: their glosses are not read.
        """
        if not meanings:
            return []
        names = self._meanings.vectors([meaning.name for meaning in meanings])
        found = [self._shortlist(m, row) for m, row in zip(meanings, names, strict=True)]
        if len(meanings) > MANY:
            return [
                [Near(synset, nearness, m.name) for synset, _, nearness in near]
                for m, near in zip(meanings, found, strict=True)
            ]
        own = [m.synset for m in meanings if m.synset]
        self._meanings.remember_glosses([*own, *(near[0] for part in found for near in part)])
        return [self._rank(*one) for one in zip(meanings, names, found, strict=True)]

    def _rank(
        self, meaning: Meaning, name: Floats, found: Sequence[tuple[Synset, float, float]]
    ) -> list[Near]:
        if not found:
            return []
        own = self._meanings.gloss_vectors([meaning.synset])[0] if meaning.synset else name
        glosses = self._meanings.gloss_vectors([synset for synset, _, _ in found]) @ own
        nears = [
            Near(
                synset,
                self._adjust(0.4 * cosine + 0.6 * float(gloss), synset, meaning),
                meaning.name,
            )
            for (synset, cosine, _), gloss in zip(found, glosses, strict=True)
        ]
        return sorted(nears, key=lambda near: (-near.nearness, near.synset.key))

    def _shortlist(self, meaning: Meaning, name: Floats) -> list[tuple[Synset, float, float]]:
        """The synsets nearest by name alone, with that cosine, and with all that is known."""
        scored: list[tuple[float, str, float]] = []
        for field in self._fields(meaning):
            cosines = self._meanings.name_vectors(field) @ name
            nearness = cosines + self._name_gains(field) - self._kind_losses(field, meaning.kind)
            # those that can still be among the nearest once the letters are looked at
            order = np.argsort(-nearness, kind="stable")
            scored += self._nearest_in(everyday_synsets(field), order, nearness, cosines, meaning)
        nearest = sorted(scored)[:_SHORTLIST]
        return [(self._words.synsets[key], cosine, -near) for near, key, cosine in nearest]

    def _nearest_in(
        self,
        synsets: Sequence[Synset],
        order: Ints,
        nearness: Floats,
        cosines: Floats,
        meaning: Meaning,
    ) -> list[tuple[float, str, float]]:
        """The first of `order` that are near for more than their letters."""
        key = name_key(meaning.name)
        found: list[tuple[float, str, float]] = []
        for place in order:
            synset, near = synsets[place], float(nearness[place])
            if len(found) >= _SHORTLIST and near < -sorted(found)[_SHORTLIST - 1][0]:
                break
            if name_key(synset.name) != key:
                letters = _SAME_LETTERS if _begins_like(synset.name, meaning.name) else 0.0
                found.append((-(near - letters), synset.key, float(cosines[place])))
        return found

    def _name_gains(self, field: str) -> Floats:
        """(n,) what the everyday names of a field gain by being familiar, and lose by meanings."""
        if field not in self._gains:
            self._gains[field] = np.array([self._name_gain(s) for s in everyday_synsets(field)])
        return self._gains[field]

    def _name_gain(self, synset: Synset) -> float:
        meanings = len(self._words.main_senses(synset.name))
        return _FAMILIAR * familiarity(synset.name) - _AMBIGUOUS * min(3, meanings - 1)

    def _kind_losses(self, field: str, kind: str) -> Floats:
        """(n,) what the everyday names of a field lose beside a class of that kind."""
        if (field, kind) not in self._losses:
            losses = [self._kind_loss(synset, kind) for synset in everyday_synsets(field)]
            self._losses[field, kind] = np.array(losses)
        return self._losses[field, kind]

    def _kind_loss(self, synset: Synset, kind: str) -> float:
        other = self._meanings.kind(synset)
        if kind in (OTHER, other):
            return 0.0
        return _OTHER_KIND if same_group(other, kind) else _OTHER_GROUP

    def _fields(self, meaning: Meaning) -> tuple[str, ...]:
        """Where confusers are looked for: the class's own field; artifacts if nothing is known."""
        if meaning.synset is not None and everyday_synsets(meaning.synset.field):
            return (meaning.synset.field,)
        homes = {"animal": "animal", "food": "food", "plant": "plant", "landscape": "nature"}
        for kind, field in homes.items():
            if same_group(meaning.kind, kind):
                return (field,)
        return ("person",) if meaning.kind == "person" else ("artifact",)

    def _adjust(self, cosine: float, synset: Synset, meaning: Meaning) -> float:
        """A cosine with what is known of the thing: familiar names and the same kind come first."""
        letters = _SAME_LETTERS if _begins_like(synset.name, meaning.name) else 0.0
        return cosine + self._name_gain(synset) - letters - self._kind_loss(synset, meaning.kind)

    def _task_queues(self, task: str, known: Sequence[Meaning]) -> list[list[Near]]:
        """Everyday things ranked by the task with all known classes, then by each known class."""
        classes = [meaning.name for meaning in known]
        texts = [task, *classes] if task else classes
        if not texts:
            return []
        goals = self._encoder.encode(texts)  # (T, D): the task first, if there is one
        whole = goals.mean(axis=0) if len(goals) > 1 else goals[0]
        label = task or ", ".join(classes)
        queues = [self._task_queue(whole, label, known)]
        for row, name in enumerate(classes, start=1 if task else 0):
            leaning = goals[row] + (_TASK_SHARE * goals[0] if task else 0.0)
            queues.append(self._task_queue(leaning / np.linalg.norm(leaning), name, known))
        return queues

    def _task_queue(self, goal: Floats, label: str, known: Sequence[Meaning]) -> list[Near]:
        scored = []
        for field in self._task_fields(known):
            cosines = self._meanings.name_vectors(field) @ goal
            for synset, cosine in zip(everyday_synsets(field), map(float, cosines), strict=True):
                scored.append((-self._for_task(cosine, synset, known), synset.key, cosine))
        shortlist = sorted(scored)[:_SHORTLIST]
        synsets = [self._words.synsets[key] for _, key, _ in shortlist]
        glosses = self._meanings.gloss_vectors(synsets) @ goal
        nears = [
            Near(synset, self._for_task((cosine + float(gloss)) / 2, synset, known), label)
            for synset, (_, _, cosine), gloss in zip(synsets, shortlist, glosses, strict=True)
        ]
        return sorted(nears, key=lambda near: (-near.nearness, near.synset.key))

    def _task_fields(self, known: Sequence[Meaning]) -> list[str]:
        fields = {meaning.synset.field for meaning in known if meaning.synset}
        if not fields:
            return ["artifact", "food"]
        return sorted((fields & {"animal", "food", "plant", "nature"}) | {"artifact"})

    def _for_task(self, cosine: float, synset: Synset, known: Sequence[Meaning]) -> float:
        kind = self._meanings.kind(synset)
        nearness = cosine + _FAMILIAR_FOR_TASK * familiarity(synset.name)
        nearness -= _AMBIGUOUS * min(3, len(self._words.main_senses(synset.name)) - 1)
        if any(same_group(kind, meaning.kind) for meaning in known):
            return nearness
        return nearness - (_OTHER_GROUP if known or kind in (*_PLACED_KINDS, OTHER) else 0.0)


def _next_of_its_own(queue: deque[Near], taken: Judge) -> Near | None:
    while queue:
        near = queue.popleft()
        if not taken.why_not(near.synset.name):
            return near
    return None


def _begins_like(name: str, other: str) -> bool:
    """True for "frogfish" beside "frog": near as words, but not as things."""
    return name.casefold().startswith(other.casefold()) or f" {other.casefold()}" in name.casefold()


def proposal_reason(near: Near, task: str) -> str:
    """Why a thing is proposed, for a person: what it is near to, and what it is."""
    gloss = near.synset.gloss.split(";")[0]
    to = "the task" if near.nearest == task else f"{near.nearest!r}"
    also = " and the task" if task and near.nearest != task else ""
    return f"near {to}{also} in meaning; {near.synset.name}: {gloss}"
