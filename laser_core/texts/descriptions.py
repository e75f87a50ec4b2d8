"""The sentences that stand for each class: T_R and T_I of Section 3.1, and how they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from laser_core.basics.arrays import Ints
from laser_core.basics.sentences import first_and_more
from laser_core.llm.base import LanguageModel, RefusedName, Task
from laser_core.llm.lexicon.words import plain_sentence
from laser_core.progress import Progress, Steps

Source = Literal["model", "person", "discovered"]
MOST_TOLD = 12  # names in one sentence
ASKED: tuple[Task, ...] = ("confusers", "descriptions")  # what descriptions are made of


@dataclass(frozen=True)
class ClassText:
    """One class and its sentences.

    Args:
        name: the class.
        sentences: its descriptions; may be empty for a class that is switched off.
        source: who named it: the language model, a person, or the labels of queried images.
        enabled: a class switched off counts nowhere.
    """

    name: str
    sentences: tuple[str, ...]
    source: Source = "model"
    enabled: bool = True


@dataclass(frozen=True)
class Descriptions:
    """T_R and T_I of one moment: relevant classes and confusers, each with its sentences.

    Args:
        relevant: in the order of the run's label space.
        confusers: in the order given by the model, discovered ones last.
        refused: names that were offered and not taken, with reasons.
        prompts: the templates that the model was asked with, by question; empty where no prompt
            was read (the offline reasoner) or none is known.
    """

    relevant: tuple[ClassText, ...]
    confusers: tuple[ClassText, ...] = ()
    refused: tuple[RefusedName, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)

    def relevant_texts(self) -> list[str]:
        """T_R: enabled sentences of all relevant classes, class by class."""
        return _texts(self.relevant)

    def confuser_texts(self) -> list[str]:
        """T_I: enabled sentences of all confusers, confuser by confuser."""
        return _texts(self.confusers)

    def relevant_owner(self) -> Ints:
        """(len(T_R),) which relevant class, 0 to n - 1, each sentence describes."""
        return _owner(self.relevant)

    def confuser_owner(self) -> Ints:
        """(len(T_I),) which confuser each sentence describes, counted with those switched off."""
        return _owner(self.confusers)

    def names(self) -> set[str]:
        """Every class and confuser that has sentences already, in lower case."""
        return {c.name.lower() for c in (*self.relevant, *self.confusers)}

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def describe(
    llm: LanguageModel,
    relevant: Sequence[str],
    per_class: int,
    confusers: int,
    discovered: Sequence[str] = (),
) -> Steps[Descriptions]:
    """Ask the language model for confusers and for sentences: Algorithm 1, lines 2 and 3.

    Args:
        llm: who is asked.
        relevant: Y_R.
        per_class: K; 0 asks for no sentence and uses "a photo of a {name}" (ablation K = 0).
        confusers: N_conf in total; 0 asks for none (ablation N = 0).
        discovered: Y_I, names of irrelevant images met so far; they are confusers too.

    Raises:
        LLMError: the model could not be reached or gave no usable answer.
    """
    yield Progress(f"asking for {confusers} confusers", 0, 2)
    found = llm.confusers(relevant, confusers, discovered) if confusers else None
    offered = found.names if found else ()
    classes = [*relevant, *offered, *discovered]
    yield Progress(f"asking for {per_class} sentences for each of {len(classes)} classes", 1, 2)
    sentences = sentences_for(llm, classes, per_class)
    return Descriptions(
        tuple(ClassText(name, sentences[name]) for name in relevant),
        (
            *(ClassText(name, sentences[name]) for name in offered),
            *(ClassText(name, sentences[name], "discovered") for name in discovered),
        ),
        found.refused if found else (),
        prompts_of(llm),
    )


def prompts_of(llm: LanguageModel) -> dict[str, str]:
    """The templates that `llm` is asked with, by question; empty for a model that reads none."""
    templates = getattr(llm, "templates", {})
    return {question: templates[question].text for question in ASKED if question in templates}


def with_discovered(
    descriptions: Descriptions, llm: LanguageModel, names: Sequence[str], per_class: int
) -> Descriptions:
    """`descriptions` with those of `names` that are new as further confusers.

    Only new names cost a question; what a person edited or switched off stays as it is.
    """
    known = {c.name for c in (*descriptions.relevant, *descriptions.confusers)}
    offered = {c.name.lower() for c in descriptions.confusers if c.source == "model"}
    new = [name for name in names if name not in known and name.lower() not in offered]
    if not new:
        return descriptions
    sentences = sentences_for(llm, new, per_class)
    added = tuple(ClassText(name, sentences[name], "discovered") for name in new)
    return replace(descriptions, confusers=(*descriptions.confusers, *added))


def sentences_for(
    llm: LanguageModel, classes: Sequence[str], per_class: int
) -> dict[str, tuple[str, ...]]:
    """Class -> its K sentences; for K = 0 the one that names it and nothing else."""
    if per_class == 0:
        return {name: (plain_sentence(name),) for name in classes}
    return {name: tuple(texts) for name, texts in llm.descriptions(classes, per_class).items()}


def refusals(refused: Sequence[RefusedName]) -> str:
    """What was offered and not taken, with reasons, in one sentence; "" if nothing."""
    if not refused:
        return ""
    return f"Refused: {join_names([f'{one.name} ({one.reason})' for one in refused], '; ')}."


def join_names(names: Sequence[str], between: str = ", ") -> str:
    """The first names, and how many more there are."""
    return first_and_more(names, MOST_TOLD, between)


def notice_lines(descriptions: Descriptions, notes: Sequence[str] = ()) -> list[str]:
    """What a person should know of texts that a model made: how it was asked, names, refusals."""
    names = [c.name for c in descriptions.confusers]
    taken = f"confusers: {join_names(names)}" if names else ""
    return [line for line in (*notes, taken, refusals(descriptions.refused)) if line]


def _texts(classes: Sequence[ClassText]) -> list[str]:
    return [text for c in classes if c.enabled for text in c.sentences]


def _owner(classes: Sequence[ClassText]) -> Ints:
    owners = [[i] * len(c.sentences) for i, c in enumerate(classes) if c.enabled]
    return np.array([i for block in owners for i in block], dtype=np.intp)
