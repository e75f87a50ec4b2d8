"""Starting the worker as a process that outlives the app, and ending a process by force."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from laser_core.studies.processes.threads import thread_limits

_CHILDREN: list[subprocess.Popen[bytes]] = []  # kept so that ended workers are reaped


def launch_worker(
    arguments: list[str], log: Path, threads: int, low_priority: bool
) -> subprocess.Popen[bytes]:
    """Start `python -m laser_core.jobs.worker` with `arguments`; what it prints goes to `log`.

    Args:
        threads: of its numeric libraries, as for `thread_limits`.
        low_priority: let pages go first. On POSIX the worker does that itself (`preexec_fn` is
            unsafe beside threads).
    """
    source = str(Path(__file__).resolve().parents[2])
    search = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**thread_limits(threads), "PYTHONPATH": os.pathsep.join(search)}
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "laser_core.jobs.worker", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
            **_detach_arguments(low_priority),
        )
    _CHILDREN[:] = [other for other in _CHILDREN if other.poll() is None]
    _CHILDREN.append(child)
    return child


def kill(pid: int) -> None:
    """End process `pid` and, where it leads a group, the processes it started; gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError, OSError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)  # TerminateProcess: Windows has no softer way
        elif os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)


def _detach_arguments(low_priority: bool) -> dict[str, Any]:
    """Arguments of Popen that let the child outlive this process and its terminal."""
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        low = subprocess.BELOW_NORMAL_PRIORITY_CLASS if low_priority else 0
        return {"creationflags": flags | low}
    else:
        return {"start_new_session": True}
