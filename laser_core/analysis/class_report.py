"""What a batch is worth and asks for, by class, and where a class gets nothing or too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.analysis.known import Known
from laser_core.analysis.ranking import Ranking
from laser_core.metrics.paper import ceiling, precision
from laser_core.pool import Pool
from laser_core.view import RoundRecord

MOST = 0.5  # share of a batch over which a class eats it
LITTLE = 0.2  # share of what was asked for a class, under which it found little


@dataclass(frozen=True)
class ClassShare:
    """One relevant class in one batch.

    Args:
        name: the class.
        asked: pictures of the batch that are asked because they may be of this class.
        labels: labels that it had when the batch was made.
        left: unlabeled pictures that may be of this class, the batch's included.
    """

    name: str
    asked: int
    labels: int
    left: int


def class_shares(ranking: Ranking, before: Pool) -> list[ClassShare]:
    """Every relevant class in a batch; empty where the round kept no classes.

    Args:
        ranking: of the round.
        before: labels as they were when it was queried.
    """
    classes = ranking.classes
    if classes is None:
        return []
    names = ranking.config.relevant
    labels = before.training_labels()[1]
    have = np.bincount(labels[labels < len(names)], minlength=len(names))
    left = np.bincount(classes, minlength=len(names))
    asked = ranking.class_shares()
    return [ClassShare(*each) for each in zip(names, asked.tolist(), have.tolist(), left.tolist(),
                                              strict=True)]  # fmt: skip


def by_class(ranking: Ranking, rows: Sequence[int]) -> list[tuple[str, list[int]]]:
    """(class, those of `rows` that look most like it, in their order), in the classes' order.

    Classes without any are left out. One group without a name where the round's strategy says
    nothing of classes.

    Args:
        rows: of the pool, unlabeled in that round.
    """
    looks = ranking.looks_like
    if looks is None:
        return [("", list(rows))]
    names = ranking.config.relevant
    groups: dict[str, list[int]] = {name: [] for name in names}
    for row, place in zip(rows, looks[ranking.arrays.places(list(rows))].tolist(), strict=True):
        groups[names[place]].append(row)
    return [(name, group) for name, group in groups.items() if group]


def found_by_class(ranking: Ranking, record: RoundRecord) -> dict[str, tuple[int, int]]:
    """Class -> (pictures asked for it, those of them that are of it) in a finished round.

    Only pictures whose answer counts: one without an answer, unsure or excluded says nothing of a
    class. Empty where the round kept no classes.
    """
    classes = ranking.classes
    if classes is None:
        return {}
    mine = classes[ranking.arrays.places(ranking.rows)]
    labels = np.array(record.labels)
    found = {}
    for place, name in enumerate(ranking.config.relevant):
        asked = (mine == place) & (labels >= 0)
        found[name] = int(asked.sum()), int((asked & (labels == place)).sum())
    return found


def remarks(shares: Sequence[ClassShare], last: dict[str, tuple[int, int]]) -> list[str]:
    """Plain sentences on classes that get nothing, or over half of the batch for little.

    Args:
        shares: of the batch.
        last: of the round before (`found_by_class`); empty before the first.
    """
    sentences = []
    for share in shares:
        if not share.left:
            sentences.append(f"no picture is left that may be {share.name}, so it gets none")
        elif not share.asked:
            sentences.append(
                f"{share.name} gets none of this batch: it has {share.labels} "
                f"{'label' if share.labels == 1 else 'labels'}, and others have fewer or score "
                "higher"
            )
        asked, found = last.get(share.name, (0, 0))
        whole = sum(each.asked for each in shares)
        if share.asked > MOST * whole and len(shares) > 1 and asked and found < LITTLE * asked:
            sentences.append(
                f"{share.name} takes {share.asked} of {whole} pictures, and the last round found "
                f"{found} of the {asked} asked for it: it may be rare here, or its sentences "
                "describe something else"
            )
    return sentences


# ---- what a batch is worth


@dataclass(frozen=True)
class BatchWorth:
    """What is known of a batch.

    Args:
        size: of the batch.
        counted: images of it that something is known about.
        relevant: those of them that are relevant.
        ceiling: the best precision that any batch of that size could have; None unless the
            relevance of every unlabeled image is known.
        luck: relevant images that as many drawn at random would have, on average; None as above.
    """

    size: int
    counted: int
    relevant: int
    ceiling: float | None
    luck: float | None

    @property
    def precision(self) -> float | None:
        """Share of relevant ones among those counted; None if none is."""
        return precision(self.relevant, self.counted) if self.counted else None


def batch_worth(ranking: Ranking, known: Known) -> BatchWorth:
    """The worth of a ranking's batch, asked or only tried."""
    size, rows = len(ranking.rows), np.asarray(ranking.arrays.row)
    relevant = int(known.relevant[ranking.rows][known.known[ranking.rows]].sum())
    best = luck = None
    if size and len(rows) and known.count(rows) == len(rows):
        left = int(known.relevant[rows].sum())
        best, luck = ceiling(left, size), size * precision(left, len(rows))
    return BatchWorth(size, known.count(ranking.rows), relevant, best, luck)
