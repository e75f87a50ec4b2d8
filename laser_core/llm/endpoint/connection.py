"""One OpenAI-compatible endpoint: a question is sent within limits, repeated, or said to fail."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception

from laser_core.basics.secret_keys import environment_keys, mask_keys
from laser_core.errors import LLMError
from laser_core.llm.endpoint.bodies import Answer, EmptyAnswerError, read_answer
from laser_core.llm.endpoint.bounds import call_within, limit_body
from laser_core.llm.endpoint.failures import (
    body_of,
    check_address,
    connection_error,
    failure_sentence,
    is_temporary,
    refused_settings,
    retry_after,
    status_of,
)
from laser_core.llm.endpoint.redirects import refuse_other_servers

if TYPE_CHECKING:
    from openai import OpenAI

OPENAI_URL = "https://api.openai.com/v1"
Content = str | Sequence[Mapping[str, Any]]  # a text, or parts: texts and pictures


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


class EndpointError(LLMError):
    """A question that an endpoint did not answer, as one sentence.

    Args:
        said: the sentence.
        status: the HTTP status of its refusal, 0 if it has none.
        words: what the server said, in whatever shape, without any key; "" if nothing.
        empty: whether an answer came that has no text.
        cut: whether that answer ended at the most tokens it was allowed.
    """

    def __init__(
        self, said: str, status: int = 0, words: str = "", empty: bool = False, cut: bool = False
    ) -> None:
        super().__init__(said)
        self.status, self.words, self.empty, self.cut = status, words, empty, cut


class Connection:
    """OPENAI_BASE_URL with the key OPENAI_API_KEY, which is sent there and shows nowhere else.

    It answers one question at a time; for several side by side, make several.

    Args:
        model: the model's name at the endpoint.
        patience: time-outs and retries.

    Raises:
        LLMError: there is neither a key nor an endpoint of one's own, or its address is none.
    """

    def __init__(self, model: str, patience: Patience = Patience()) -> None:
        self._model = model
        self._patience = patience
        self._base_url = os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_URL
        check_address(self._base_url)
        self._key = _read_key(self._base_url)
        self._client: OpenAI | None = None
        self._ends = self._attempt_ends = 0.0  # moments of `time.monotonic`

    @property
    def host(self) -> str:
        """Host and port of the endpoint, without path or user name."""
        parts = urlsplit(self._base_url)
        return parts.netloc.rpartition("@")[2] or "the endpoint"

    def ask(
        self,
        content: Content,
        settings: Callable[[], Mapping[str, Any]],
        give_up: Callable[[str], None],
    ) -> Answer:
        """The answer to one message of the user, without keys: some servers give them back.

        Args:
            content: of the message.
            settings: what is sent along, called before each attempt.
            give_up: told the name of a setting that the server refuses; `settings` is to ask for
                less of it from then on, and the question is sent again.

        Raises:
            EndpointError: one sentence for each way in which a server can fail.
            LLMError: no connection can be made, or the server sends the question elsewhere.
        """
        self._ends = time.monotonic() + self._patience.deadline
        while True:
            sent = settings()
            try:
                answer = self._retry_policy()(self._send, content, sent)
            except LLMError:
                raise
            except Exception as error:
                refused = refused_settings(error, sent)
                if not refused:
                    # from None: the original's request carries the key in its headers
                    raise self._failure(error) from None
                give_up(refused)
            else:
                return replace(answer, text=self._mask_keys(answer.text))

    def _send(self, content: Content, settings: Mapping[str, Any]) -> Answer:
        client = self._open()
        seconds = max(0.01, min(self._patience.timeout, self._ends - time.monotonic()))
        self._attempt_ends = time.monotonic() + seconds
        message: Any = {"role": "user", "content": content}
        raw = call_within(
            seconds,
            lambda: (
                client.chat.completions.with_raw_response.create(
                    model=self._model,
                    messages=[message],
                    timeout=seconds,
                    **settings,
                ).http_response.content
            ),
        )
        return read_answer(raw.decode("utf-8", "replace"))

    def _open(self) -> OpenAI:
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

    def _failure(self, error: Exception) -> EndpointError:
        text = failure_sentence(error, self._model, self.host, self._patience.timeout)
        empty = error if isinstance(error, EmptyAnswerError) else None
        return EndpointError(
            self._mask_keys(text),
            status_of(error),
            self._mask_keys(body_of(error)),
            empty is not None,
            empty is not None and empty.cut,
        )

    def _mask_keys(self, text: str) -> str:
        """`text` without this endpoint's key, or any other of this machine: see `mask_keys`."""
        return mask_keys(text, [self._key, *environment_keys()])


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
