"""What all commands share: options of the same meaning, and how a command ends."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from laser_core.terminal import guarded

CacheDir = Annotated[
    Path | None,
    typer.Option(help="Where embeddings are kept between runs.", show_default=False),
]
RunFolder = Annotated[Path, typer.Argument(help="Folder of a run.", metavar="DIR")]


def end_with(work: Callable[[], None], folder: Path | None) -> None:
    """Do `work` and end with its exit code; `folder` is what a stopped run can go on in."""

    def stopped() -> str:
        if folder is None or not (folder / "run.db").exists():
            return "stopped; what was embedded so far is kept, the next start goes on from there"
        return f"stopped; go on with: python -m laser_core resume {folder}"

    raise typer.Exit(guarded(work, stopped))
