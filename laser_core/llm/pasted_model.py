"""Answers that a person copies from any chat window: the same prompts, the same reading."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from laser_core.llm.base import Task
from laser_core.llm.prompted_model import Completion, PromptedModel
from laser_core.llm.prompts import PromptTemplate


class PastedModel(PromptedModel):
    """Answers one question with one pasted reply; it cannot be asked again.

    Show `templates[task].fill(...)` for a person to copy, then ask this model the question: a
    reply that lacks something raises `LLMReplyError` at once and says what lacks.

    Args:
        reply: the pasted text.
        templates: as for `PromptedModel`.
        takes_less: True to take what there is, as long as there is something.
    """

    kind = "pasted"
    name = "pasted reply"
    attempts = 1
    classes_a_call = 1_000_000  # the person was shown one prompt for all classes

    def __init__(
        self,
        reply: str,
        templates: Mapping[Task, PromptTemplate] | None = None,
        takes_less: bool = False,
    ) -> None:
        super().__init__(templates)
        self.takes_less = takes_less
        self._reply = reply

    def complete(self, task: Task, prompt: str, form: type[BaseModel]) -> Completion:
        """The pasted text, whatever the prompt."""
        return Completion(self._reply)
