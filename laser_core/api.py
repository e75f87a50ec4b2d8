"""The engine as notebooks and other programs use it: `import laser_core as laser`.

Long work is done when a call returns, with a bar where one can move. docs/python.md shows it all.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
from PIL import Image

from laser_core.analysis.explain_run import explain_image
from laser_core.basics.files import default_cache_dir
from laser_core.cli.terminal import Terminal
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.data.base import ImageSource, bare_name
from laser_core.data.open import open_pool as open_source
from laser_core.errors import PoolError
from laser_core.experiment.experiment import Experiment as Engine
from laser_core.experiment.plan import lasting_spec, plan
from laser_core.experiment.prepare import prepare
from laser_core.io.exports.tables import labels_table
from laser_core.metrics.summary import Summary, rounds_csv, summarise
from laser_core.pool import Label, LabelSpace, State
from laser_core.progress import Steps, T, drain
from laser_core.store.store import Store, StoreView
from laser_core.strategies import strategy_class
from laser_core.strategies.hooks import Reasons
from laser_core.strategies.settings import told_settings
from laser_core.studies.files import find_study
from laser_core.studies.folder import Places
from laser_core.studies.report.results import Results
from laser_core.studies.report.tables import study_tables
from laser_core.studies.run import explain_kept, keep_pool, last_asked, new_folder, start
from laser_core.studies.run import resume as resume_run
from laser_core.studies.runner import conduct, keep_study
from laser_core.studies.settings import checked_config, choosable, require_known
from laser_core.view import Query, RoundRecord

Pathlike = str | Path
PoolLike = str | Path | ImageSource
OTHER_ANSWERS: tuple[State, ...] = ("irrelevant", "unsure", "excluded")


def open_pool(spec: Pathlike, data_root: Pathlike | None = None) -> ImageSource:
    """The pictures that `spec` names, as for `--pool`: a known set, a folder, a zip or a table.

    Args:
        data_root: where torchvision's sets lie or go.

    Raises:
        ConfigError, PoolError: there is no such pool, or it cannot be used.
    """
    source = open_source(str(spec), Path(data_root) if data_root else None)
    source.spec = lasting_spec(str(spec))
    source.data_root = str(Path(data_root).resolve()) if data_root else None
    return source


def run(
    pool: PoolLike = "demo",
    relevant: str | Iterable[str] = (),
    *,
    out: Pathlike | None = None,
    cache_dir: Pathlike | None = None,
    progress: bool = True,
    **settings: Any,
) -> Run:
    """A whole run, with the pool's labels as answers; the same as `laser run`.

    Args:
        pool: what `open_pool` takes or returns.
        relevant: the classes that matter; empty: a share of all, by `mismatch`.
        out: folder of the result; `runs/run-<time>` if left out.
        cache_dir: of the embeddings; the user's own cache if left out.
        progress: whether a bar and a line a round are shown.
        settings: fields of `laser_core.config.ExperimentConfig`, such as rounds, batch_size,
            strategy, seed, and settings of the strategy, such as selection of LaSeR.

    Raises:
        LaserError: a setting, the pool or a model cannot be used; the message says what to do.
    """
    source, config = _check_given(pool, relevant, settings)
    cache, folder = _cache(cache_dir), Path(out) if out else new_folder("run")
    terminal = Terminal()
    tell = terminal.say if progress else _nothing
    _done(start(plan(config, cache, source), folder, cache, tell), progress, terminal)
    return Run(folder, cache, source)


def resume(
    folder: Pathlike,
    *,
    pool: ImageSource | None = None,
    cache_dir: Pathlike | None = None,
    progress: bool = True,
    balanced: bool = False,
) -> Run:
    """Finish a run that was stopped, with the numbers it would have had anyway.

    Args:
        folder: of the run.
        pool: its pool, where no name opens it.
        balanced: go on by `balanced` where the run asked by a rule that exists no more.
        cache_dir, progress: as for `run`.

    Raises:
        LaserError: the folder holds no run, or its pool has changed.
    """
    terminal, cache = Terminal(), _cache(cache_dir)
    tell = terminal.say if progress else _nothing
    _done(resume_run(Path(folder), cache, tell, balanced, pool), progress, terminal)
    return Run(Path(folder), cache, pool)


def study(
    what: str | Path | Mapping[str, Any] = "demo",
    *,
    out: Pathlike | None = None,
    jobs: int = 1,
    cache_dir: Pathlike | None = None,
    progress: bool = True,
    **wanted: Any,
) -> StudyResult:
    """Many runs side by side, with tables and one HTML report; the same as `laser study`.

    Stopped in any way and called again it goes on where it was. A run that fails is told, and the
    others go on: `cells` says which.

    Args:
        what: "demo", "paper", a JSON file, the folder of a study, or an object as in such a file.
        out: folder of the study; studies/<name> if left out.
        jobs: processes; strategies registered in this program alone are only there with 1.
        cache_dir, progress: as for `run`.
        wanted: of demo and paper: pools, ratios, splits, seeds, parts, start, and fields of
            `laser_core.config.ExperimentConfig` for all runs, such as rounds.

    Raises:
        LaserError: the study cannot be read, or its folder cannot be used.
    """
    chosen, folder = find_study(what, wanted, Path(out) if out else None)
    keep_study(chosen, folder)
    terminal, places = Terminal(), Places.of(folder, chosen)
    tell = terminal.say if progress else _nothing
    results = _done(conduct(chosen, places, _cache(cache_dir), jobs, tell), progress, terminal)
    return StudyResult(folder, results)


@dataclass(frozen=True)
class StudyResult:
    """What a study has come to.

    Args:
        folder: of the study; its runs are in `runs`.
        results: of every cell.
    """

    folder: Path
    results: Results = field(repr=False)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the study by the name of its CSV without ending, such as "rounds"."""
        texts = study_tables(self.results)
        return {
            name.removesuffix(".csv"): pd.read_csv(io.StringIO(text))
            for name, text in texts.items()
        }

    @property
    def rounds(self) -> pd.DataFrame:
        """One row a round of every run."""
        return self.tables["rounds"]

    @property
    def cells(self) -> pd.DataFrame:
        """One row a run: its state, how far it is, and why it failed if it did."""
        return self.tables["cells"]

    @property
    def report(self) -> Path:
        """The HTML report; it opens offline."""
        return self.folder / "report.html"


