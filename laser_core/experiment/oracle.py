"""Who answers a query, and the one door that answers come in by: Algorithm 1, lines 10 and 11.

The simulated oracle is the only place where true labels live during a simulation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from laser_core.basics.arrays import Ids
from laser_core.data.base import ImageSource
from laser_core.errors import PoolError
from laser_core.pool import Label, LabelSpace
from laser_core.store.log.replay import Source
from laser_core.store.store import Store
from laser_core.view import random_order

AHEAD = 2  # rounds: answers that come while a round is trained belong to the one after it


def take_answers(
    store: Store,
    answers: Mapping[str, Label],
    round: int,
    actor: str,
    seconds: Mapping[str, float] | None = None,
    *,
    client: str | None = None,
    first_seq: int = 0,
    source: Source | None = None,
    add_classes: Sequence[str] = (),
) -> None:
    """Commit answers, all or none, on disk before it returns: the only way that a label comes in.

    Args:
        store: of the run.
        answers: id -> label.
        round: under which query they were given; 0 for before the first.
        actor, seconds, client, first_seq, source, add_classes: as for `LabelWriter.append`.

    Raises:
        PoolError: an id is not of the run's pool, a relevant label names no relevant class of
            now, or there is no such round; then no answer is taken.
        StoreError: they cannot be written.
    """
    last = store.rounds.finished_count() + AHEAD
    if not 0 <= round <= last:
        raise PoolError(f"there is no round {round} to answer; it can be 0 to {last}, reload")
    store.labels.append(
        answers, round, actor, seconds, client=client, first_seq=first_seq, source=source,
        add_classes=add_classes,
    )  # fmt: skip


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

    def known_answers(self, pool: Ids, share: float, seed: int) -> dict[str, Label]:
        """id -> label of a share of the relevant images, drawn at random: the published start.

        Args:
            pool: (N,) ids of the pool.
            share: 0 to 1; at least one image is drawn.
        """
        answers = self.answer(pool[random_order(pool, seed)].tolist())
        relevant = [id for id, label in answers.items() if label.state == "relevant"]
        return {id: answers[id] for id in relevant[: max(1, round(share * len(relevant)))]}

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
