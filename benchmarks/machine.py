"""Where and how a figure was taken, and how it is held against what was promised."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


def machine() -> str:
    """Processor, memory, load, Python and commit, in one line."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return (
        f"{os.cpu_count()} cores ({_processor()}), {load}, {platform.system()}, "
        f"Python {platform.python_version()}, commit {_commit()}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    changed = "" if not git("status", "--porcelain", "laser_core") else " with changes"
    return (git("rev-parse", "--short", "HEAD") or "unknown") + changed


class Seconds(NamedTuple):
    """By the clock, and of the processor."""

    wall: float
    cpu: float


class Stopwatch:
    """Wall and CPU seconds since it was made; CPU counts all threads of this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Seconds:
        """Both, so far."""
        return Seconds(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def spread(values: Sequence[float], digits: int = 3) -> str:
    """ "0.950 ± 0.020 (n = 5, least 0.930)" of some figures."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    mean = statistics.fmean(values)
    return (
        f"{mean:.{digits}f} ± {deviation:.{digits}f} "
        f"(n = {len(values)}, {min(values):.{digits}f} to {max(values):.{digits}f})"
    )


def verdict(what: str, figure: float, least: float | None = None, most: float | None = None) -> str:
    """A figure beside its promise: "met" or "MISSED"."""
    if least is not None:
        promise, met = f"at least {least:g}", figure >= least
    else:
        promise, met = f"at most {most:g}", most is not None and figure <= most
    return f"{'met   ' if met else 'MISSED'} | {what}: {figure:.4g} | promised {promise}"
