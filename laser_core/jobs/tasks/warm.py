"""What the worker keeps from job to job: the pool, the run's materials, the models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from laser_core.basics.files import default_cache_dir
from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource
from laser_core.data.open import open_pool
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import Plan, plan
from laser_core.experiment.prepare import embed_pool, equip
from laser_core.jobs.worker import JobContext
from laser_core.progress import Steps
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable
from laser_core.vlm.choose import open_vlm

KEPT_WARM = 200_000  # pictures whose vectors are kept in memory: 1 GB at D = 1280
RULE = ("settings", "retired", "former", "since")  # what going on balanced changes


def open_run(folder: Path, context: JobContext) -> Steps[Experiment]:
    """The run in `folder`, with its materials from the last job or prepared now."""
    store = Store.open(folder)
    try:
        warm = context.warm.get("materials")
        if warm and warm[0] == str(folder):
            materials = _under_the_rule_of(store.config(), warm[1])
        else:
            planned = plan(store.config(), default_cache_dir())
            materials = yield from materials_for(planned, folder, context)
        keep_pool(store, materials)
        return Experiment(materials, store)
    except BaseException:
        store.close()
        raise


def _under_the_rule_of(config: ExperimentConfig, materials: Materials) -> Materials:
    """The same materials, asked from by the rule that the run has now.

    A person may have agreed to `balanced` (`Store.go_on_balanced`) since they were prepared.
    """
    rule = {name: getattr(config, name) for name in RULE}
    return replace(materials, config=replace(materials.config, **rule))


def materials_for(planned: Plan, folder: Path, context: JobContext) -> Steps[Materials]:
    """What the run in `folder` works with; that of one run at a time stays in memory."""
    materials = equip(planned, (yield from embedded_pool(planned, context)), default_cache_dir())
    context.warm["materials"] = (str(folder), materials)
    return materials


def embedded_pool(planned: Plan, context: JobContext) -> Steps[Any]:
    """The plan's pool as vectors, from the last job if it was the same."""
    config = planned.config
    key = (config.pool, config.data_root, config.per_class, config.per_class and config.seed)
    warm = context.warm.get("embedded")
    if warm and warm[0] == (*key, config.vlm):
        return warm[1]
    context.warm.pop("materials", None)
    context.warm.pop("embedded", None)
    embedded = yield from embed_pool(planned, default_cache_dir())
    context.warm["embedded"] = ((*key, config.vlm), embedded)
    return embedded


def keep_preview(experiment: Experiment) -> Steps[None]:
    """Keep the next query as the schedule would have it: arrays and figures, for `RunReader`."""
    if experiment.pending is not None or experiment.finished or experiment.config.retired:
        return  # a run whose rule is gone is looked at once a person has agreed to another
    version, looked = yield from experiment.preview()
    experiment.store.rounds.save_preview(experiment.round_index, version, looked)


def warm_vlm(config: ExperimentConfig, context: JobContext) -> Any:
    """The run's vision-language model, loaded once."""
    key = f"vlm {config.vlm} {config.device}"
    if key not in context.warm:
        context.warm[key] = open_vlm(config.vlm, config.device, default_cache_dir())
    return context.warm[key]


def warm_vectors(table: FileTable, context: JobContext) -> Any:
    """(N, D) float32 vectors of the table's pool, read once; of a large one as they lie on disk."""
    if table.images > KEPT_WARM:
        return table.mapped_vectors()
    warm = context.warm.get("vectors")
    if not warm or warm[0] != str(table.folder):
        context.warm["vectors"] = warm = (str(table.folder), table.vectors())
    return warm[1]


def open_source(params: dict[str, Any], context: JobContext) -> ImageSource:
    """The pool that "pool" and "data_root" name, kept open: a large folder takes seconds to list.

    Opened anew when the file's or the folder's own date has changed.
    """
    path, root = Path(params["pool"]), params.get("data_root")
    changed = path.stat().st_mtime if path.exists() else 0.0
    key = (params["pool"], root, changed)
    kept = context.warm.get("source")
    if not kept or kept[0] != key:
        source = open_pool(params["pool"], Path(root) if root else None)
        context.warm["source"] = kept = (key, source)
    source = kept[1]
    return source
