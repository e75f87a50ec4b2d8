"""Claim: the demo takes under two minutes from its first start to its result, on 2 idle cores.

    python -m benchmarks.first_run

`python -m laser_core run` in a new process with an empty cache: imports, weights, 3,600 pictures,
language, ten rounds. The rival is the same command a second time, when the cache is filled.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import ROOT, machine, verdict

MOST = 120.0


def main() -> None:
    """Run the command twice, tell when each line came."""
    print(machine())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        cold = timed(Path(folder), "first")
        timed(Path(folder), "second")
    print(machine())
    print(verdict("seconds from the first start to the result", cold, most=MOST))


def timed(folder: Path, name: str) -> float:
    """Seconds of one run; prints its stages."""
    command = [sys.executable, "-m", "laser_core", "run", "--vlm", "offline"]
    command += ["--cache-dir", str(folder / "cache"), "--out", str(folder / name)]
    started, before = time.perf_counter(), _children_cpu()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    at: dict[str, float] = {}
    round_seconds: list[float] = []
    for line in process.stdout or ():
        now = time.perf_counter() - started
        at.setdefault("planned" if line.startswith("pool ") else line.split("|")[0].strip(), now)
        if " queried " in line:
            round_seconds.append(float(line.rsplit("|", 1)[1].removesuffix("s\n")))
            at.setdefault("first round", now)
        last = line.strip()
    process.wait()
    total = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"the run ended with exit code {process.returncode}")
    prepared = at["first round"] - round_seconds[0]
    print(f"{name} start: {total:.1f} s, {_children_cpu() - before:.1f} CPU s")
    print(f"  imports and plan            {at['planned']:6.1f} s")
    print(f"  models and pictures         {prepared - at['planned']:6.1f} s")
    print(f"  round 1 with its language   {round_seconds[0]:6.1f} s")
    print(f"  rounds 2 to {len(round_seconds)}              {sum(round_seconds[1:]):6.1f} s")
    print(f"  {last}")
    return total


def _children_cpu() -> float:
    """CPU seconds of finished children; 0 on Windows, which does not count them."""
    try:
        import resource
    except ImportError:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
