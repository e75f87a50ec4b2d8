"""Embeddings and map coordinates as a Parquet file, for Embedding Atlas, DuckDB or a notebook."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from laser_core.analysis.reader import RunReader
from laser_core.basics.disk_faults import remedy
from laser_core.basics.files import draft_of
from laser_core.errors import StoreError
from laser_core.io.label_files.label_text import name_text
from laser_core.maps.layout import kept_layouts, read_layout


def write_embeddings(run: RunReader, path: Path) -> Path:
    """Write one row for every image of the pool, in its order; returns `path`.

    Columns: id; x and y on the newest map that shows pictures, empty without one; status (also
    "unlabeled") and label; round of the answer, empty without one; embedding, a list of float32 of
    unit length, as the scores use it.

    Raises:
        CacheError: the embeddings are no longer in the cache; open the run again.
        StoreError: the file cannot be written.
    """
    ids, vectors = run.facts.ids, run.table.vectors()
    answers = run.store.labels.answers_of(ids.tolist())
    given = [answers.get(id) for id in ids.tolist()]
    x, y = _coordinates(run, len(ids))
    flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1))
    table = pa.table(
        {
            "id": pa.array(ids.tolist(), pa.string()),
            "x": x,
            "y": y,
            "status": pa.array([a.label.state if a else "unlabeled" for a in given]),
            "label": pa.array([name_text(a.label) if a else "" for a in given]),
            "round": pa.array([a.round if a else None for a in given], pa.int64()),
            "embedding": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        }
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft_of(path) as draft:
            pq.write_table(table, draft)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error}); {remedy(error)}") from error
    return path


def _coordinates(run: RunReader, images: int) -> tuple[pa.Array, pa.Array]:
    for what, method, version in reversed(kept_layouts(run.store)):
        layout = read_layout(run.store, what, method, version)
        if len(layout.images) == images:
            return tuple(pa.array(layout.images[:, axis].astype(np.float32)) for axis in (0, 1))
    nothing = pa.nulls(images, pa.float32())
    return nothing, nothing
