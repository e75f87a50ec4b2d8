"""The command line, from run and resume to restore. `--help` tells each command."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from laser_core.basics.files import default_cache_dir
from laser_core.cli.file_commands import add_file_commands
from laser_core.cli.options import names, numbers, with_settings
from laser_core.cli.shared import CacheDir, Commands, RunFolder, end_with
from laser_core.cli.studies import STOPPED, study
from laser_core.cli.terminal import Terminal
from laser_core.cli.zero_shot import zero_shot
from laser_core.config import ExperimentConfig
from laser_core.experiment.plan import plan
from laser_core.experiment.prepare import embed_only
from laser_core.metrics.summary import round_line, start_line, summary_line
from laser_core.store.restore import list_backups, restore_backup, trouble_of
from laser_core.store.store import StoreView
from laser_core.strategies import STRATEGIES, strategy_class
from laser_core.strategies.settings import told_settings
from laser_core.studies.compare import compare as run_comparison
from laser_core.studies.compare import comparison_table, variants
from laser_core.studies.run import explain_kept, new_folder, start
from laser_core.studies.run import resume as resume_run
from laser_core.studies.runner import require_no_failure

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Open-set active learning with LaSeR: find the pictures that matter in a pool that is "
    "mostly something else, without a single label to start from.",
)
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the result; runs/run-<time> or runs/compare-<time> if left out.",
        show_default=False,
    ),
]
Config = Callable[
    [], ExperimentConfig
]  # made inside `run_guarded`, so that its errors are told there


@app.command()
@with_settings
def run(config: Config, out: Out = None, cache_dir: CacheDir = None) -> None:
    """Run LaSeR (or another strategy) from settings to result, with a simulated oracle.

    Without any option: the built-in demo. Leaves run.db, config.json and rounds.csv in --out.
    Ctrl-C stops it at any moment; `resume` finishes it with the same numbers.
    """
    terminal, folder = Terminal(), out or new_folder("run")

    def work() -> None:
        cache = cache_dir or default_cache_dir()
        planned = plan(config(), cache)
        for line in planned.lines():
            terminal.say(line)
        terminal.say(f"results go to {folder}")
        terminal.say(summary_line(terminal.run(start(planned, folder, cache, terminal.say))))

    end_with(work, folder)


@app.command()
def resume(
    folder: RunFolder,
    balanced: Annotated[
        bool,
        typer.Option(
            "--balanced",
            help="Go on by `balanced` where the run asked by a rule that this version no longer "
            "has; its finished rounds stay as they are.",
        ),
    ] = False,
    cache_dir: CacheDir = None,
) -> None:
    """Finish a run that was stopped, with the same numbers as if it never had been."""

    def work() -> None:
        terminal = Terminal()
        steps = resume_run(folder, cache_dir or default_cache_dir(), terminal.say, balanced)
        terminal.say(summary_line(terminal.run(steps)))

    end_with(work, folder)


@app.command()
@with_settings
def compare(
    config: Config,
    strategies: Annotated[
        str, typer.Option(help="Strategies to compare, a,b; instead of --strategy.")
    ] = "",
    vary: Annotated[
        list[str] | None,
        typer.Option(help="A setting and its values, as in delta=linear,precision; may repeat."),
    ] = None,
    ablations: Annotated[
        bool, typer.Option("--ablations", help="The seven settings of Section 4.6.")
    ] = False,
    seeds: Annotated[str, typer.Option(help="Seeds to repeat with, 0,1,2.")] = "",
    splits: Annotated[str, typer.Option(help="Class splits to repeat with, 0,1,2,3.")] = "",
    jobs: Annotated[int, typer.Option(help="Processes to run in.", min=1)] = 1,
    out: Out = None,
    cache_dir: CacheDir = None,
) -> None:
    """Compare strategies or settings over seeds and splits: a table, a CSV and a report.

    Stopped and started again with the same --out, it goes on where it was.
    """
    terminal, folder = Terminal(), out or new_folder("compare")

    def work() -> None:
        base = config()
        chosen = variants(names(strategies) or (base.strategy,), vary or (), ablations)
        seeds_given = numbers("--seeds", seeds, base.seed)
        splits_given = numbers("--splits", splits, base.split_seed)
        cache = cache_dir or default_cache_dir()
        results = terminal.run(
            run_comparison(
                base, chosen, seeds_given, splits_given, folder, cache, terminal.say, jobs
            )
        )
        for line in comparison_table(results):
            terminal.say(line)
        terminal.say(f"written: {folder / 'comparison.csv'}, {folder / 'report.html'}")
        require_no_failure(results)

    end_with(work, None, STOPPED)


@app.command()
def embed(
    pool: Annotated[str, typer.Option(help="As for `run`.")] = "demo",
    vlm: Annotated[str, typer.Option(help="As for `run`.")] = "auto",
    data_root: Annotated[Path | None, typer.Option(help="As for `run`.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    cache_dir: CacheDir = None,
) -> None:
    """Fill the embedding cache for a pool, so that runs on it start at once."""

    def work() -> None:
        terminal = Terminal()
        config = ExperimentConfig(
            pool=pool,
            vlm=vlm,
            data_root=str(data_root) if data_root else None,
            device=device,  # type: ignore[arg-type]  # the config checks it
        )
        terminal.say(terminal.run(embed_only(config, cache_dir or default_cache_dir())))

    end_with(work, None)


@app.command()
def strategies(
    name: Annotated[str, typer.Argument(help="One of them; all if left out.")] = "",
) -> None:
    """List the strategies with their settings: what --set takes, the defaults and their sources."""

    def work() -> None:
        terminal = Terminal()
        for each in [strategy_class(name)] if name else STRATEGIES.values():
            terminal.say(f"{each.name}: {each.title}")
            for told in told_settings(each):
                terminal.say(f"    {told.name}={told.default}  {told.says}")

    end_with(work, None)


@app.command()
def show(folder: RunFolder) -> None:
    """Print a run: its settings, its rounds, its summary."""

    def work() -> None:
        terminal, store = Terminal(), StoreView.open(folder)
        config, records = store.config(), store.rounds.records()
        store.close()
        terminal.say(
            f"{config.strategy} on {config.pool}; relevant: {', '.join(config.relevant)}; "
            f"batches of {config.batch_size}; language model {config.llm}, vision-language model "
            f"{config.vlm}"
        )
        for record in records:
            if record.round == 1 and (start := start_line(record, config.rounds)):
                terminal.say(start)
            terminal.say(round_line(record, config.rounds))
        terminal.say(summary_line(records))

    end_with(work, None)


@app.command()
def explain(
    folder: RunFolder,
    image: Annotated[str, typer.Argument(help="Id of a pool picture.")],
    round: Annotated[int | None, typer.Option(help="Round to look at; the last one.")] = None,
    cache_dir: CacheDir = None,
) -> None:
    """Tell why a picture stood where it did in a round: Eq. (1) to (5) with its numbers."""

    def work() -> None:
        terminal, cache = Terminal(), cache_dir or default_cache_dir()
        for line in terminal.run(explain_kept(folder, image, round, cache)).sentences():
            terminal.say(line)

    end_with(work, None)


@app.command()
def restore(
    folder: RunFolder,
    look: Annotated[
        bool, typer.Option("--look", help="Only say what the backups hold; change nothing.")
    ] = False,
    backup: Annotated[
        str | None, typer.Option(help="Name of the backup to bring back; the fullest one.")
    ] = None,
) -> None:
    """Bring back a backup of a run that cannot be read; what cannot be read is kept beside it.

    It says what each backup holds first. Close the app before.
    """

    def work() -> None:
        terminal = Terminal()
        trouble = trouble_of(folder)
        if look or trouble:
            terminal.say(trouble or f"{folder} can be read; nothing has to be restored")
            found = list_backups(folder)
            for one in found:
                terminal.say(one.sentence())
            if not found:
                terminal.say("there is no backup")
        if look:
            return
        restored = restore_backup(folder, backup)
        terminal.say(f"brought back {restored.backup.sentence()}")
        if restored.damaged is not None:
            terminal.say(f"what could not be read is kept as {restored.damaged.name}")

    end_with(work, None)


app.command("zero-shot")(zero_shot)
add_file_commands(app)
app.command()(study)
