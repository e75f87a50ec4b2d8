"""A vision chat model at any OpenAI-compatible endpoint: LLaVA by Ollama or vLLM, GPT-4o mini."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from laser_core.data.base import ImageSource
from laser_core.errors import LLMError
from laser_core.llm.endpoint.connection import Connection, EndpointError, Patience
from laser_core.llm.endpoint.failures import refuses_pictures
from laser_core.llm.vision.kept_replies import KeptReplies, PictureReply
from laser_core.llm.vision.request import content_of, prompt_for
from laser_core.llm.vision.side_by_side import side_by_side
from laser_core.progress import Progress, Steps

Answerer = Callable[[tuple[str, str]], PictureReply]  # of (content key, id)

AT_A_TIME = 8
MOST_TOKENS = 256  # of a reply: a name needs ten, and a model that rambles costs no more
# A rate limit counts by the minute, so it is waited out for longer than that.
VISION_PATIENCE = Patience(attempts=7, deadline=600.0)
_REFUSED = (400, 413, 415, 422)  # may be about one picture: too small, or against a policy
REFUSED_IN_A_ROW = 8  # from then on it is not about single pictures


class VisionModel:
    """Answers one question about each of many pictures, at temperature 0 with a seed.

    The endpoint is OPENAI_BASE_URL, the key OPENAI_API_KEY, as for a language model. A reply is on
    the disk before anybody is told of it, so work that was stopped goes on where it was.

    Args:
        model: the model's name at the endpoint.
        cache_dir: where replies are kept.
        seed: sent along for repeatable answers, where the server honours it.
        patience: time-outs and retries.

    Attributes:
        name: the model's name.
        host: of the endpoint, where the pictures go.

    Raises:
        LLMError: there is neither a key nor an endpoint of one's own, or its address is none.
    """

    def __init__(
        self, model: str, cache_dir: Path, seed: int = 0, patience: Patience = VISION_PATIENCE
    ) -> None:
        self.name = model
        self.host = Connection(model, patience).host
        self._cache_dir, self._seed, self._patience = cache_dir, seed, patience
        self._given_up: set[str] = set()
        self._takes_pictures = False  # known once it answered about one

    def replies(
        self, source: ImageSource, ids: Sequence[str], names: Sequence[str]
    ) -> Steps[dict[str, PictureReply]]:
        """id -> what the model says which of `names` the picture shows.

        The same picture under two ids is asked about once. The first question goes alone: it tells
        whether the endpoint takes pictures at all.

        Raises:
            EndpointError, LLMError: one sentence; what was answered before is kept.
            PoolError: a picture cannot be decoded.
            CacheError: replies cannot be kept.
        """
        stage = f"asking {self.name} at {self.host}"
        yield Progress(stage, 0, len(ids))
        prompt = prompt_for(names)
        kept = KeptReplies(self._cache_dir, self.name, prompt, self._parameters())
        by_content: dict[str, list[str]] = {}
        for id in ids:
            by_content.setdefault(source.content_key(id), []).append(id)
        found = {c: reply for c in by_content if (reply := kept.get(c)) is not None}
        todo = [(content, same[0]) for content, same in by_content.items() if content not in found]
        row = _RefusedRow()
        self._takes_pictures = bool(found)
        for some, many in ((todo[:1], 1), (todo[1:], AT_A_TIME)):
            asked = side_by_side(lambda: self._worker(source, prompt, kept), some, many)
            with closing(asked):
                for done in asked:
                    if done is not None:
                        (content, _), reply = done
                        row.add(reply)
                        found[content] = reply
                    known = sum(len(by_content[content]) for content in found)
                    yield Progress(stage, known, len(ids))
        return {id: found[content] for content, same in by_content.items() for id in same}

    def _parameters(self) -> dict[str, str | int | float]:
        return {"endpoint": self.host, "temperature": 0, "seed": self._seed}

    def _worker(self, source: ImageSource, prompt: str, kept: KeptReplies) -> Answerer:
        """A function for one thread, with a connection of its own."""
        connection = Connection(self.name, self._patience)

        def answer(picture: tuple[str, str]) -> PictureReply:
            content, id = picture
            reply = self._ask(connection, source, prompt, id)
            if not reply.refusal:
                kept.put(content, reply)
            return reply

        return answer

    def _ask(
        self, connection: Connection, source: ImageSource, prompt: str, id: str
    ) -> PictureReply:
        message = content_of(prompt, source.image(id))
        started = time.perf_counter()
        while True:
            sent_limit = "max_tokens" not in self._given_up
            try:
                answer = connection.ask(message, self._settings, self._given_up.add)
            except EndpointError as error:
                if error.cut and sent_limit:  # a model that thinks first: let it
                    self._given_up.add("max_tokens")
                    continue
                return self._refusal(error, time.perf_counter() - started)
            seconds = time.perf_counter() - started
            self._takes_pictures = True
            return PictureReply(answer.text, answer.tokens_in, answer.tokens_out, seconds)

    def _refusal(self, error: EndpointError, seconds: float) -> PictureReply:
        """A failure that may be about this picture alone; any other one is raised."""
        if refuses_pictures(error.words) and not self._takes_pictures:
            raise LLMError(
                f"{self.name} at {self.host} takes no pictures; name a model that does, such as "
                f"openai:llava or openai:gpt-4o-mini ({error})"
            ) from None
        if not error.empty and error.status not in _REFUSED:
            raise error
        return PictureReply("", seconds=seconds, refusal=str(error))

    def _settings(self) -> Mapping[str, Any]:
        asked = {"temperature": 0, "seed": self._seed, "max_tokens": MOST_TOKENS}
        return {name: value for name, value in asked.items() if name not in self._given_up}


class _RefusedRow:
    """Tells a picture that is refused from an endpoint that refuses them all."""

    def __init__(self) -> None:
        self._row = 0

    def add(self, reply: PictureReply) -> None:
        """Count a reply. Raises LLMError after `REFUSED_IN_A_ROW` without a text."""
        self._row = self._row + 1 if reply.refusal else 0
        if self._row == REFUSED_IN_A_ROW:
            raise LLMError(
                f"{self._row} pictures one after the other got no answer, so no more are asked "
                f"about: {reply.refusal}"
            )
