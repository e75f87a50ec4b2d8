"""The pictures on which two settings disagree, and what a person's look at them comes to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Bools, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.metrics.intervals import wilson

# Pictures are taken from as many as three batches: the first one is nearly all relevant under most
# settings, so that it decided in 6 of 100 trials, and three did in 31 (docs/find_words.md).
FRONT = 3
SHOWN = 12  # of each side: 24 pictures are judged in about a minute


@dataclass(frozen=True)
class Disagreement:
    """Pictures that one of two settings alone puts first; which one is not told beforehand.

    Args:
        first, second: ids of each side.
        shown: both sides in random order.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the judgements say.

    Args:
        winner: 0 for the first side, 1 for the second, None where they are too close.
        sentence: the result, with the counts it rests on.
    """

    winner: int | None
    sentence: str


def disagreement(ids: Ids, first: Ints, second: Ints, known: Bools, seed: int) -> Disagreement:
    """At most `SHOWN` pictures that each puts first and the other does not, drawn at random.

    Args:
        ids: (N,) of the pool.
        first, second: rows that each setting puts first.
        known: (N,) pictures that have a label already; they are not asked about again.
    """
    rng = rng_for(seed, "setup pictures")

    def side(rows: Ints, others: Ints) -> Ids:
        alone = np.sort(np.setdiff1d(rows, others))
        drawn: Ids = rng.permutation(ids[alone[~known[alone]]])[:SHOWN]
        return drawn

    a, b = side(first, second), side(second, first)
    mixed = rng.permutation(np.concatenate([a, b]))
    return Disagreement(tuple(a.tolist()), tuple(b.tolist()), tuple(mixed.tolist()))


def judge(pictures: Disagreement, relevant: Collection[str], titles: tuple[str, str]) -> Verdict:
    """Which side's pictures are relevant more often.

    A side wins where its share lies above the other's interval, and the other's below its own.

    Args:
        relevant: ids that a person takes for relevant; all others of `shown` are not.
        titles: what both settings are called.
    """
    sides = pictures.first, pictures.second
    hits = [sum(id in relevant for id in side) for side in sides]
    if not all(sides):
        lone = 0 if sides[0] else 1
        told = f"{hits[lone]} of {len(sides[lone])} are relevant"
        return Verdict(
            None, f"Too close to tell by eye: only {titles[lone]} put others first ({told})."
        )
    shares = [hit / len(side) for hit, side in zip(hits, sides, strict=True)]
    spans = [wilson(hit, len(side)) for hit, side in zip(hits, sides, strict=True)]
    counts = [
        f"{hits[n]} of {len(sides[n])} that only {titles[n]} put first ({spans[n].text()})"
        for n in (0, 1)
    ]
    told = f"relevant are {counts[0]} and {counts[1]}."
    if shares[0] in spans[1] or shares[1] in spans[0]:
        return Verdict(None, f"Too close to tell by eye: {told}")
    winner = int(shares[1] > shares[0])
    return Verdict(winner, f"By eye, go for {titles[winner]}: {told}")
