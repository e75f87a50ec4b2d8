"""What a strategy gets once it has asked: to close a round, or to look at one again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.config import ExperimentConfig, RoundChoice, in_order
from laser_core.nets.objectives import NetSpec
from laser_core.progress import Steps
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import Descriptions
from laser_core.view import Query, QueryArrays


@dataclass(frozen=True)
class ClosedRound:
    """A round whose answers are in: what a strategy may learn of its own query.

    Args:
        round: 1, 2, ...
        query: with its arrays.
        pool: (N,) ids of the whole pool, which the arrays' rows point into.
        answers: id -> class index, n for irrelevant, of the query's images whose answer counts.
        labels: (L,) class indices of all that is labeled by now.
        n_classes: n.
        rng: use -> its generator for this round.
        out_of_fold: spec -> (L, C) logits of the labeled images, in the order of `labels`, each by
            a net that was not trained on it; NaN for one that no net was kept from.
    """

    round: int
    query: Query
    pool: Ids
    answers: Mapping[str, int]
    labels: Ints
    n_classes: int
    rng: Callable[[str], np.random.Generator]
    out_of_fold: Callable[[NetSpec], Steps[Floats]]


def no_ranks() -> Ints:
    """Stands in a round on which nothing else is to be tried.

    Raises:
        ValueError: always.
    """
    raise ValueError("this round was given without the ranks of its pool in random order")


@dataclass(frozen=True)
class RankedRound:
    """A round as it ranked its images, asked or only looked at so far.

    Args:
        round: 1, 2, ...
        pool: (N,) ids of the whole pool, which the arrays' rows point into.
        arrays: of its query.
        labels: (L,) class indices of what was labeled before, n for irrelevant.
        config: of the run, with the round's own choice applied, and the classes as they were.
        descriptions: in use then; None where the strategy uses none.
        cosines: row of the pool -> cosines of the descriptions with that image alone, one column.
        vectors: rows of the pool (k,) -> (k, D) unit vectors.
        delta: the detector's share it was asked with, or is to be by the schedule of its run.
        ranks: () -> (N,) the pool's `random_ranks` under the run's seed, for `what_if`: ties are
            broken in the order that the engine hands a pool out in.
    """

    round: int
    pool: Ids
    arrays: QueryArrays
    labels: Ints
    config: ExperimentConfig
    descriptions: Descriptions | None
    cosines: Callable[[int], TextCosines]
    vectors: Callable[[Ints], Floats]
    ranks: Callable[[], Ints] = no_ranks
    delta: float = 0.0


@dataclass(frozen=True)
class Dial:
    """The number, 0 to 1, by which another batch of a round is tried first (`Strategy.what_if`).

    Args:
        name: "delta" of a `RoundChoice`, or a setting of the strategy.
        sign: what it is called within a sentence.
        title: what it is called beside a slider, with a plain word.
        value: what the round was asked with, or is to be.
        says: what it does, in one or two sentences.
    """

    name: str
    sign: str
    title: str
    value: float
    says: str

    def choice_at(self, value: float, rest: RoundChoice) -> RoundChoice:
        """`rest` with this number at `value`."""
        if self.name == "delta":
            return replace(rest, delta=value)
        return replace(rest, settings=in_order({**dict(rest.settings), self.name: value}))


class Reasons(Protocol):
    """Why an image stood where it did: parts that add up to its score."""

    @property
    def id(self) -> str:
        """The image."""

    @property
    def score(self) -> float:
        """What it was ranked by."""

    def sentences(self) -> list[str]:
        """The parts as a person reads them, a line each."""

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
