"""What a language model is to us: three questions, and what became of the answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Task: TypeAlias = Literal["confusers", "descriptions", "relevant classes"]
TASKS: tuple[Task, ...] = ("confusers", "descriptions", "relevant classes")


@dataclass(frozen=True)
class RefusedName:
    """A name that was offered and not taken, and why (synonym, subtype, repeat, ...)."""

    name: str
    reason: str


@dataclass(frozen=True)
class CheckedNames:
    """New class names in the order given, and what was refused on the way."""

    names: tuple[str, ...]
    refused: tuple[RefusedName, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A class that a task seems to need (Section 4.5), with a reason a person can weigh."""

    name: str
    reason: str


@dataclass(frozen=True)
class Exchange:
    """One question and its answer, kept with the run; the line format of a transcript file.

    Args:
        task: which question it was.
        model: the model's name ("offline", "gpt-4o-mini").
        prompt: what was sent, word for word; for the offline reasoner, the question in one line.
        reply: what came back, word for word.
        tokens_in: prompt tokens as counted by the server, 0 if it did not say.
        tokens_out: reply tokens, likewise.
        seconds: how long the answer took.
        parameters: settings that were sent (temperature, seed, form of the reply); `from_cache` is
            1 for an answer that was paid for earlier. Never holds a key.
    """

    task: Task
    model: str
    prompt: str
    reply: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)


def refused_settings_sentence(exchange: Exchange) -> str:
    """What a server refused of a question's settings, in one sentence; "" if nothing."""
    form = {"json_object": "any JSON", "text": "plain text"}.get(
        str(exchange.parameters.get("form", "")), ""
    )
    left_out = exchange.parameters.get("left_out", "")
    parts = [f"for {form} instead of a given form"] if form else []
    parts += [f"without {left_out}"] if left_out else []
    what = f"{exchange.model} was asked {' and '.join(parts)}, because its server refused more"
    return what if parts else ""


class LanguageModel(ABC):
    """Answers the three questions of LaSeR. Each call appends to `exchanges`.

    Attributes:
        kind: which form is in use; the screen always says it. "offline" is the semantic reasoner:
            it is no LLM and is never called one.
        name: for the screen.
        exchanges: every question asked so far and its answer, oldest first.
        notes: sentences for a person on how the questions had to be asked, oldest first.
    """

    kind: Literal["offline", "openai", "replay", "pasted"]
    name: str
    exchanges: list[Exchange]
    notes: Sequence[str] = ()

    @abstractmethod
    def confusers(
        self, relevant: Sequence[str], wanted: int, excluded: Sequence[str] = ()
    ) -> CheckedNames:
        """`wanted` irrelevant class names easily mistaken for the `relevant` ones (appendix A.1).

        `excluded` names are known already and must not come back. Synonyms, subtypes and repeats
        of a relevant class are refused. May return fewer than `wanted` when nothing fits.

        Raises:
            LLMError: the model cannot be reached; LLMReplyError: no usable answer after two
                further attempts.
        """

    @abstractmethod
    def descriptions(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        """`wanted` different simple sentences for every class, as captions of pictures (A.2).

        Raises:
            LLMError, LLMReplyError: as for `confusers`.
        """

    @abstractmethod
    def relevant_classes(
        self, task: str, known: Sequence[str], wanted: int
    ) -> tuple[Proposal, ...]:
        """`wanted` further classes that the task needs, beyond the `known` ones (Section 4.5).

        The data set's own class names are never shown to the model.

        Raises:
            LLMError, LLMReplyError: as for `confusers`.
        """
