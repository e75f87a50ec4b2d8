"""How the command line shows progress, lines and errors.

All of it passes `printable`: names of files, classes and people come from outside, and a terminal
obeys the control characters in them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib.util import find_spec

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

from laser_core.basics.secret_keys import mask_keys
from laser_core.basics.unseen_characters import escape_unseen
from laser_core.cli.ctrl_c import CtrlC
from laser_core.errors import LaserError
from laser_core.progress import Progress, Steps, T, drain

USER_ERROR, STOPPED, BUG = 2, 130, 1


def printable(text: str) -> str:
    r"""`text` as one line that a terminal shows and does not act on, without any key.

    A control character stands there as its escape: `\x1b`, `\n`, `\u202e`.
    """
    return escape_unseen(mask_keys(text))


def print_line(text: str, error: bool = False) -> None:
    """Print a line as `printable`, in whatever letters the stream has.

    Args:
        text: one line.
        error: True for standard error.
    """
    stream = sys.stderr if error else sys.stdout
    letters = getattr(stream, "encoding", None) or "utf-8"
    line = printable(text).encode(letters, "backslashreplace").decode(letters)
    print(line, file=stream, flush=True)


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
            self._bar_console.print(printable(text), markup=False, highlight=False, emoji=False)
        else:
            print_line(text)

    def run(self, steps: Steps[T]) -> T:
        """Drain `steps` with a bar: stage, count, rate and time left."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        quiet = not _shows_bars(self._bar_console)
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
                bar.reset(task, description=printable(stage))
            bar.update(task, completed=progress.done, total=progress.total or None)

        return follow


def _shows_bars(console: Console) -> bool:
    """Whether a bar can move here; in a log it would leave an empty line."""
    return console.is_terminal or (console.is_jupyter and find_spec("ipywidgets") is not None)


def run_guarded(work: Callable[[], None], stopped: Callable[[], str]) -> int:
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
                print_line(stopped(), error=True)
                return STOPPED
            return _print_error(error)
    return 0


def _print_error(error: Exception) -> int:
    """Say what went wrong; the exit code for it."""
    if isinstance(error, LaserError):
        print_line(f"error: {error}", error=True)
        return USER_ERROR
    if os.environ.get("LASER_DEBUG"):
        for line in "".join(traceback.format_exception(error)).splitlines():
            print_line(line, error=True)
    print_line(
        f"error: {type(error).__name__}: {error}; this is a fault of the program, please "
        "report it with what LASER_DEBUG=1 shows",
        error=True,
    )
    return BUG
