"""A prompt goes to the endpoint that was named, and is not sent on to another server.

The client calls the hook of `refuse_other_servers` before each request, so also before it follows
a redirect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from laser_core.errors import LLMError

USUAL_PORTS = {"http": 80, "https": 443}


def refuse_other_servers(endpoint: str) -> Callable[[Any], None]:
    """A hook of the HTTP client for each request, the ones that follow a redirect among them.

    The hook raises LLMError where a request would go to another server than `endpoint`'s.
    """

    def look(request: Any) -> None:  # an httpx2.Request: what the openai package speaks HTTP with
        target = str(request.url)
        if not same_server(endpoint, target):
            raise LLMError(
                f"{_server(endpoint)} sends the question on to {_server(target)}, which was not "
                f"named; nothing was sent there. If you trust it, set OPENAI_BASE_URL to its "
                f"address"
            )

    return look


def same_server(asked: str, target: str) -> bool:
    """Whether a request to `target` stays with the server of `asked`.

    It does with the same scheme, host and port, and where a server asks for HTTPS in place of HTTP
    at the usual ports.
    """
    try:
        before, after = _place(asked), _place(target)
    except ValueError:
        return False
    upgraded = ("https", before[1], 443) if before[::2] == ("http", 80) else before
    return after in (before, upgraded)


def _place(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. Raises ValueError where the port is no number."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme, host, parts.port or USUAL_PORTS.get(parts.scheme)


def _server(address: str) -> str:
    """Host and port of an address, without user name and path; at most 100 characters of it."""
    return urlsplit(address).netloc.rpartition("@")[2][:100] or "another address"
