"""Eq. (1) while a person edits classes, confusers and sentences: the whole pool in milliseconds.

What does not change from edit to edit is kept: each relevant class's best cosine and each
confuser's mean one. A switch then costs one pass over those, not over every sentence, and an edited
sentence costs the rows of its own class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.scores import confuser_cosines, vlm_score
from laser_core.texts.cosine_table import Table
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.neglabel import NegativeNames, relevant_share

REMEMBERED = 300  # classes whose reduced cosines are kept: 120 MB for a pool of 50,000


@dataclass(frozen=True)
class ReducedCosines:
    """The cosines of all sentences, reduced to what Eq. (1) takes of each class.

    Args:
        classes: (n,) place of each relevant class that has a sentence, ascending.
        best: (n, N) best cosine of each one's sentences.
        winner: (n, N) the row in T_R of that best sentence.
        confusers: (C,) place of each confuser that has a sentence, ascending.
        means: (C, N) mean cosine of each one's sentences.
        typical: (n, N) mean cosine of each relevant class's sentences.
    """

    classes: Ints
    best: Floats
    winner: Ints
    confusers: Ints
    means: Floats
    typical: Floats


class LiveScores:
    """Scores of a pool before any label, for any choice of classes and confusers.

    Args:
        cosines: of the sentences of all classes and confusers that may be switched on.
        names: of the pool, for the aggregator `neglabel`; None for Eq. (1) as printed.
    """

    def __init__(
        self, cosines: TextCosines | ReducedCosines, names: NegativeNames | None = None
    ) -> None:
        self._r = cosines if isinstance(cosines, ReducedCosines) else reduce_cosines(cosines)
        self._names = names

    def score(
        self,
        relevant_on: Bools | None = None,
        confusers_on: Bools | None = None,
    ) -> Floats:
        """(N,) S_vlm of Eq. (1), as computed anew from the sentences of what is switched on.

        Args:
            relevant_on: which relevant classes count, by their place in the descriptions; None
                for all of them.
            confusers_on: which confusers count, likewise; with none there is no penalty.

        Raises:
            ValueError: no relevant class with a sentence is switched on.
        """
        r = self._r
        best = r.best if relevant_on is None else r.best[relevant_on[r.classes]]
        means = r.means if confusers_on is None else r.means[confusers_on[r.confusers]]
        if self._names is None:
            return vlm_score(best, means)
        typical = r.typical if relevant_on is None else r.typical[relevant_on[r.classes]]
        return relevant_share(typical, means, self._names.log_sum, self._names.sharpness)

    def best_description(self) -> Ints:
        """(N,) row in T_R of the sentence that matches each image best; the first of equals."""
        best_class = self._r.best.argmax(axis=0)
        chosen: Ints = np.take_along_axis(self._r.winner, best_class[None], axis=0)[0]
        return chosen

    def without_each(self) -> Iterator[tuple[int, Floats]]:
        """(place, (N,) S_vlm without it) for every confuser: the leave-one-out readout.

        The mean is linear, so leaving one out is exact in closed form: (sum - m_i) / (C - 1).
        """
        r = self._r
        if self._names is not None:
            for row, place in enumerate(r.confusers.tolist()):
                others_alone = np.delete(r.means, row, axis=0)
                s = self._names.sharpness
                yield place, relevant_share(r.typical, others_alone, self._names.log_sum, s)
            return
        attraction, total = vlm_score(r.best, r.means[:0]), r.means.sum(axis=0, dtype=np.float64)
        others = len(r.confusers) - 1
        for row, place in enumerate(r.confusers.tolist()):
            left = (total - r.means[row]) / others if others else np.zeros_like(total)
            yield place, attraction - left


class CosineMemory:
    """A pool's cosines, reduced class by class and remembered by the class's sentences.

    Args:
        table: cosines by sentence; every sentence asked for must be in it.
        keep: how many classes are remembered, the last used ones.
    """

    def __init__(self, table: Table, keep: int = REMEMBERED) -> None:
        self.table = table
        self._keep = keep
        self._best: dict[tuple[str, ...], tuple[Floats, Ints, Floats]] = {}
        self._mean: dict[tuple[str, ...], Floats] = {}
        self._peak: dict[str, float] = {}

    def reduce(self, descriptions: Descriptions) -> ReducedCosines:
        """What is switched on in `descriptions`, reduced; only classes not met before are read.

        Raises:
            KeyError: a sentence has no row yet.
            ValueError: no relevant class with a sentence is switched on.
        """
        relevant = _in_use(descriptions.relevant)
        if not relevant:
            raise ValueError("no relevant class with a sentence is switched on")
        pairs = [self._best_of(sentences) for _, sentences in relevant]
        first = np.cumsum([0, *(len(sentences) for _, sentences in relevant)])
        confusers = _in_use(descriptions.confusers)
        means = [self._mean_of(sentences) for _, sentences in confusers]
        best = np.stack([values for values, _, _ in pairs])
        self._forget()
        return ReducedCosines(
            classes=np.array([place for place, _ in relevant], dtype=np.intp),
            best=best,
            winner=np.stack([rows + first[n] for n, (_, rows, _) in enumerate(pairs)]),
            confusers=np.array([place for place, _ in confusers], dtype=np.intp),
            means=np.stack(means) if means else np.empty((0, best.shape[1]), best.dtype),
            typical=np.stack([typical for _, _, typical in pairs]),
        )

    def peaks(self, descriptions: Descriptions) -> dict[str, float]:
        """Sentence -> its highest cosine with an image, of all that is switched on.

        Raises:
            KeyError: a sentence has no row yet.
        """
        texts = [*descriptions.relevant_texts(), *descriptions.confuser_texts()]
        if new := [text for text in dict.fromkeys(texts) if text not in self._peak]:
            self._rows(new)
        return {text: self._peak[text] for text in texts}

    def _best_of(self, sentences: tuple[str, ...]) -> tuple[Floats, Ints, Floats]:
        found = self._best.pop(sentences, None)
        if found is None:
            rows = self._rows(sentences)
            found = rows.max(axis=0), rows.argmax(axis=0).astype(np.int32), rows.mean(axis=0)
        self._best[sentences] = found  # last used, last forgotten
        return found

    def _mean_of(self, sentences: tuple[str, ...]) -> Floats:
        found = self._mean.pop(sentences, None)
        if found is None:
            found = self._rows(sentences).mean(axis=0)
        self._mean[sentences] = found
        return found

    def _rows(self, sentences: Sequence[str]) -> Floats:
        rows = self.table.rows(sentences)
        self._peak.update(zip(sentences, rows.max(axis=1).tolist(), strict=True))
        return rows

    def _forget(self) -> None:
        for kept in (self._best, self._mean):
            for key in list(kept)[: max(0, len(kept) - self._keep)]:
                kept.pop(key, None)


def reduce_cosines(cosines: TextCosines) -> ReducedCosines:
    """The cosines of all sentences, reduced class by class."""
    owner = cosines.relevant_owner
    classes = np.unique(owner)
    blocks = [np.flatnonzero(owner == group) for group in classes]
    tops = [rows[cosines.relevant[rows].argmax(axis=0)] for rows in blocks]
    best = [cosines.relevant[rows].max(axis=0) for rows in blocks]
    return ReducedCosines(
        classes=classes,
        best=np.stack(best) if best else cosines.relevant,
        winner=np.stack(tops) if tops else np.empty(cosines.relevant.shape, dtype=np.intp),
        confusers=np.unique(cosines.irrelevant_owner),
        means=confuser_cosines(cosines.irrelevant, cosines.irrelevant_owner)
        if len(cosines.irrelevant)
        else cosines.irrelevant,
        typical=confuser_cosines(cosines.relevant, owner) if best else cosines.relevant,
    )


def _in_use(classes: Sequence[ClassText]) -> list[tuple[int, tuple[str, ...]]]:
    """(place, sentences) of every class that is switched on and has a sentence."""
    return [(n, c.sentences) for n, c in enumerate(classes) if c.enabled and c.sentences]
