"""Runs the cases of a target and says which of them the program did not stand."""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import tests.fuzz
from laser_core.basics.seeding import rng_for
from laser_core.errors import LaserError

LONGEST_SENTENCE = 2000  # signs; an error names paths and classes, not the whole input


class WrongReadingError(Exception):
    """The program read something that is not what was written, and said nothing."""


@dataclass(frozen=True)
class Target:
    """Something that reads an input, and a way to spoil it.

    Args:
        name: for the command line and the test.
        case: given a generator and an empty folder, spoils one input and reads it; returns a word
            on what came of it. A `LaserError` is a sound refusal, a `WrongReadingError` or anything
            else that is raised is a fault.
        short: cases in the test suite.
    """

    name: str
    case: Callable[[np.random.Generator, Path], str]
    short: int = 20


@dataclass
class Report:
    """What some cases of a target came to.

    Args:
        outcomes: word -> how often.
        faults: (number of the case, what happened), for `python -m tests.fuzz NAME --only N`.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)


def targets() -> dict[str, Target]:
    """Name -> target, of all files `fuzz_*.py` in this folder."""
    found = [m.name for m in pkgutil.iter_modules(tests.fuzz.__path__) if "fuzz_" in m.name]
    modules = [importlib.import_module(f"tests.fuzz.{name}") for name in sorted(found)]
    return {target.name: target for module in modules for target in module.TARGETS}


def run(target: Target, count: int, seed: int = 0, first: int = 0) -> Report:
    """Try `count` cases from number `first` on; each depends on `seed` and its number alone."""
    report = Report()
    for number in range(first, first + count):
        rng = rng_for(seed, target.name, number)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                report.outcomes[target.case(rng, Path(folder))] += 1
            except LaserError as error:
                report.outcomes["refused"] += 1
                if fault := sentence_fault(str(error)):
                    report.faults.append((number, fault))
            except WrongReadingError as error:
                report.faults.append((number, f"wrong reading: {error}"))
            except Exception:
                report.faults.append((number, traceback.format_exc()))
    return report


def sentence_fault(text: str) -> str:
    """What is wrong with an error's text, or ""."""
    if not text.strip():
        return "an error without a text"
    if len(text) > LONGEST_SENTENCE:
        return f"an error of {len(text):,} signs: {text[:200]!r}"
    if "Traceback (most recent" in text:
        return f"a traceback in a sentence: {text[:200]!r}"
    return ""
