"""From the text of --llm to a language model."""

from __future__ import annotations

from pathlib import Path

from laser_core.data.confirmation import require_confirmed
from laser_core.errors import ConfigError
from laser_core.llm.base import LanguageModel
from laser_core.llm.offline.meaning import Encoder


def open_llm(
    spec: str, cache_dir: Path, encoder: Encoder | None = None, fresh: bool = False
) -> LanguageModel:
    """The language model that `spec` names; nothing heavy is loaded before its first question.

    Args:
        spec: "offline", "openai", "openai:MODEL" or "replay:FILE".
        cache_dir: where replies and vectors are kept.
        encoder: the sentence encoder for "offline", if there is one already.
        fresh: True to ask an endpoint anew although the cache has the answer.

    Raises:
        ConfigError: `spec` is none of these.
        LLMError: the model cannot be used as things are (no API key, no such transcript).
    """
    require_confirmed("llm", spec)
    kind, _, rest = spec.strip().partition(":")
    if kind == "offline" and not rest:
        from laser_core.llm.offline.reasoner import OfflineReasoner

        return OfflineReasoner(cache_dir, encoder)
    if kind == "openai":
        from laser_core.llm.endpoint.client import DEFAULT_MODEL, EndpointModel
        from laser_core.llm.reply_cache import ReplyCache

        return EndpointModel(rest or DEFAULT_MODEL, cache=ReplyCache(cache_dir), fresh=fresh)
    if kind == "replay" and rest:
        from laser_core.llm.transcript import ReplayedModel

        return ReplayedModel(Path(rest))
    raise ConfigError(
        f"--llm {spec!r}: choose offline, openai, openai:MODEL or replay:FILE "
        f"(a transcript that an earlier run saved)"
    )
