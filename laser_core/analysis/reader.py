"""A run as a page reads it: from its folder, with NumPy alone, never changing what is there.

Importing this loads no PyTorch; what needs a model is asked of the worker
(`laser_core.jobs.tasks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Bools, Ids, Ints
from laser_core.config import ExperimentConfig
from laser_core.errors import CacheError, StoreError
from laser_core.experiment.names import kept_names
from laser_core.pool import Label, LabelSpace, Pool
from laser_core.selection import Images
from laser_core.store.records import KeptPool, id_array
from laser_core.store.store import StoreView
from laser_core.strategies.laser import laser_settings
from laser_core.texts.cosine_table import FileTable, run_cosines
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.neglabel import NegativeNames
from laser_core.view import Query, RoundRecord, random_ranks


@dataclass(frozen=True)
class PoolFacts:
    """What a run keeps of its pool.

    Args:
        ids: (N,) in the source's order; a row of any array speaks of the image at its place.
        rows: id -> that place.
        labels: (N,) true class names, None where nobody knows.
        classes: the source's classes in order.
        cosines: key of the cosines in the cache.
        vlm, llm: names of the models in use, for the screen.
    """

    ids: Ids
    rows: Mapping[str, int]
    labels: tuple[str | None, ...]
    classes: tuple[str, ...]
    cosines: str
    vlm: str
    llm: str


class RunReader:
    """One run's folder, read afresh at every call.

    Args:
        folder: of the run.
        cache_dir: where cosines are kept.

    Raises:
        StoreError: the folder holds no run, or a damaged one.
    """

    def __init__(self, folder: Path, cache_dir: Path) -> None:
        self.folder = folder
        self.store = StoreView.open(folder)
        self._cache_dir = cache_dir
        self._truth: tuple[LabelSpace, Bools] | None = None
        self._facts: tuple[KeptPool, PoolFacts] | None = None
        self._ranks: tuple[PoolFacts, Ints] | None = None
        self._table: FileTable | None = None

    @property
    def config(self) -> ExperimentConfig:
        """The run's settings, with the relevant classes as they are now."""
        return replace(self.store.config(), relevant=self.space.relevant)

    @property
    def space(self) -> LabelSpace:
        """The relevant classes as they are now."""
        return self.store.classes.space()

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def prepared(self) -> bool:
        """Whether the pool is embedded, so that `facts` and the rest can be read."""
        try:
            return self.store.pool.read() is not None
        except StoreError:  # damaged: preparing the run makes it anew
            return False

    @property
    def facts(self) -> PoolFacts:
        """What is kept of the pool.

        Raises:
            StoreError: the run is not prepared yet.
        """
        given = self.store.pool.read()
        if given is None:
            raise StoreError(f"{self.folder} is not prepared yet; open it in the app, or resume it")
        if self._facts is None or self._facts[0] is not given:
            self._facts = (given, _facts(given, self.store.pool.rows() or {}))
        return self._facts[1]

    @property
    def relevant_rows(self) -> Bools | None:
        """(N,) whether each image is truly relevant by now; None in a pool without labels."""
        if all(label is None for label in self.facts.labels):
            return None
        space = self.space
        if self._truth is None or self._truth[0] != space:
            resolved = self.store.classes.resolve
            now = {name: resolved(Label("irrelevant", name)) for name in self.facts.classes}
            relevant = {name for name, label in now.items() if label.state == "relevant"}
            rows = np.array([label in relevant for label in self.facts.labels])
            self._truth = (space, rows)
        return self._truth[1]

    def true_names(self) -> list[str | None]:
        """(N,) true class names under the names that classes have now; None where unknown."""
        resolved = self.store.classes.resolve
        now = {name: resolved(Label("irrelevant", name)).name for name in self.facts.classes}
        return [None if label is None else now.get(label, label) for label in self.facts.labels]

    @property
    def table(self) -> FileTable:
        """Cosines of the pool's images with sentences."""
        facts = self.facts
        place = run_cosines(self.folder, self._cache_dir, facts.cosines)
        if self._table is None or self._table.folder != place:
            self._table = FileTable(place, len(facts.ids))
        return self._table

    def names(self) -> NegativeNames | None:
        """The names that `neglabel` holds the classes against; None with Eq. (1) as printed.

        Raises:
            CacheError: they are not made yet; the first query or a look at it makes them.
        """
        if laser_settings(self.config).aggregator != "neglabel":
            return None
        found = kept_names(self.store, self.space.relevant, len(self.facts.ids))
        if found is None:
            raise CacheError(
                "the names of other things are not compared with this pool yet; look at the next "
                "query on Round first"
            )
        return found

    def images(self) -> Images:
        """Names and vectors of the pool's images, as a batch is picked from them.

        Reading vectors raises CacheError where the cache has lost them.
        """
        return Images(self.facts.ids, self.table.some_vectors)

    def random_ranks(self) -> Ints:
        """(N,) `laser_core.view.random_ranks` of the pool under the run's seed, drawn once."""
        facts = self.facts
        if self._ranks is None or self._ranks[0] is not facts:
            self._ranks = (facts, random_ranks(facts.ids, self.store.config().seed))
        return self._ranks[1]

    def records(self) -> list[RoundRecord]:
        """Finished rounds, oldest first."""
        return self.store.rounds.records()

    def pool(self, up_to_round: int | None = None) -> Pool:
        """The labels so far, or those a round up to `up_to_round` left.

        The latter under the classes that the round after it was queried for: what has become
        relevant since counts as irrelevant there.
        """
        return pool_after(self.store, self.facts.ids, up_to_round, self.facts.rows)

    def descriptions(self, version: int | None = None) -> tuple[int, Descriptions] | None:
        """(version, descriptions), the newest by default; None before the first."""
        return self.store.texts.read(version)

    def missing_texts(self, descriptions: Descriptions) -> list[str]:
        """Sentences whose cosines the worker has yet to compute (task "embed_texts")."""
        texts = [*descriptions.relevant_texts(), *descriptions.confuser_texts()]
        return [text for text in dict.fromkeys(texts) if text not in self.table]

    def cosines(self, descriptions: Descriptions, columns: Ints | None = None) -> TextCosines:
        """The cosines of `descriptions` with all images of the pool, or with some.

        Raises:
            CacheError: some are missing; ask the worker for `missing_texts` first.
        """
        try:
            return TextCosines(
                self.table.rows(descriptions.relevant_texts(), columns),
                self.table.rows(descriptions.confuser_texts(), columns),
                descriptions.relevant_owner(),
                descriptions.confuser_owner(),
            )
        except (KeyError, OSError) as error:
            raise CacheError(
                f"the cosines of {error} are not computed yet; wait for the worker, or open the "
                "run again"
            ) from error

    def preview(self) -> Query | None:
        """What the next query would be by the schedule, if the worker has looked; else None.

        LaSeR's arrays are what `what_if` needs.
        """
        return self.store.rounds.preview()

    def stamp(self) -> str:
        """Changes whenever anything in the run does: a cache key for pages."""
        return self.store.stamp()

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def pool_after(
    store: StoreView, ids: Ids, round: int | None, rows: Mapping[str, int] | None = None
) -> Pool:
    """A run's labels so far, or those that rounds up to `round` left, as `RunReader.pool` has them.

    Args:
        ids, rows: as in `Pool`.
    """
    asked = None if round is None else store.rounds.space(round + 1)
    space = asked or store.classes.space()
    pool = Pool(ids, space, rows)
    for id, label in store.labels.by_id(round).items():
        known = label.state != "relevant" or label.name in space.relevant
        pool.label(id, label if known else Label("irrelevant", label.name))
    return pool


def _facts(given: KeptPool, rows: Mapping[str, int]) -> PoolFacts:
    return PoolFacts(
        ids=id_array(given.ids),
        rows=rows,
        labels=given.labels or (None,) * len(given.ids),
        classes=given.classes,
        cosines=given.cosines,
        vlm=given.vlm,
        llm=given.llm,
    )
