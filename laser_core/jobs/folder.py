"""The files of a background job: who writes them, and how a live job is told from a dead one.

One lane (`jobs` or `requests`) is one folder; the caller's side is `client.py`, the worker's is
`worker.py`, and this module is all that they share:

    LANE/worker.lock     held by the live worker all its life
    LANE/start.lock      held for a moment by whoever adds a job, and by a worker that ends
    LANE/worker.json     pid and code stamp of the live worker, written once it has its lock
    LANE/worker.log      what the worker and its libraries print
    LANE/stop            asks the worker to end after its job; a worker that ends takes it away
    LANE/queue/ID        an empty file: job ID waits
    LANE/jobs/ID/        job.json, progress.json, result.json, cancel, dismissed, lock

The operating system drops a lock when its holder dies, however it dies, so a lock that is held
means a live worker also after `kill -9` or a restart of the app.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from laser_core.basics.files import whole_file

RETRY_SECONDS = 2.0  # Windows refuses to replace or open a file that another process has open
LANES = ("jobs", "requests")


class Lane:
    """The paths of one lane; making it makes its folders."""

    def __init__(self, home: Path, name: str) -> None:
        if name not in LANES:
            raise ValueError(f"lane {name!r}: a worker serves one of {LANES}")
        self.name = name
        self.root = Path(home) / name
        self.queue = self.root / "queue"
        self.jobs = self.root / "jobs"
        self.worker_lock = self.root / "worker.lock"
        self.start_lock = self.root / "start.lock"
        self.worker_file = self.root / "worker.json"
        self.log = self.root / "worker.log"
        self.stop = self.root / "stop"
        self.queue.mkdir(parents=True, exist_ok=True)
        self.jobs.mkdir(parents=True, exist_ok=True)

    def job(self, id: str) -> Path:
        """The folder of job `id`."""
        return self.jobs / id

    def ids(self) -> list[str]:
        """All job ids, oldest first; an id starts with its running number."""
        return sorted(entry.name for entry in os.scandir(self.jobs) if entry.is_dir())

    def queued_ids(self) -> list[str]:
        """Ids in the queue, oldest first."""
        return sorted(entry.name for entry in os.scandir(self.queue))

    def log_tail(self, characters: int = 4000) -> str:
        """The end of what the worker printed; "" when there is nothing."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-characters:].strip()
        except OSError:
            return ""


def lock_of(path: Path) -> FileLock:
    """A lock on `path`; to be given back by the thread that took it."""
    return FileLock(str(path))


def is_held(path: Path) -> bool:
    """Whether a live process holds the lock file `path`."""
    if not path.exists():
        return False
    lock = lock_of(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; {} when it is missing, cut off or damaged."""
    end = time.monotonic() + RETRY_SECONDS
    while True:
        try:
            loaded = json.loads(path.read_text(encoding="utf-8"))
        except PermissionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        else:
            return loaded if isinstance(loaded, dict) else {}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Put `content` in place of `path` in one step: a reader sees the old or the new file.

    Raises:
        TypeError: something in `content` has no JSON form.
    """
    text = json.dumps(content)
    with whole_file(path) as file:
        file.write(text.encode("utf-8"))


def remove(path: Path) -> None:
    """Delete a file that may be gone already, or (on Windows) still be open elsewhere."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        path.unlink()


def code_stamp() -> int:
    """The newest change of the engine's source, in ns: a worker that is older runs old code."""
    package = Path(__file__).parents[1]
    return max(path.stat().st_mtime_ns for path in package.rglob("*.py"))