def open_run(
    folder: Pathlike, *, pool: ImageSource | None = None, cache_dir: Pathlike | None = None
) -> Run:
    """A run as it lies on disk, finished or not, from here, the command line or the app.

    Raises:
        StoreError: the folder holds no run.
    """
    StoreView.open(Path(folder)).close()
    return Run(Path(folder), _cache(cache_dir), pool)


@dataclass(frozen=True)
class Run:
    """What a run's folder holds; read anew each time, so it may be looked at while it goes on.

    Args:
        folder: of the run.
        cache_dir: of the embeddings.
        source: its pool, where no name opens it.
    """

    folder: Path
    cache_dir: Path
    source: ImageSource | None = field(default=None, repr=False)

    @property
    def config(self) -> ExperimentConfig:
        """Its settings, with everything decided."""
        with closing(StoreView.open(self.folder)) as store:
            return store.config()

    @property
    def records(self) -> list[RoundRecord]:
        """The finished rounds, oldest first."""
        with closing(StoreView.open(self.folder)) as store:
            return store.rounds.records()

    @property
    def rounds(self) -> pd.DataFrame:
        """The finished rounds, the columns of `rounds.csv`; NaN for what nobody knows."""
        return _table(self.records)

    @property
    def labels(self) -> pd.DataFrame:
        """One row for every labeled image, the columns of `labels.csv`."""
        with closing(StoreView.open(self.folder)) as store:
            return labels_table(store)

    @property
    def summary(self) -> Summary:
        """The run in a few numbers."""
        return summarise(self.records)

    def explain(self, id: str, round: int | None = None, *, progress: bool = True) -> Reasons:
        """Why an image stood where it did in a round, the last one asked if none is given.

        Printed, a LaSeR round is Eq. (1) to (5) with their numbers; its fields hold them.

        Raises:
            PoolError: no such image or round, or the strategy keeps no scores to explain.
        """
        steps = explain_kept(self.folder, id, round, self.cache_dir, self.source)
        return _done(steps, progress)


