"""Several trainings at the same time: a GPU that one small net leaves idle learns two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

from laser_core.progress import Progress, Steps, drain

T = TypeVar("T")

POLL_SECONDS = 0.2  # a stop is heeded that soon


class _StopError(Exception):
    """Ends a piece of work that nobody waits for any more."""


class _Worker(Thread, Generic[T]):
    """Runs one piece of work to its end, or until it is told to stop."""

    def __init__(
        self,
        work: Steps[T],
        place: Callable[[], AbstractContextManager[object]],
        news: SimpleQueue[Progress],
    ) -> None:
        super().__init__(daemon=True)
        self._work, self._place, self._news = work, place, news
        self.stopped = Event()
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with self._place():
                self.result = drain(self._work, self._report)
        except BaseException as error:  # raised again where the others are waited for
            self.error = error

    def _report(self, progress: Progress) -> None:
        if self.stopped.is_set():
            raise _StopError
        self._news.put(progress)


def side_by_side(
    works: Sequence[Steps[T]], place: Callable[[], AbstractContextManager[object]]
) -> Steps[list[T]]:
    """Run all works, each in a thread of its own; their results in the order of the works.

    Closed half way, or when one of them fails, it stops the others and waits for them.

    Args:
        place: makes what each thread works within, such as a stream of a GPU.
    """
    news: SimpleQueue[Progress] = SimpleQueue()
    workers = [_Worker(work, place, news) for work in works]
    try:
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers) or not news.empty():
            if any(worker.error for worker in workers):
                break
            with suppress(Empty):
                yield news.get(timeout=POLL_SECONDS)
    finally:
        for worker in workers:
            worker.stopped.set()
        for worker in workers:
            worker.join()
    failed = [w.error for w in workers if w.error and not isinstance(w.error, _StopError)]
    if failed:
        raise failed[0]
    return [worker.result for worker in workers]  # type: ignore[misc]  # each has ended
