"""Confirms what a run from another machine may use here, or where moved pictures now lie."""

from __future__ import annotations

from laser_core.data.base import ImageSource
from laser_core.data.confirmation import confirm
from laser_core.errors import PoolError
from laser_core.store.store import Store


def adopt(store: Store, pool: str | None, source: ImageSource | None, models: bool) -> None:
    """Use `pool`, and if `models` the models that the run names, from now on.

    Args:
        pool: what names `source`; None to leave the pool as it is.
        source: the pictures there; all of the run's have to be among them.

    Raises:
        PoolError: some are not.
        StoreError: the run cannot be written.
    """
    kept, config = store.pool.read(), store.config()
    if pool is not None and source is not None and kept is not None:
        there = set(source.ids("pool").tolist())
        missing = [id for id in kept.ids if id not in there]
        if missing:
            raise PoolError(
                f"{pool}: {len(missing):,} of the run's {len(kept.ids):,} pictures are not there, "
                f"the first is {missing[0]!r}; give the place that holds the same pictures"
            )
    store.change_config(confirm(config, pool, models, config.data_root))
