"""What is known about one background job, as its folder on disk has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from laser_core.errors import JobError
from laser_core.jobs.folder import Lane, read_json

Status = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
ACTIVE: frozenset[Status] = frozenset({"queued", "running"})
_FROM_WORKER = (
    "stage",
    "done",
    "total",
    "figures",
    "rate",
    "error",
    "details",
    "started",
    "ended",
    "pid",
)


@dataclass(frozen=True)
class JobState:
    """What is known about one job at this moment.

    Args:
        id: its running number and kind, e.g. "000012-embed".
        stage, done, total, figures: as in `Progress`, at most a quarter of a second old.
        rate: units of this stage a second; 0 while unknown.
        error: one sentence for the screen; "" unless failed or lost.
        details: for the fold below it (a traceback, the end of the log); may be "".
        cancelling: someone asked it to stop and it has not stopped yet.
        dismissed: someone has read how it ended.
        started, ended: seconds since 1970; None where it has not come to that.
        pid: the worker's process; 0 before one took the job.
    """

    id: str
    kind: str
    status: Status
    params: Mapping[str, Any] = field(default_factory=dict)
    stage: str = ""
    done: int = 0
    total: int = 0
    figures: Mapping[str, float | str] = field(default_factory=dict)
    rate: float = 0.0
    error: str = ""
    details: str = ""
    cancelling: bool = False
    dismissed: bool = False
    started: float | None = None
    ended: float | None = None
    pid: int = 0

    @property
    def active(self) -> bool:
        """Whether the job is queued or running."""
        return self.status in ACTIVE

    @property
    def seconds_left(self) -> float | None:
        """Of this stage, at its mean speed so far; None while nobody can know."""
        if self.total <= 0 or self.rate <= 0.0:
            return None
        return max(0, self.total - self.done) / self.rate


def read_state(lane: Lane, id: str) -> JobState:
    """The state of job `id` as the files have it, whether or not its worker is alive.

    Raises:
        JobError: there is no such job.
    """
    folder = lane.job(id)
    if not folder.is_dir():
        raise JobError(f"there is no job {id!r}; it may be too old to be kept")
    spec, progress = read_json(folder / "job.json"), read_json(folder / "progress.json")
    status: Status = "queued"  # no worker has written anything yet
    if progress.get("status") in get_args(Status):
        status = cast(Status, progress["status"])
    return JobState(
        id=id,
        kind=str(spec.get("kind", id.partition("-")[2])),
        status=status,
        params=spec.get("params", {}),
        cancelling=status in ACTIVE and (folder / "cancel").exists(),
        dismissed=(folder / "dismissed").exists(),
        **{name: progress[name] for name in _FROM_WORKER if name in progress},
    )
