"""The cosines of Eq. (1), sentence by image: computed once a sentence, then only looked up.

Switching a confuser off, or editing a sentence, touches one row; the rest stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from laser_core.basics.arrays import Floats, Ints, products_in_blocks, rows_at
from laser_core.scores import confuser_cosines, vlm_score
from laser_core.texts.cosine_table import MemoryTable, Table
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.examples import text_blocks, text_vectors
from laser_core.texts.neglabel import relevant_share

if TYPE_CHECKING:
    from laser_core.texts.neglabel import NegativeNames

TextEncoder = Callable[[Sequence[str]], Floats]


class Cosines:
    """cos(image, sentence) for every image of a pool and every sentence met so far.

    Args:
        vectors: (N, D) unit rows, the pool's images.
        encode: sentences -> (n, D) unit rows.
        table: where rows are kept; in memory if left out.
        places: id -> row of `vectors`, for example pictures among the sentences; without it there
            are none.
    """

    def __init__(
        self,
        vectors: Floats,
        encode: TextEncoder,
        table: Table | None = None,
        places: Mapping[str, int] | None = None,
    ) -> None:
        self._vectors = vectors
        self._places = places or {}
        self._encode = encode
        self._table = table or MemoryTable(len(vectors))

    def add(self, texts: Sequence[str]) -> None:
        """Compute the rows of those of `texts` that are not here yet."""
        new = [text for text in dict.fromkeys(texts) if text not in self._table]
        if new:
            blocks = text_blocks(new, self._encode, self._vectors, self._places)
            self._table.append_blocks(new, blocks)

    def rows(self, texts: Sequence[str], columns: Ints | None = None) -> Floats:
        """(len(texts), N) cosines, or (len(texts), len(columns)) of some images."""
        self.add(texts)
        return self._table.rows(texts, columns)

    def text_vectors(self, texts: Sequence[str]) -> Floats:
        """(len(texts), D) unit vectors of sentences, and of example pictures their own."""
        return text_vectors(texts, self._encode, lambda rows: self._vectors[rows], self._places)

    def of_vectors(self, texts: Floats) -> Floats:
        """(k, N) cosines of text vectors (k, D) with all images, kept nowhere."""
        return np.concatenate(list(products_in_blocks(texts, self._vectors)), axis=1)

    def vectors(self, rows: Ints) -> Floats:
        """(len(rows), D) float32 vectors of the images at `rows`, to the three digits kept on disk.

        So a page that reads them there picks the same pictures.
        """
        if self._vectors.dtype == np.float16:
            return rows_at(self._vectors, rows)
        found: Floats = self._vectors[rows].astype(np.float16).astype(np.float32)
        return found


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

    def score(self, names: NegativeNames | None = None) -> Floats:
        """(N,) S_vlm of Eq. (1); with `names` of the same images the relevant classes' share."""
        if names is not None:
            return relevant_share(
                confuser_cosines(self.relevant, self.relevant_owner),
                confuser_cosines(self.irrelevant, self.irrelevant_owner)
                if len(self.irrelevant)
                else self.irrelevant,
                names.log_sum,
                names.sharpness,
            )
        return vlm_score(self.relevant, self.irrelevant, self.irrelevant_owner)


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
