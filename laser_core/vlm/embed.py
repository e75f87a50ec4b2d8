"""Embeds the pictures of a pool and sentences, each computed once and kept on disk."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Floats, Ids
from laser_core.data.base import ImageSource, Skipped
from laser_core.errors import CacheError, LaserError
from laser_core.progress import Progress, Steps
from laser_core.vlm.base import PreparedImage, VisionLanguageModel, require_numbers
from laser_core.vlm.feature_store import FeatureStore

AHEAD = 3  # batches decoded before the network needs them
BATCHES_A_WRITE = 4  # about a second's work is lost when a process is killed


@dataclass(frozen=True)
class Embedding:
    """Raw features of a source's pictures.

    Args:
        ids: (N,) the pictures that could be read, in the source's order.
        features: (N, F) half precision, read-only, memory-mapped where it can be.
        failed: pictures that could not be decoded; they are not in `ids`.
        computed: how many were not in the cache.
        notices: what was repaired in the cache, for a person.
    """

    ids: Ids
    features: Floats
    failed: tuple[Skipped, ...] = ()
    computed: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Lookup:
    """One picture after a thread looked at it; `pixels` only if the cache has not its features."""

    content: str = ""
    pixels: PreparedImage | None = None
    fault: str = ""


def embed_images(
    source: ImageSource, vlm: VisionLanguageModel, cache_dir: Path, threads: int | None = None
) -> Steps[Embedding]:
    """Raw features of every picture of `source`; only those not in the cache are computed.

    Decoding runs in threads beside the network. Closed half way, or killed, it goes on from
    there the next time. Yields Progress with "images/s" and "seconds left".

    Args:
        source: where the pictures come from.
        vlm: the model that embeds them.
        cache_dir: the folder of all caches, see `laser_core.basics.files.default_cache_dir`.
        threads: for decoding; None is one a processor.

    Raises:
        CacheError: the cache cannot be read or written; what it had stays usable.
        VLMError: the model gives no numbers; then none of them is kept.
    """
    store = FeatureStore(cache_dir, vlm.key, vlm.feature_dim)
    filling = _StoreFiller(source, vlm, store, threads or os.cpu_count() or 1)
    for _ in range(2):  # again only if rows on disk turn out to be damaged
        yield from filling.run()
        if store.forget_damaged(filling.row.values()) == 0:
            break
    else:
        raise CacheError(
            f"{store.folder}: features written there come back changed; check the disk, or set "
            f"LASER_CACHE_DIR to a folder on another one"
        )
    kept = [id for id in source.ids().tolist() if id in filling.row]
    return Embedding(
        ids=np.array(kept, dtype=np.str_),
        features=store.read(np.array([filling.row[id] for id in kept], dtype=np.int64)),
        failed=tuple(Skipped(id, fault) for id, fault in filling.faults.items()),
        computed=filling.computed,
        notices=tuple(store.notices),
    )


class _StoreFiller:
    """Brings every picture of a source into the store, and finds its row."""

    def __init__(
        self, source: ImageSource, vlm: VisionLanguageModel, store: FeatureStore, threads: int
    ) -> None:
        self._source, self._vlm, self._store, self._threads = source, vlm, store, threads
        self.row: dict[str, int] = {}  # id -> row in the store
        self.faults: dict[str, str] = {}  # id -> why it cannot be decoded
        self.computed = 0

    def run(self) -> Steps[None]:
        ids = self._source.ids().tolist()
        stamps = {id: self._source.stamp(id) for id in ids}
        contents = self._store.contents(stamps.values())
        rows = self._store.rows()
        content_of = {id: contents.get(stamps[id], "") for id in ids}
        self.row = {id: rows[c] for id, c in content_of.items() if c in rows}
        missing = [id for id in ids if id not in self.row and id not in self.faults]
        pace = _Pace(len(ids), len(ids) - len(missing))
        yield pace.progress()
        with self._lookups(missing, content_of, rows) as looked:
            while batches := list(islice(_batches(looked, self._vlm.batch), BATCHES_A_WRITE)):
                found: dict[str, str] = {}
                features: dict[str, Floats] = {}
                for batch in batches:
                    features |= self._features(batch)
                    found |= {id: seen.content for id, seen in batch if not seen.fault}
                    self.faults |= {id: seen.fault for id, seen in batch if seen.fault}
                    yield pace.after(len(batch))
                added = self._store.add(features, {stamps[id]: c for id, c in found.items()})
                self.row |= {id: added[c] if c in added else rows[c] for id, c in found.items()}
                rows |= added

    def _features(self, batch: Sequence[tuple[str, _Lookup]]) -> dict[str, Floats]:
        """Content -> (F,) features of the pictures in `batch` that the store has not."""
        pixels = {seen.content: seen.pixels for _, seen in batch if seen.pixels is not None}
        if not pixels:
            return {}
        computed = self._vlm.features(np.stack(list(pixels.values())))
        require_numbers(computed, self._vlm.name, "pictures")  # or they would be kept for ever
        self.computed += len(pixels)
        return dict(zip(pixels, computed, strict=True))

    @contextmanager
    def _lookups(
        self, ids: Sequence[str], content_of: Mapping[str, str], rows: Mapping[str, int]
    ) -> Iterator[Iterator[tuple[str, _Lookup]]]:
        """`ids` with what threads found of them, in order, a few batches ahead of the reader."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="decode") as pool:
            try:
                yield self._ahead(pool, ids, content_of, rows)
            finally:
                pool.shutdown(cancel_futures=True)

    def _ahead(
        self,
        pool: ThreadPoolExecutor,
        ids: Sequence[str],
        content_of: Mapping[str, str],
        rows: Mapping[str, int],
    ) -> Iterator[tuple[str, _Lookup]]:
        waiting: deque[tuple[str, Future[_Lookup]]] = deque()
        for id in ids:
            waiting.append((id, pool.submit(self._look, id, content_of[id], rows)))
            if len(waiting) > AHEAD * self._vlm.batch:
                first, future = waiting.popleft()
                yield first, future.result()
        for id, future in waiting:
            yield id, future.result()

    def _look(self, id: str, content: str, rows: Mapping[str, int]) -> _Lookup:
        try:
            content = content or self._source.content_key(id)
            if content in rows:
                return _Lookup(content)
            image = self._source.small_image(id, self._vlm.side)
            return _Lookup(content, self._vlm.prepare(image))
        except (LaserError, OSError) as error:
            return _Lookup(fault=str(error))


def _batches(
    looked: Iterator[tuple[str, _Lookup]], size: int
) -> Iterator[list[tuple[str, _Lookup]]]:
    """Lists with `size` pictures for the network each, the last one with fewer."""
    batch: list[tuple[str, _Lookup]] = []
    to_compute = 0
    for id, seen in looked:
        batch.append((id, seen))
        to_compute += seen.pixels is not None
        if to_compute == size or len(batch) == 16 * size:
            yield batch
            batch, to_compute = [], 0
    if batch:
        yield batch


class _Pace:
    """Counts pictures and says how fast they go, from the start of this run."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done, self._first, self._start = total, done, done, time.monotonic()

    def after(self, more: int) -> Progress:
        self._done += more
        return self.progress()

    def progress(self) -> Progress:
        seconds = time.monotonic() - self._start
        if self._done == self._first or seconds == 0.0:
            return Progress("embedding images", self._done, self._total)
        rate = (self._done - self._first) / seconds
        figures = {"images/s": rate, "seconds left": (self._total - self._done) / rate}
        return Progress("embedding images", self._done, self._total, figures)
