"""What goes between the engine and a strategy: the view it gets, the query, the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import blake2b
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
        relevant_in_pool: truly relevant images of the whole pool; None where nobody knows, and in
            records of earlier versions.
        given: labels that the run was given before round 1, which nobody paid for.
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
    relevant_in_pool: int | None = None
    given: int = 0

    @property
    def recall_without_given(self) -> float | None:
        """Recall without what was given at the start (Figure 8); None without true labels.

        Relevant pictures that were asked, over all relevant ones of the pool: appendix C divides by
        those of the data set, so what was given leaves the numerator alone.
        """
        if self.recall is None or not self.relevant_in_pool:
            return self.recall
        given = self.given / self.relevant_in_pool  # all of it is relevant
        return max(0.0, self.recall - given)

    @property
    def zero_shot(self) -> float | None:
        """Accuracy of the text alone when the batch was asked; None where nobody knows it."""
        return self.figures.get("zero_shot")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class PoolView:
    """All that a strategy may see of a run. Arrays are read-only; no label of an unlabeled image.

    Args:
        round_index: 1 for the first query.
        unlabeled: (U,) ids that may be queried, in an order drawn from the run's seed and each id
            alone (`random_order`): what is decided by position is decided at random, however a
            pool is stored.
        labeled: (L,) in such an order, ids with a relevant or irrelevant label.
        labels: (L,) class indices, 0 to n - 1, and n for irrelevant.
        n_classes: n, the number of relevant classes.
        signals: what the strategy declared it needs, by name; see `laser_core.experiment.signals`.
        records: finished rounds, oldest first.
        choice: what a person set for this round, such as delta.
        last: the query before this one, with what its strategy kept for its batch; None in round 1.
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
    choice: RoundChoice = NO_CHOICE
    last: Query | None = None
    embeddings: Callable[[Ints], Floats] = no_embeddings

    def __post_init__(self) -> None:
        for array in (self.unlabeled, self.labeled, self.labels, *self.signals.values()):
            array.setflags(write=False)


@dataclass(frozen=True)
class LaserArrays:
    """What LaSeR says of every unlabeled image: the parts of Eq. (5).

    Args:
        s_vlm: (U,) Eq. (1).
        s_det: (U,) Eq. (4); all 0 where no detector counts.
        best: (U,) row of the relevant description that matches best.
        delta: (U,) the detector's share for each image.
        classes: (U,) the relevant class each image may be; None in rounds of earlier versions.
        detector_logits: (U, n + 1), irrelevant last; None without a detector.
        names_log_sum, names_sharpness: (U,) what `neglabel` needs of other names, the second the
            same number for all; None with Eq. (1) as printed.
    """

    s_vlm: Floats
    s_det: Floats
    best: Ints
    delta: Floats
    classes: Ints | None = None
    detector_logits: Floats | None = None
    names_log_sum: Floats | None = None
    names_sharpness: Floats | None = None


@dataclass(frozen=True)
class ClassifierArrays:
    """What the classifier that starts from the text says of every unlabeled image.

    Args:
        logits: (U, n) text + learned + b.
        text: (U, n) a z_c.
        learned: (U, n) w x.
    """

    logits: Floats
    text: Floats
    learned: Floats


@dataclass(frozen=True)
class Part:
    """A column of a strategy's own, such as how likely each image is relevant.

    Args:
        title: for a person, in a few words.
        values: (U,); whole numbers are the indices of relevant classes.
        higher_is_better: whether higher values speak for an image.
    """

    title: str
    values: Floats | Ints
    higher_is_better: bool = True


