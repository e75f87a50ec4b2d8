"""What can go wrong at an endpoint: which failures are temporary, and a sentence for the others."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from laser_core.errors import LLMError
from laser_core.llm.endpoint.bodies import BodyError, ReportedError, one_line, server_message
from laser_core.llm.endpoint.bounds import TooLargeError, TooSlowError

_TEMPORARY = frozenset((408, 409, 425, 429))  # and all of the server's own but these:
_PERMANENT = frozenset((501, 505))
_MAY_REFUSE = frozenset((400, 404, 415, 422, 500, 501))  # with words about what was asked for
_FORMS = re.compile(
    r"response.?format|json.?schema|json.?object|structured.?output|guided|grammar|\bschema\b"
    r"|additionalproperties|no endpoints|support the (?:provided|requested) parameters"
)
# A model that takes no pictures is told by three things in a server's words, and by the lack of
# what is about one picture alone: its kind, its size, a policy.
_PICTURES = (
    re.compile(r"image|picture|vision|multi.?modal|mmproj|content.?(?:type|part)"),
    re.compile(r"\bnot?\b|n't\b|cannot|\bonly\b|unsupported|missing|unknown|unexpected|without"),
    re.compile(r"support|accept|capab|multi.?modal|mmproj|variant|image.?input|vision"),
)
_ONE_PICTURE = re.compile(
    r"safety|policy|policies|moderat|content.?filter|format|mime|\bvalid\b|corrupt|decod"
    r"|too (?:large|small|big|many)|dimension|pixel|\bbytes?\b|\bsize\b"
)
_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def status_of(error: BaseException) -> int:
    """The HTTP status of a failure, also of an error inside a 200; 0 if it has none."""
    found = getattr(error, "status_code", getattr(error, "status", 0))
    return found if isinstance(found, int) else 0


def body_of(error: BaseException) -> str:
    """The body of a refused request, or the text of an error inside a 200; "" if there is none."""
    if isinstance(error, BodyError):
        return str(error)
    response = getattr(error, "response", None)
    try:
        return response.text if response is not None else ""
    except Exception:  # the body was given up on the way
        return ""


def is_temporary(error: BaseException) -> bool:
    """True for a failure that may be over in a moment: rate limit, time-out, server error."""
    import openai

    status = status_of(error)
    if status not in _TEMPORARY and refuses_pictures(body_of(error)):
        return False
    if isinstance(error, ReportedError):
        return status in (0, *_TEMPORARY) or (status >= 500 and status not in _PERMANENT)
    if isinstance(error, openai.RateLimitError):
        return error.code != "insufficient_quota"  # no waiting fills an empty account
    if isinstance(error, openai.APIStatusError):
        passes = status in _TEMPORARY or (status >= 500 and status not in _PERMANENT)
        return passes and not (status in _MAY_REFUSE and mentions_answer_form(error))
    return isinstance(_cause(error, TooSlowError) or error, (openai.APITimeoutError, TooSlowError))


def mentions_answer_form(error: BaseException) -> bool:
    """True where the server's message is about the form of the answer, such as a JSON schema."""
    return bool(_FORMS.search(body_of(error).casefold()))


def refuses_pictures(words: str) -> bool:
    """True where a server's words are about a model that takes no pictures at all."""
    said = words.casefold()
    return all(part.search(said) for part in _PICTURES) and not _ONE_PICTURE.search(said)


def refused_settings(error: BaseException, settings: Iterable[str]) -> str:
    """Which of `settings` a server seems to refuse, whatever the shape of its words; "" if none.

    "response_format" for the form of the answer. What a plain 400 or 422 is about is not known:
    the form is what most servers lack.
    """
    status, asked = status_of(error), list(settings)
    inside = isinstance(error, ReportedError)
    if status not in _MAY_REFUSE and not inside:
        return ""
    text = body_of(error).casefold()
    for name in asked:
        if name != "response_format" and re.search(rf"(?<![a-z]){name}(?![a-z])", text):
            return name
    if mentions_answer_form(error):
        return "response_format" if "response_format" in asked else ""
    guessed = status in (400, 422, 501) and not inside and "response_format" in asked
    return "response_format" if guessed else ""