class Experiment:
    """A run that goes step by step, with answers of yours: query, annotate, train.

    Every answer is on disk when `annotate` returns. The app shows the same folder, and
    `Experiment.open` goes on with it.

    Args:
        pool, relevant, out, cache_dir, progress, settings: as for `run`. The pool needs no labels.

    Raises:
        LaserError: a setting, the pool or a model cannot be used; nothing is left in `out` then.
    """

    def __init__(
        self,
        pool: PoolLike = "demo",
        relevant: str | Iterable[str] = (),
        *,
        out: Pathlike | None = None,
        cache_dir: Pathlike | None = None,
        progress: bool = True,
        **settings: Any,
    ) -> None:
        source, config = _check_given(pool, relevant, settings)
        cache = _cache(cache_dir)
        planned = plan(config, cache, source)
        self._store = Store.create(Path(out) if out else new_folder("run"), planned.config)
        self._progress = progress
        try:
            materials = self._done(prepare(planned, cache))
            keep_pool(self._store, materials)
        except BaseException:
            self._store.discard()
            raise
        self._engine = Engine(materials, self._store)

    @classmethod
    def open(
        cls,
        folder: Pathlike,
        *,
        pool: ImageSource | None = None,
        cache_dir: Pathlike | None = None,
        progress: bool = True,
    ) -> Experiment:
        """Go on with the run in `folder`.

        Args:
            pool, cache_dir, progress: as for `resume`.

        Raises:
            LaserError: the folder holds no run, or its pool has changed.
        """
        opened, cache = cls.__new__(cls), _cache(cache_dir)
        opened._store, opened._progress = Store.open(Path(folder)), progress
        try:
            planned = plan(opened._store.config(), cache, pool)
            materials = opened._done(prepare(planned, cache))
            keep_pool(opened._store, materials)
        except BaseException:
            opened.close()
            raise
        opened._engine = Engine(materials, opened._store)
        return opened

    def query(self, **choice: Any) -> Query:
        """The pictures to label next, best first; the round is asked anew if it has no answer yet.

        Args:
            choice: delta, strategy, or settings of the strategy, for this round alone.

        Raises:
            PoolError: some of the last query's pictures have answers and it was not trained yet,
                or nothing is left to query.
            LaserError: a choice or a model cannot be used.
        """
        asked = strategy_class(str(choice.get("strategy") or self.config.strategy))
        known = [*choosable(RoundChoice), *(setting.name for setting in told_settings(asked))]
        require_known(choice, known, "choice for a round")
        waiting = self.pending.ids.tolist() if self.pending else []
        answered = sum(self._engine.pool.get(id) is not None for id in waiting)
        if answered:
            raise PoolError(
                f"round {self.round} is under way: {answered} of its {len(waiting)} pictures have "
                "answers; annotate the others if you like, then train"
            )
        return self._done(self._engine.query(RoundChoice.of(choice)))

    def annotate(self, answers: Mapping[str, str | Label], by: str = "python") -> None:
        """Take answers; they are on disk when this returns.

        Args:
            answers: id -> the name of a relevant class, "irrelevant", "unsure", "excluded", or a
                `Label`, such as Label("irrelevant", "wolf") to say what it shows.
            by: who says so.

        Raises:
            PoolError: an id or a class is unknown; then no answer is taken.
        """
        said = {str(id): _label(answer, self._engine.space) for id, answer in answers.items()}
        self._engine.annotate(said, by)

    def true_answers(self) -> dict[str, Label]:
        """What the pool's own labels say of the query's pictures: for trying things out.

        Raises:
            PoolError: no query is waiting, or the pool has no labels.
        """
        oracle = self._engine.materials.oracle
        if self.pending is None:
            raise PoolError("no query is waiting for answers; ask for one first")
        if oracle is None:
            raise PoolError("the pool has no labels of its own; look at the pictures and say")
        return oracle.answer(self.pending.ids.tolist())

    def train(self) -> RoundRecord:
        """Train on all answers so far and close the round.

        Raises:
            PoolError: no query is waiting, or none of its pictures has an answer yet.
        """
        return self._done(self._engine.train())

    @property
    def round(self) -> int:
        """The round under way, 1 for the first."""
        return self._engine.round_index

    @property
    def pending(self) -> Query | None:
        """The query that waits for answers or training."""
        return self._engine.pending

    @property
    def finished(self) -> bool:
        """Whether all rounds are done, or nothing is left to query."""
        return self._engine.finished

    @property
    def folder(self) -> Path:
        """Of the run."""
        return self._store.folder

    @property
    def config(self) -> ExperimentConfig:
        """Its settings, with everything decided."""
        return self._engine.config

    @property
    def rounds(self) -> pd.DataFrame:
        """As `Run.rounds`."""
        return _table(self._engine.records)

    @property
    def labels(self) -> pd.DataFrame:
        """As `Run.labels`."""
        return labels_table(self._store)

    def image(self, id: str) -> Image.Image:
        """One picture, RGB."""
        return self._engine.materials.source.image(id)

    def explain(self, id: str, round: int | None = None) -> Reasons:
        """As `Run.explain`."""
        engine, asked = self._engine, last_asked(self._store) if round is None else round
        ids, cosines = engine.pool.ids, engine.materials.cosines
        return explain_image(id, asked, self._store, engine.config, ids, cosines)

    def close(self) -> None:
        """Close the run's database; what was said is on disk already."""
        self._store.close()

    def __enter__(self) -> Experiment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Experiment({str(self.folder)!r}, round {self.round} of {self.config.rounds})"

    def _done(self, steps: Steps[T]) -> T:
        return _done(steps, self._progress)


