"""Reads a server's response body: the text of the answer, or the error that it reports.

OpenAI, FastAPI, llama.cpp, vLLM, Ollama, LM Studio, LiteLLM, OpenRouter and others that call
themselves compatible each have shapes of their own; whatever has a text is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laser_core.basics.secret_keys import mask_keys
from laser_core.errors import LaserError
from laser_core.llm.lexicon.words import clean

LONGEST_QUOTE = 300  # characters of a server's own words
_DEEPEST = 8
_CUT = ("length", "max_tokens", "max_output_tokens", "model_length")
# Types of parts that are no part of the answer.
_THOUGHTS = ("thinking", "reasoning", "thought", "redacted_thinking", "reasoning_text", "summary")
_MESSAGE_FIELDS = (
    "message",
    "msg",
    "detail",
    "error_description",
    "reason",
    "title",
    "error",
    "errors",
)


class BodyError(LaserError):
    """A body with a good status that holds no answer; its text says what it holds."""


class ReportedError(BodyError):
    """A body with a good status that holds an error: `status` as far as it tells one, or 0."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class EmptyAnswerError(BodyError):
    """A chat completion without a text; `cut` where it ended at the most tokens it was allowed."""

    def __init__(self, said: str, cut: bool) -> None:
        super().__init__(said)
        self.cut = cut


@dataclass(frozen=True)
class Answer:
    """One answer.

    Args:
        text: what the model said, without parts that are marked as thoughts.
        cut: whether the server says that the end is missing.
        tokens_in, tokens_out: as counted by the server; 0 if it did not say.
    """

    text: str
    cut: bool = False
    tokens_in: int = 0
    tokens_out: int = 0


def read_answer(body: str) -> Answer:
    """The answer in a body.

    Raises:
        ReportedError: the body is an error. EmptyAnswerError: an answer without a text.
        BodyError: no chat completion.
    """
    parts = _parts(body)
    if not parts:
        raise BodyError(f"it is no chat completion: {one_line(body)}")
    for part in parts:
        if error := _error_in(part):
            raise error
    text = "".join(_texts(parts))
    if not text.strip():
        cut = any(_is_cut(part) for part in parts)
        raise EmptyAnswerError(_why_empty(cut, body), cut)
    usage = next((u for part in reversed(parts) if isinstance(u := part.get("usage"), dict)), {})
    return Answer(
        text,
        any(_is_cut(part) for part in parts),
        _count(usage, "prompt_tokens", "input_tokens"),
        _count(usage, "completion_tokens", "output_tokens"),
    )


def server_message(body: str) -> str:
    """What a server says in a body of any shape, in one line for a person; "" if nothing."""
    value = _parse_json(body)
    if value is not None:
        return one_line("; ".join(dict.fromkeys(_messages(value))) or body)
    title = re.search(r"<title[^>]*>(.*?)</title>", body, re.DOTALL | re.IGNORECASE)
    plain = re.sub(r"<(?:script|style).*?</(?:script|style)>|<[^<>]*>", " ", body, flags=re.DOTALL)
    return one_line(title[1] if title else plain)


