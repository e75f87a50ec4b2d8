"""A language model at any OpenAI-compatible endpoint: OpenAI, or Ollama, llama.cpp, vLLM here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from laser_core.llm.base import Task
from laser_core.llm.endpoint.connection import Connection, Patience
from laser_core.llm.lexicon.words import clean
from laser_core.llm.prompted_model import Completion, PromptedModel
from laser_core.llm.prompts import PromptTemplate
from laser_core.llm.reply_cache import ReplyCache

DEFAULT_MODEL = "gpt-4o-mini"  # section 4.1
# What a server may refuse, in the order in which it is given up.
_FORMS = ("json_schema", "json_object")
_OPTIONAL = ("seed", "temperature")
FORM_WORDS = {"json_object": "any JSON", "text": "plain text"}


class EndpointModel(PromptedModel):
    """A model behind an OpenAI-compatible endpoint, asked at temperature 0 with a seed.

    The endpoint is OPENAI_BASE_URL, the key OPENAI_API_KEY; a server of one's own needs no key. The
    key is sent to the endpoint and shows nowhere else. Structured output is asked for (a JSON
    schema, else any JSON, else plain text); what the server refuses is not asked for again.

    Args:
        model: the model's name at the endpoint.
        seed: sent along for repeatable answers, where the server honours it.
        patience: time-outs and retries.
        templates, cache, fresh: as for `PromptedModel`.

    Raises:
        LLMError: there is neither a key nor an endpoint of one's own, or its address is none.
    """

    kind = "openai"

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        seed: int = 0,
        patience: Patience = Patience(),
        templates: Mapping[Task, PromptTemplate] | None = None,
        cache: ReplyCache | None = None,
        fresh: bool = False,
    ) -> None:
        super().__init__(templates, cache, fresh)
        self.name = model
        self._seed = seed
        self._connection = Connection(model, patience)
        self._given_up: set[str] = set()

    def parameters(self) -> Mapping[str, str | int | float]:
        """Endpoint (host only), temperature and seed."""
        return {"endpoint": self._connection.host, "temperature": 0, "seed": self._seed}

    def complete(self, task: Task, prompt: str, form: type[BaseModel]) -> Completion:
        """One reply. Raises LLMError: one sentence for each way in which a server can fail."""
        started = time.perf_counter()
        answer = self._connection.ask(clean(prompt), lambda: self._settings(form), self._give_up)
        parameters: dict[str, str | int | float] = {"form": self._form_name()}
        if left_out := sorted(self._given_up - set(_FORMS)):
            parameters["left_out"] = ", ".join(left_out)
        return Completion(
            text=answer.text,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            seconds=time.perf_counter() - started,
            parameters=parameters,
            cut=answer.cut,
        )

    def _settings(self, form: type[BaseModel]) -> dict[str, Any]:
        settings: dict[str, Any] = {"temperature": 0, "seed": self._seed}
        for name in self._given_up & set(_OPTIONAL):
            del settings[name]
        if self._form_name() == "json_schema":
            schema = {"name": form.__name__, "strict": True, "schema": form.model_json_schema()}
            settings["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self._form_name() == "json_object":
            settings["response_format"] = {"type": "json_object"}
        return settings

    def _form_name(self) -> str:
        return next((form for form in _FORMS if form not in self._given_up), "text")

    def _give_up(self, refused: str) -> None:
        """Ask no more for what the server refused, and note it for a person."""
        self._given_up.add(self._form_name() if refused == "response_format" else refused)
        what = FORM_WORDS.get(self._form_name(), self._form_name())
        how = f"asked for {what}" if refused == "response_format" else f"asked without {refused}"
        self.notes.append(
            f"{self._connection.host} refused {refused.replace('_', ' ')}, so it is {how}"
        )
