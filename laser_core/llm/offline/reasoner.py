"""The offline semantic reasoner: answers the three questions without a language model.

It is no LLM and is never called one. It knows 21,844 names and glosses (ImageNet's synsets, as timm
ships them), reads the kinds of things out of the glosses, and measures nearness of meaning with a
sentence encoder. The same question always gets the same answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from laser_core.llm.base import CheckedNames, Exchange, LanguageModel, Proposal, Task
from laser_core.llm.lexicon.synsets import lexicon
from laser_core.llm.lexicon.words import is_mass
from laser_core.llm.offline.aliases import NamesToAvoid, candidates, choose_aliases
from laser_core.llm.offline.captions import captions
from laser_core.llm.offline.meaning import Encoder, Meaning, Meanings
from laser_core.llm.offline.neighbours import Neighbours, proposal_reason

T = TypeVar("T")
NAME = "offline semantic reasoner"
_UNCOUNTED = frozenset(
    ("fabric", "liquid", "drink", "beverage", "cheese", "sauce", "flour", "powder", "meat", "wine")
)  # whose kinds take no article: "a photo of gouda"


class OfflineReasoner(LanguageModel):
    """Answers in seconds at first (it reads some thousand names once), then in a moment.

    A question that it was asked before it answers from memory: the runs of a study ask the same.

    Args:
        cache_dir: where the names' vectors are kept.
        encoder: the sentence encoder; loaded when first needed if None.
    """

    kind = "offline"
    name = NAME

    def __init__(self, cache_dir: Path, encoder: Encoder | None = None) -> None:
        self.exchanges: list[Exchange] = []
        self._cache_dir = cache_dir
        self._given_encoder = encoder
        self._answers: dict[tuple[object, ...], Any] = {}

    def confusers(
        self, relevant: Sequence[str], wanted: int, excluded: Sequence[str] = ()
    ) -> CheckedNames:
        """As `LanguageModel.confusers`: the nearest everyday things of the same kinds, in turn."""
        started = time.perf_counter()
        names = self._answer(
            ("confusers", *relevant, wanted, *excluded),
            lambda: self._neighbours.of_classes(relevant, wanted, excluded),
        )
        question = f"{wanted} confusers of {json.dumps(list(relevant))}"
        if excluded:
            question += f" besides {json.dumps(list(excluded))}"
        self._record("confusers", question, {"class_names": list(names.names)}, started)
        return names

    def descriptions(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        """As `LanguageModel.descriptions`: captions of the class's kind, synonyms and sub-kinds."""
        started = time.perf_counter()
        key = ("descriptions", *classes, wanted)
        made = self._answer(key, lambda: self._sentences_of(classes, wanted))
        sentences = {name: list(texts) for name, texts in made.items()}
        question = f"{wanted} sentences for each of {json.dumps(list(classes))}"
        self._record("descriptions", question, sentences, started)
        return sentences

    def relevant_classes(
        self, task: str, known: Sequence[str], wanted: int
    ) -> tuple[Proposal, ...]:
        """As `LanguageModel.relevant_classes`: everyday things near the task and the known ones."""
        started = time.perf_counter()
        found = self._neighbours.of_task(task, known, wanted)
        proposals = tuple(
            Proposal(near.synset.name, proposal_reason(near, task.strip())) for near in found
        )
        reply = {"classes": [{"name": p.name, "reason": p.reason} for p in proposals]}
        question = f"{wanted} classes for {task!r} besides {json.dumps(list(known))}"
        self._record("relevant classes", question, reply, started)
        return proposals

    def _answer(self, question: tuple[object, ...], work: Callable[[], T]) -> T:
        """What `work` returned when the question was asked first."""
        if question not in self._answers:
            self._answers[question] = work()
        answer: T = self._answers[question]
        return answer

    def _sentences_of(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        meanings = self._meanings.of(classes)
        found = self._aliases(list(meanings.values()), _aliases_among(wanted))
        return {
            name: self._sentences(meaning, found.get(name, []), wanted)
            for name, meaning in meanings.items()
        }

    def _aliases(self, meanings: Sequence[Meaning], most: int) -> dict[str, list[str]]:
        """Class -> phrases with its other names, for the classes whose meaning is sure."""
        avoid = NamesToAvoid([meaning.name for meaning in meanings])
        found = [
            candidates(meaning.synset, meaning.name, avoid, lexicon())
            for meaning in meanings
            if meaning.sure and meaning.synset is not None and most
        ]
        texts = list(dict.fromkeys(text for one in found for text in one.texts()))
        rows = self._meanings.vectors(texts) if texts else np.zeros((0, 1))
        places = {text: place for place, text in enumerate(texts)}
        return {
            one.name: [
                alias.phrase
                for alias in choose_aliases(one, rows[[places[text] for text in one.texts()]])[
                    :most
                ]
            ]
            for one in found
        }

    def _sentences(self, meaning: Meaning, phrases: Sequence[str], wanted: int) -> list[str]:
        name = meaning.name
        if meaning.synset is None:
            return captions(name, meaning.kind, wanted)
        wider = {other.name for other in lexicon().ancestors(meaning.synset)}
        mass = is_mass(name) or bool(wider & _UNCOUNTED)
        return captions(name, meaning.kind, wanted, phrases, mass)

    def _record(self, task: Task, question: str, reply: object, started: float) -> None:
        text = json.dumps(reply, ensure_ascii=False)
        seconds = time.perf_counter() - started
        self.exchanges.append(Exchange(task, self.name, question, text, seconds=seconds))

    @cached_property
    def _encoder(self) -> Encoder:
        if self._given_encoder is not None:
            return self._given_encoder
        from laser_core.vlm.offline.sentences import SentenceEncoder

        return SentenceEncoder()

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self._encoder, lexicon(), self._cache_dir)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self._encoder, self._meanings, lexicon())


def _aliases_among(wanted: int) -> int:
    """How many of `wanted` sentences use another name: two of five, at most six."""
    return min(6, wanted * 2 // 5 if wanted > 2 else wanted // 2)