def one_line(text: str) -> str:
    """`text` in one line, without keys and control characters, at most `LONGEST_QUOTE` long."""
    line = " ".join(clean(mask_keys(text[:100_000])).split())  # masked before it is cut
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def _parse_json(body: str) -> Any:
    """The JSON of a body; None for what is none, or is nested beyond reading."""
    try:
        return json.loads(body.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _parts(body: str) -> list[dict[str, Any]]:
    """The objects of a body: one, several of a list, or those of a stream ("data: {...}")."""
    value = _parse_json(body)
    if value is None:
        lines = (line.strip().removeprefix("data:").strip() for line in body.splitlines())
        values = [_parse_json(line) for line in lines if line.startswith("{")]
    else:
        values = value if isinstance(value, list) else [value]
    return [part for part in values if isinstance(part, dict)]


def _error_in(part: Mapping[str, Any]) -> ReportedError | None:
    """The error that an object holds instead of an answer, or None."""
    error = part.get("error")
    first = _first(part.get("choices"))
    if not error and isinstance(first, dict):
        error = first.get("error")
    detail = part.get("detail") if not {"choices", "message", "response"} & set(part) else None
    if not error and not detail:
        return None
    message = "; ".join(dict.fromkeys(_messages(error or detail))) or str(error or detail)
    return ReportedError(one_line(message), _status(error) or _status(part))


def _status(error: object) -> int:
    if not isinstance(error, dict):
        return 0
    for name in ("code", "status", "status_code"):
        value = error.get(name)
        if str(value).isdecimal() and len(str(value)) == 3:
            return int(str(value))
    kind = f"{error.get('code')} {error.get('type')} {error.get('status')}".casefold()
    if ("rate" in kind and "limit" in kind) or "exhausted" in kind:
        return 429
    return 503 if "overloaded" in kind or "unavailable" in kind else 0


def _messages(value: object, depth: int = 0) -> Iterator[str]:
    """The sentences in an error of any shape, with the place that a validator names."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        inner = _parse_json(value) if value.lstrip()[:1] in ("{", "[") else None
        if isinstance(inner, (dict, list)):
            yield from _messages(inner, depth + 1)
        elif value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for item in value[:5]:
            yield from _messages(item, depth + 1)
    elif isinstance(value, dict):
        yield from _messages_of_object(value, depth)


def _messages_of_object(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    place = value.get("loc")
    where = ".".join(map(str, place)) + ": " if isinstance(place, list) else ""
    for name in _MESSAGE_FIELDS:
        for message in _messages(value.get(name), depth + 1):
            yield where + message
    raw = value.get("metadata")
    if isinstance(raw, dict):  # OpenRouter: what the provider behind it said
        yield from _messages(raw.get("raw"), depth + 1)


def _first(value: object) -> object:
    if isinstance(value, dict):
        numbered = value and all(str(key).isdecimal() for key in value)
        return next(iter(value.values())) if numbered else value
    return value[0] if isinstance(value, list) and value else value


def _texts(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The texts of all objects: one for a plain body, many for a stream."""
    for part in parts:
        choice = _first(part.get("choices")) if "choices" in part else part
        text = _of_choice(choice) if choice is not None else ""
        yield text or ("" if choice is part else _of_choice({**part, "choices": None}))


def _of_choice(choice: object) -> str:
    if isinstance(choice, str):
        return choice
    if not isinstance(choice, dict):
        return ""
    for name in ("message", "delta"):
        held = choice.get(name)
        if text := held if isinstance(held, str) else _of_message(held):
            return text
    for name in ("text", "response", "output_text", "generated_text", "content", "output"):
        if text := _text_of(choice.get(name)):
            return text
    candidates = _first(choice.get("candidates"))
    return _text_of(candidates.get("content")) if isinstance(candidates, dict) else ""


def _of_message(message: object) -> str:
    """The text of a message: its content, else the arguments of a call, else its refusal."""
    if not isinstance(message, dict):
        return ""
    if text := _text_of(message.get("content")):
        return text
    calls = [message.get("function_call")]
    listed = message.get("tool_calls")
    calls += (
        [c.get("function") for c in listed if isinstance(c, dict)]
        if listed and isinstance(listed, list)
        else []
    )
    for call in calls:
        if isinstance(call, dict) and (text := _text_of(call.get("arguments"))):
            return text
    return next((t for f in ("parsed", "text", "refusal") if (t := _text_of(message.get(f)))), "")


def _text_of(content: object, depth: int = 0) -> str:
    """A text, joined parts, or an answer that was sent as an object instead of as a text."""
    if isinstance(content, str):
        return content
    if depth > _DEEPEST:
        return ""
    if isinstance(content, list):
        return "".join(_text_of(part, depth + 1) for part in content)
    if not isinstance(content, dict):
        return ""
    kind = str(content.get("type", "")).casefold()
    if kind in _THOUGHTS or content.get("thought") is True:
        return ""
    for name in ("text", "content", "parts", "value"):
        if name in content:
            return _text_of(content[name], depth + 1)
    return "" if kind else json.dumps(content, ensure_ascii=False)


def _is_cut(part: Mapping[str, Any]) -> bool:
    choice = _first(part.get("choices"))
    reasons = [part.get("done_reason"), part.get("stop_reason"), part.get("finish_reason")]
    if isinstance(choice, dict):
        reasons += [choice.get("finish_reason"), choice.get("stop_reason")]
    return any(str(reason).casefold() in _CUT for reason in reasons)


def _why_empty(cut: bool, body: str) -> str:
    if cut:
        return "its answer ended before there was a text: allow the model more tokens"
    if '"reasoning' in body or '"thinking' in body:
        return "its answer has thoughts and no text"
    return f"its answer has no text: {one_line(body)}"


def _count(usage: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = usage.get(name)
        if isinstance(value, (int, float)) and 0 <= value < 1e12:
            return int(value)
    return 0
