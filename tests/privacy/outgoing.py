"""What a process and all it starts send to other machines: refused in Python, watched by strace."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

HOOK = Path(__file__).parent / "hook"
REPOSITORY = Path(__file__).resolve().parents[2]
CALLS = "execve,connect,sendto,sendmsg,sendmmsg"
PLACE = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


@dataclass(frozen=True)
class Outgoing:
    """Where the two watchers write.

    Args:
        leaks: what Python's sockets were refused, one JSON line each.
        trace: strace's file, for all that is no Python; None where there is no strace.
    """

    leaks: Path
    trace: Path | None

    def environment(self) -> dict[str, str]:
        """For the process that is watched; its children inherit it."""
        path = os.pathsep.join([str(HOOK), str(REPOSITORY), str(REPOSITORY / "tests")])
        return {"PYTHONPATH": path, "LASER_TEST_LEAKS": str(self.leaks)}

    def prefix(self) -> list[str]:
        """What stands before the command. -D: the command stays our own child."""
        if self.trace is None:
            return []
        how = ["-D", "-f", "-q", "-Y", "--seccomp-bpf", "-e", f"trace={CALLS}"]
        return ["strace", *how, "-o", str(self.trace)]

    def attempts(self) -> list[str]:
        """Everything that tried to leave, with who tried it; [] is what a test wants."""
        return [*self._refused(), *self._traced()]

    def _refused(self) -> list[str]:
        lines = self.leaks.read_text().splitlines() if self.leaks.exists() else []
        told = [json.loads(line) for line in lines]
        return [
            f"{one['what']} to {one['address']} by {' '.join(one['process'])}:\n"
            + "".join(one["caller"])
            for one in told
        ]

    def _traced(self) -> list[str]:
        if self.trace is None:
            return []
        return named(_to_its_end(self.trace))


def named(lines: list[str]) -> list[str]:
    """The lines that are a leak, each with the program that its process runs, if it began one."""
    runs: dict[str, str] = {}
    found = []
    for line in lines:
        pid = line.partition("<")[0]
        if "> execve(" in line and line.endswith("= 0"):
            runs[pid] = line.partition("execve(")[2]
        if foreign(line):
            found.append(f"strace: {line} by {runs.get(pid, 'a thread')}")
    return found


def _to_its_end(trace: Path, patience: float = 30.0) -> list[str]:
    """The lines of strace once the command that it was started with has ended."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        lines = trace.read_text(errors="replace").splitlines() if trace.exists() else []
        first = lines[0].partition("<")[0] if lines else ""
        if any("> +++ " in line and line.partition("<")[0] == first for line in lines):
            return lines
        time.sleep(0.1)
    pytest.fail(f"strace has not seen the end of what it watched: {trace}")


def foreign(line: str) -> bool:
    """Whether a line of strace names an address that is not this machine's loopback."""
    places = [first or second for first, second in PLACE.findall(line)]
    own = ("127.", "::1", "::ffff:127.", "0.0.0.0")
    return any(not place.startswith(own) for place in places)


def watching(folder: Path) -> Outgoing:
    """Both watchers, with their files in `folder`.

    Where strace cannot work, its half is left out; with LASER_REQUIRE_TRACE=1, as in CI, the test
    fails instead.
    """
    if strace_works():
        return Outgoing(folder / "leaks.jsonl", folder / "strace.txt")
    if os.environ.get("LASER_REQUIRE_TRACE") == "1":
        pytest.fail("strace does not work here, so nobody sees what is no Python: install it")
    return Outgoing(folder / "leaks.jsonl", None)


def strace_works() -> bool:
    """Whether this machine has strace and lets it watch a process."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        ["strace", "-f", "-qq", "-Y", "--seccomp-bpf", "-e", "trace=connect", "true"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0
