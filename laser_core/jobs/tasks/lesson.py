"""Tasks for the page Learn: its run, and what card 4 needs of any run."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from laser_core.analysis.lesson.figures import shown_ids
from laser_core.analysis.lesson.kept import KEPT_FILE
from laser_core.analysis.reader import RunReader
from laser_core.basics.files import default_cache_dir
from laser_core.data.pictures.thumbnails import write_thumbnails
from laser_core.experiment.experiment import simulate
from laser_core.jobs.tasks.runs import create_run
from laser_core.jobs.tasks.warm import keep_preview, open_run
from laser_core.jobs.worker import JobContext, Result
from laser_core.progress import Steps
from laser_core.store.folder import FileWriter
from laser_core.studies.lesson import ROUNDS_DONE, lesson_config, ways_of_choosing


def prepare_lesson(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make the lesson's run, or bring one that was stopped half way to where the lesson stands.

    Parameters: "folder"; "thumbnails", a folder for small copies of the pictures that the cards
    show first, or left out. Result: "folder".
    """
    folder = Path(params["folder"])
    if not (folder / "run.db").is_file():
        config = json.loads(lesson_config().to_json())
        yield from create_run({"config": config, "folder": str(folder)}, context)
    experiment = yield from open_run(folder, context)
    try:
        missing = ROUNDS_DONE - len(experiment.records)
        if missing > 0:
            yield from simulate(experiment, rounds=missing)
        yield from keep_preview(experiment)
    finally:
        experiment.store.close()
    result = yield from compare_ways(params, context)
    if params.get("thumbnails"):
        with closing(RunReader(folder, default_cache_dir())) as run:
            ids = shown_ids(run)
        source = experiment.materials.source
        yield from write_thumbnails(source, ids, Path(params["thumbnails"]))
    return result


def compare_ways(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Train card 4's classifiers on a run's first batches, and keep what they come to beside it.

    Parameters: "folder". Result: "folder".
    """
    folder = Path(params["folder"])
    experiment = yield from open_run(folder, context)
    try:
        with closing(RunReader(folder, default_cache_dir())) as run:
            found = yield from ways_of_choosing(run, experiment.materials)
    finally:
        experiment.store.close()
    FileWriter(folder).write(KEPT_FILE, json.dumps({"ways": found}))
    return {"folder": str(folder)}
