"""Vectors of sentences on disk, so that a run opened again need not load the text network."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.basics.files import cannot_write
from laser_core.vlm.base import VisionLanguageModel, require_numbers
from laser_core.vlm.feature_store import DAMAGED, folder_name


def embed_texts(texts: Sequence[str], vlm: VisionLanguageModel, cache_dir: Path) -> Floats:
    """(n, D) float32 unit rows of `vlm.text_vectors`; only sentences not met before are computed.

    Raises:
        CacheError: the cache cannot be read or written.
        VLMError: the model gives no numbers; then none of them is kept.
    """
    path = cache_dir / "texts" / f"{folder_name(vlm.text_key)}.sqlite"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _embed(texts, vlm, path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) not in DAMAGED:
                raise
            path.unlink()  # a damaged file of sentences is made again within a second
            return _embed(texts, vlm, path)
    except (OSError, sqlite3.DatabaseError) as error:
        raise cannot_write(path.parent, error) from error


def _embed(texts: Sequence[str], vlm: VisionLanguageModel, path: Path) -> Floats:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        with database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB)"
            )
        kept = _read_kept(database, texts, vlm.dim)
        fresh = [text for text in dict.fromkeys(texts) if text not in kept]
        if fresh:
            computed = vlm.text_vectors(fresh)
            require_numbers(computed, vlm.name, "sentences")
            kept |= dict(zip(fresh, computed, strict=True))
            rows = [(text, np.asarray(kept[text], dtype="<f4").tobytes()) for text in fresh]
            with database:
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
    return np.array([kept[text] for text in texts], dtype=np.float32).reshape(-1, vlm.dim)


def _read_kept(database: sqlite3.Connection, texts: Sequence[str], dim: int) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for start in range(0, len(texts), 500):
        some = texts[start : start + 500]
        query = f"SELECT text, vector FROM vectors WHERE text IN ({','.join('?' * len(some))})"
        for text, vector in database.execute(query, some):
            numbers = np.frombuffer(vector, dtype="<f4") if len(vector) == 4 * dim else None
            if numbers is not None and np.isfinite(numbers).all():  # else it is computed anew
                found[text] = numbers
    return found
