"""A whole run from settings to result, and going on with one that stopped: what the CLI calls."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from laser_core.analysis.explain_run import explain_image
from laser_core.data.base import ImageSource
from laser_core.errors import ConfigError, LaserError, StoreError
from laser_core.experiment.class_changes import images_to_test
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import Plan, plan, require_classes, require_labels
from laser_core.experiment.prepare import prepare
from laser_core.metrics.summary import round_line, start_line
from laser_core.pool import LabelSpace
from laser_core.progress import Steps
from laser_core.store.records import KeptPool
from laser_core.store.store import Store, StoreView
from laser_core.strategies.hooks import Reasons
from laser_core.texts.descriptions import notice_lines
from laser_core.view import RoundRecord

Tell = Callable[[str], None]


def start(
    planned: Plan,
    folder: Path,
    cache_dir: Path,
    tell: Tell = lambda _: None,
    materials: Materials | None = None,
    at_most: int | None = None,
) -> Steps[list[RoundRecord]]:
    """Start a simulated run in a new folder and bring it to its end.

    Args:
        planned: from `plan`.
        folder: missing or empty.
        cache_dir: of the embeddings.
        tell: told each notice once, and one line a round.
        materials: already prepared ones of the same pool and models, to save the time.
        at_most: stop after so many rounds; None: after all.

    Raises:
        ConfigError: the strategy needs more relevant classes.
        PoolError: some pool images have no label.
        StoreError: the folder cannot be used.
        LaserError: anything else that stops a run; the folder is removed again unless a query
            was asked in it.
    """
    require_classes(planned.config)
    require_labels(planned.source)
    store = Store.create(folder, planned.config)
    try:
        return (yield from _finish(store, planned, cache_dir, tell, materials, at_most))
    except LaserError:
        if not store.rounds.asked(1):  # nothing was asked yet: leave nothing half written
            store.discard()
        raise
    finally:
        store.close()


def resume(
    folder: Path,
    cache_dir: Path,
    tell: Tell = lambda _: None,
    balanced: bool = False,
    source: ImageSource | None = None,
    materials: Materials | None = None,
    at_most: int | None = None,
) -> Steps[list[RoundRecord]]:
    """Bring a run that stopped to its end, with the numbers it would have had anyway.

    Args:
        folder: of the run.
        cache_dir: of the embeddings.
        tell: as for `start`.
        balanced: go on by `balanced` where the run asked by a rule that this version no longer has.
        source: its pool where it is open already.
        materials, at_most: as for `start`.

    Raises:
        StoreError: the folder holds no run, or a damaged one.
        ConfigError: its pool has changed since, or it asked by a rule that this version no longer
            has and `balanced` is not given.
    """
    store = Store.open(folder)
    try:
        if balanced and store.config().retired:
            tell(store.go_on_balanced())
        planned = plan(store.config(), cache_dir, source)
        return (yield from _finish(store, planned, cache_dir, tell, materials, at_most))
    finally:
        store.close()


def explain_kept(
    folder: Path,
    id: str,
    round: int | None,
    cache_dir: Path,
    source: ImageSource | None = None,
) -> Steps[Reasons]:
    """`explain_image` for a run's folder; the last round that was queried if none is given.

    Args:
        source: the run's pool where it is open already.

    Raises:
        StoreError: the folder holds no run; PoolError: as for `explain_image`.
    """
    store = Store.open(folder)
    try:
        config = store.config()
        materials = yield from prepare(plan(config, cache_dir, source), cache_dir)
        asked = last_asked(store) if round is None else round
        return explain_image(id, asked, store, config, materials.pool_ids, materials.cosines)
    finally:
        store.close()


def _finish(
    store: Store,
    planned: Plan,
    cache_dir: Path,
    tell: Tell,
    materials: Materials | None,
    at_most: int | None,
) -> Steps[list[RoundRecord]]:
    """Prepare what is missing, simulate, and tell a line for every round."""
    if materials is None:
        materials = yield from prepare(planned, cache_dir)
        for notice in materials.notices:
            tell(notice)
    keep_pool(store, materials)
    experiment = Experiment(materials, store)

    def report_round(record: RoundRecord) -> None:
        kept = store.texts.read() if len(experiment.records) == 1 else None
        for line in notice_lines(kept[1], list(materials.llm.notes)) if kept else ():
            tell(line)
        if record.round == 1 and (start := start_line(record, experiment.config.rounds)):
            tell(start)
        tell(round_line(record, experiment.config.rounds))

    left = None if at_most is None else at_most - len(experiment.records)
    return (yield from simulate(experiment, report_round, left))


def last_asked(store: StoreView) -> int:
    """The last round that has a query, finished or not; 0 before the first."""
    finished = len(store.rounds.records())
    return finished + store.rounds.asked(finished + 1)


def new_folder(kind: str) -> Path:
    """A folder below `runs` that is not there yet, named by kind and time."""
    stem = Path("runs") / f"{kind}-{datetime.now():%Y-%m-%d-%H%M%S}"
    numbered = (stem.with_name(f"{stem.name}-{number}") for number in count(2))
    return next(folder for folder in chain([stem], numbered) if not folder.exists())


def keep_pool(store: Store, materials: Materials) -> None:
    """Keep with the run what a page needs of its pool, or check that the pool is still the same.

    `pool.json`: ids in order, true labels where the source has them, class names, and where the
    cosines lie in the cache.

    Raises:
        ConfigError: the pool is no longer the one the run was started on.
    """
    source, ids = materials.source, tuple(materials.pool_ids.tolist())
    try:
        before = store.pool.read()
    except StoreError:  # damaged: it is made anew
        before = None
    if before is not None and before.ids != ids:
        raise ConfigError(
            f"{materials.config.pool} no longer holds the same pictures as when the run was "
            "started; put them back, or start a new run"
        )
    names = {name: name for name in materials.config.relevant}
    test_images, _ = images_to_test(source, names, LabelSpace(materials.config.relevant))
    facts = KeptPool(
        ids=ids,
        labels=tuple(source.label(id) for id in ids),
        classes=tuple(source.classes()),
        test_images=len(test_images),
        cosines=materials.cosines_key,
        vlm=materials.vlm.name if materials.vlm else "",
        llm=materials.llm.name,
    )
    if facts != before:
        store.pool.keep(facts)
        if facts.cosines:  # those that came with the run, if any, have served
            shutil.rmtree(store.folder / "cosines", ignore_errors=True)
