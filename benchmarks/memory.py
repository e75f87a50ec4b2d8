"""Claim: a run on 50,000 pictures needs less than 3 GB of memory at its peak.

    python -m benchmarks.memory ARCHIVE.zip [--warm]

ARCHIVE holds CIFAR-10 as class folders. The run is a process of its own that reports its largest
resident size, pages of memory-mapped files included. Without --warm its cache is empty, so that
decoding and embedding count too.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import ROOT, Stopwatch, machine, verdict
from laser_core.basics.files import default_cache_dir

SAID = "peak bytes: "


def main() -> None:
    """Start the run in a child, read its peak."""
    if len(sys.argv) > 1 and sys.argv[1] == "--child":
        return child(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    parser.add_argument("--warm", action="store_true", help="with the usual cache")
    parser.add_argument("--batch", type=int, default=1500)
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        cache = default_cache_dir() if options.warm else Path(folder) / "cache"
        watch = Stopwatch()
        command = [sys.executable, "-m", "benchmarks.memory", "--child", "run"]
        command += ["--pool", options.archive, "--batch", str(options.batch)]
        command += ["--selection", "global", "--vlm", "offline"]
        command += ["--cache-dir", str(cache), "--out", str(Path(folder) / "run")]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
        )
        if done.returncode:
            sys.exit(done.stderr)
        lines = done.stdout.splitlines()
        print(next(line for line in lines if line.startswith("pool ")))
        print(next(line for line in lines if "rounds in" in line))
        peak = next(int(line.removeprefix(SAID)) for line in lines if line.startswith(SAID))
        print(f"{'warm' if options.warm else 'empty'} cache, {watch.read()[0]:.0f} s")
        print(verdict("GB at the peak", peak / 1e9, most=3.0))


def child(words: list[str]) -> None:
    """Run the command line here, then tell the peak."""
    from laser_core.cli.app import app

    try:
        app(words, prog_name="python -m laser_core")
    except SystemExit as end:
        print(f"{SAID}{peak_bytes()}", flush=True)
        sys.exit(end.code)


def peak_bytes() -> int:
    """The largest resident size that this process has had."""
    if os.name == "nt":
        return _peak_on_windows()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _peak_on_windows() -> int:
    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_uint32),
            ("faults", ctypes.c_uint32),
            *((name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "e", "f")),
        )

    counters = Counters(size=ctypes.sizeof(Counters))
    windows = ctypes.windll  # type: ignore[attr-defined]
    process = ctypes.c_void_p(windows.kernel32.GetCurrentProcess())
    windows.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
    return int(counters.peak)


if __name__ == "__main__":
    main()
