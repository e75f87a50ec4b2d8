"""An answer of an endpoint ends within a time and a size, whatever the server sends and how slowly.

A time-out between two bytes is no limit: a server that sends one byte a second never meets it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from laser_core.errors import LaserError

LARGEST_ANSWER = 8_000_000  # bytes, a hundred times any answer of ours
LARGEST_PACKED = 100_000  # bytes of a compressed one: it can grow a thousandfold
_SPARE = 0.5  # seconds that a call which keeps its own deadline is given beyond it
T = TypeVar("T")


class TooLargeError(LaserError):
    """A server's body goes beyond the limit."""


class TooSlowError(LaserError):
    """An answer was not there within its time."""


def call_within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` gives, if it gives it in time; else it is left behind in a thread of its own.

    Only so is everything in it bounded: a name that is looked up, headers that trickle in.

    Raises:
        TooSlowError: it did not; whatever `call` raises.
    """
    box: list[tuple[bool, Any]] = []

    def work() -> None:
        try:
            box.append((True, call()))
        except BaseException as error:
            box.append((False, error))

    thread = threading.Thread(target=work, daemon=True, name="one question to an endpoint")
    thread.start()
    thread.join(seconds + _SPARE)
    if not box:
        raise TooSlowError("no answer in time")
    good, value = box[0]
    if not good:
        raise value
    return value


def limit_body(deadline: Callable[[], float]) -> Callable[[Any], None]:
    """A hook of the HTTP client for each response: its body is read within limits.

    Args:
        deadline: gives the moment (`time.monotonic`) at which the answer in hand is given up.
    """

    def limit(response: Any) -> None:
        packed = response.headers.get("content-encoding", "identity") != "identity"
        most = LARGEST_PACKED if packed else LARGEST_ANSWER
        stream = response.stream
        base = next(kind for kind in type(stream).__mro__ if kind.__name__ == "SyncByteStream")

        def read(_: Any) -> Iterator[bytes]:
            size = 0
            for chunk in stream:
                size += len(chunk)
                if size > most:
                    raise TooLargeError(f"an answer of more than {most:,} bytes")
                if time.monotonic() > deadline():
                    raise TooSlowError("no answer in time")
                yield chunk

        members = {"__iter__": read, "close": lambda _: stream.close()}
        response.stream = type("Bounded", (base,), members)()

    return limit
