"""Tasks about pools, thumbnails and maps."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from laser_core.analysis.reader import RunReader
from laser_core.basics.files import default_cache_dir
from laser_core.data.open import summarise_pool as pool_facts
from laser_core.data.pictures.thumbnails import SIDE, write_thumbnails
from laser_core.jobs.tasks.warm import (
    open_run,
    open_source,
    warm_vectors,
    warm_vlm,
)
from laser_core.jobs.worker import JobContext, Result
from laser_core.maps.projection import project_run
from laser_core.progress import Steps

SAMPLES = 4  # pictures shown of each class on the Data page


def inspect_pool(params: dict[str, Any], context: JobContext) -> Result:
    """What a pool holds, with a few pictures of each class made ready to be shown.

    Parameters: "pool"; "data_root" or None; "thumbnails", the folder for them. Result: the facts
    of `laser_core.data.open.PoolSummary`, "classes" in order, "samples" (class -> ids; "" for
    pictures without a label) and "skipped_files" (name, reason; the first hundred).
    """
    source = open_source(params, context)
    samples: dict[str, list[str]] = {}
    for item in source.items:
        chosen = samples.setdefault(item.label or "", [])
        if item.split == "pool" and len(chosen) < SAMPLES * (1 if item.label else 6):
            chosen.append(item.id)
    wanted = [id for ids in samples.values() for id in ids]
    for _ in write_thumbnails(source, wanted, Path(params["thumbnails"])):
        pass
    return {
        **asdict(pool_facts(source)),
        "classes": source.classes(),
        "samples": samples,
        "skipped_files": [asdict(s) for s in source.skipped[:100]],
    }


def make_thumbnails(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make small copies of pictures. Parameters: "pool"; "data_root"; "ids", or None for the
    whole pool; "thumbnails", their folder; "side" in pixels, or left out. Result: "made".
    """
    source = open_source(params, context)
    ids = params["ids"] if params["ids"] is not None else source.ids("pool").tolist()
    side = params.get("side", SIDE)
    made = yield from write_thumbnails(source, ids, Path(params["thumbnails"]), side)
    return {"made": made}


def project(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Lay images and sentences out in two dimensions (Fig. 2); kept with the run.

    Parameters: "folder"; "what", "text", "image" or "joint"; "method", "umap" or "pca";
    "thumbnails", where small copies of the pictures go afterwards, or left out for none.
    Result: "name" of the layout, see `laser_core.maps.projection`.
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    try:
        name = yield from project_run(experiment, params["what"], params["method"])
        source = experiment.materials.source
        if params.get("thumbnails"):
            ids = experiment.pool.ids.tolist()
            yield from write_thumbnails(source, ids, Path(params["thumbnails"]))
        return {"name": name}
    finally:
        experiment.store.close()


def warm_up(params: dict[str, Any], context: JobContext) -> Result:
    """Load what small questions about a run need, so that the first is answered at once.

    Parameters: "folder". Result: nothing.
    """
    reader = RunReader(Path(params["folder"]), default_cache_dir())
    try:
        warm_vlm(reader.config, context).text_vectors(["a photo of a cat"])
        warm_vectors(reader.table, context)
    finally:
        reader.close()
    return {}
