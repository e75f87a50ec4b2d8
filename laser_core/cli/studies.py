"""The command `study`: many runs side by side, and a report of figures and tables."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from laser_core.basics.files import default_cache_dir
from laser_core.cli.options import ALIASES, names, numbers, strategy_settings, with_group
from laser_core.cli.shared import CacheDir, end_with
from laser_core.cli.terminal import Terminal
from laser_core.cli.zero_shot import vision_chat
from laser_core.errors import ConfigError
from laser_core.experiment.zero_shot.chat import VisionChat
from laser_core.studies.cells import Study
from laser_core.studies.files import find_study
from laser_core.studies.folder import Places
from laser_core.studies.parts import PARTS, STARTS
from laser_core.studies.report.results import read_results
from laser_core.studies.runner import (
    conduct,
    keep_study,
    require_no_failure,
    told_end,
    usual_jobs,
    write_results,
)

VISION = "A model that sees pictures, for Table 2"
READY_ALONE = "Of demo and paper"
HOW = "How it is run"
STOPPED = "stopped; what is finished is kept, and the same command goes on from there"


@dataclass(frozen=True)
class ReadyOptions:
    """What is wanted of the studies demo and paper."""

    pools: Annotated[str, typer.Option(help="Pools, a,b.", rich_help_panel=READY_ALONE)] = ""
    ratios: Annotated[
        str, typer.Option(help="Shares of relevant classes, 0.2,0.3.", rich_help_panel=READY_ALONE)
    ] = ""
    splits: Annotated[
        str, typer.Option(help="Class splits, 0,1,2,3.", rich_help_panel=READY_ALONE)
    ] = ""
    seeds: Annotated[str, typer.Option(help="Seeds, 0,1,2.", rich_help_panel=READY_ALONE)] = ""
    parts: Annotated[
        str, typer.Option(help=f"Of {', '.join(PARTS)}.", rich_help_panel=READY_ALONE)
    ] = ""
    start: Annotated[
        str,
        typer.Option(
            help=f"What lines begin with: {', '.join(STARTS)}. The paper's is published: known "
            "images for all but LaSeR; the demo's is random.",
            rich_help_panel=READY_ALONE,
        ),
    ] = ""
    rounds: Annotated[
        int | None, typer.Option(help="Of each run.", rich_help_panel=READY_ALONE)
    ] = None
    batch: Annotated[
        int | None, typer.Option(help="Pictures a round.", rich_help_panel=READY_ALONE)
    ] = None
    learner: Annotated[str, typer.Option(help="head or resnet18.", rich_help_panel=READY_ALONE)] = (
        ""
    )
    epochs: Annotated[
        int | None, typer.Option(help="Of resnet18, each round.", rich_help_panel=READY_ALONE)
    ] = None
    llm: Annotated[str, typer.Option(help="As for `run`.", rich_help_panel=READY_ALONE)] = ""
    vlm: Annotated[str, typer.Option(help="As for `run`.", rich_help_panel=READY_ALONE)] = ""
    data_root: Annotated[
        Path | None, typer.Option(help="As for `run`.", rich_help_panel=READY_ALONE)
    ] = None
    data_set: Annotated[
        str, typer.Option("--as", help="As for `run`.", rich_help_panel=READY_ALONE)
    ] = ""
    per_class: Annotated[
        int | None, typer.Option(help="As for `run`.", rich_help_panel=READY_ALONE)
    ] = None
    set: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting of a strategy, such as eoal.w=2; may repeat.",
            metavar="STRATEGY.NAME=VALUE",
            rich_help_panel=READY_ALONE,
        ),
    ] = None

    def requested_study(self) -> dict[str, Any]:
        """What is given, as `find_study` takes it.

        Raises:
            ConfigError: something is not of the kind that it should be.
        """
        given = {
            "pools": names(self.pools), "ratios": shares("--ratios", self.ratios),
            "splits": numbers("--splits", self.splits, 0) if self.splits else (),
            "seeds": numbers("--seeds", self.seeds, 0) if self.seeds else (),
            "parts": names(self.parts), "start": self.start,
            "rounds": self.rounds, "batch_size": self.batch, "learner": self.learner,
            "epochs": self.epochs, "llm": self.llm, "vlm": self.vlm,
            "per_class": self.per_class, "data_set": self.data_set,
            "data_root": str(self.data_root.resolve()) if self.data_root else None,
        }  # fmt: skip
        of_strategies = strategy_settings("", {**dict.fromkeys(ALIASES), "set": self.set})
        return {name: value for name, value in given.items() if value or value == 0} | of_strategies


@dataclass(frozen=True)
class VisionOptions:
    """A vision chat model for Table 2."""

    vision: Annotated[
        str,
        typer.Option(
            help="As for `zero-shot`: openai[:MODEL], also asked about the test pictures of "
            "Table 2, once the runs are done. Without it, no picture leaves this machine.",
            rich_help_panel=VISION,
        ),
    ] = ""
    at_most: Annotated[
        int | None,
        typer.Option(help="As for `zero-shot`: of a sample.", rich_help_panel=VISION),
    ] = None
    price_in: Annotated[
        float | None, typer.Option(help="As for `zero-shot`.", rich_help_panel=VISION)
    ] = None
    price_out: Annotated[
        float | None, typer.Option(help="As for `zero-shot`.", rich_help_panel=VISION)
    ] = None

    def chat(self, cache: Path) -> VisionChat | None:
        """The model and how it is asked; None without one.

        Raises:
            ConfigError, LLMError: as for `vision_chat`.
        """
        return vision_chat(self.vision, self.at_most, self.price_in, self.price_out, cache)


@dataclass(frozen=True)
class StudyOptions(VisionOptions, ReadyOptions):
    """All of the options of `study` that say what is wanted."""


@with_group(StudyOptions)
def study(
    wanted: StudyOptions,
    what: Annotated[
        str,
        typer.Argument(
            help="demo (all strategies on the built-in pool, minutes), paper (Figures 3 to 8, "
            "Tables 1 to 3), a FILE.json of your own, or the folder of a study to go on with.",
            metavar="demo|paper|FILE|DIR",
        ),
    ],
    jobs: Annotated[
        int | None,
        typer.Option(
            help="Processes; all cores but one if left out, one a GPU with resnet18.",
            rich_help_panel=HOW,
        ),
    ] = None,
    at_most_rounds: Annotated[
        int | None,
        typer.Option(
            help="Stop each run after so many rounds; given again without it, the study goes on.",
            rich_help_panel=HOW,
        ),
    ] = None,
    report_only: Annotated[
        bool,
        typer.Option(
            "--report-only", help="Write tables and report anew, run nothing.", rich_help_panel=HOW
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the study; studies/<name> if left out.", rich_help_panel=HOW),
    ] = None,
    cache_dir: CacheDir = None,
) -> None:
    """Run many cells (pool, line, class split, seed) and write CSVs and one HTML report.

    Stopped in any way and started again it goes on where it was; a run that fails is told, and the
    others go on.
    """

    def work() -> None:
        cache = cache_dir or default_cache_dir()
        pace = Pace(jobs, at_most_rounds, cache, wanted.chat(cache))
        chosen, folder = find_study(what, wanted.requested_study(), out)
        _report(chosen, folder, None if report_only else pace)

    end_with(work, None, STOPPED)


@dataclass(frozen=True)
class Pace:
    """How the cells of a study are run: processes, rounds of each at most, vectors kept, a chat."""

    jobs: int | None
    at_most_rounds: int | None
    cache: Path
    chat: VisionChat | None

    def __post_init__(self) -> None:
        for name, number in (("--jobs", self.jobs), ("--at-most-rounds", self.at_most_rounds)):
            if number is not None and number < 1:
                raise ConfigError(f"{name} {number}: it must be at least 1")


def _report(chosen: Study, folder: Path, pace: Pace | None) -> None:
    """Run what is left, nothing without a pace, and write and say what it came to."""
    terminal, places = Terminal(), Places.of(folder, chosen)
    keep_study(chosen, folder)
    if pace is None:
        results = read_results(chosen, places)
        write_results(results, places)
    else:
        count = pace.jobs or usual_jobs(chosen)
        terminal.say(f"{len(chosen.cells())} cells, {count} at a time; results go to {folder}")
        most, chat = pace.at_most_rounds, pace.chat
        results = terminal.run(
            conduct(chosen, places, pace.cache, count, terminal.say, most, chat=chat)
        )
    for line in told_end(results, places):
        terminal.say(line)
    require_no_failure(results)


def shares(option: str, text: str) -> tuple[float, ...]:
    """The shares in "0.2,0.3".

    Raises:
        ConfigError: a part is no number between 0 and 1.
    """
    found = []
    for part in names(text):
        try:
            share = float(part)
        except ValueError:
            share = -1.0
        if not 0.0 < share < 1.0:
            raise ConfigError(f"{option} {text}: {part!r} is no share; give 0.2,0.3 or so")
        found.append(share)
    return tuple(found)
