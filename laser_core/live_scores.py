"""Eq. (1) while a person switches classes and confusers on and off: the whole pool in milliseconds.

What does not change from click to click is kept: each relevant class's best cosine and each
confuser's mean one. A switch then costs one pass over those, not over every sentence.
"""

from __future__ import annotations

import numpy as np

from laser_core.arrays import Bools, Floats, Ints
from laser_core.config import Aggregator
from laser_core.cosines import TextCosines
from laser_core.scores import confuser_cosines, vlm_score


class LiveScores:
    """Scores of a pool before any label, for any choice of classes and confusers.

    Args:
        cosines: of the sentences of all classes and confusers, those switched off included.
    """

    def __init__(self, cosines: TextCosines) -> None:
        self._classes = np.unique(cosines.relevant_owner)
        self._confusers = np.unique(cosines.irrelevant_owner)
        self._best = _best_per_class(cosines.relevant, cosines.relevant_owner)  # (n, N)
        self._means = cosines.irrelevant  # (C, N)
        if len(self._confusers):
            self._means = confuser_cosines(cosines.irrelevant, cosines.irrelevant_owner)

    def score(
        self, relevant_on: Bools, confusers_on: Bools, aggregator: Aggregator = "mean"
    ) -> Floats:
        """(N,) S_vlm of Eq. (1), as computed anew from the sentences of what is switched on.

        Args:
            relevant_on: (n,) which relevant classes count, by their place in the descriptions.
            confusers_on: (C,) which confusers count, likewise; with none there is no penalty.
            aggregator: how the confusers are summed.

        Raises:
            ValueError: no relevant class with a sentence is switched on.
        """
        best = self._best[relevant_on[self._classes]]
        return vlm_score(best, self._means[confusers_on[self._confusers]], None, aggregator)


def _best_per_class(relevant: Floats, owner: Ints) -> Floats:
    """(n, N) best cosine of each class's sentences, classes in ascending order of `owner`."""
    best = [relevant[owner == group].max(axis=0) for group in np.unique(owner)]
    return np.stack(best) if best else relevant
