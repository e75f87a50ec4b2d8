"""A run's large files by name: what the command line and the app both offer."""

from __future__ import annotations

from pathlib import Path

from laser_core.analysis.reader import RunReader
from laser_core.errors import ConfigError
from laser_core.io.exports.bundle import bundle_run
from laser_core.io.exports.embeddings import write_embeddings

FILES = {"embeddings": ".parquet", "run": ".zip"}  # what there is, and how its name ends


def export_file(folder: Path, what: str, out: Path, cache_dir: Path) -> Path:
    """Write one file of the run in `folder`, in the place of an older one; returns `out`.

    Args:
        what: "embeddings" (see `write_embeddings`) or "run" (see `bundle_run`).

    Raises:
        ConfigError: `what` is something else.
        StoreError: it is no run, or the file cannot be written.
        CacheError: the embeddings are no longer in the cache.
    """
    if what == "run":
        return bundle_run(folder, out, cache_dir)
    if what != "embeddings":
        raise ConfigError(f"{what!r} is no file of a run; choose {' or '.join(FILES)}")
    reader = RunReader(folder, cache_dir)
    try:
        return write_embeddings(reader, out)
    finally:
        reader.close()
