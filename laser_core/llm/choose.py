"""From the text of --llm to a language model, and of --vision to one that sees pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from laser_core.data.confirmation import require_confirmed
from laser_core.errors import ConfigError
from laser_core.llm.base import LanguageModel
from laser_core.llm.offline.meaning import Encoder

if TYPE_CHECKING:
    from laser_core.llm.vision.model import VisionModel


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


def open_vision(spec: str, cache_dir: Path) -> VisionModel:
    """The vision chat model that `spec` names; nothing is sent before its first question.

    Args:
        spec: "openai" or "openai:MODEL", at OPENAI_BASE_URL.
        cache_dir: where replies are kept.

    Raises:
        ConfigError: `spec` is neither, or is of a run from elsewhere that nobody has confirmed.
        LLMError: the model cannot be used as things are (no API key, no address).
    """
    require_confirmed("llm", spec)
    kind, _, rest = spec.strip().partition(":")
    if kind != "openai":
        raise ConfigError(
            f"--vision {spec!r}: choose openai or openai:MODEL, a model that takes pictures, with "
            "OPENAI_API_KEY, or with OPENAI_BASE_URL for a server of your own (Ollama: "
            "http://localhost:11434/v1 and openai:llava)"
        )
    from laser_core.llm.endpoint.client import DEFAULT_MODEL
    from laser_core.llm.vision.model import VisionModel

    return VisionModel(rest or DEFAULT_MODEL, cache_dir)
