"""The worker process: `python -m laser_core.jobs.worker HOME LANE`, started on demand.

It takes the jobs of one lane one after another and stays alive in between, so that only the first
pays for importing PyTorch and loading models. What it can do stands in the registry `JOBS` of a
module (`laser_core.jobs.tasks`), imported with the first job:

    JOBS: dict[str, Task] = {"embed": embed, ...}
    def embed(params: dict[str, Any], context: JobContext) -> Steps[dict[str, Any]]: ...

A task may also return its result at once. Either way the result must have a JSON form.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from filelock import FileLock, Timeout

from laser_core.errors import JobError, LaserError
from laser_core.jobs.client import DEFAULT_TASKS, GRACE_SECONDS, IDLE_SECONDS
from laser_core.jobs.folder import LANES, Lane, code_stamp, lock_of, read_json, remove, write_json
from laser_core.jobs.process import kill
from laser_core.progress import Progress, Steps, drain

POLL_SECONDS = 0.025  # how soon a waiting job is seen; the look costs some 20 microseconds
WRITE_SECONDS = 0.25  # progress reaches the disk at most four times a second
BROKEN = "Something in the program failed during {kind}; the details say what, please report them."


@dataclass(frozen=True)
class JobContext:
    """What a task gets beside its parameters.

    Args:
        home: the folder the lane belongs to.
        folder: the job's own folder, for large results; deleted when the job is old.
        cancelled: whether someone asked this job to stop. Steps that yield need not look; a task
            that works for seconds without a yield should.
        warm: kept from job to job for the life of the worker: put loaded models here.
    """

    home: Path
    folder: Path
    cancelled: Callable[[], bool]
    warm: dict[str, Any]


Result: TypeAlias = dict[str, Any]
Task: TypeAlias = Callable[[dict[str, Any], JobContext], Steps[Result] | Result]


class JobCancelled(BaseException):
    """The job was asked to stop; no error, so that a task's `except Exception` lets it pass."""


class WorkerEnded(BaseException):
    """The worker was asked to end, by the system or from a terminal."""


