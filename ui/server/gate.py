"""Only this machine gets in: what stands before every request that reaches the app.

A page of another site may send requests to this machine, and may have its own name point here (DNS
rebinding). So the app answers only to its own names and to the pages that it sent itself; for HTTP,
files, uploads and the WebSocket alike.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL = ("localhost", "127.0.0.1", "::1")
USUAL_PORTS = {"http": 80, "https": 443}
PLACE = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]*[a-z0-9_-])(?::(?P<port>[0-9]{1,5}))?")
REFUSAL = (
    "This app answers only at the address it was started at, http://localhost:{port} as a rule, "
    "and only to its own pages. To reach it by another name, add the name to server.allowedHosts: "
    "see README.md, Privacy.\n"
)
# What a page may fetch, should a name ever slip through as Markdown or HTML: this server's alone.
POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' data: blob: ws://{host} wss://{host}; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class AllowedHosts:
    """The names and ports at which the app may be asked.

    Args:
        port: the one that this server listens at.
        names: host names in lower case, without brackets; `*` and `*.example.org` as in Streamlit.
        outer_port: where browsers reach it, if that was set (browser.serverPort).
    """

    port: int | None
    names: Collection[str] = LOCAL
    outer_port: int | None = None

    def open_to(self, place: str, scheme: str = "http") -> bool:
        """Whether `place` ("name" or "name:port") is the app's own; `scheme` says the usual port.

        A proxy may listen at the usual ports; this machine's own names count with the own port
        only. Upper case counts as lower case; a dot at the end, a user name, a path do not pass.
        """
        found = PLACE.fullmatch(place.lower())
        if found is None:
            return False
        name = found["name"].strip("[]")
        port = int(found["port"] or USUAL_PORTS.get(scheme, 0))
        own = {self.port, self.outer_port} - {None}
        if name in LOCAL:
            return name in self.names and port in own
        return any(_fits(name, listed) for listed in self.names) and port in {80, 443, *own}

    def open_to_origin(self, origin: str) -> bool:
        """Whether a page of `origin` is the app's own."""
        scheme, separator, place = origin.partition("://")
        return bool(separator) and scheme in USUAL_PORTS and self.open_to(place, scheme)


def _fits(name: str, listed: str) -> bool:
    return listed in ("*", name) or (listed.startswith("*.") and name.endswith(listed[1:]))


class Gate:
    """ASGI middleware that lets through what comes from this machine's own pages.

    Args:
        app: what is asked behind the gate.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with HTTP 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not is_allowed(scope, allowed_hosts(scope)):
            await _refuse(scope, send)
        elif scope["type"] == "websocket":
            await self._app(_without_foreign_origin(scope), receive, send)
        else:
            host = _values(scope, b"host")[0]
            await self._app(_without_foreign_origin(scope), receive, _with_policy(send, host))


def allowed_hosts(scope: Scope) -> AllowedHosts:
    """The app's doors by Streamlit's settings and the socket that was reached."""
    listed: Iterable[str] = st.get_option("server.allowedHosts") or LOCAL
    names = tuple(name.strip().lower().strip("[]").rstrip(".") for name in listed)
    outer = st.get_option("browser.serverPort") if _is_set("browser.serverPort") else None
    return AllowedHosts((scope.get("server") or (None, None))[1], names, outer)


def is_allowed(scope: Scope, doors: AllowedHosts) -> bool:
    """Whether the request names one host, the app's own, and comes from no foreign page."""
    hosts, origins = _values(scope, b"host"), _values(scope, b"origin")
    scheme = str(scope["scheme"]).replace("ws", "http")  # ws and wss have the same usual ports
    if len(hosts) != 1 or not doors.open_to(hosts[0], scheme) or len(origins) > 1:
        return False
    if not all(doors.open_to_origin(origin) for origin in origins):
        return False
    site = _values(scope, b"sec-fetch-site")
    return site in ([], ["same-origin"], ["none"]) or _is_a_followed_link(scope)


def _is_a_followed_link(scope: Scope) -> bool:
    """A foreign page may link here, as anyone may type the address; it may embed nothing."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and _values(scope, b"sec-fetch-mode") == ["navigate"]
        and _values(scope, b"sec-fetch-dest") == ["document"]
    )


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for header, value in scope["headers"] if header == name]


def _is_set(option: str) -> bool:
    from streamlit import config

    return config.is_manually_set(option)


def _without_foreign_origin(scope: Scope) -> Scope:
    """The request without an Origin that is not the Host's.

    Both have passed; but Streamlit would ask a public service for this machine's outer address, to
    compare the Origin with it.
    """
    host = _values(scope, b"host")[0]
    origins = _values(scope, b"origin")
    if not origins or origins[0].partition("://")[2] == host:
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name != b"origin"]
    return {**scope, "headers": kept}


def _with_policy(send: Send, host: str) -> Send:
    """`send`, with headers that keep pages and files to this server."""
    added = [
        (b"content-security-policy", POLICY.format(host=host).encode("latin-1")),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"referrer-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *added]
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: HTTP 403
        return
    port = (scope.get("server") or (None, None))[1]
    body = REFUSAL.format(port=port).encode()
    headers: list[Any] = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
