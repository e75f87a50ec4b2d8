"""One process at work on a study's cells: pools are opened and embedded once, cells run one by one.

A cell that was killed anywhere is taken up where it stopped, with the numbers it would have had.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource
from laser_core.data.class_split import limit_per_class
from laser_core.data.open import open_pool
from laser_core.errors import ConfigError, LaserError, StoreError
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import Plan, plan
from laser_core.experiment.prepare import EmbeddedPool, embed_pool, equip
from laser_core.llm.base import LanguageModel
from laser_core.progress import Progress, Steps
from laser_core.store.store import StoreView
from laser_core.studies.run import resume, start

Tell = Callable[[str], None]
LOOK_AGAIN = 0.5  # seconds between looks at a run that another process works in


class Bench:
    """What a process keeps from cell to cell: open pools, and the last one as vectors.

    Args:
        cache_dir: of the embeddings.
        nets: the study's folder of nets that several cells may use.
    """

    def __init__(self, cache_dir: Path, nets: Path) -> None:
        self.cache_dir, self._nets = cache_dir, nets
        self._sources: dict[Hashable, ImageSource] = {}
        self._offline: LanguageModel | None = None  # it knows what it has answered
        self._embedded: dict[Hashable, EmbeddedPool] = {}

    def plan(self, config: ExperimentConfig, whole: bool = False) -> Plan:
        """The cell's run, decided.

        Args:
            whole: its one batch is the whole pool.

        Raises:
            LaserError: a setting, the pool or a model cannot be used.
        """
        key = (config.pool, config.data_root)
        if key not in self._sources:
            root = Path(config.data_root) if config.data_root else None
            self._sources[key] = open_pool(config.pool, root)
        source = self._sources[key]
        if whole:
            few = config.per_class
            pool = source if few is None else limit_per_class(source, few, config.seed)
            config = config.with_changes(rounds=1, batch_size=len(pool.ids("pool")))
        planned = plan(config, self.cache_dir, source)
        if planned.llm.kind != "offline":
            return planned  # an endpoint's replies are kept on disk, and its notes are of one run
        if self._offline is None:
            self._offline = planned.llm
        return replace(planned, llm=self._offline)

    def embed(self, planned: Plan) -> Steps[EmbeddedPool]:
        """The cell's pool as vectors; only the last one is kept in memory.

        Raises:
            LaserError: it cannot be embedded.
        """
        config = planned.config
        few = config.per_class
        key = (config.pool, config.data_root, few, few and config.seed, config.vlm)
        if key not in self._embedded:
            self._embedded = {key: (yield from embed_pool(planned, self.cache_dir))}
        return self._embedded[key]

    def run(
        self, planned: Plan, folder: Path, lock: Path, tell: Tell, at_most: int | None = None
    ) -> Steps[None]:
        """Bring the cell's run in `folder` to its end, or to `at_most` rounds.

        Args:
            planned: from `plan`.
            lock: a file that is locked meanwhile, so that no two processes work in one run.
            tell: told a line a round.

        Raises:
            LaserError: it cannot be brought there; what is finished stays.
        """
        held = yield from _take_lock(lock)
        try:
            if _begun(folder):
                done, ended = _progress_of(folder, planned)
                if not ended and done < (at_most or planned.config.rounds):
                    materials = yield from self.materials(planned)
                    cache, source = self.cache_dir, planned.source
                    yield from resume(folder, cache, tell, False, source, materials, at_most)
            else:
                materials = yield from self.materials(planned)
                yield from start(planned, folder, self.cache_dir, tell, materials, at_most)
        finally:
            held.release()

    def materials(self, planned: Plan) -> Steps[Materials]:
        """What the cell's run works with; nets are shared by runs on the same pictures alone.

        Raises:
            LaserError: the pool cannot be embedded.
        """
        materials = equip(planned, (yield from self.embed(planned)), self.cache_dir)
        return replace(materials, nets=self._nets / materials.cosines_key)


def _take_lock(path: Path) -> Steps[FileLock]:
    """The lock at `path`, once nobody else has it; an end of its holder frees it, however it came.

    Raises:
        StoreError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(path))
        while True:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                yield Progress("waiting for another process that has this run")
                time.sleep(LOOK_AGAIN)
            else:
                return lock
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error}); choose another --out") from error


def _begun(folder: Path) -> bool:
    """Whether a run is in `folder`; what a kill left of one that was just being made is removed."""
    if not folder.exists():
        return False
    if (folder / "rounds.csv").exists():  # written once everything else is
        return True
    try:
        store = StoreView.open(folder)
        store.config()
        store.close()
    except LaserError:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _progress_of(folder: Path, planned: Plan) -> tuple[int, bool]:
    """(rounds done, whether nothing is left to do) of the run in `folder`.

    Raises:
        ConfigError: it has other settings than `planned`; StoreError: it is damaged.
    """
    store = StoreView.open(folder)
    try:
        if store.config() != planned.config:
            raise ConfigError(
                f"{folder} holds a run with other settings; choose another --out for this one"
            )
        records = store.rounds.records()
    finally:
        store.close()
    pool = len(planned.source.ids("pool"))
    looked_at = sum(len(record.ids) for record in records)
    return len(records), len(records) >= planned.config.rounds or looked_at >= pool
