"""What all commands share: options of the same meaning, and how a command ends."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from laser_core.cli.terminal import printable, run_guarded

CacheDir = Annotated[
    Path | None,
    typer.Option(help="Where embeddings are kept between runs.", show_default=False),
]
RunFolder = Annotated[Path, typer.Argument(help="Folder of a run.", metavar="DIR")]
PoolHere = Annotated[
    str | None, typer.Option("--pool", help="Where the pictures lie on this machine.")
]
ModelsHere = Annotated[
    bool, typer.Option("--models", help="The models that the run used may be used here.")
]


def end_with(work: Callable[[], None], folder: Path | None, going_on: str = "") -> None:
    """Do `work` and end with its exit code.

    Args:
        folder: what a stopped run can go on in.
        going_on: what is said instead when it was stopped.
    """

    def stop_notice() -> str:
        if going_on:
            return going_on
        if folder is None or not (folder / "run.db").exists():
            return "stopped; what was embedded so far is kept, the next start goes on from there"
        return f"stopped; go on with: python -m laser_core resume {folder}"

    raise typer.Exit(run_guarded(work, stop_notice))


class Commands(TyperGroup):
    """The commands, whose complaints of a wrong option are shown like all else that is printed."""

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """As typer's."""
        with _printable_complaints():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: Any) -> Any:
        """As typer's."""
        with _printable_complaints():
            return super().invoke(ctx)


@contextmanager
def _printable_complaints() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        message = getattr(error, "message", None)  # typer's own errors have one
        if isinstance(message, str):
            error.message = printable(message)  # type: ignore[attr-defined]
        raise
