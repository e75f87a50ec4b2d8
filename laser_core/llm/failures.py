"""What can go wrong at an endpoint: which failures pass, and one sentence for those that do not."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from laser_core.secrecy import masked


def is_passing(error: BaseException) -> bool:
    """True for a failure that may be over in a moment: rate limit, time-out, server error."""
    import openai

    if isinstance(error, openai.RateLimitError):
        return error.code != "insufficient_quota"  # no waiting fills an empty account
    return isinstance(error, (openai.APITimeoutError, openai.InternalServerError))


def retry_after(error: BaseException | None) -> float | None:
    """Seconds that the server asked to wait (a number or a date), at least 0; or None."""
    response = getattr(error, "response", None)
    said = response.headers.get("retry-after") if response is not None else None
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def explained(error: Exception, model: str, host: str, timeout: float) -> str:
    """One sentence for a person: what failed at `host`, and what to do about it."""
    import openai

    status = f" (HTTP {error.status_code})" if isinstance(error, openai.APIStatusError) else ""
    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return f"{host} refused the API key{status}; check OPENAI_API_KEY"
        case openai.NotFoundError():
            return (
                f"{host} has no model {model!r}{status}; check the name after 'openai:' and that "
                f"OPENAI_BASE_URL ends as your server wants it (usually /v1)"
            )
        case openai.RateLimitError(code="insufficient_quota"):
            return f"the account at {host} has no quota left{status}; check its plan and billing"
        case openai.RateLimitError():
            return f"{host} keeps limiting the rate{status}; wait a few minutes and start again"
        case openai.APITimeoutError():
            return (
                f"{host} did not answer within {timeout:g} seconds; try again, or use a smaller "
                f"model"
            )
        case openai.APIConnectionError():
            return f"no connection to {host}; check that the server runs and OPENAI_BASE_URL"
        case openai.InternalServerError():
            return f"{host} failed{status}; try again later"
        case openai.APIStatusError():
            return f"{host} refused the question{status}: {_first_line(error.message)}"
    return (
        f"{host} gave an answer that cannot be read ({_first_line(str(error))}); check that "
        f"OPENAI_BASE_URL is an OpenAI-compatible endpoint"
    )


def _first_line(text: str) -> str:
    line = " ".join(masked(text).split())  # before it is cut: half a key is not found any more
    return line if len(line) <= 200 else line[:199] + "…"