class _Reporter:
    """Writes progress.json while a job runs, and stops the job when that was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._facts: dict[str, Any] = {}
        self._written = self._stage_since = 0.0
        self._stage_from = 0
        self._unwritten = False
        self._turn = threading.Lock()  # between the job's thread and the watching one

    def cancelled(self) -> bool:
        return (self.folder / "cancel").exists()

    def report(self, progress: Progress) -> None:
        """Note one step; it reaches the disk now or with `flush`."""
        if self.cancelled():
            raise JobCancelled
        now = time.monotonic()
        if progress.stage != self._facts.get("stage") or progress.done < self._stage_from:
            self._stage_since, self._stage_from = now, progress.done
        elapsed = now - self._stage_since
        facts = {
            "stage": progress.stage,
            "done": progress.done,
            "total": progress.total,
            "figures": dict(progress.figures),
            "rate": (progress.done - self._stage_from) / elapsed if elapsed > 0 else 0.0,
        }
        with self._turn:
            self._facts = self._facts | facts
            self._unwritten = True
        self.flush()

    def flush(self) -> None:
        """Write the newest step, unless the last write was less than `WRITE_SECONDS` ago."""
        if self._unwritten and time.monotonic() - self._written >= WRITE_SECONDS:
            self.write()

    def write(self, **facts: Any) -> None:
        """Write at once, with `facts` added."""
        with self._turn:
            self._unwritten = False
            self._written = time.monotonic()
            self._facts = self._facts | facts
            write_json(self.folder / "progress.json", self._facts)


class Worker:
    """Serves one lane until it has had no work for `idle_seconds`, or is asked to end."""

    def __init__(self, home: Path, lane: str, tasks: str, idle_seconds: float) -> None:
        self.home = home
        self.lane = Lane(home, lane)
        self._tasks_module = tasks
        self._idle_seconds = idle_seconds
        self._warm: dict[str, Any] = {}
        self._current: _Reporter | None = None

    def serve(self) -> None:
        """Take jobs until there is no more to do; returns at once when the lane has a worker."""
        life = lock_of(self.lane.worker_lock)
        try:
            life.acquire(timeout=2.0)  # a reader that looks whether we live holds it for a moment
        except Timeout:
            return
        try:
            write_json(self.lane.worker_file, {"pid": os.getpid(), "code": code_stamp()})
            threading.Thread(target=self._watch, daemon=True).start()
            self._take_jobs(life)
        finally:
            self._leave(life)

    def _take_jobs(self, life: FileLock) -> None:
        """Take what waits until asked to end, idle for too long, or the home is gone."""
        idle_since = time.monotonic()
        while (waiting := self._queued_ids()) is not None and not self._asked_to_end():
            if waiting:
                self._take(waiting[0])
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since < self._idle_seconds:
                time.sleep(POLL_SECONDS)
            elif self._leave_if_idle(life):
                return

    def _asked_to_end(self) -> bool:
        """Whether somebody asked; this worker ends then, so the request is taken off the disk.

        Only one of two takes a file away: whoever asked and has waited long enough either takes
        the request back, or finds it gone and knows that the worker is ending.
        """
        try:
            self.lane.stop.unlink()
        except OSError:  # nobody asked, or Windows has the file open: it is seen next time
            return False
        return True

    def _queued_ids(self) -> list[str] | None:
        """The queue; None when the home was deleted under us."""
        try:
            return self.lane.queued_ids()
        except FileNotFoundError:
            return None

    def _leave_if_idle(self, life: FileLock) -> bool:
        """Release the lane unless a job came in; the start lock keeps one from being added now."""
        try:
            hold = lock_of(self.lane.start_lock).acquire(timeout=0)
        except Timeout:
            return False
        with hold:
            if self.lane.queued_ids():
                return False
            self._leave(life)
            return True

    def _leave(self, life: FileLock) -> None:
        """Release the lane, once; until then nobody else's facts can stand in the worker's file."""
        if life.is_locked:
            remove(self.lane.worker_file)
            life.release()

    def _take(self, id: str) -> None:
        folder = self.lane.job(id)
        try:
            hold = lock_of(folder / "lock").acquire(timeout=1.0)
        except Timeout:
            return
        except FileNotFoundError:  # a queue entry whose folder is gone
            remove(self.lane.queue / id)
            return
        with hold:
            if not read_json(folder / "progress.json"):  # else: settled while it waited
                self._current = _Reporter(folder)
                try:
                    self._run(id, folder, self._current)
                finally:
                    self._current = None
            remove(self.lane.queue / id)

    def _run(self, id: str, folder: Path, reporter: _Reporter) -> None:
        """Do the job; however it ends, how it ended is on disk when this returns."""
        spec = read_json(folder / "job.json")
        kind = str(spec.get("kind", id.partition("-")[2]))
        reporter.write(status="running", pid=os.getpid(), started=time.time())
        remove(self.lane.queue / id)
        try:
            if reporter.cancelled():
                raise JobCancelled
            context = JobContext(self.home, folder, reporter.cancelled, self._warm)
            result = self._result(kind, spec, context, reporter)
            write_json(folder / "result.json", result)
        except JobCancelled:
            reporter.write(status="cancelled", ended=time.time())
        except (WorkerEnded, KeyboardInterrupt, SystemExit):
            reporter.write(status="cancelled", ended=time.time())
            raise
        except LaserError as error:
            reporter.write(status="failed", ended=time.time(), error=str(error))
        except BaseException:
            details = traceback.format_exc()
            print(details, file=sys.stderr, flush=True)  # noqa: T201 - this is the worker's log
            error_text = BROKEN.format(kind=kind)
            reporter.write(
                status="failed", ended=time.time(), error=error_text, details=details[-8000:]
            )
        else:
            reporter.write(status="done", ended=time.time())

    def _result(
        self, kind: str, spec: Mapping[str, Any], context: JobContext, reporter: _Reporter
    ) -> Result:
        if "params" not in spec:
            raise JobError(f"the order for {kind} is damaged on disk; start it again")
        registry: Mapping[str, Task] = importlib.import_module(self._tasks_module).JOBS
        if kind not in registry:
            raise JobError(f"{kind}: no such work; there is {', '.join(sorted(registry))}")
        outcome = registry[kind](spec["params"], context)
        if isinstance(outcome, Generator):
            return drain(outcome, reporter.report)
        return outcome

    def _watch(self) -> None:
        """A thread beside the job: writes what waits to be written, ends a job that will not stop.

        A job that was asked to stop and has not come to a step in time takes this process with
        it. The reader of its files then finds it cancelled, and the next job gets a new worker.
        """
        while True:
            time.sleep(0.1)
            reporter = self._current
            if reporter is None:
                continue
            with contextlib.suppress(OSError):  # no such request, or the home was deleted
                reporter.flush()
                asked = (reporter.folder / "cancel").stat().st_mtime
                if time.time() - asked > GRACE_SECONDS and reporter is self._current:
                    remove(self.lane.worker_file)
                    kill(os.getpid())


def _end(signal_number: int, frame: FrameType | None) -> None:
    raise WorkerEnded


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m laser_core.jobs.worker", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("lane", choices=LANES)
    parser.add_argument("--tasks", default=DEFAULT_TASKS, help="module with the registry JOBS")
    parser.add_argument("--idle-seconds", type=float, default=IDLE_SECONDS)
    given = parser.parse_args()
    faulthandler.enable()  # a crash in a library leaves its place in worker.log
    if given.lane == "jobs" and hasattr(os, "nice"):
        os.nice(10)  # pages and requests go first
    signal.signal(signal.SIGTERM, _end)
    with contextlib.suppress(WorkerEnded, KeyboardInterrupt):
        Worker(given.home, given.lane, given.tasks, given.idle_seconds).serve()


if __name__ == "__main__":
    main()
