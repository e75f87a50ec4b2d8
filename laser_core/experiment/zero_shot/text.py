"""Test pictures named by text alone: raw cosines with names or sentences, and the anchored head."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.experiment.materials import Materials
from laser_core.experiment.text_classifier import Sentences, class_anchor
from laser_core.experiment.zero_shot.line import AMONG, ANCHORED, NAMES, SENTENCES, ZeroShot
from laser_core.experiment.zero_shot.task import NamingTask
from laser_core.llm.lexicon.words import plain_sentence
from laser_core.metrics import paper as metrics
from laser_core.progress import Progress, Steps
from laser_core.texts.cosine_table import FileTable, MemoryTable, Table, cosines_folder
from laser_core.texts.cosines import Cosines


def text_lines(
    task: NamingTask, materials: Materials, cache_dir: Path
) -> Steps[tuple[ZeroShot, ...]]:
    """The lines that need no endpoint.

    `names` gives each test picture the class whose "a photo of a {name}" has the highest cosine
    with it (K = 0), `sentences` the class with the highest mean cosine over its sentences, and
    `anchored head` the class with the highest z_c (the head's classifier before any label). With a
    model that looks at a picture's neighbours the first two stand there for a picture by itself
    and for its mean with the nearest of the pool, which is what Eq. (1) is scored on.

    Args:
        task: a class without any sentence is never named by sentences; without any at all, or
            with K = 0, only names are compared.
        materials: of the run or pool.
        cache_dir: of the cosines.

    Raises:
        CacheError: the cosines cannot be kept.
    """
    by_name: Sentences = tuple((plain_sentence(name),) for name in task.classes)
    ways = {NAMES: by_name}
    if any(task.sentences) and task.sentences != by_name:
        ways[SENTENCES] = task.sentences
    looks = materials.vlm is not None and materials.vlm.looks_at_neighbours
    lines: list[ZeroShot] = []
    for among in (False, True) if looks else (False,):
        tests = _TestCosines(task, materials, cache_dir, among)
        for name, texts in ways.items():
            yield Progress(f"naming test pictures by their {name}", len(lines), 0)
            started = time.perf_counter()
            method = name + AMONG if among else name
            lines.append(_line(method, tests.logits(texts), task, started))
    if any(task.sentences):
        started = time.perf_counter()
        vectors = materials.pictures.vectors(task.ids)
        logits = class_anchor(task.sentences, materials).logits(vectors)
        lines.append(_line(ANCHORED, logits, task, started))
    return tuple(lines)


class _TestCosines:
    """Cosines of sentences with test pictures, kept on disk like those with the pool.

    Args:
        task: whose pictures.
        materials: of the run or pool.
        cache_dir: where they are kept.
        among: whether each picture is seen with its nearest of the pool.
    """

    def __init__(
        self, task: NamingTask, materials: Materials, cache_dir: Path, among: bool
    ) -> None:
        self._materials, self._among = materials, among
        self._vectors = materials.pictures.vectors(task.ids)
        tests = len(self._vectors)
        kept = materials.cosines_key  # "" for materials that are kept nowhere
        self._table: Table = (
            FileTable(cosines_folder(cache_dir, self._key()), tests) if kept else MemoryTable(tests)
        )

    def logits(self, sentences: Sentences) -> Floats:
        """(M, n) mean cosine of each test picture with each class; -inf for one without a text."""
        texts = list(dict.fromkeys(text for each in sentences for text in each))
        if any(text not in self._table for text in texts):  # neighbours are looked for only then
            encode = self._materials.cosines.text_vectors
            Cosines(self._compared_vectors, encode, self._table).add(texts)
        return np.stack([self._mean(each) for each in sentences], axis=1)

    def _mean(self, texts: Sequence[str]) -> Floats:
        """(M,) mean of the rows of `texts`."""
        if not texts:
            return np.full(len(self._vectors), -np.inf, dtype=np.float32)
        found: Floats = self._table.rows(texts).mean(axis=0)
        return found

    @cached_property
    def _compared_vectors(self) -> Floats:
        """(M, D) unit vectors of the test pictures as sentences are compared with them."""
        materials = self._materials
        if not self._among or materials.vlm is None:
            return self._vectors
        pool = materials.pictures.vectors(materials.pool_ids)
        return materials.vlm.vectors_among(self._vectors, pool)

    def _key(self) -> str:
        """Names model, pool and test pictures: other ones have cosines of their own."""
        content = hashlib.sha256(f"tests {self._among} {self._materials.cosines_key}".encode())
        content.update(np.ascontiguousarray(self._vectors).data)
        return content.hexdigest()[:16]


def _line(method: str, logits: Floats, task: NamingTask, started: float) -> ZeroShot:
    right = metrics.accuracy(logits, task.labels) or 0.0
    return ZeroShot(method, right, len(task.ids), seconds=time.perf_counter() - started)
