"""Zero-shot lines of a study (Appendix B, Table 2), from its finished runs, kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from laser_core.experiment.materials import Materials
from laser_core.experiment.zero_shot.chat import VisionChat, ask_about_tests
from laser_core.experiment.zero_shot.line import ZeroShot
from laser_core.experiment.zero_shot.task import NamingTask, task_of_run
from laser_core.experiment.zero_shot.text import text_lines
from laser_core.progress import Steps
from laser_core.store.store import StoreView
from laser_core.studies.cells import Show
from laser_core.studies.folder import Places
from laser_core.studies.processes.bench import Bench
from laser_core.studies.report.results import Result, Results, write
from laser_core.studies.report.zero_shot import KeptLine, read_zero_shot, zero_shot_json

BY_TEXT: tuple[Show, ...] = ("accuracy", "final")  # what has lines by text, and by a chat model
BY_CHAT: tuple[Show, ...] = ("final",)


def add_zero_shot(
    results: Results, places: Places, bench: Bench, chat: VisionChat | None = None
) -> Steps[None]:
    """Name the test pictures of every place and class split without a label.

    By text for charts of accuracy and Table 2, by the vision chat model for Table 2 alone. What is
    known is not done again; each line is on disk before the next one is begun.

    Raises:
        LaserError: the endpoint or the folder cannot be used; what was named before is kept.
    """
    kept = _by_key(read_zero_shot(places.zero_shot))
    for result in _with_text(results, places, BY_TEXT):
        where = (result.cell.place.name, result.cell.split)
        if any(key[:2] == where for key in kept):
            continue
        lines = yield from _text_lines(result, places, bench)
        kept |= _by_key(KeptLine(*where, line) for line in lines)
        write(places.zero_shot, zero_shot_json(kept.values()))
    if chat is None:
        return
    for result in _with_text(results, places, BY_CHAT):
        where = (result.cell.place.name, result.cell.split)
        line = yield from _chat_line(result, places, bench, chat)
        kept |= _by_key([KeptLine(*where, line)])
        write(places.zero_shot, zero_shot_json(kept.values()))


def _by_key(lines: Iterable[KeptLine]) -> dict[tuple[str, int, str], KeptLine]:
    return {(each.place, each.split, each.line.method): each for each in lines}


def _with_text(results: Results, places: Places, shows: Sequence[Show]) -> Iterator[Result]:
    """One finished run with sentences and test pictures for each place and split that is shown."""
    study = results.study
    wanted = {p for part in study.parts if set(shows) & set(part.shows) for p in part.places}
    done: set[tuple[str, int]] = set()
    finished = (result for result in results.cells if result.state == "finished")
    for result in sorted(finished, key=lambda each: each.cell.line.strategy != "laser"):
        where = (result.cell.place.name, result.cell.split)
        if where[0] in wanted and where not in done and _is_named(places.run(result.cell)):
            done.add(where)
            yield result


def _is_named(folder: Path) -> bool:
    """Whether the run in `folder` has sentences for its classes, and pictures to test them on."""
    with closing(StoreView.open(folder)) as store:
        facts = store.pool.read()
        return store.texts.read() is not None and bool(facts and facts.test_images)


def _text_lines(result: Result, places: Places, bench: Bench) -> Steps[tuple[ZeroShot, ...]]:
    task, materials = yield from _task(result, places, bench)
    return (yield from text_lines(task, materials, bench.cache_dir))


def _chat_line(result: Result, places: Places, bench: Bench, chat: VisionChat) -> Steps[ZeroShot]:
    task, materials = yield from _task(result, places, bench)
    asked = yield from ask_about_tests(task, materials, chat.model, chat.at_most, chat.prices)
    return asked.line


def _task(result: Result, places: Places, bench: Bench) -> Steps[tuple[NamingTask, Materials]]:
    with closing(StoreView.open(places.run(result.cell))) as store:
        materials = yield from bench.materials(bench.plan(store.config()))
        return task_of_run(materials, store), materials
