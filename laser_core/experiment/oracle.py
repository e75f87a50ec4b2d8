"""The simulated oracle: the only place where true labels live during a simulation."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from laser_core.data.base import ImageSource
from laser_core.errors import PoolError
from laser_core.pool import Label, LabelSpace


class SimulatedOracle:
    """Answers a query with the data set's own labels; everything not relevant gets its name too."""

    def __init__(self, source: ImageSource, space: LabelSpace) -> None:
        self._source = source
        self._space = space

    def answer(self, ids: Iterable[str]) -> dict[str, Label]:
        """id -> label, for each of `ids`.

        Raises:
            PoolError: an image has no label, so nobody can play the oracle.
        """
        return {id: self._label(id) for id in ids}

    def relevant_ids(self, names: Collection[str] | None = None) -> set[str]:
        """Ids of all truly relevant pool images: for ceiling and recall, never for a strategy.

        Args:
            names: the source's classes that count as relevant by now; those of the start if None.
        """
        relevant = self._space.relevant if names is None else names
        return {i.id for i in self._source.items if i.split == "pool" and i.label in relevant}

    def _label(self, id: str) -> Label:
        name = self._source.label(id)
        if name is None:
            raise PoolError(
                f"{id!r} has no label, so the run cannot be simulated; label by hand in the app, "
                "or give a pool with class folders or a label column"
            )
        return Label("relevant" if name in self._space.relevant else "irrelevant", name)
