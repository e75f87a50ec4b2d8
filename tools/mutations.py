"""Shows that the tests hold the paper: breaks the code in a copy, one way at a time, and sees
whether the tests that should notice do.

    python -m tools.mutations [--list] [--only NAME] [--quick]

The working tree is never touched, so a stop at any moment leaves nothing behind.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.mutation_table import MUTATIONS, SOURCES, TESTS, Mutation

ROOT = Path(__file__).resolve().parents[1]
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py::\w+)", re.MULTILINE)
HELD, FOUND = 0, 1  # what pytest ends with: all passed, some failed


@dataclass(frozen=True)
class Outcome:
    """What a run of tests came to.

    Args:
        ended: pytest's exit status.
        failed: "file::test" of those that failed, parameters left out.
        said: all that pytest printed.
    """

    ended: int
    failed: frozenset[str]
    said: str


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every mutation was noticed by all tests that should, else 1."""
    options = _options().parse_args(arguments)
    chosen = [m for m in MUTATIONS if options.only in (None, m.name)]
    if not chosen:
        print(f"there is no mutation {options.only!r}; --list names them")
        return 1
    if options.list:
        for one in chosen:
            print(f"{one.name:<30} {one.breaks}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy goes then too
    with TemporaryDirectory(prefix="laser-mutations-") as folder:
        copy = copied(ROOT, Path(folder) / "copy")
        return try_all(chosen, copy, ROOT, options.quick)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else "")
    parser.add_argument("--list", action="store_true", help="name the mutations and run nothing")
    parser.add_argument("--only", metavar="NAME", help="this mutation alone")
    parser.add_argument(
        "--quick", action="store_true", help="run the named tests alone, not all of their files"
    )
    return parser


def try_all(chosen: Sequence[Mutation], copy: Path, root: Path, quick: bool) -> int:
    """Try each mutation in `copy`, a copy of `root`; prints a line each and the counts."""
    sound = outcome_of(tests_of(chosen, quick), copy)
    if sound.ended != HELD:
        print(f"the tests fail without any mutation; mend that first\n{sound.said}")
        return 1
    missed = 0
    for one in chosen:
        told = try_one(one, copy, root, quick)
        missed += not told.startswith("noticed")
        print(f"{one.name:<30} {told}", flush=True)
    print(f"{len(chosen)} mutations: {len(chosen) - missed} noticed, {missed} not")
    return 1 if missed else 0


def try_one(one: Mutation, copy: Path, root: Path, quick: bool) -> str:
    """Break `copy`, run the tests, put it right again; what was seen, in a line."""
    apply(one, copy)
    try:
        outcome = outcome_of(tests_of([one], quick), copy)
    finally:
        for edit in one.edits:
            shutil.copyfile(root / SOURCES[edit.where], copy / SOURCES[edit.where])
    if outcome.ended not in (HELD, FOUND):
        return f"COULD NOT BE TRIED, pytest ended with {outcome.ended}\n{outcome.said}"
    silent = [name for name in map(node, one.tests) if name not in outcome.failed]
    if silent:
        return f"NOT NOTICED by {', '.join(silent)} ({one.breaks})"
    return f"noticed by {', '.join(sorted(outcome.failed))}"


def apply(one: Mutation, copy: Path) -> None:
    """Make the edits of a mutation.

    Raises:
        ValueError: an old text does not stand exactly once in its file.
    """
    for edit in one.edits:
        path = copy / SOURCES[edit.where]
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(
                f"{one.name}: {edit.old!r} stands {text.count(edit.old)} times in {path}"
            )
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def node(test: str) -> str:
    """ "key::test" of the table as pytest names it, "tests/.../test_key.py::test"."""
    key, _, name = test.partition("::")
    return f"{TESTS[key]}::{name}"


def tests_of(chosen: Sequence[Mutation], quick: bool) -> list[str]:
    """What pytest is asked to run: the named tests, or with all others of their files."""
    nodes = [node(test) for one in chosen for test in one.tests]
    return list(dict.fromkeys(nodes if quick else [name.partition("::")[0] for name in nodes]))


def outcome_of(tests: Sequence[str], copy: Path) -> Outcome:
    """Run `tests` in a process of its own, on the code in `copy`."""
    own = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}  # stale code must not stay
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", *tests],
        cwd=copy,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(
        done.returncode, frozenset(FAILED.findall(done.stdout)), done.stdout + done.stderr
    )


def copied(root: Path, copy: Path) -> Path:
    """The files of a checkout that git knows or would take, as they are now, in `copy`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():  # one that was deleted is listed too
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy / name)
    return copy


if __name__ == "__main__":
    sys.exit(main())
