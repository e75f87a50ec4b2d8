"""A model that is asked by prompt: fills the template, reads the reply, asks again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from laser_core.basics.sentences import count_of
from laser_core.errors import LLMReplyError
from laser_core.llm.base import (
    CheckedNames,
    Exchange,
    LanguageModel,
    Proposal,
    RefusedName,
    Task,
)
from laser_core.llm.prompts import DEFAULT_TEMPLATES, PromptTemplate
from laser_core.llm.refusals import refuse
from laser_core.llm.replies.schema import (
    NamesForm,
    ProposalsForm,
    descriptions_form,
    read_descriptions,
    read_names,
    read_proposals,
    short_of_names,
    short_of_sentences,
)
from laser_core.llm.reply_cache import ReplyCache

ATTEMPTS = 3  # the first question and two more
CLASSES_A_CALL = 20  # descriptions of more classes are asked in several calls: replies get cut off
CUT_OFF = "length"  # what the parameter "finish" of an exchange says of a reply without its end
ENOUGH = 0.5  # this share of the names asked for is better than an error after three attempts


@dataclass(frozen=True)
class Completion:
    """One reply with what it cost.

    Args:
        parameters: how it was asked (never a key).
        cut: True when its end is missing.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)
    cut: bool = False


class PromptedModel(LanguageModel):
    """What all models that read a prompt share. A subclass says how a prompt is completed.

    Args:
        templates: prompts that replace the default ones, by task.
        cache: where replies are kept, so that the same question is not paid for twice.
        fresh: True to ask anew although the cache has the answer; the new one replaces it.
    """

    attempts = ATTEMPTS
    classes_a_call = CLASSES_A_CALL
    takes_less = False  # whether an answer that lacks much is better than an error

    def __init__(
        self,
        templates: Mapping[Task, PromptTemplate] | None = None,
        cache: ReplyCache | None = None,
        fresh: bool = False,
    ) -> None:
        self.templates = {**DEFAULT_TEMPLATES, **(templates or {})}
        self.exchanges: list[Exchange] = []
        self.notes: list[str] = []
        self._cache = cache
        self._fresh = fresh

    @abstractmethod
    def complete(self, task: Task, prompt: str, form: type[BaseModel]) -> Completion:
        """The reply to `prompt`; `form` is what a server with structured output should keep to.

        Raises:
            LLMError: no reply can be had.
        """

    def parameters(self) -> Mapping[str, str | int | float]:
        """Settings that change the reply: with model and prompt, the key of the cache."""
        return {}

    def confusers(
        self, relevant: Sequence[str], wanted: int, excluded: Sequence[str] = ()
    ) -> CheckedNames:
        """As `LanguageModel.confusers`; fewer than `wanted` only if at least half were usable."""
        kept: list[str] = []
        refused: dict[str, RefusedName] = {}

        def prompt(complaint: str) -> str:
            avoid = [*excluded, *kept, *refused]
            text = self.templates["confusers"].fill(
                class_names=relevant, N=wanted - len(kept), excluded=list(dict.fromkeys(avoid))
            )
            return text + complaint

        def take(reply: str, cut: bool) -> str:
            names = refuse(read_names(reply, cut), relevant, [*excluded, *kept])
            kept.extend(names.names)
            for one in names.refused:
                refused.setdefault(one.name, one)
            return _short_names(kept, wanted, names.refused)

        self._ask("confusers", prompt, take, lambda: NamesForm, lambda: self._enough(kept, wanted))
        names = tuple(kept[:wanted])
        beyond = [RefusedName(name, f"more than the {wanted} asked for") for name in kept[wanted:]]
        return CheckedNames(
            names, (*(one for one in refused.values() if one.name not in names), *beyond)
        )

    def descriptions(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        """As `LanguageModel.descriptions`, asked for `classes_a_call` classes at a time."""
        found: dict[str, list[str]] = {name: [] for name in classes}
        if wanted <= 0:
            return found
        names = list(found)
        for first in range(0, len(names), self.classes_a_call):
            chunk = names[first : first + self.classes_a_call]
            found.update(self._describe(chunk, wanted))
        return found

    def relevant_classes(
        self, task: str, known: Sequence[str], wanted: int
    ) -> tuple[Proposal, ...]:
        """As `LanguageModel.relevant_classes`; without synonyms and sub-kinds of the known."""
        kept: list[Proposal] = []

        def prompt(complaint: str) -> str:
            have = [*known, *(proposal.name for proposal in kept)]
            text = self.templates["relevant classes"].fill(
                task=task, known=have, N=wanted - len(kept)
            )
            return text + complaint

        def take(reply: str, cut: bool) -> str:
            offered = read_proposals(reply, cut)
            taken = [proposal.name for proposal in kept]
            names = refuse([proposal.name for proposal in offered], [*known, *taken])
            kept.extend(proposal for proposal in offered if proposal.name in names.names)
            return _short_names([proposal.name for proposal in kept], wanted, names.refused)

        self._ask(
            "relevant classes",
            prompt,
            take,
            lambda: ProposalsForm,
            lambda: self._enough(kept, wanted),
        )
        return tuple(kept[:wanted])

    def _describe(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in classes}

        def missing() -> list[str]:
            return [name for name in classes if len(found[name]) < wanted]

        def prompt(complaint: str) -> str:
            return self.templates["descriptions"].fill(classes=missing(), K=wanted) + complaint

        def take(reply: str, cut: bool) -> str:
            for name, sentences in read_descriptions(reply, missing(), cut).items():
                found[name] = _merge_sentences(found[name], sentences)[:wanted]
            return short_of_sentences(found, wanted)

        def enough() -> bool:
            return self.takes_less and any(found.values())

        self._ask("descriptions", prompt, take, lambda: descriptions_form(missing()), enough)
        return found

    def _ask(
        self,
        task: Task,
        prompt: Callable[[str], str],
        take: Callable[[str, bool], str],
        form: Callable[[], type[BaseModel]],
        enough: Callable[[], bool],
    ) -> None:
        """Ask until `take` has nothing to complain of, `attempts` times at most.

        Raises:
            LLMReplyError: after the last attempt something lacks, and `enough` says no.
        """
        complaint, asked = "", []
        for _ in range(self.attempts):
            remark = (
                f"\nYour last answer could not be used as it was: {complaint}. "
                if complaint
                else ""
            )
            filled = prompt(
                remark + "Give only what is missing, in the same form.\n" if remark else ""
            )
            asked.append(filled)
            complaint = take(*self._answer(task, filled, form()))
            if not complaint:
                return
        if enough():
            return
        for filled in asked:  # or the next run would be given the same bad answers
            self._forget(filled)
        raise LLMReplyError(
            f"{self.name} gave no usable answer for {task!r} in "
            f"{count_of(self.attempts, 'attempt')}: {complaint}; try again, ask for fewer, or edit "
            "the prompt"
        )

    def _answer(self, task: Task, prompt: str, form: type[BaseModel]) -> tuple[str, bool]:
        """(the reply, whether its end is missing); one that was cut off is not kept for later."""
        parameters = dict(self.parameters())
        if self._cache is not None and not self._fresh:
            kept = self._cache.get(self.name, prompt, parameters)
            if kept is not None:
                settings = {**parameters, "from_cache": 1}
                self.exchanges.append(Exchange(task, self.name, prompt, kept, parameters=settings))
                return kept, False
        completion = self.complete(task, prompt, form)
        self.exchanges.append(
            Exchange(
                task=task,
                model=self.name,
                prompt=prompt,
                reply=completion.text,
                tokens_in=completion.tokens_in,
                tokens_out=completion.tokens_out,
                seconds=completion.seconds,
                parameters={**parameters, **completion.parameters, **_finish(completion)},
            )
        )
        if self._cache is not None and not completion.cut:
            self._cache.put(self.name, prompt, parameters, completion.text)
        return completion.text, completion.cut

    def _enough(self, kept: Sequence[object], wanted: int) -> bool:
        return len(kept) >= (1 if self.takes_less else max(1, ENOUGH * wanted))

    def _forget(self, prompt: str) -> None:
        if self._cache is not None:
            self._cache.forget(self.name, prompt, dict(self.parameters()))


def _finish(completion: Completion) -> dict[str, str]:
    return {"finish": CUT_OFF} if completion.cut else {}


def _short_names(kept: Sequence[str], wanted: int, refused: Sequence[RefusedName]) -> str:
    """What lacks among the names, with the refusals of the last reply; "" if nothing does."""
    if len(kept) >= wanted:
        return ""
    reasons = "; ".join(f"{one.name!r} was refused: {one.reason}" for one in refused[:10])
    return short_of_names(kept, wanted) + (f" ({reasons})" if reasons else "")


def _merge_sentences(first: Sequence[str], more: Sequence[str]) -> list[str]:
    """Both lists of sentences without repeats (case and full stop aside)."""
    seen: dict[str, str] = {}
    for sentence in [*first, *more]:
        seen.setdefault(sentence.casefold().rstrip(". "), sentence)
    return list(seen.values())
