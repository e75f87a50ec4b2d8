"""Brings a study to its end: embeds its pools, runs its cells, writes its tables and its report.

STUDY/study.json     what is to be run: written once, never changed
STUDY/runs/PLACE/LINE/split-0-seed-0/    an ordinary run each
STUDY/nets/          those that several runs may use, until all are finished
STUDY/locks/         held while a process works in a run
STUDY/zero-shot.json what named test pictures without a label
STUDY/failures.json  why cells failed, where some did
STUDY/csv/, STUDY/report.html            made from the runs, as often as you like
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Generator, Mapping
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from threadpoolctl import threadpool_limits

from laser_core.analysis.comparison import rows_csv
from laser_core.errors import ConfigError, LaserError, StoreError
from laser_core.experiment.plan import Plan
from laser_core.experiment.zero_shot.chat import VisionChat
from laser_core.metrics.summary import summarise
from laser_core.progress import Progress, Steps
from laser_core.studies.cells import Cell, Study, unavailable
from laser_core.studies.folder import STUDY_FILE, Places
from laser_core.studies.processes.bench import Bench, Tell
from laser_core.studies.processes.crew import work_off
from laser_core.studies.processes.worker import failure
from laser_core.studies.report.page import report_html
from laser_core.studies.report.results import (
    Result,
    Results,
    keep_failures,
    read_failures,
    read_results,
    result_of,
    write,
)
from laser_core.studies.report.tables import comparison_rows, study_tables
from laser_core.studies.zero_shot import add_zero_shot
from laser_core.texts.descriptions import describe

WRITE_AGAIN = 60.0  # seconds between reports while cells run
LONG = 2.0  # seconds after which a stage of one run is shown in place of the whole study


@dataclass
class _Account:
    """What is told while cells run: how many are done, and how long the others may take."""

    total: int
    tell: Tell
    done: int = 0
    ran: int = 0
    started: float = field(default_factory=time.perf_counter)
    now: str = ""
    stage: str = ""
    since: float = field(default_factory=time.perf_counter)

    def view_of(self, progress: Progress) -> Progress:
        """How many cells are done; a stage of a run once it takes long, such as its embedding."""
        self.now = str(progress.figures.get("now", self.now))
        if progress.stage != self.stage:
            self.stage, self.since = progress.stage, time.perf_counter()
        if progress.stage and time.perf_counter() - self.since > LONG:
            return progress
        figures = {"now": self.now} if self.now else {}
        return Progress("runs of the study", self.done, self.total, figures)

    def count(self, result: Result) -> None:
        """A cell has ended now."""
        self.done, self.ran = self.done + 1, self.ran + 1
        self.tell(f"{sentence_of(result)} ({self.done} of {self.total}{self._left()})")

    def _left(self) -> str:
        remaining = (self.total - self.done) * (time.perf_counter() - self.started) / self.ran
        return f", about {remaining / 60:.0f} min left" if remaining >= 60 else ""


def sentence_of(result: Result) -> str:
    """A cell in one line, for a terminal."""
    name = result.cell.key.replace("/", " | ")
    if result.state != "finished":
        return f"{name}: {result.state}: {result.error}" if result.error else f"{name}: stopped"
    found = summarise(result.records)
    shares = {"precision": found.mean_precision, "accuracy": found.accuracy}
    said = [f"{name} {value:.3f}" for name, value in shares.items() if value is not None]
    return f"{name}: {', '.join(said) or 'done'}"


def conduct(
    study: Study,
    places: Places,
    cache_dir: Path,
    jobs: int = 1,
    tell: Tell = lambda _: None,
    at_most: int | None = None,
    every_round: bool = False,
    chat: VisionChat | None = None,
) -> Steps[Results]:
    """Run what is left of a study, and write its tables and its report.

    Finished cells are read, not repeated. A cell that fails is told and kept in `failures.json`,
    the others go on; it is tried again when the study is started again.

    Args:
        study: what to run.
        places: where.
        cache_dir: of the embeddings.
        jobs: processes; with 1 the cells run in this one.
        tell: told a line a cell.
        at_most: stop each run after so many rounds; started again without it, it goes on.
        every_round: with one process, tell a line a round too.
        chat: a model that is asked about test pictures for Table 2, once the runs are done.

    Raises:
        StoreError: the folder cannot be written.
        LaserError: the chat model, or a pool, cannot be used for zero-shot lines; everything else
            is done by then.
    """
    for sentence in unavailable(study.lines):
        tell(sentence)
    failed = read_failures(places.failures)
    results = read_results(study, places)
    account = _Account(sum(cell.line.available for cell in study.cells()), tell)
    todo = [r.cell for r in results.cells if r.cell.line.available and _is_left(r, at_most)]
    account.done = account.total - len(todo)
    bench = Bench(cache_dir, places.nets)
    if jobs == 1 or not todo:
        said = tell if every_round else _nothing
        news = _here(study, places, bench, todo, at_most, said)
    else:
        news = _apart(study, places, bench, todo, jobs, at_most)
    with closing(news):
        yield from _account_for(news, study, places, account, failed)
    results = read_results(study, places)
    write_results(results, places)
    if results.count("finished") == account.total:
        shutil.rmtree(places.nets, ignore_errors=True)
    return (yield from _beside_zero_shot(results, places, bench, chat))


def _account_for(
    news: Steps[None],
    study: Study,
    places: Places,
    account: _Account,
    failed: Mapping[str, str],
) -> Steps[None]:
    """Pass the news of cells on, count those that end, and write the tables now and then."""
    last, cells = time.perf_counter(), {cell.key: cell for cell in study.cells()}
    for progress in news:
        if "ended" not in progress.figures:
            yield account.view_of(progress)
            continue
        key, why = str(progress.figures["ended"]), str(progress.figures["error"])
        failed = _with_failure(places.failures, failed, key, why)
        account.count(result_of(cells[key], places.runs, failed))
        if time.perf_counter() - last > WRITE_AGAIN:
            write_results(read_results(study, places), places)
            last = time.perf_counter()
        yield account.view_of(Progress(""))


def _beside_zero_shot(
    results: Results, places: Places, bench: Bench, chat: VisionChat | None
) -> Steps[Results]:
    """The results with zero-shot lines, and tables and report with them."""
    try:
        yield from add_zero_shot(results, places, bench, chat)
    finally:
        now = read_results(results.study, places)
        if now.zero_shot != results.zero_shot:
            write_results(now, places)
    return now


def _nothing(line: str) -> None:
    pass


def _is_left(result: Result, at_most: int | None) -> bool:
    return result.state != "finished" and (at_most is None or len(result.records) < at_most)


def _with_failure(path: Path, failed: Mapping[str, str], key: str, why: str) -> dict[str, str]:
    """The failures with what one cell has come to, on disk too."""
    now = {k: v for k, v in failed.items() if k != key} | ({key: why} if why else {})
    if now != failed:
        keep_failures(path, now)
    return now


# ---- running cells, here or in processes of their own


def _here(
    study: Study, places: Places, bench: Bench, todo: list[Cell], at_most: int | None, tell: Tell
) -> Generator[Progress, None, None]:
    """Run the cells in this process, one after another."""
    for cell in todo:
        error = ""
        name = f"{cell.line.name}, split {cell.split}, seed {cell.seed}"
        tell(name)
        yield Progress("", figures={"now": name})
        try:
            planned = bench.plan(cell.config(study.settings), cell.line.whole)
            one_thread = planned.config.learner == "head"  # the same sums as a process of its own
            with threadpool_limits(1) if one_thread else nullcontext():
                yield from bench.run(
                    planned, places.runs / cell.key, places.lock(cell), tell, at_most
                )
        except Exception as raised:  # a cell that fails must not end the others
            error = failure(raised)
        yield Progress("", figures={"ended": cell.key, "error": error})


def _apart(
    study: Study, places: Places, bench: Bench, todo: list[Cell], jobs: int, at_most: int | None
) -> Generator[Progress, None, None]:
    """Run the cells in processes; pools are embedded and texts asked for here first, each once."""
    planned, failed = [], []
    for cell in todo:
        try:
            plan = bench.plan(cell.config(study.settings), cell.line.whole)
            planned.append((cell, plan))
        except Exception as raised:
            failed.append(Progress("", figures={"ended": cell.key, "error": failure(raised)}))
    yield from failed
    yield from _prepare_plans(bench, [plan for _, plan in planned])
    bench = Bench(bench.cache_dir, places.nets)  # the vectors are the workers' from here on
    orders = (
        {
            "key": cell.key,
            "config": plan.config.to_json(),
            "folder": str(places.runs / cell.key),
            "lock": str(places.lock(cell)),
            "at_most": at_most,
        }
        for cell, plan in planned
    )
    learners = {plan.config.learner for _, plan in planned}
    yield from work_off(
        orders, (bench.cache_dir, places.nets), jobs, gpus() if "resnet18" in learners else 0
    )


def _prepare_plans(bench: Bench, plans: list[Plan]) -> Generator[Progress, None, None]:
    """Embed every pool and ask for every first text once, before several processes want them.

    What fails here fails again in its cells, and is told there.
    """
    asked = set()
    for plan in plans:
        config = plan.config
        with suppress(LaserError):
            yield from bench.embed(plan)
        texts = (config.llm, config.relevant, config.descriptions, config.confusers)
        if config.llm != "offline" and texts not in asked:
            asked.add(texts)
            with suppress(LaserError):
                yield from describe(
                    plan.llm, config.relevant, config.descriptions or 0, config.confusers or 0, []
                )


def gpus() -> int:
    """How many GPUs there are."""
    import torch

    return torch.cuda.device_count()


def usual_jobs(study: Study) -> int:
    """How many processes a study runs in if nobody says: all cores but one, or one a GPU."""
    learner = study.settings.get("learner", "head")
    return max(1, gpus()) if learner == "resnet18" else max(1, (os.cpu_count() or 2) - 1)


# ---- what is written


def keep_study(study: Study, folder: Path) -> None:
    """Write `study.json`, or check that the folder holds the same study.

    Raises:
        ConfigError: it holds another.
        StoreError: it cannot be written.
    """
    path, text = folder / STUDY_FILE, study.to_json()
    if not path.exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise ConfigError(f"{folder} holds something else already; choose another --out")
        write(path, text)
        return
    if path.read_text(encoding="utf-8") != text:
        raise ConfigError(
            f"{folder} holds another study, or one with other settings; choose another --out, or "
            f"go on with it by `study {folder}`"
        )


def write_results(results: Results, places: Places) -> None:
    """Write the tables and the report of a study as it is now; `comparison.csv` for a comparison.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    tables = study_tables(results)
    for name, text in tables.items():
        write(places.folder / "csv" / name, text)
    write(places.folder / "report.html", report_html(results, tables))
    if rows := comparison_rows(results) if places.runs == places.folder else []:
        write(places.folder / "comparison.csv", rows_csv(rows))


def told_end(results: Results, places: Places) -> list[str]:
    """How it went, for a terminal."""
    states = ("finished", "running", "waiting", "failed", "unavailable")
    counts = [f"{results.count(state)} {state}" for state in states if results.count(state)]
    report = places.folder / "report.html"
    return [f"{len(results.cells)} cells: {', '.join(counts)}", f"report: {report}"]


def require_no_failure(results: Results) -> None:
    """Raises an error if a cell failed.

    Raises:
        StoreError: one did; the message has the first reason.
    """
    failed = [result for result in results.cells if result.state == "failed"]
    if failed:
        first, all_of = f"{failed[0].cell.key}: {failed[0].error}", len(results.cells)
        if len(failed) < all_of:
            said = f"{len(failed)} of {all_of} cells failed, the others are kept; the first, "
        else:
            said = f"all {all_of} cells failed; the first, " if all_of > 1 else "the cell failed, "
        raise StoreError(said + first)
