"""Any OpenAI-compatible endpoint: OpenAI itself, or Ollama, llama.cpp, vLLM on your own machine."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel
from tenacity import RetryCallState, Retrying, retry_if_exception

from laser_core.basics.secret_keys import environment_keys, mask_keys
from laser_core.errors import LLMError
from laser_core.llm.base import Task
from laser_core.llm.endpoint.bodies import Answer, read_answer
from laser_core.llm.endpoint.bounds import call_within, limit_body
from laser_core.llm.endpoint.failures import (
    check_address,
    connection_error,
    failure_sentence,
    is_temporary,
    refused_settings,
    retry_after,
)
from laser_core.llm.endpoint.redirects import refuse_other_servers
from laser_core.llm.lexicon.words import clean
from laser_core.llm.prompted_model import Completion, PromptedModel
from laser_core.llm.prompts import PromptTemplate
from laser_core.llm.reply_cache import ReplyCache

if TYPE_CHECKING:
    from openai import OpenAI

DEFAULT_MODEL = "gpt-4o-mini"  # section 4.1
OPENAI_URL = "https://api.openai.com/v1"
# What a server may refuse, in the order in which it is given up.
_FORMS = ("json_schema", "json_object")
_OPTIONAL = ("seed", "temperature")
FORM_WORDS = {"json_object": "any JSON", "text": "plain text"}


@dataclass(frozen=True)
class Patience:
    """How long an endpoint is waited for.

    Args:
        timeout: seconds for one attempt, from the question to the last byte of the answer; a
            large model on a laptop needs a minute or two.
        attempts: how often a rate limit, time-out or server error is tried in all.
        first_wait: seconds before the second attempt; doubled each time, unless the server says.
        longest_wait: seconds; what a server asks for beyond it is not waited for in full.
        deadline: seconds for one answer with all its attempts.
    """

    timeout: float = 120.0
    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    deadline: float = 300.0


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
        self._patience = patience
        self._base_url = os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_URL
        check_address(self._base_url)
        self._key = _read_key(self._base_url)
        self._client: OpenAI | None = None
        self._given_up: set[str] = set()
        self._ends = self._attempt_ends = 0.0  # moments of `time.monotonic`

    def parameters(self) -> Mapping[str, str | int | float]:
        """Endpoint (host only), temperature and seed."""
        return {"endpoint": self._host(), "temperature": 0, "seed": self._seed}

    def complete(self, task: Task, prompt: str, form: type[BaseModel]) -> Completion:
        """One reply. Raises LLMError: one sentence for each way in which a server can fail."""
        started = time.perf_counter()
        self._ends = time.monotonic() + self._patience.deadline
        answer = self._answer_to(clean(prompt), form)
        told: dict[str, str | int | float] = {"form": self._form_name()}
        if left_out := sorted(self._given_up - set(_FORMS)):
            told["left_out"] = ", ".join(left_out)
        return Completion(
            text=self._mask_keys(answer.text),  # some servers give the key back
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            seconds=time.perf_counter() - started,
            parameters=told,
            cut=answer.cut,
        )

    def _answer_to(self, prompt: str, form: type[BaseModel]) -> Answer:
        while True:
            settings = self._settings(form)
            try:
                return self._retry_policy()(self._send, prompt, settings)
            except LLMError:
                raise
            except Exception as error:
                if not self._drop_refused_setting(error, settings):
                    # from None: the original's request carries the key in its headers
                    raise self._failure(error) from None

    def _send(self, prompt: str, settings: Mapping[str, Any]) -> Answer:
        client = self._connection()
        seconds = max(0.01, min(self._patience.timeout, self._ends - time.monotonic()))
        self._attempt_ends = time.monotonic() + seconds
        raw = call_within(
            seconds,
            lambda: (
                client.chat.completions.with_raw_response.create(
                    model=self.name,
                    messages=[{"role": "user", "content": prompt}],
                    timeout=seconds,
                    **settings,
                ).http_response.content
            ),
        )
        return read_answer(raw.decode("utf-8", "replace"))

    def _connection(self) -> OpenAI:
        """The client. Raises LLMError, with the variable that is to blame, if there can be none."""
        if self._client is None:
            from openai import DefaultHttpxClient, OpenAI

            hooks = {
                "request": [
                    refuse_other_servers(self._base_url)
                ],  # no prompt to a server that was not named
                "response": [limit_body(lambda: self._attempt_ends)],
            }
            try:
                self._client = OpenAI(
                    api_key=self._key,
                    base_url=self._base_url,
                    timeout=self._patience.timeout,
                    http_client=DefaultHttpxClient(event_hooks=hooks),
                    default_headers={"Accept-Encoding": "identity"},
                    max_retries=0,  # ours honour Retry-After with a cap and end in one sentence
                )
            except Exception as error:
                raise connection_error(error) from None
        return self._client

    def _retry_policy(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception(is_temporary),
            stop=self._is_over,
            wait=self._wait,
            reraise=True,
        )

    def _is_over(self, state: RetryCallState) -> bool:
        late = time.monotonic() + self._wait(state) >= self._ends
        return late or state.attempt_number >= self._patience.attempts

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        said = retry_after(error)
        doubled = self._patience.first_wait * 2.0 ** (state.attempt_number - 1)
        return min(doubled if said is None else said, self._patience.longest_wait)

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

    def _drop_refused_setting(self, error: Exception, settings: Mapping[str, Any]) -> bool:
        """Stop asking for what the server seems to refuse; False when nothing is left."""
        refused = refused_settings(error, settings)
        if refused:
            self._given_up.add(self._form_name() if refused == "response_format" else refused)
            host, what = self._host(), FORM_WORDS.get(self._form_name(), self._form_name())
            how = (
                f"asked for {what}" if refused == "response_format" else f"asked without {refused}"
            )
            self.notes.append(f"{host} refused {refused.replace('_', ' ')}, so it is {how}")
        return bool(refused)

    def _failure(self, error: Exception) -> LLMError:
        text = failure_sentence(error, self.name, self._host(), self._patience.timeout)
        return LLMError(self._mask_keys(text))

    def _mask_keys(self, text: str) -> str:
        """`text` without this endpoint's key, or any other of this machine: see `mask_keys`."""
        return mask_keys(text, [self._key, *environment_keys()])

    def _host(self) -> str:
        """Host and port of the endpoint, without path or user name."""
        parts = urlsplit(self._base_url)
        return parts.netloc.rpartition("@")[2] or "the endpoint"


def _read_key(base_url: str) -> str:
    """The key, or a stand-in for a server of one's own, which reads none but wants the header."""
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise LLMError("OPENAI_API_KEY has a blank or a character that no key has; copy it again")
    if key:
        return key
    if base_url.startswith(OPENAI_URL):
        raise LLMError(
            "no API key: set the environment variable OPENAI_API_KEY, or OPENAI_BASE_URL to a "
            "server of your own (Ollama: http://localhost:11434/v1), or use --llm offline"
        )
    return "no-key-needed"