def _check_given(
    pool: PoolLike, relevant: str | Iterable[str], settings: Mapping[str, Any]
) -> tuple[ImageSource | None, ExperimentConfig]:
    """(the pool where it is open already, the checked settings)."""
    source = pool if isinstance(pool, ImageSource) else None
    given = {
        "pool": (source.spec or source.name) if source else str(pool),
        "relevant": relevant,
        "data_root": source.data_root if source else None,
        **settings,
    }
    if isinstance(given["data_root"], Path):
        given["data_root"] = str(given["data_root"].resolve())
    return source, checked_config(given)


def _label(answer: str | Label, space: LabelSpace) -> Label:
    """The label that an answer means.

    Raises:
        PoolError: it means none.
    """
    if isinstance(answer, Label):
        return answer
    for name in space.relevant:
        if isinstance(answer, str) and bare_name(name) == bare_name(answer):
            return Label("relevant", name)
    for state in OTHER_ANSWERS:
        if answer == state:
            return Label(state)
    raise PoolError(
        f"{answer!r} is no answer here; say one of {', '.join((*space.relevant, *OTHER_ANSWERS))}, "
        f"or Label('irrelevant', {answer!r}) for something else that has a name"
    )


def _table(records: Iterable[RoundRecord]) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(rounds_csv(list(records))))


def _cache(cache_dir: Pathlike | None) -> Path:
    return Path(cache_dir) if cache_dir else default_cache_dir()


def _done(steps: Steps[T], progress: bool, terminal: Terminal | None = None) -> T:
    return (terminal or Terminal()).run(steps) if progress else drain(steps)


def _nothing(line: str) -> None:
    pass
