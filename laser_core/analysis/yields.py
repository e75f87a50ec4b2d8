"""What each description and each class has brought in over the rounds of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.analysis.ranking import round_ranking
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Bools, Ints
from laser_core.pool import Label
from laser_core.texts.lint import Verdict, verdict
from laser_core.view import RoundRecord


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
        verdict: as `laser_core.texts.lint.verdict` has it.
    """

    text: str
    name: str
    queried: int
    relevant: int
    matches: int
    share: float
    verdict: Verdict


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
            verdict=verdict(found, images, texts_then, queried[text], relevant[text]),
        )
        for text, (name, found, images, texts_then) in last.items()
    ]
    return sorted(yields, key=lambda each: (-each.relevant, -each.queried, each.text))


def matches_of(run: RunReader, record: RoundRecord) -> RoundMatches | None:
    """What a finished round says of the descriptions; None where the strategy used none."""
    ranking = round_ranking(run, record.round)
    if ranking is None or ranking.descriptions is None or ranking.arrays.laser is None:
        return None
    owners = ranking.descriptions.relevant_owner().tolist()
    classes = [text.name for text in ranking.descriptions.relevant]
    labels = np.array(record.labels)
    best = ranking.arrays.laser.best
    return RoundMatches(
        texts=ranking.descriptions.relevant_texts(),
        classes=[classes[owner] for owner in owners],
        best=best,
        queried=best[ranking.arrays.places(ranking.rows)],
        relevant=(labels >= 0) & (labels < len(ranking.config.relevant)),
        counted=labels >= 0,
    )


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
