"""What goes between the engine and a strategy: the view it gets, the query, the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.config import NO_CHOICE, RoundChoice

Signal = npt.NDArray[Any]


def no_embeddings(positions: Ints) -> Floats:
    """Stands in a view whose images have no vectors.

    Raises:
        ValueError: always.
    """
    raise ValueError("this view was made without the images' vectors")


@dataclass(frozen=True)
class RoundRecord:
    """What one finished round was; appended, never changed.

    Args:
        round: 1, 2, ...
        ids: the queried images, best first.
        labels: (len(ids),) class indices, n for irrelevant, -1 for unsure or excluded.
        queried: images with an answer that counts (relevant or irrelevant).
        relevant: how many of those are relevant.
        precision: relevant / queried; None if nothing counts.
        ceiling: the best precision still possible; None without true labels.
        recall: relevant found so far / relevant in the pool; None without true labels.
        accuracy: of the classifier on relevant test images; None without a test split.
        figures: the strategy's own figures (delta, delta_effective, sd_vlm, sd_det, ...).
        note: what a person should know ("delta counts as 0: ..."), or "".
        seconds: wall time of the round, answers of a person not counted.
        llm_calls: questions put to the language model in this round.
        confusion: n rows (true) of n columns (predicted) counts on the test images, or empty.
        classes: the n relevant classes as they were called, in the order of the indices; empty in
            records of earlier versions, which had those of the config.
    """

    round: int
    ids: tuple[str, ...]
    labels: tuple[int, ...]
    queried: int
    relevant: int
    precision: float | None
    ceiling: float | None
    recall: float | None
    accuracy: float | None
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    seconds: float = 0.0
    llm_calls: int = 0
    confusion: tuple[tuple[int, ...], ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def zero_shot(self) -> float | None:
        """Accuracy of the text alone when the batch was asked; None where nobody knows it."""
        return self.figures.get("zero_shot")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> RoundRecord:
        """The record that `to_dict` wrote, also after a turn through JSON."""
        rows = tuple(tuple(row) for row in given.get("confusion", ()))
        lists = {
            "ids": tuple(given["ids"]),
            "labels": tuple(given["labels"]),
            "confusion": rows,
            "classes": tuple(given.get("classes", ())),
        }
        return cls(**{**given, **lists})


@dataclass(frozen=True)
class PoolView:
    """All that a strategy may see of a run. Arrays are read-only; no label of an unlabeled image.

    Args:
        round_index: 1 for the first query.
        unlabeled: (U,) ids that may be queried.
        labeled: (L,) ids with a relevant or irrelevant label.
        labels: (L,) class indices, 0 to n - 1, and n for irrelevant.
        n_classes: n, the number of relevant classes.
        signals: what the strategy declared it needs, by name; see `laser_core.experiment.signals`.
        records: finished rounds, oldest first.
        delta_override: a person's delta for this round, or None for the schedule's.
        embeddings: positions (k,) in `unlabeled` -> (k, D) the unit vectors that were compared
            with the sentences; read on demand, because most strategies need few or none.
    """

    round_index: int
    unlabeled: Ids
    labeled: Ids
    labels: Ints
    n_classes: int
    signals: Mapping[str, Signal]
    records: tuple[RoundRecord, ...] = ()
    delta_override: float | None = None
    embeddings: Callable[[Ints], Floats] = no_embeddings

    def __post_init__(self) -> None:
        for array in (self.unlabeled, self.labeled, self.labels, *self.signals.values()):
            array.setflags(write=False)


@dataclass(frozen=True)
class Query:
    """A batch to be labeled, and the scores it came from.

    Args:
        ids: (b,) in the order they are asked; exactly min(b, left) different unlabeled ids.
        scores: (b,) what they were ranked by.
        pool: arrays over the whole view, aligned with `unlabeled`, kept with the run so that a
            round can be looked at again: "score", and LaSeR's "s_vlm", "s_det", "best" (the
            winning description's row) and "class" (the relevant class each image may be).
        figures: single numbers of the round (delta, spreads).
        note: one sentence a person should read, or "".
        choice: what a person set for this round.
    """

    ids: Ids
    scores: Floats
    pool: Mapping[str, Signal] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    choice: RoundChoice = NO_CHOICE


def take(
    view: PoolView,
    positions: Ints,
    scores: Floats,
    pool: Mapping[str, Signal] | None = None,
    figures: Mapping[str, float] | None = None,
    note: str = "",
) -> Query:
    """The query of the images at `positions` (b,) of the view; `scores` (U,) are over all of it."""
    arrays = {"score": np.asarray(scores), **(pool or {})}
    return Query(view.unlabeled[positions], scores[positions], arrays, dict(figures or {}), note)
