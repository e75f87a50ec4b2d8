"""Commands that bring labels and whole runs in and out: export, import, open."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from laser_core.analysis.reader import RunReader
from laser_core.basics.files import default_cache_dir
from laser_core.basics.sentences import LISTED, count_of, first_and_more
from laser_core.cli.shared import CacheDir, ModelsHere, PoolHere, RunFolder, end_with
from laser_core.cli.terminal import Terminal
from laser_core.data.confirmation import unconfirmed_settings
from laser_core.data.open import open_pool
from laser_core.errors import PoolError, StoreError
from laser_core.experiment.plan import lasting_spec
from laser_core.io.adopt import adopt
from laser_core.io.exports import (
    FILES,
    export_file,
    export_pictures,
    export_run,
    open_bundle,
)
from laser_core.io.label_files.imports import NewName, NewNames, import_labels, preview_import
from laser_core.store.store import Store, StoreView

What = Literal[
    "tables", "pictures", "hugging-face", "label-studio", "fiftyone", "embeddings", "run"
]


def add_file_commands(app: typer.Typer) -> None:
    """Give `app` the commands of this module."""
    app.command("export")(export)
    app.command("import")(import_table)
    app.command("open")(open_run)
    app.command("adopt")(adopt_run)


def export(
    folder: RunFolder,
    out: Annotated[
        Path, typer.Option(help="New folder; for embeddings and run, the file to write.")
    ] = Path("export"),
    what: Annotated[
        What,
        typer.Option(
            "--as",
            help="tables: labels (CSV and Parquet), rounds, settings, transcript. pictures: the "
            "labeled ones in folders by class; hugging-face, label-studio, fiftyone: with the "
            "tool's own table. embeddings: one Parquet file with map coordinates. run: one zip "
            "that opens elsewhere.",
        ),
    ] = "tables",
    link: Annotated[
        bool, typer.Option("--link", help="Link to the pictures instead of copying them.")
    ] = False,
    cache_dir: CacheDir = None,
) -> None:
    """Write what a run has come to: labels and rounds, pictures for other tools, or all of it."""

    def work() -> None:
        terminal, cache = Terminal(), cache_dir or default_cache_dir()
        if what == "tables":
            for path in export_run(folder, out):
                terminal.say(str(path))
        elif what in FILES:
            path = out.with_suffix(out.suffix or FILES[what])
            if path.exists():
                raise StoreError(f"{path} is there already; give another name with --out")
            terminal.say(str(export_file(folder, what, path, cache)))
        else:
            tables = [] if what == "pictures" else [what.replace("-", "_")]
            terminal.say(_pictures(terminal, folder, out, tables, link))

    end_with(work, None)


def _pictures(
    terminal: Terminal, folder: Path, out: Path, tables: Sequence[str], link: bool
) -> str:
    store = StoreView.open(folder)
    try:
        config = store.config()
        source = open_pool(config.pool, Path(config.data_root) if config.data_root else None)
        count = terminal.run(export_pictures(store, source, out, tables, link))
    finally:
        store.close()
    return f"{count:,} labeled pictures are in {out}"


def import_table(
    folder: RunFolder,
    table: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV, Parquet or JSON lines with id or path, and label; perhaps status. Also "
            "the JSON of Label Studio and FiftyOne, and a folder that `export` wrote."
        ),
    ],
    new_names: Annotated[
        Literal["ask", "irrelevant", "relevant", "left-out"],
        typer.Option(
            help="What names are that the run does not know, where the table has no status: "
            "irrelevant things, relevant classes, or rows to leave out. ask: refuse and list them."
        ),
    ] = "ask",
    look: Annotated[
        bool, typer.Option("--look", help="Say what the table would bring, and take nothing.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who is said to have given the labels.")] = "import",
    cache_dir: CacheDir = None,
) -> None:
    """Bring labels into a run from a table, all of them or none. The app can take them back."""

    def work() -> None:
        terminal = Terminal()
        with closing(RunReader(folder, cache_dir or default_cache_dir())) as run:
            store, ids = run.store, run.facts.ids
            choice = cast(NewNames, new_names.replace("-", " ").replace("ask", "irrelevant"))
            found = preview_import(store, ids, table, choice)
            for line in found.sentences():
                terminal.say(line)
            if look or (new_names == "ask" and found.new_names):
                _print_new_names(terminal, table, found.new_names, look)
                terminal.say(f"{count_of(found.taken, 'label')} would be taken from {table}")
                return
            with closing(Store.open(folder)) as writer:
                done = import_labels(writer, ids, table, by, new_names=choice)
        terminal.say(f"{count_of(done.taken, 'label')} taken from {table}")

    end_with(work, None)


def _print_new_names(
    terminal: Terminal, table: Path, new_names: Sequence[NewName], look: bool
) -> None:
    """Say which names a person has to decide on.

    Raises:
        PoolError: unless it is only to `look`: nothing is taken before that.
    """
    if not new_names:
        return
    if look:
        for one in new_names[:50]:
            terminal.say(f"not known in this run: {one}")
        return
    listed = first_and_more([str(one) for one in new_names], LISTED)
    raise PoolError(
        f"{table.name}: nothing was taken, because this run does not know {listed}; say what "
        "they are with --new-names irrelevant, relevant or left-out, or mend them in the table"
    )


def open_run(
    bundle: Annotated[Path, typer.Argument(help="Zip that `export --as run` wrote.")],
    out: Annotated[Path, typer.Option(help="New folder for the run.")],
    pool: PoolHere = None,
    models: ModelsHere = False,
) -> None:
    """Open a run that was exported as one zip, perhaps on another machine.

    What it would read, download or send is said; nothing of it happens without --pool and --models.
    """

    def work() -> None:
        open_bundle(bundle, out)
        terminal = Terminal()
        terminal.say(f"the run is in {out}; see it with: python -m laser_core show {out}")
        with closing(Store.open(out)) as store:
            _adopt(terminal, store, pool, models)

    end_with(work, None)


def adopt_run(
    folder: RunFolder,
    pool: PoolHere = None,
    models: ModelsHere = False,
) -> None:
    """Say what a run from elsewhere may use here: where its pictures lie, and its models.

    Also for a run whose pictures were moved.
    """

    def work() -> None:
        with closing(Store.open(folder)) as store:
            _adopt(Terminal(), store, pool, models)

    end_with(work, None)


def _adopt(terminal: Terminal, store: Store, pool: str | None, models: bool) -> None:
    """Confirm a run's pool and models, and print what is still not confirmed."""
    if pool is not None or models:
        root = store.config().data_root
        source = None if pool is None else open_pool(pool, Path(root) if root else None)
        adopt(store, pool if pool is None else lasting_spec(pool), source, models)
    waiting = unconfirmed_settings(store.config())
    for one in waiting:
        terminal.say(f"not used before you say so: {one.sentence()}")
    if waiting:
        terminal.say(
            f"say so with: python -m laser_core adopt {store.folder} --pool WHERE --models "
            "(or leave one of the two out)"
        )
