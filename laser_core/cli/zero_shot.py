"""The command `zero-shot`: how many test pictures are named right without any label (Table 2)."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from laser_core.basics.files import default_cache_dir, save_bytes
from laser_core.cli.options import settings, with_settings
from laser_core.cli.shared import CacheDir, end_with
from laser_core.cli.terminal import Terminal
from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import plan
from laser_core.experiment.prepare import prepare
from laser_core.experiment.zero_shot.line import zero_shot_csv
from laser_core.experiment.zero_shot.task import NamingTask, task_of_pool, task_of_run
from laser_core.experiment.zero_shot.text import text_lines
from laser_core.store.store import StoreView


@with_settings
def zero_shot(
    config: Callable[[], ExperimentConfig],
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of a run: its pool, classes and sentences. Without one, a pool as for "
            "`run`, whose sentences the language model is asked for.",
            metavar="[RUN]",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write the lines to.", show_default=False)
    ] = None,
    cache_dir: CacheDir = None,
) -> None:
    """Name the test pictures of the relevant classes without a single label (Appendix B, Table 2).

    By the cosine with "a photo of a NAME", by the mean cosine with a class's sentences, and by the
    head before its first label.
    """

    def work() -> None:
        terminal, cache = Terminal(), cache_dir or default_cache_dir()
        task, materials = _task(terminal, config(), folder, cache)
        lines = list(terminal.run(text_lines(task, materials, cache)))
        for line in lines:
            terminal.say(line.text())
        if out is not None:
            save_bytes(out, zero_shot_csv(lines).encode())
            terminal.say(f"written: {out}")

    end_with(work, None)


def _task(
    terminal: Terminal, config: ExperimentConfig, folder: Path | None, cache: Path
) -> tuple[NamingTask, Materials]:
    """What is to be named: of a run, or of the pool that the options say."""
    if folder is None:
        materials = _materials(terminal, config, cache)
        return terminal.run(task_of_pool(materials)), materials
    if config != settings():
        raise ConfigError(
            f"zero-shot {folder}: a run has its own pool, classes and models; leave its folder "
            "out, or the options that choose others"
        )
    with closing(StoreView.open(folder)) as store:
        materials = _materials(terminal, store.config(), cache)
        return task_of_run(materials, store), materials


def _materials(terminal: Terminal, config: ExperimentConfig, cache: Path) -> Materials:
    planned = plan(config, cache)
    terminal.say(planned.vlm_sentence)
    return terminal.run(prepare(planned, cache))
