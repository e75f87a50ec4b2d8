"""A run with a little of everything, made once, and what a page or a command reads of one."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from laser_core.analysis.comparison import read_run
from laser_core.analysis.ranking import next_ranking, round_ranking
from laser_core.analysis.reader import RunReader
from laser_core.analysis.stopping import outlook, unqueried_ids
from laser_core.analysis.yields import matches_of
from laser_core.cli.app import app
from laser_core.errors import LaserError
from laser_core.experiment.experiment import Experiment
from laser_core.io.exports import labels_table
from laser_core.jobs.tasks.warm import keep_preview
from laser_core.llm.base import Exchange
from laser_core.maps.layout import kept_layouts, read_layout
from laser_core.maps.values import next_scores, rounds_queried
from laser_core.metrics.summary import rounds_csv
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.backup import back_up
from laser_core.store.store import Store
from laser_core.store.text_versions import redo_target, undo_target
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes

KEY = "fuzzed-run"
SETTINGS = {"rounds": 3, "batch_size": 12}


@cache
def base() -> Path:
    """The home of a run `run`, its backup among its files, and of its cache."""
    home = Path(tempfile.mkdtemp(prefix="laser-fuzz-"))
    config = fakes.config(**SETTINGS)
    materials = fakes.materials(config)
    vectors = materials.pictures.vectors(materials.pool_ids)
    table = FileTable(cosines_folder(home / "cache", KEY), len(vectors))
    table.keep_vectors(vectors)
    cosines = Cosines(vectors, fakes.encode, table)
    materials = replace(materials, cosines=cosines, cosines_key=KEY)
    with closing(Store.create(home / "run", config)) as store:
        keep_pool(store, materials)
        experiment = Experiment(materials, store)
        for _ in range(2):
            asked = drain(experiment.query())
            experiment.annotate(materials.oracle.answer(asked.ids.tolist()))
            drain(experiment.train())
        drain(keep_preview(experiment))
        drain(experiment.query())
        _by_hand(store, materials.pool_ids.tolist())
    with closing(RunReader(home / "run", home / "cache")) as run:
        below = unqueried_ids(run).tolist()
        with closing(Store.open(run.folder)) as store:
            store.audits.append(below[:5], len(below), 2, "Ada")
        with closing(Store.open(run.folder)) as store:
            store.labels.append({run.facts.ids[3]: Label("unsure")}, 3, "Bob")
    back_up(home / "run")
    with closing(Store.open(home / "run")) as store:
        store.labels.append({materials.pool_ids[8]: Label("relevant", "dog")}, 3, "Bob")
    return home


def _by_hand(store: Store, ids: list[str]) -> None:
    """Labels, steps and changes of classes, as people make them on the Label page."""
    store.labels.append({ids[0]: Label("relevant", "cat")}, 3, "Ada", {ids[0]: 1.5}, client="tab")
    store.labels.append({i: Label("irrelevant", "lamp") for i in ids[4:7]}, 3, "Ada")
    store.events.undo("Ada")
    store.events.redo("Ada")
    store.labels.append({ids[1]: Label("excluded"), ids[2]: Label("irrelevant")}, 3, "Bob")
    store.classes.promote("lamp", "Ada")
    store.classes.rename("cat", "kitten", "Ada")
    store.labels.append({ids[0]: Label("relevant", "dog")}, 0, "Bob", source="import")
    kept = store.texts.read()
    assert kept is not None
    store.texts.append(kept[1], "by hand", "edit", kept[0])
    store.texts.name(kept[0], "the first")
    store.exchanges.append([Exchange("confusers", "offline", "what?", "wolf")])


def copy_of_base(folder: Path) -> Path:
    """A run of its own in `folder`/run, closed, in one file; its cache is that of `base`."""
    shutil.copytree(base() / "run", folder / "run")
    with closing(sqlite3.connect(folder / "run" / "run.db")) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return folder / "run"


Answers = list[tuple[str, str, str, int, str]]


def answers(store: Store) -> Answers:
    """What stands, as far as it can be told right from wrong."""
    return [
        (a.image, a.label.state, a.label.name, a.round, a.actor) for a in store.labels.answers()
    ]


@cache
def truth() -> Answers:
    """The answers of `base`."""
    with closing(Store.open(base() / "run")) as store:
        return answers(store)


def read_as_pages_do(folder: Path, cache_dir: Path) -> None:
    """Read a run as pages, commands and a comparison do, each part by itself.

    A part may refuse in a sentence (`LaserError`); then the others are tried all the same.
    """
    read_run(folder.parent, folder.name)
    with closing(RunReader(folder, cache_dir)) as run:
        for part in PARTS:
            with suppress(LaserError):
                part(run)


def _texts(run: RunReader) -> None:
    versions = run.store.texts.all()
    undo_target(versions), redo_target(versions)
    for version in versions:
        run.descriptions(version.number)
    texts = run.descriptions()
    if texts is not None:
        run.missing_texts(texts[1])
        run.cosines(texts[1])


def _rankings(run: RunReader) -> None:
    for record in run.records():
        matches_of(run, record)
        run.pool(record.round)
        round_ranking(run, record.round)
    next_ranking(run)


def _maps(run: RunReader) -> None:
    for kind in kept_layouts(run.store):
        read_layout(run.store, *kind)


def _go_on(run: RunReader) -> None:
    """As `resume` does, with the small world's materials."""
    with closing(Store.open(run.folder)) as store:
        config = replace(store.config(), pool="demo", llm="offline", vlm="offline")
        experiment = Experiment(fakes.materials(config), store)
        if experiment.pending is not None:
            waiting = [i for i in experiment.pending.ids.tolist() if experiment.pool.get(i) is None]
            oracle = experiment.materials.oracle
            experiment.annotate(oracle.answer(waiting))
            drain(experiment.train())
        if not experiment.finished:
            drain(experiment.query())


PARTS = (
    lambda run: (run.config, run.space, run.prepared, run.stamp()),
    lambda run: (run.facts, run.relevant_rows, run.true_names()),
    lambda run: (run.pool(), run.store.labels.counts()),
    lambda run: (run.store.labels.disagreements(), run.store.labels.imports()),
    lambda run: (run.store.events.history(), run.store.classes.irrelevant_names()),
    lambda run: rounds_csv(run.records()),
    lambda run: run.store.rounds.changed_rounds(),
    lambda run: labels_table(run.store),
    lambda run: (run.store.exchanges.all(), run.store.audits.all()),
    lambda run: outlook(run),
    lambda run: (next_scores(run), rounds_queried(run)),
    _texts, _rankings, _maps, _go_on,
)  # fmt: skip


def command(*given: object) -> str:
    """Run a command of the program; returns what it said.

    Raises:
        AssertionError: it ended otherwise than with 0 or 2.
    """
    ended = CliRunner().invoke(app, [str(one) for one in given])
    if ended.exit_code not in (0, 2):
        raise AssertionError(f"{given} ended with {ended.exit_code}: {ended.output}")
    return ended.output