def retry_after(error: BaseException | None) -> float | None:
    """Seconds that the server asked to wait (a number or a date), at least 0; or None."""
    response = getattr(error, "response", None)
    text = response.headers.get("retry-after") if response is not None else None
    if not text:
        return None
    try:
        seconds = float(text)
        return max(0.0, seconds) if seconds == seconds else None
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def check_address(given: str) -> str:
    """OPENAI_BASE_URL as it can be used.

    Raises:
        LLMError: it is no address of a server.
    """
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        good = good and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or not all("!" <= sign <= "~" or sign.isalnum() for sign in given):
        raise LLMError(
            f"OPENAI_BASE_URL is {one_line(given)!r}, which is no address of a server; write it "
            f"like http://localhost:11434/v1 or https://host/v1"
        )
    return given


def connection_error(error: Exception) -> LLMError:
    """Why no connection could even be tried: the variable of the environment that is to blame."""
    text = f"{type(error).__name__} {error}".casefold()
    for name in _CERTIFICATES:
        value = os.environ.get(name)
        if value and (not Path(value).exists() or "ssl" in text or "certificate" in text):
            return LLMError(
                f"{name} is {one_line(value)!r}, where no certificates can be read; correct it or "
                f"unset it"
            )
    for name in _variables_set(_PROXIES):
        value = os.environ[name]
        if "socks" in text or "proxy" in text or "scheme" in text or "url" in text:
            hint = "; for SOCKS, run: pip install socksio" if "socks" in text else ""
            return LLMError(
                f"{name} is {one_line(value)!r}, a proxy that cannot be used{hint}; correct it or "
                f"unset it"
            )
    return LLMError(
        f"no connection can be made with the settings OPENAI_BASE_URL, "
        f"{', '.join((*_PROXIES, *_CERTIFICATES))} of the environment ({one_line(str(error))})"
    )


def failure_sentence(error: Exception, model: str, host: str, timeout: float) -> str:
    """One sentence for a person: what failed at `host`, what it said, and what to do about it."""
    import openai

    if found := _cause(error, TooLargeError):
        return f"{host} sent {found}; no answer is that long, check OPENAI_BASE_URL"
    slow = isinstance(error, openai.APITimeoutError) or _cause(error, TooSlowError)
    if slow:
        return (
            f"{host} did not answer within {timeout:g} seconds; try again, or use a smaller model"
        )
    if isinstance(error, ReportedError):
        return f"{host} answered with an error{_server_words(str(error))}"
    if isinstance(error, openai.APIConnectionError):
        proxy = next((f" (through the proxy of {name})" for name in _variables_set(_PROXIES)), "")
        return f"no connection to {host}{proxy}; check that the server runs and OPENAI_BASE_URL"
    if isinstance(error, openai.APIStatusError):
        return _status_sentence(error, model, host) + _server_words(server_message(body_of(error)))
    return (
        f"{host} gave an answer that cannot be read ({one_line(str(error))}); check that "
        f"OPENAI_BASE_URL is an OpenAI-compatible endpoint"
    )


def _status_sentence(error: Exception, model: str, host: str) -> str:
    number = status_of(error)
    status = f" (HTTP {number})"
    match number:
        case 401:
            return f"{host} refused the API key{status}; check OPENAI_API_KEY"
        case 403:
            return f"{host} does not allow this{status}"
        case 404:
            return (
                f"{host} has no model {model!r}{status}; check the name after 'openai:' and that "
                f"OPENAI_BASE_URL ends as your server wants it (usually /v1)"
            )
        case 429 if getattr(error, "code", "") == "insufficient_quota":
            return f"the account at {host} has no quota left{status}; check its plan and billing"
        case 429:
            return f"{host} keeps limiting the rate{status}; wait a few minutes and start again"
        case _ if number >= 500:
            return f"{host} failed{status}; try again later"
    return f"{host} refused the question{status}"


def _server_words(text: str) -> str:
    return f"; it says: {text}" if text else ""


def _cause(error: BaseException, kind: type[Exception]) -> BaseException | None:
    """The error of that kind behind `error`, or itself."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None or isinstance(seen, kind):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _variables_set(names: Iterable[str]) -> list[str]:
    """Those of the environment's variables that are set, in either case."""
    return [name for given in names for name in (given, given.lower()) if os.environ.get(name)]
