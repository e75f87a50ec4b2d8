"""How the command line shows progress, lines and errors."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.text import Text

from laser_core.ctrl_c import CtrlC
from laser_core.errors import LaserError
from laser_core.progress import Progress, Steps, T, drain

USER_ERROR, STOPPED, BUG = 2, 130, 1


class _Rate(ProgressColumn):
    """Units a second, once there is something to tell."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


class Terminal:
    """Lines on standard output; a bar for long work on standard error, where it is a terminal."""

    def __init__(self) -> None:
        self._bar_console = Console(stderr=True)
        self._bar: RichProgress | None = None

    def say(self, text: str) -> None:
        """Print a line, above the bar if one is shown."""
        if self._bar is not None and self._bar_console.is_terminal:
            self._bar_console.print(text, markup=False, highlight=False)
        else:
            print(text, flush=True)

    def run(self, steps: Steps[T]) -> T:
        """Drain `steps` with a bar: stage, count, rate and time left."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        quiet = not self._bar_console.is_terminal  # a bar would leave an empty line in a log
        with RichProgress(
            *columns, console=self._bar_console, transient=True, disable=quiet
        ) as bar:
            self._bar = bar
            try:
                return drain(steps, self._follow(bar))
            finally:
                self._bar = None

    def _follow(self, bar: RichProgress) -> Callable[[Progress], None]:
        task = bar.add_task("starting", total=None)
        stage = ""

        def follow(progress: Progress) -> None:
            nonlocal stage
            if progress.stage != stage:
                stage = progress.stage
                bar.reset(task, description=stage)
            bar.update(task, completed=progress.done, total=progress.total or None)

        return follow


def guarded(work: Callable[[], None], stopped: Callable[[], str]) -> int:
    """Run `work`; every end is an exit code and at most one sentence.

    Args:
        work: what to do.
        stopped: what to say when the user pressed Ctrl-C.

    Returns:
        0, 2 for an error the user can act on, 130 for Ctrl-C, 1 for a fault of ours (its
        traceback is shown only with LASER_DEBUG=1).
    """
    with CtrlC() as ctrl_c:
        try:
            work()
        except (Exception, KeyboardInterrupt) as error:
            if ctrl_c.pressed or isinstance(error, KeyboardInterrupt):
                print(stopped(), file=sys.stderr)
                return STOPPED
            return _told(error)
    return 0


def _told(error: Exception) -> int:
    """Say what went wrong; the exit code for it."""
    if isinstance(error, LaserError):
        print(f"error: {error}", file=sys.stderr)
        return USER_ERROR
    if os.environ.get("LASER_DEBUG"):
        traceback.print_exception(error)
    print(
        f"error: {type(error).__name__}: {error}; this is a fault of the program, please "
        "report it with what LASER_DEBUG=1 shows",
        file=sys.stderr,
    )
    return BUG
