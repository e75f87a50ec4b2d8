"""The task of the set-up helper: it tries words on a run's pool, and keeps what they come to."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from laser_core.analysis.known import known_relevance
from laser_core.analysis.reader import RunReader
from laser_core.analysis.setup.grid import Task, TextModel, try_settings
from laser_core.analysis.setup.kept import KEPT_FILE, Comparison
from laser_core.basics.files import default_cache_dir
from laser_core.errors import ConfigError, VLMError
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.plan import plan
from laser_core.experiment.prepare import embed_pool
from laser_core.jobs.tasks.warm import open_run
from laser_core.jobs.worker import JobContext, Result
from laser_core.progress import Steps
from laser_core.selection import Images
from laser_core.store.folder import FileWriter
from laser_core.strategies.laser import laser_settings
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.vlm.choose import models_here


def try_words(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Try the grid of words on a run's pool; kept beside the run after each setting.

    Parameters: "folder"; "other_models", true to try the other models on this machine as well,
    which embed the pool first. Result: "settings", how many were tried.
    """
    folder = Path(params["folder"])
    experiment = yield from open_run(folder, context)
    try:
        with closing(RunReader(folder, default_cache_dir())) as run:
            task, own = _task(run, experiment), experiment.config.vlm
            neglabel = laser_settings(run.config).aggregator == "neglabel"
            others = params.get("other_models") and not neglabel
            writer = FileWriter(folder)

            def keep(found: Comparison) -> None:
                writer.write(KEPT_FILE, found.to_json())

            def open_model(spec: str) -> Steps[TextModel]:
                if spec == own:
                    add = experiment.materials.cosines.add
                    return TextModel(spec, run.table, add, run.images(), run.names())
                return (yield from _other_model(experiment, spec))

            specs = models_here(own) if others else (own,)
            found = yield from try_settings(task, specs, open_model, keep)
            return {"settings": len(found.trials)}
    finally:
        experiment.store.close()


def _task(run: RunReader, experiment: Experiment) -> Task:
    """What settings are tried on: answers alone count, never the true labels of a simulated run.

    Raises:
        ConfigError: the run has no words yet.
    """
    kept = run.descriptions()
    if kept is None:
        raise ConfigError("this run has no descriptions yet; ask the model for all of them first")
    known = known_relevance(run.facts.ids, run.store.labels.by_id())
    llm = experiment.materials.llm
    return Task(run.config, *kept, run.facts.ids, known.known, known.relevant, llm)


def _other_model(experiment: Experiment, spec: str) -> Steps[TextModel]:
    """Another model of this machine, once it has looked at the run's pool.

    Raises:
        VLMError: it cannot be used, or cannot read all of the pool's pictures.
    """
    cache = default_cache_dir()
    planned = plan(replace(experiment.store.config(), vlm=spec), cache)
    embedded = yield from embed_pool(planned, cache)
    ids = embedded.source.ids("pool")
    if ids.tolist() != experiment.pool.ids.tolist():
        raise VLMError(f"{spec} does not read the same pictures of this pool; leave it out")
    table = FileTable(cosines_folder(cache, embedded.cosines_key), len(ids))
    return TextModel(spec, table, embedded.cosines.add, Images(ids, table.some_vectors))
