"""Several questions at a time, in threads that hardly keep anybody waiting when it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
GRACE = 2.0  # seconds
LOOK_AGAIN = 0.2  # seconds after which the reader is told that nothing is there yet


def side_by_side(
    worker: Callable[[], Callable[[T], R]], items: Sequence[T], many: int
) -> Generator[tuple[T, R] | None, None, None]:
    """(item, what was made of it) as each is done, in any order; None while nothing is.

    Closed, or after an error, it starts no further item. What is under way is given `GRACE`: it may
    be paid for already. Then it ends by itself, or with the program: the threads are daemons.

    Args:
        worker: makes, in each thread, the function that is given the items.
        items: what to do.
        many: threads at most.

    Raises:
        Whatever a worker raises.
    """
    waiting: SimpleQueue[T] = SimpleQueue()
    done: SimpleQueue[tuple[T, R] | BaseException] = SimpleQueue()
    stopped = threading.Event()
    for item in items:
        waiting.put(item)

    def work() -> None:
        try:
            make = worker()
            while not stopped.is_set():
                item = waiting.get_nowait()
                done.put((item, make(item)))
        except Empty:
            pass
        except BaseException as error:
            done.put(error)

    name = "questions about pictures"
    threads = [
        threading.Thread(target=work, daemon=True, name=name) for _ in range(min(many, len(items)))
    ]
    for thread in threads:
        thread.start()
    try:
        left = len(items)
        while left:
            try:
                found = done.get(timeout=LOOK_AGAIN)
            except Empty:
                yield None
                continue
            if isinstance(found, BaseException):
                raise found
            left -= 1
            yield found
    finally:
        stopped.set()
        _give_grace(threads)


def _give_grace(threads: Sequence[threading.Thread]) -> None:
    """Wait for what is under way, `GRACE` seconds for all together."""
    ends = time.monotonic() + GRACE
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
