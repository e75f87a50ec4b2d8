"""What is known about the relevance of a pool's pictures, and what picking at random would find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Bools, Ids, Ints
from laser_core.metrics.paper import precision
from laser_core.pool import Label, row_by_id
from laser_core.store.log.replay import Answer

NEVER = -1  # the round of an image that nobody has answered


@dataclass(frozen=True)
class Known:
    """What is known about the relevance of a pool's images.

    Args:
        relevant: (N,) True where an image is known to be relevant.
        known: (N,) whether anything is known.
    """

    relevant: Bools
    known: Bools

    def count(self, rows: Ints) -> int:
        """How many of `rows` something is known about."""
        return int(self.known[rows].sum())

    def precision(self, rows: Ints) -> float | None:
        """Share of relevant ones among the known of `rows`; None if none is known."""
        known = rows[self.known[rows]]
        return precision(int(self.relevant[known].sum()), len(known)) if len(known) else None


def known_relevance(
    ids: Ids,
    answers: Mapping[str, Label],
    truth: Known | None = None,
) -> Known:
    """What answers say of a pool, and what its true labels say of the rest.

    Args:
        ids: (N,) of the pool.
        answers: id -> label; only relevant and irrelevant ones tell anything.
        truth: what true labels say; None to leave them out.
    """
    nothing = np.zeros(len(ids), dtype=bool)
    known = truth.known.copy() if truth else nothing.copy()
    found = truth.relevant.copy() if truth else nothing
    row = row_by_id(ids) if answers else {}
    for id, answer in answers.items():
        known[row[id]] = answer.state in ("relevant", "irrelevant")
        found[row[id]] = answer.state == "relevant"
    return Known(found, known)


def random_expectation(relevant: Bools, answered: Ints, rounds: int) -> list[float | None]:
    """Precision that picking at random would be expected to have in each round.

    That is the share of relevant images in the unlabeled pool as the round found it.

    Args:
        relevant: (N,) true relevance of the pool's images.
        answered: (N,) as `answered_in` has it.
        rounds: how many rounds.

    Returns:
        One share a round, 0 to 1; None where nothing was left.
    """
    shares: list[float | None] = []
    for round in range(1, rounds + 1):
        left = (answered == NEVER) | (answered >= round)
        count = int(left.sum())
        shares.append(precision(int(relevant[left].sum()), count) if count else None)
    return shares


def answered_in(ids: Ids, answers: Iterable[Answer]) -> Ints:
    """(N,) the round each image was answered in, 0 for labels brought along, `NEVER` for none."""
    row = row_by_id(ids)
    rounds = np.full(len(ids), NEVER, dtype=np.intp)
    for answer in answers:
        rounds[row[answer.image]] = answer.round
    return rounds
