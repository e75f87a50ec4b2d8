"""Measures the lesson anew: its run, its classifiers, its runs without a part, all by the engine.

    python -m tools.make_lesson            writes laser_core/analysis/lesson/lesson.json
    python -m tools.make_lesson --check    measures and compares; ends with 1 where they differ
    python -m tools.make_lesson --search   looks for tasks in which confusers help, and keeps what
                                           was found; takes minutes more

Runs go to a temporary folder; the demo is embedded once, or found in LASER_CACHE_DIR.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from laser_core.analysis.first_query import cold_start
from laser_core.analysis.lesson.confusers import with_confusers_on
from laser_core.analysis.lesson.detector import delta_curve
from laser_core.analysis.lesson.figures import GAIN_SIZES, LEAST_GAIN, run_figures
from laser_core.analysis.lesson.kept import KEPT_FILE, lesson_figures
from laser_core.analysis.ranking import next_ranking
from laser_core.analysis.reader import RunReader
from laser_core.basics.files import default_cache_dir
from laser_core.config import ExperimentConfig
from laser_core.errors import LessonError
from laser_core.experiment.plan import Plan, plan
from laser_core.experiment.prepare import EmbeddedPool
from laser_core.jobs.tasks.lesson import prepare_lesson
from laser_core.jobs.tasks.runs import create_run, run_rounds
from laser_core.jobs.worker import JobContext
from laser_core.progress import Progress, drain
from laser_core.selection import Images
from laser_core.studies.lesson import (
    EIGHT_SIZES,
    TASK,
    lesson_config,
    runs_without_a_part,
    ways_of_choosing,
)
from laser_core.texts.cosines import text_cosines
from laser_core.texts.descriptions import Descriptions, describe
from laser_core.texts.live_scores import LiveScores

PLACE = Path(__file__).resolve().parents[1] / "laser_core" / "analysis" / "lesson" / KEPT_FILE
CLOSE = 0.002  # figures that differ by more are told; another machine rounds otherwise
PARTNERS = (
    "laptop",
    "keyboard",
    "book",
    "hat",
    "umbrella",
    "sunglasses",
    "bottle",
    "perfume",
    "lipstick",
    "mug",
    "apple",
    "banana",
    "glass",
    "can",
    "remote control",
    "clock",
    "lamp",
    "orange",
    "bagel",
    "vase",
    "candle",
    "lemon",
)  # fmt: skip - what may go into a bag beside a computer mouse
FIRST_TASK = ("computer mouse", "keyboard", "hat")  # found with quotas, before `balanced`
CHANGED = 0.005  # a gain that is less than that is none


def main() -> int:
    """Read the command line, measure, write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="compare with what is kept")
    parser.add_argument("--search", action="store_true", help="look for tasks again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        found = measure(Path(scratch), given.search)
    if given.check:
        differences = list(compare(lesson_figures(), found))
        print("\n".join(differences) or "the lesson's figures are those of the engine")
        return 1 if differences else 0
    PLACE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{PLACE} is written; confusers gain {found['confusers']['gain']:+.3f} in round 1")
    return 0


def measure(scratch: Path, search: bool = False) -> dict[str, Any]:
    """All figures of the lesson, as `lesson.json` holds them.

    Args:
        scratch: where runs are written.
        search: whether tasks are looked for; else what was found before stays.
    """
    cache = default_cache_dir()
    context = JobContext(scratch, scratch, lambda: False, {})
    folder = scratch / "bag"
    drain(prepare_lesson({"folder": str(folder)}, context), tell)
    with closing(RunReader(folder, cache)) as run:
        found: dict[str, Any] = {"task": TASK, **run_figures(run)}
        found["ways"] = read_ways(run.store.files.read(KEPT_FILE))

    if found["confusers"]["gain"] < LEAST_GAIN:
        print(f"confusers gain {found['confusers']['gain']:+.3f}: look for another task (--search)")
    found["next"] = next_round(folder, context, cache)
    found["eight"] = eight_classes(scratch / "eight", context, cache)
    embedded = context.warm["embedded"][1]
    found["parts"] = drain(runs_without_a_part(scratch, cache, embedded), tell)
    found["search"] = look_for_tasks(embedded) if search else dict(lesson_figures())["search"]
    return found


def tell(progress: Progress) -> None:
    """Say how far it is, on one line."""
    print(f"\r\x1b[K{progress.stage}", end="", file=sys.stderr, flush=True)


def next_round(folder: Path, context: JobContext, cache: Path) -> dict[str, Any]:
    """Card 7's second example: the round after the one that the lesson stands before."""
    drain(run_rounds({"folder": str(folder), "rounds": 1}, context), tell)
    with closing(RunReader(folder, cache)) as run:
        ranking = next_ranking(run)
        if ranking is None:
            raise LessonError("round 4 of the lesson's run was not looked at")
        curve = delta_curve(run, ranking, run.pool(ranking.round - 1))
    return {
        "round": ranking.round,
        "deltas": list(curve.deltas),
        "precision": list(curve.precision),
    }


def eight_classes(folder: Path, context: JobContext, cache: Path) -> dict[str, Any]:
    """Card 4's worse case: the demo's own eight classes."""
    config = json.loads(ExperimentConfig(llm="offline", vlm="offline").to_json())
    drain(create_run({"config": config, "folder": str(folder)}, context), tell)
    materials = context.warm["materials"][1]
    with closing(RunReader(folder, cache)) as run:
        return without_ids(drain(ways_of_choosing(run, materials, EIGHT_SIZES), tell))


def read_ways(text: str) -> dict[str, Any]:
    """Card 4's figures as the worker has kept them, without the pictures."""
    return without_ids(json.loads(text)["ways"])


def without_ids(ways: dict[str, Any]) -> dict[str, Any]:
    """Card 4's figures without the pictures, which the run itself has."""
    return {key: {k: v for k, v in way.items() if k != "ids"} for key, way in ways.items()}


# ---- the search


def look_for_tasks(embedded: EmbeddedPool) -> dict[str, Any]:
    """What confusers gain in round 1, over all pairs of classes and over triples with a mouse."""
    classes = embedded.source.classes()
    planned = plan(lesson_config(), default_cache_dir(), embedded.source)
    pairs = [gain_of(planned, embedded, pair) for pair in combinations(classes, 2)]
    triples = [
        gain_of(planned, embedded, ("computer mouse", *pair)) for pair in combinations(PARTNERS, 2)
    ]
    return {
        "pairs": summary(pairs),
        "triples": summary(triples),
        "first task": gain_of(planned, embedded, FIRST_TASK),
        "best triples": sorted(triples, key=lambda found: -found["gain"])[:8],
        "worst pairs": sorted(pairs, key=lambda found: found["gain"])[:4],
    }


def summary(found: list[dict[str, Any]]) -> dict[str, float]:
    """How often confusers help and hurt, and the mean."""
    gains = np.array([one["gain"] for one in found])
    return {
        "tasks": len(gains),
        "helps": float((gains > CHANGED).mean()),
        "hurts": float((gains < -CHANGED).mean()),
        "mean": float(gains.mean()),
    }


def gain_of(planned: Plan, embedded: EmbeddedPool, relevant: tuple[str, ...]) -> dict[str, Any]:
    """Precision of round 1 with and without confusers, by the default settings.

    Args:
        planned: of the lesson's run, for its models.
        embedded: its pool.
    """
    source, config = embedded.source, planned.config.with_changes(relevant=relevant)
    ids = source.ids("pool")
    true = np.array([source.label(id) in relevant for id in ids.tolist()])
    texts = drain(
        describe(planned.llm, relevant, config.descriptions or 0, 2 * len(relevant)), tell
    )
    images = Images(ids, embedded.cosines.vectors)

    def precision(on: Descriptions) -> list[float]:
        live, owner = LiveScores(text_cosines(embedded.cosines, on)), on.relevant_owner()
        found = []
        for size in GAIN_SIZES:
            start = cold_start(
                live, owner, len(relevant), config.with_changes(batch_size=size), images
            )
            found.append(float(true[start.rows].mean()))
        return found

    with_all, without = precision(texts), precision(with_confusers_on(texts, ()))
    return {
        "relevant": list(relevant),
        "with": with_all,
        "without": without,
        "gain": float(np.mean(with_all) - np.mean(without)),
    }


# ---- comparing


def compare(kept: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two trees of figures differ, one line each."""
    if isinstance(kept, dict) and isinstance(found, dict):
        for key in sorted({*kept, *found}):
            if key not in kept or key not in found:
                yield f"{place}/{key}: only {'measured' if key in found else 'kept'}"
            else:
                yield from compare(kept[key], found[key], f"{place}/{key}")
    elif isinstance(kept, list) and isinstance(found, list) and len(kept) == len(found):
        for number, (one, other) in enumerate(zip(kept, found, strict=True)):
            yield from compare(one, other, f"{place}/{number}")
    elif isinstance(kept, float) and isinstance(found, float):
        if abs(kept - found) > CLOSE:
            yield f"{place}: {kept:.4f} is kept, {found:.4f} measured"
    elif kept != found:
        yield f"{place}: {kept!r} is kept, {found!r} measured"


if __name__ == "__main__":
    raise SystemExit(main())
