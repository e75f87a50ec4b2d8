"""Tasks that write files for other tools, and those that bring a run here from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from laser_core import export
from laser_core.errors import PoolError
from laser_core.progress import Progress, Steps
from laser_core.reader import RunReader
from laser_core.store import Store
from laser_core.tasks.warm import open_source
from laser_core.vlm.disk import default_cache_dir
from laser_core.worker import JobContext, Result


def export_pictures(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Put a run's labeled pictures into folders by class, with tables for other tools beside them.

    Parameters: "folder"; "out", missing or empty; "link", true to link instead of copying;
    "formats", some of `export.FORMATS`, or left out for all. Result: "pictures", how many; "out".
    """
    out = Path(params["out"])
    formats = params.get("formats", export.FORMATS)
    store = Store.open(Path(params["folder"]))
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
    export.open_bundle(Path(params["bundle"]), folder, default_cache_dir(), params.get("pool"))
    return {"folder": str(folder)}


def move_pool(params: dict[str, Any], context: JobContext) -> Result:
    """Look for a run's pictures in another place from now on, if they are there.

    Parameters: "folder"; "pool". Result: "pictures", how many of the pool's are there.
    """
    reader = RunReader(Path(params["folder"]), default_cache_dir())
    try:
        given = {"pool": params["pool"], "data_root": reader.config.data_root}
        there = set(open_source(given, context).ids("pool").tolist())
        missing = [id for id in reader.facts.ids.tolist() if id not in there]
        if missing:
            raise PoolError(
                f"{params['pool']}: {len(missing):,} of the run's {len(reader.facts.ids):,} "
                f"pictures are not there, the first is {missing[0]!r}; give the place that holds "
                "the same pictures"
            )
        reader.store.move_pool(params["pool"], reader.config.data_root)
        return {"pictures": len(there)}
    finally:
        reader.close()
