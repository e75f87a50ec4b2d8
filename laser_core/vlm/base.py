"""What a vision-language model is to us: pictures and sentences as unit vectors of one space."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from laser_core.basics.arrays import Floats, Ints, unit_rows
from laser_core.errors import VLMError

PreparedImage = npt.NDArray[Any]  # one picture, or a batch of them, as the network takes it


@dataclass(frozen=True)
class PoolStatistics:
    """What a model needs to know of a pool as a whole, from its unlabeled pool images alone.

    Args:
        mean: (F,) mean raw feature of the pool, or None for a model that needs none (CLIP).
    """

    mean: Floats | None = None


def require_numbers(encoded: Floats, model: str, what: str) -> None:
    """Check what a network gave for pictures or sentences before anything is kept or compared.

    Args:
        encoded: (n, D) as the network gave it.
        model: its name with that of its weights.
        what: "pictures" or "sentences".

    Raises:
        VLMError: it is no number, too large to be kept in half precision, or zero throughout.
    """
    if encoded.size == 0:
        return
    if not np.isfinite(encoded).all():
        fault = "numbers that are none (NaN or infinite)"
    elif np.abs(encoded).max() > np.finfo(np.float16).max:
        fault = f"numbers as large as {np.abs(encoded).max():.1e}"
    elif not encoded.any():
        fault = "nothing but zeros"
    else:
        return
    raise VLMError(
        f"{model} gives {fault} for {what}; its weights are damaged, or of another model or "
        f"precision: take another checkpoint, or --vlm offline"
    )


class VisionLanguageModel(ABC):
    """Encodes pictures and sentences. Nothing it returns for one picture depends on its batch.

    Pictures take two steps, so that the costly one can be cached per picture: raw features (any
    batch), then `image_vectors`, which may use statistics of the whole pool. The first is again
    two: `prepare` (cheap, in any thread) and `features` (the network).

    Attributes:
        kind: which form is in use; the screen always says it.
        name: for the screen, with the weights' name. The offline form is never called CLIP.
        key: names model, weights and preprocessing for the cache; it changes when any of them does.
        text_key: the same for the vectors of sentences.
        feature_dim: F, numbers in one raw feature.
        dim: D, numbers in one vector.
        side: pixels to which a picture is shrunk; decoding it much larger is wasted.
        batch: pictures that one call of `features` takes best.
        token_limit: tokens of a sentence that are read; what comes after is not.
    """

    kind: Literal["offline", "open_clip"]
    name: str
    key: str
    text_key: str
    feature_dim: int
    dim: int
    side: int
    batch: int
    token_limit: int

    @abstractmethod
    def prepare(self, image: Image.Image) -> PreparedImage:
        """An RGB picture of any size as the network takes it. Safe to call from many threads."""

    @abstractmethod
    def features(self, prepared: PreparedImage) -> Floats:
        """(n, F) float32 raw features of n prepared pictures, stacked."""

    @abstractmethod
    def text_vectors(self, texts: Sequence[str]) -> Floats:
        """(n, D) float32, rows of unit length: the sentences to score against."""

    @abstractmethod
    def token_counts(self, texts: Sequence[str]) -> Ints:
        """(n,) tokens of each sentence, end marks included; more than `token_limit` are cut off."""

    def pool_statistics(self, features: Floats) -> PoolStatistics:
        """What `image_vectors` needs of the unlabeled pool, given its raw features (N, F)."""
        return PoolStatistics()

    def image_vectors(self, features: Floats, statistics: PoolStatistics) -> Floats:
        """(n, D) float32 unit rows from raw features (n, F): for the nets and the map."""
        return unit_rows(np.asarray(features, dtype=np.float32))

    def pool_vectors(self, vectors: Floats) -> Floats:
        """(N, D) unit rows to score with Eq. (1), from the whole pool's `image_vectors`.

        The same array unless the model gains from a look at each picture's neighbours.
        """
        return vectors

    looks_at_neighbours: ClassVar[bool] = False  # whether `pool_vectors` are more than the vectors

    def vectors_among(self, vectors: Floats, pool: Floats) -> Floats:
        """(M, D) unit rows of pictures outside the pool, treated as `pool_vectors` treats its own.

        Args:
            vectors: (M, D) `image_vectors` of those pictures.
            pool: (N, D) `image_vectors` of the pool.
        """
        return vectors

    def map_text_vectors(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """(n, D) unit rows: sentences laid among the pool's `vectors` (N, D), for a joint map."""
        return self.text_vectors(texts)