@dataclass(frozen=True)
class QueryArrays:
    """Arrays over all images a query could choose from, kept so that it can be looked at again.

    Args:
        row: (U,) where each image stands: in the pool, ascending, in what the engine keeps; in the
            view, in what a strategy returns.
        score: (U,) what the batch was ranked by.
        laser: of LaSeR alone.
        classifier: where one starts from the text.
        parts: a strategy's own columns, by the names of their files.
    """

    row: Ints
    score: Floats
    laser: LaserArrays | None = None
    classifier: ClassifierArrays | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)

    def at(self, places: Ints) -> QueryArrays:
        """The same for the images at `places` (k,), in that order."""
        parts = {
            name: replace(part, values=part.values[places]) for name, part in self.parts.items()
        }
        laser, classifier = self.laser, self.classifier
        return QueryArrays(
            self.row[places],
            self.score[places],
            LaserArrays(**_rows_of(laser, places)) if laser else None,
            ClassifierArrays(**_rows_of(classifier, places)) if classifier else None,
            parts,
        )

    def places(self, rows: Ints | Sequence[int]) -> Ints:
        """Where the images at `rows` of the pool stand in these arrays; each must be here."""
        return np.searchsorted(self.row, rows)

    def in_memory(self) -> QueryArrays:
        """The same in memory, for arrays that lie on disk in files which may change."""
        return deepcopy(self)

    def place(self, row: int) -> int | None:
        """Where the image at `row` of the pool stands in these arrays; None if it does not."""
        found = np.flatnonzero(self.row == row)[:1]
        return int(found[0]) if len(found) else None


def _rows_of(record: LaserArrays | ClassifierArrays, places: Ints) -> dict[str, Any]:
    """The fields of a record of arrays, those that are None left out, at `places`."""
    arrays = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: array[places] for name, array in arrays.items() if array is not None}


NO_ARRAYS = QueryArrays(np.empty(0, dtype=np.intp), np.empty(0))


@dataclass(frozen=True)
class Query:
    """A batch to be labeled, and the scores it came from.

    Args:
        ids: (b,) in the order they are asked; exactly min(b, left) different unlabeled ids.
        scores: (b,) what they were ranked by.
        arrays: over the whole view, kept with the run so that a round can be looked at again.
        figures: single numbers of the round (delta, spreads).
        note: one sentence a person should read, or "".
        choice: what a person set for this round.
        batch: arrays aligned with `ids` that the strategy wants to see again with the answers
            (`PoolView.last`), by name.
    """

    ids: Ids
    scores: Floats
    arrays: QueryArrays = NO_ARRAYS
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    choice: RoundChoice = NO_CHOICE
    batch: Mapping[str, Signal] = field(default_factory=dict)


def random_order(ids: Ids, seed: int) -> Ints:
    """(N,) positions that put `ids` into an order drawn from the seed and each id alone.

    Whatever breaks ties, seeds groups or draws by position then does so at random, and the same
    however a pool is stored.
    """
    drawn = bytearray()
    for id in ids.tolist():
        text = f"{seed}|{id}".encode("utf-8", "surrogatepass")
        drawn += blake2b(text, digest_size=8).digest()
    return np.argsort(np.frombuffer(drawn, dtype=">u8").astype(np.uint64), kind="stable")


def random_ranks(ids: Ids, seed: int) -> Ints:
    """(N,) the place of each of `ids` in their `random_order`.

    Some of the ids, ordered by these ranks, stand as their own `random_order` has them: kept once,
    the ranks spare drawing for every id again.
    """
    ranks = np.empty(len(ids), dtype=np.intp)
    ranks[random_order(ids, seed)] = np.arange(len(ids))
    return ranks


def take(
    view: PoolView,
    positions: Ints,
    scores: Floats,
    *,
    laser: LaserArrays | None = None,
    parts: Mapping[str, Part] | None = None,
    figures: Mapping[str, float] | None = None,
    note: str = "",
    batch: Mapping[str, Signal] | None = None,
) -> Query:
    """The query of the images at `positions` (b,) of the view; `scores` (U,) are over all of it."""
    rows = np.arange(len(view.unlabeled))
    arrays = QueryArrays(rows, np.asarray(scores), laser, parts=dict(parts or {}))
    ids, kept = view.unlabeled[positions], dict(batch or {})
    return Query(ids, scores[positions], arrays, dict(figures or {}), note, batch=kept)
