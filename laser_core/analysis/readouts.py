"""What pages and charts read out of rounds: what is known, what luck would give, what words bring.

Pure functions on arrays and records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Bools, Ids, Ints
from laser_core.metrics.paper import precision
from laser_core.pool import Label, row_of
from laser_core.store.label_state import Answer
from laser_core.view import RoundRecord

NEVER = -1  # the round of an image that nobody has answered
MAGNET = 3.0  # times its even share of the pool from which a description counts as a magnet


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
    row = row_of(ids) if answers else {}
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
    row = row_of(ids)
    rounds = np.full(len(ids), NEVER, dtype=np.intp)
    for answer in answers:
        rounds[row[answer.image]] = answer.round
    return rounds


def running_mean(values: Sequence[float | None]) -> list[float | None]:
    """The mean of each value and those before it; what is None counts nowhere."""
    means: list[float | None] = []
    total, count = 0.0, 0
    for value in values:
        if value is not None:
            total, count = total + value, count + 1
        means.append(total / count if count else None)
    return means


def labels_paid(records: Sequence[RoundRecord]) -> list[int]:
    """Answers given up to the end of each round, those that count (relevant or irrelevant)."""
    return np.cumsum([record.queried for record in records], dtype=int).tolist()


def relevant_labels(records: Sequence[RoundRecord]) -> list[int]:
    """Relevant answers up to the end of each round."""
    return np.cumsum([record.relevant for record in records], dtype=int).tolist()


def minutes_spent(records: Sequence[RoundRecord]) -> list[float]:
    """Machine time up to the end of each round, in minutes; a person's answering not counted."""
    return (np.cumsum([record.seconds for record in records]) / 60).tolist()


# ---- what each description brought in


@dataclass(frozen=True)
class RoundMatches:
    """What one round's ranking says of the descriptions.

    Args:
        texts: the relevant descriptions in use.
        classes: the class that each describes.
        best: (U,) row of the description that matches each unlabeled image best.
        queried: (b,) the same for the images of the batch.
        relevant: (b,) whether each was answered relevant.
        counted: (b,) whether its answer counts (relevant or irrelevant).
    """

    texts: Sequence[str]
    classes: Sequence[str]
    best: Ints
    queried: Ints
    relevant: Bools
    counted: Bools


@dataclass(frozen=True)
class Yield:
    """What one description brought in.

    Args:
        text: the description.
        name: its class.
        queried: images of all batches that it matched best and that have an answer.
        relevant: how many of those are relevant.
        matches: unlabeled images that it matched best when its last round was ranked.
        share: of the unlabeled pool then, 0 to 1.
        verdict: "dead" matches no image, "magnet" matches three times its even share or more
            and less than half of what it brought in is relevant, else "".
    """

    text: str
    name: str
    queried: int
    relevant: int
    matches: int
    share: float
    verdict: str


def description_yields(rounds: Sequence[RoundMatches]) -> list[Yield]:
    """What each description brought in over `rounds`, oldest first; the most relevant images first.

    A description is known by its sentence, so one that was edited starts anew.
    """
    queried: Counter[str] = Counter()
    relevant: Counter[str] = Counter()
    last: dict[str, tuple[str, int, int, int]] = {}  # sentence -> class, matches, pool, sentences
    for matches in rounds:
        texts = list(matches.texts)
        pool = np.bincount(matches.best, minlength=len(texts))
        for place, text in enumerate(texts):
            mine = matches.queried == place
            queried[text] += int((mine & matches.counted).sum())
            relevant[text] += int((mine & matches.relevant).sum())
            found = int(pool[place])
            last[text] = (matches.classes[place], found, len(matches.best), len(texts))
    yields = [
        Yield(
            text=text,
            name=name,
            queried=queried[text],
            relevant=relevant[text],
            matches=found,
            share=found / images if images else 0.0,
            verdict=_verdict(found, images, texts_then, queried[text], relevant[text]),
        )
        for text, (name, found, images, texts_then) in last.items()
    ]
    return sorted(yields, key=lambda each: (-each.relevant, -each.queried, each.text))


def _verdict(matches: int, images: int, sentences: int, queried: int, relevant: int) -> str:
    if queried == 0 and matches == 0:
        return "dead"
    if matches * sentences >= MAGNET * images and queried and 2 * relevant < queried:
        return "magnet"
    return ""


@dataclass(frozen=True)
class ClassCount:
    """How many images of one class have been found.

    Args:
        name: the class; "" for irrelevant images that nobody named.
        relevant: whether it is one of the run's classes.
        found: images labeled with it.
        in_pool: how many the pool holds; None where nobody knows.
    """

    name: str
    relevant: bool
    found: int
    in_pool: int | None


def class_counts(
    relevant: Sequence[str],
    answers: Mapping[str, Label],
    labels: Sequence[str | None],
) -> list[ClassCount]:
    """Relevant classes in order, then irrelevant ones met so far, the commonest first.

    Args:
        relevant: names of the relevant classes.
        answers: id -> label so far.
        labels: (N,) true class names of the pool, None where nobody knows.
    """
    pool = Counter(name for name in labels if name is not None)
    complete = len(labels) > 0 and all(name is not None for name in labels)
    found = Counter(a.name for a in answers.values() if a.state == "relevant")
    other = Counter(a.name for a in answers.values() if a.state == "irrelevant")
    return [
        *(ClassCount(n, True, found[n], pool[n] if complete else None) for n in relevant),
        *(
            ClassCount(name, False, count, pool[name] if complete and name else None)
            for name, count in other.most_common()
        ),
    ]
