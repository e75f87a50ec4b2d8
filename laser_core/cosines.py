"""The cosines of Eq. (1), sentence by image: computed once a sentence, then only looked up.

Switching a confuser off, or editing a sentence, touches one row; the rest stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.arrays import Floats, Ints
from laser_core.config import Aggregator
from laser_core.descriptions import Descriptions
from laser_core.scores import vlm_score

TextEncoder = Callable[[Sequence[str]], Floats]


class Cosines:
    """cos(image, sentence) for every image of a pool and every sentence met so far.

    Args:
        vectors: (N, D) unit rows, the pool's images.
        encode: sentences -> (n, D) unit rows.
    """

    def __init__(self, vectors: Floats, encode: TextEncoder) -> None:
        self._vectors = vectors
        self._encode = encode
        self._row: dict[str, int] = {}
        self._table = np.empty((0, len(vectors)), dtype=np.float32)

    def add(self, texts: Sequence[str]) -> None:
        """Compute the rows of those of `texts` that are not here yet."""
        new = [text for text in dict.fromkeys(texts) if text not in self._row]
        if not new:
            return
        rows = np.asarray(self._encode(new) @ self._vectors.T, dtype=np.float32)
        start = len(self._table)
        self._table = np.concatenate([self._table, rows])
        self._row.update({text: start + i for i, text in enumerate(new)})

    def rows(self, texts: Sequence[str], columns: Ints | None = None) -> Floats:
        """(len(texts), N) cosines, or (len(texts), len(columns)) of some images."""
        self.add(texts)
        wanted = np.array([self._row[text] for text in texts], dtype=np.intp)
        return self._table[wanted] if columns is None else self._table[np.ix_(wanted, columns)]


@dataclass(frozen=True)
class TextCosines:
    """All that Eq. (1) needs, for N images.

    Args:
        relevant: (R, N) cosines of T_R.
        irrelevant: (I, N) cosines of T_I.
        relevant_owner: (R,) class index of each row.
        irrelevant_owner: (I,) confuser index of each row.
    """

    relevant: Floats
    irrelevant: Floats
    relevant_owner: Ints
    irrelevant_owner: Ints

    def score(self, aggregator: Aggregator = "mean") -> Floats:
        """(N,) S_vlm of Eq. (1)."""
        return vlm_score(self.relevant, self.irrelevant, self.irrelevant_owner, aggregator)


def text_cosines(
    cosines: Cosines, descriptions: Descriptions, columns: Ints | None = None
) -> TextCosines:
    """The cosines of `descriptions` with all images, or with those at `columns`."""
    return TextCosines(
        cosines.rows(descriptions.relevant_texts(), columns),
        cosines.rows(descriptions.confuser_texts(), columns),
        descriptions.relevant_owner(),
        descriptions.confuser_owner(),
    )
