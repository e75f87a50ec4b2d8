"""Tasks that write files for other tools, and those that bring a run here from elsewhere."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from laser_core.basics.files import default_cache_dir
from laser_core.io import exports as export
from laser_core.io.adopt import adopt
from laser_core.jobs.tasks.warm import open_source
from laser_core.jobs.worker import JobContext, Result
from laser_core.progress import Progress, Steps
from laser_core.store.store import Store, StoreView


def export_pictures(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Put a run's labeled pictures into folders by class, with tables for other tools beside them.

    Parameters: "folder"; "out", missing or empty; "link", true to link instead of copying;
    "formats", some of `export.FORMATS`, or left out for all. Result: "pictures", how many; "out".
    """
    out = Path(params["out"])
    formats = params.get("formats", export.FORMATS)
    store = StoreView.open(Path(params["folder"]))
    try:
        config = store.config()
        source = open_source({"pool": config.pool, "data_root": config.data_root}, context)
        link = params.get("link", False)
        count = yield from export.export_pictures(store, source, out, formats, link)
    finally:
        store.close()
    return {"pictures": count, "out": str(out)}


def export_file(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Write one large file of a run, in the place of an older one.

    Parameters: "folder"; "what", "embeddings" (Parquet) or "run" (zip); "out". Result: "out".
    """
    yield Progress("writing the file")
    out = Path(params["out"])
    out.parent.mkdir(parents=True, exist_ok=True)
    export.export_file(Path(params["folder"]), params["what"], out, default_cache_dir())
    return {"out": str(out)}


def open_bundle(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make a run of a zip that `export_file` wrote, here or elsewhere.

    Parameters: "bundle"; "folder", missing or empty; "pool", where the pictures lie here, or left
    out. Result: "folder".
    """
    yield Progress("unpacking the run")
    folder = Path(params["folder"])
    export.open_bundle(Path(params["bundle"]), folder, params.get("pool"))
    return {"folder": str(folder)}


def move_pool(params: dict[str, Any], context: JobContext) -> Result:
    """Look for a run's pictures in another place from now on, if they are there.

    Parameters: "folder"; "pool". Result: "pictures", how many there are.
    """
    return adopt_run({**params, "models": False}, context)


def adopt_run(params: dict[str, Any], context: JobContext) -> Result:
    """Confirm what a run from another machine may use here.

    Parameters: "folder"; "pool", where its pictures lie here, None to leave that open; "models",
    true to say that it may use its models here. Result: "pictures", how many there are.
    """
    with closing(Store.open(Path(params["folder"]))) as store:
        source, pool = None, params["pool"]
        if pool is not None:
            given = {"pool": pool, "data_root": store.config().data_root}
            source = open_source(given, context)
        adopt(store, pool, source, params["models"])
    return {"pictures": len(source.ids("pool")) if source else 0}
