"""Long work as a generator: it yields `Progress` and returns its result.

The command line, a test and the app's worker all drain the same generator; whoever drains it
decides how progress is shown and when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """How far one stage of long work has come.

    Args:
        stage: what is being done, for a person ("embedding images").
        done: units finished, 0 to `total`.
        total: units in all; 0 when nobody can know.
        figures: live figures to show beside the bar (loss, images per second).
    """

    stage: str
    done: int = 0
    total: int = 0
    figures: Mapping[str, float | str] = field(default_factory=dict)


Steps = Generator[Progress, None, T]


def drain(steps: Steps[T], report: Callable[[Progress], None] = lambda _: None) -> T:
    """Run `steps` to its end, hand each Progress to `report`, return the result.

    If `report` raises (a user cancelled), the steps are closed there and the error goes on up.
    """
    with closing(steps):
        while True:
            try:
                progress = next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
            report(progress)
