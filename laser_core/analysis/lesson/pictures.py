"""Cards 1 and 2: pictures drawn at random, and pictures near a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.basics.seeding import rng_for
from laser_core.errors import LessonError
from laser_core.llm.replies.schema import LONGEST_SENTENCE
from laser_core.texts.descriptions import Descriptions

DRAWN = 40  # pictures of card 1
NEAREST = 18  # pictures of card 2


def truth_of(run: RunReader) -> Bools:
    """(N,) whether each picture is truly relevant.

    Raises:
        LessonError: the pool has no labels to compare a guess with.
    """
    true = run.relevant_rows
    if true is None:
        raise LessonError(
            "This run's pictures have no true labels, so there is nothing to hold a guess against; "
            "choose the lesson's own run above."
        )
    return true


def first_texts(run: RunReader) -> Descriptions:
    """The sentences of round 1: names that were met later are no part of the lesson.

    Raises:
        LessonError: the run has no sentences yet.
    """
    kept = run.descriptions(1) or run.descriptions()
    if kept is None or not kept[1].relevant_texts():
        raise LessonError(
            "This run has no sentences yet; look at its first query on Round, or choose the "
            "lesson's own run above."
        )
    return kept[1]


@dataclass(frozen=True)
class RandomDraw:
    """Card 1.

    Args:
        rows: (min(40, N),) where the pictures stand in the pool.
        relevant: how many of them are relevant.
        pool: N.
        in_pool: how many of the pool are relevant.
    """

    rows: Ints
    relevant: int
    pool: int
    in_pool: int

    @property
    def looks(self) -> float | None:
        """Pictures looked at for each relevant one; None where none was drawn."""
        return len(self.rows) / self.relevant if self.relevant else None


def random_draw(run: RunReader, count: int = DRAWN) -> RandomDraw:
    """Pictures drawn at random, the same for everybody in the room.

    Raises:
        LessonError: the pool has no labels.
    """
    true = truth_of(run)
    rows = rng_for(0, "lesson", count).permutation(len(true))[:count]
    return RandomDraw(rows, int(true[rows].sum()), len(true), int(true.sum()))


@dataclass(frozen=True)
class Nearest:
    """Card 2: the pool by its nearness to one sentence.

    Args:
        rows: (min(18, N),) the nearest pictures, the nearest first.
        best, median, worst: cosines over the whole pool.
        relevant: how many of `rows` are relevant.
        first_wrong: place in `rows` of the first irrelevant picture; None if all are relevant.
    """

    rows: Ints
    best: float
    median: float
    worst: float
    relevant: int
    first_wrong: int | None


def nearest(cosines: Floats, true: Bools, count: int = NEAREST) -> Nearest:
    """The pictures nearest to a sentence.

    Args:
        cosines: (N,) of the sentence with the pool's pictures.
        true: (N,) true relevance.
    """
    rows = np.argsort(-cosines, kind="stable")[:count]
    wrong = np.flatnonzero(~true[rows])
    return Nearest(
        rows,
        float(cosines.max()),
        float(np.median(cosines)),
        float(cosines.min()),
        int(true[rows].sum()),
        int(wrong[0]) if len(wrong) else None,
    )


def offered_sentences(texts: Descriptions, most: int = 4) -> list[str]:
    """Sentences to begin with: the first one of each class, and the second of the last class."""
    classes = [c for c in texts.relevant if c.enabled and c.sentences]
    firsts = [c.sentences[0] for c in classes][: most - 1]
    return [*firsts, *(classes[-1].sentences[1:2] if classes else ())]


def checked_sentence(given: str) -> str:
    """A person's own sentence as the model gets it, with single blanks; "" for none.

    Raises:
        LessonError: it is too long to be read whole, or has no letter the model was taught.
    """
    sentence = " ".join(given.split())
    if len(sentence) > LONGEST_SENTENCE:
        raise LessonError(
            f"Your sentence has {len(sentence):,} characters and the model reads the first few "
            f"dozen words; shorten it to at most {LONGEST_SENTENCE} characters."
        )
    letters = [character for character in sentence if character.isalpha()]
    taught = [character for character in letters if character.isascii()]
    if sentence and 2 * len(taught) <= len(letters):
        raise LessonError(
            "The model was taught English and reads Latin letters alone; write your sentence in "
            "English."
        )
    return sentence
