"""Replies of a vision chat model, kept by model, question and content of the picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from laser_core.llm.reply_cache import ReplyCache
from laser_core.llm.vision.request import LARGEST_SIDE, PROMPT_VERSION

LONGEST_KEPT = 4_000  # characters; what a picture shows is said in fewer


@dataclass(frozen=True)
class PictureReply:
    """What was said of one picture, and what it cost.

    Args:
        text: word for word, without keys; "" where there was no text.
        tokens_in, tokens_out: as the endpoint counts them, 0 if it did not say.
        seconds: how long the answer took.
        refusal: why the endpoint gave no text for this picture; "" if it did.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    refusal: str = ""


class KeptReplies:
    """Replies of one model at one endpoint to one question about many pictures.

    Args:
        folder: of the cache; the file is that of all language-model replies.
        model: its name.
        prompt: the words of the question.
        parameters: what else the reply depends on (endpoint, temperature, seed).
    """

    def __init__(
        self, folder: Path, model: str, prompt: str, parameters: Mapping[str, str | int | float]
    ) -> None:
        self._cache = ReplyCache(folder)
        self._model, self._prompt = model, prompt
        self._parameters = {
            **parameters,
            "question": f"picture, version {PROMPT_VERSION}, {LARGEST_SIDE} pixels",
        }

    def get(self, content: str) -> PictureReply | None:
        """The reply about the picture with that content key; None if none is kept, or none whole.

        Raises:
            CacheError: the file cannot be read.
        """
        text = self._cache.get(self._model, self._prompt, self._of(content))
        return None if text is None else _read(text)

    def put(self, content: str, reply: PictureReply) -> None:
        """Keep a reply.

        Raises:
            CacheError: the file cannot be written.
        """
        kept = [reply.text[:LONGEST_KEPT], reply.tokens_in, reply.tokens_out, reply.seconds]
        self._cache.put(self._model, self._prompt, self._of(content), json.dumps(kept))

    def _of(self, content: str) -> dict[str, str | int | float]:
        return {**self._parameters, "picture": content}


def _read(kept: str) -> PictureReply | None:
    try:
        text, tokens_in, tokens_out, seconds = json.loads(kept)
        return PictureReply(str(text), int(tokens_in), int(tokens_out), float(seconds))
    except (ValueError, TypeError):
        return None
