"""Which images are labeled, and with what: the one place of "n + 1" and of disjointness."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from laser_core.basics.arrays import Ids, Ints
from laser_core.errors import ConfigError, PoolError

State = Literal["relevant", "irrelevant", "unsure", "excluded"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Label:
    """An answer about one image. No label at all is the fifth state, "unlabeled".

    Args:
        state: "unsure" is a skip; "excluded" is broken, a duplicate or private.
        name: the relevant class; or the irrelevant thing's name, "" when nobody gave one.
    """

    state: State
    name: str = ""

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise PoolError(f"{self.state!r} is no answer; the answers are {', '.join(STATES)}")
        if self.state == "relevant" and not self.name:
            raise PoolError("a relevant label needs the name of its class; give one")


@dataclass(frozen=True)
class LabelSpace:
    """The relevant names in order (Y_R); one more class stands for everything irrelevant."""

    relevant: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.relevant:
            raise ConfigError("no relevant class is named; name at least one class that matters")

    @property
    def n(self) -> int:
        """Number of relevant classes, and the index of the irrelevant one."""
        return len(self.relevant)

    def index(self, label: Label) -> int:
        """0 to n - 1 for a relevant label, n for an irrelevant one.

        Raises:
            PoolError: the label names no relevant class of this run, or is neither of the two.
        """
        if label.state == "irrelevant":
            return self.n
        if label.state != "relevant" or label.name not in self.relevant:
            raise PoolError(
                f"{label.name or label.state!r} is no relevant class of this run; the classes are "
                f"{', '.join(self.relevant)}"
            )
        return self.relevant.index(label.name)


class Pool:
    """The unlabeled pool and what has been said of its images so far.

    Args:
        ids: (N,) of the pool's images, in the source's order, unique.
        space: the relevant classes.
        rows: id -> its row, where `row_by_id(ids)` is known already.
    """

    def __init__(self, ids: Ids, space: LabelSpace, rows: Mapping[str, int] | None = None) -> None:
        self.ids = ids
        self.space = space
        self._labels: dict[str, Label] = {}
        self._rows = row_by_id(ids) if rows is None else rows
        if len(self._rows) != len(ids):
            raise ValueError("pool ids repeat")

    def label(self, id: str, answer: Label) -> None:
        """Take an answer; a later one replaces it.

        Raises:
            PoolError: the id is not in the pool, or a relevant name is not of this run.
        """
        self.require({id: answer})
        self._labels[id] = answer

    def require(self, answers: Mapping[str, Label]) -> None:
        """Check that all `answers` could be taken; nothing is.

        Raises:
            PoolError: an id is not in the pool, or a relevant name is not of this run.
        """
        require_of_pool(answers, self._rows)
        for answer in set(answers.values()):
            if answer.state == "relevant":
                self.space.index(answer)

    def get(self, id: str) -> Label | None:
        return self._labels.get(id)

    def labels(self) -> Mapping[str, Label]:
        """Every answer so far, in the order given."""
        return dict(self._labels)

    def positions(self, wanted: Iterable[str]) -> Ints:
        """(k,) rows that the `wanted` (k,) ids stand in.

        Raises:
            PoolError: one is not of this pool.
        """
        try:
            return np.fromiter(map(self._rows.__getitem__, wanted), dtype=np.intp)
        except KeyError as error:
            raise not_of_the_pool(error.args[0]) from None

    def unlabeled(self) -> Ids:
        """(U,) ids without any answer, in the source's order: what may be queried."""
        unlabeled: Ids = self.ids[self.unlabeled_rows()]
        return unlabeled

    def unlabeled_rows(self) -> Ints:
        """(U,) the rows that `unlabeled` stands in, ascending."""
        keep = np.ones(len(self.ids), dtype=bool)
        keep[[self._rows[id] for id in self._labels]] = False
        return np.flatnonzero(keep)

    def training_labels(self) -> tuple[Ids, Ints]:
        """(L,) ids of relevant and irrelevant answers in pool order, and (L,) class indices."""
        chosen = [
            (self._rows[id], self.space.index(answer))
            for id, answer in self._labels.items()
            if answer.state in ("relevant", "irrelevant")
        ]
        chosen.sort()  # pool order, so that undoing and labeling again changes nothing
        rows = np.array([row for row, _ in chosen], dtype=np.intp)
        return self.ids[rows], np.array([index for _, index in chosen], dtype=np.intp)

    def relevant_found(self) -> int:
        """How many images are labeled relevant."""
        return sum(answer.state == "relevant" for answer in self._labels.values())

    def discovered_names(self) -> list[str]:
        """Names given to irrelevant images so far, in the order first met."""
        names = (a.name for a in self._labels.values() if a.state == "irrelevant" and a.name)
        return list(dict.fromkeys(names))


def require_of_pool(ids: Iterable[str], known: Container[str]) -> None:
    """Check that all of `ids` are of the pool, whose ids are `known`.

    Raises:
        PoolError: one is not.
    """
    unknown = next((id for id in ids if id not in known), None)
    if unknown is not None:
        raise not_of_the_pool(unknown)


def not_of_the_pool(id: str) -> PoolError:
    """What to raise for an id that the pool does not have."""
    return PoolError(f"{id!r} is no image of this pool; ids come from its own list")


def row_by_id(ids: Ids | Sequence[str]) -> dict[str, int]:
    """Id -> the row that it stands in; for many questions about one order of ids."""
    names = ids.tolist() if isinstance(ids, np.ndarray) else ids
    return dict(zip(names, range(len(names)), strict=True))


def positions(ids: Ids, wanted: Iterable[str]) -> Ints:
    """Where each of `wanted` stands in `ids`.

    Raises:
        KeyError: one of them does not.
    """
    rows = row_by_id(ids)
    return np.array([rows[id] for id in wanted], dtype=np.intp)
