"""A vision-language model from pip packages alone: EfficientNet-Lite2 and MiniLM.

Sentences are mapped into the space of the image network's classifier weights by kernel ridge
regression over the 1000 ImageNet names that timm ships. It is no CLIP and is never called one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from laser_core.basics.arrays import Floats, Ints, unit_rows
from laser_core.basics.files import mapped_array, save_array
from laser_core.basics.package_files import package_folder
from laser_core.vlm.base import PoolStatistics, PreparedImage, VisionLanguageModel
from laser_core.vlm.offline.lite2 import (
    SIDE,
    WEIGHTS_SHA256,
    ImageNetwork,
    lite2_network,
    lite2_weights,
    prepare_pixels,
)
from laser_core.vlm.offline.sentences import Backend, SentenceEncoder
from laser_core.vlm.offline.smoothing import (
    NEIGHBOURS,
    nearest,
    smooth_among,
    weighted_means,
)

# Chosen on CIFAR-10's training images; accuracy is flat around them.
TEXT_WIDTH = 0.15  # tau: how near a sentence must be to an ImageNet name to be drawn to it
RIDGE = 0.3  # lambda: how far the map may miss a name to stay smooth
MAP_POWER = 0.5  # p: how far sentences are stretched along the pool's directions, for the map
ROWS_AT_ONCE = 4096  # of a pool, so that no second copy of it is made


class OfflineVLM(VisionLanguageModel):
    """Recognises what ImageNet has names for, and things near to it, without any download.

    Args:
        cache_dir: where the text map and a readable copy of the weights are kept.
        backend: "openvino", "torch" or "auto" (OpenVINO where it is installed).

    Raises:
        VLMError: a weights package is missing or is not the version that was tested.
        CacheError: `cache_dir` cannot be written.
    """

    kind: Literal["offline", "open_clip"] = "offline"
    name = "offline model (EfficientNet-Lite2 + MiniLM)"
    feature_dim = dim = 1280
    side = SIDE
    batch = 64
    looks_at_neighbours = True
    token_limit = SentenceEncoder.token_limit

    def __init__(self, cache_dir: Path, backend: Backend = "auto") -> None:
        self._cache_dir = cache_dir / "offline"
        self._backend: Backend = backend
        self._words = imagenet_words()
        words = "\n".join(f"{', '.join(names)}: {gloss}" for names, gloss in self._words)
        self.key = f"offline:lite2-{WEIGHTS_SHA256[:8]}:side{SIDE}:v1"
        self.text_key = (
            f"{self.key}:{SentenceEncoder.key}:tau{TEXT_WIDTH}:lambda{RIDGE}:"
            f"{hashlib.sha256(words.encode()).hexdigest()[:12]}"
        )

    def prepare(self, image: Image.Image) -> PreparedImage:
        """(160, 160, 3) uint8, squashed to a square; small pictures are sharpened first."""
        return prepare_pixels(image)

    def features(self, prepared: PreparedImage) -> Floats:
        """(n, 1280) float32 pooled activations, each from 0 to 6."""
        if len(prepared) == 0:
            return np.empty((0, self.feature_dim), dtype=np.float32)
        return self._network(prepared)

    def text_vectors(self, texts: Sequence[str]) -> Floats:
        """(n, 1280) float32 unit rows in the space of centred image features."""
        names, to_visual = self._text_map
        nearness = np.exp((self._sentences.encode(texts) @ names.T - 1.0) / TEXT_WIDTH)
        return unit_rows(nearness @ to_visual)

    def token_counts(self, texts: Sequence[str]) -> Ints:
        """(n,) tokens of each sentence as MiniLM counts them."""
        return self._sentences.token_counts(texts)

    def pool_statistics(self, features: Floats) -> PoolStatistics:
        """The mean raw feature of the pool, which `image_vectors` takes away.

        Raises:
            ValueError: `features` has no row.
        """
        if len(features) == 0:
            raise ValueError("features has 0 rows; the mean of a pool needs at least one picture")
        total = sum(
            rows.sum(axis=0, dtype=np.float64) for rows in _chunks(features)
        )  # a plain mean of half-precision rows on disk would be slow
        return PoolStatistics(mean=np.asarray(total / len(features), dtype=np.float32))

    def image_vectors(self, features: Floats, statistics: PoolStatistics) -> Floats:
        """(n, 1280) float32 unit rows: features less the pool's mean.

        Raises:
            ValueError: `statistics` has no mean; they come from `pool_statistics`.
        """
        if statistics.mean is None:
            raise ValueError("statistics.mean is None; take them from pool_statistics")
        vectors = np.empty(features.shape, dtype=np.float32)
        for rows, out in zip(_chunks(features), _chunks(vectors), strict=True):
            out[:] = unit_rows(rows - statistics.mean)
        return vectors

    def pool_vectors(self, vectors: Floats) -> Floats:
        """(N, 1280) unit rows, each a mean of the picture and its 10 nearest in the pool.

        Which are the nearest is kept on disk, as finding them among 50,000 takes half a minute.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        count = min(NEIGHBOURS + 1, len(vectors))
        name = hashlib.sha256(vectors.data).hexdigest()[:24]
        path = self._cache_dir / f"neighbours-{name}.npy"
        near = mapped_array(path, (len(vectors), count), np.int32)
        if near is None or near.min(initial=0) < 0 or near.max(initial=0) >= len(vectors):
            near = nearest(vectors, count)
            save_array(path, near)
        return weighted_means(vectors, near)

    def vectors_among(self, vectors: Floats, pool: Floats) -> Floats:
        """(M, 1280) unit rows, each a mean of the picture and its 10 nearest in the pool."""
        return smooth_among(vectors, pool)

    def map_text_vectors(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """(n, 1280) unit rows moved into the pool's cloud, times C^0.5 of its covariance C.

        Scores never use them: they only let a joint map show sentences among their pictures.
        """
        spread, directions = np.linalg.eigh(vectors.T @ vectors / max(len(vectors), 1))
        spread = np.maximum(spread, 0.0)
        stretched = (spread + 0.05 * spread.mean()) ** MAP_POWER
        turned = self.text_vectors(texts) @ directions
        return unit_rows((turned * stretched) @ directions.T).astype(np.float32)

    @cached_property
    def _weights(self) -> dict[str, npt.NDArray[np.float32]]:
        return lite2_weights(self._cache_dir)

    @cached_property
    def _network(self) -> ImageNetwork:
        return lite2_network(self._weights, self._backend)

    @cached_property
    def _sentences(self) -> SentenceEncoder:
        return SentenceEncoder(self._backend)

    @cached_property
    def _text_map(self) -> tuple[Floats, Floats]:
        """(1000, 384) vectors of the names and (1000, 1280) the ridge solution, kept on disk."""
        text_key = hashlib.sha256(self.text_key.encode()).hexdigest()[:16]
        names_path = self._cache_dir / f"text-{text_key}-names.npy"
        visual_path = self._cache_dir / f"text-{text_key}-visual.npy"
        names = mapped_array(names_path, (len(self._words), SentenceEncoder.dim))
        to_visual = mapped_array(visual_path, (len(self._words), self.dim))
        if names is None or to_visual is None:
            names = name_vectors(self._words, self._sentences)
            to_visual = ridge_map(names, self._weights["_fc.weight"])
            save_array(names_path, names)
            save_array(visual_path, to_visual)
        return names, to_visual


def imagenet_words() -> list[tuple[list[str], str]]:
    """The names and the gloss of each of the 1000 ImageNet classes, from the package timm.

    Read from its text files: importing timm takes 5 s.

    Raises:
        VLMError: timm is not installed.
    """
    folder = package_folder("timm", "timm") / "data" / "_info"
    names = _table(folder / "imagenet_synset_to_lemma.txt")
    glosses = _table(folder / "imagenet_synset_to_definition.txt")
    synsets = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    return [
        ([name.strip() for name in names[s].split(",")], glosses[s].split('; "')[0])  # no examples
        for s in synsets
    ]


def name_vectors(words: Sequence[tuple[list[str], str]], sentences: SentenceEncoder) -> Floats:
    """(n, 384) float32 unit rows: the mean of a class's captions plus its gloss."""
    captions = [f"a photo of a {name}" for names, _ in words for name in names]
    glosses = [f"{names[0]}: {gloss}" for names, gloss in words]
    encoded = sentences.encode([*captions, *glosses])
    counts = np.array([len(names) for names, _ in words])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    means = np.add.reduceat(encoded[: len(captions)], starts, axis=0) / counts[:, None]
    return unit_rows(means + encoded[len(captions) :]).astype(np.float32)


def ridge_map(names: Floats, classifier: Floats) -> Floats:
    """(n, D) float32 H of kernel ridge regression: a text of kernel row k is at k @ H.

    Args:
        names: (n, 384) unit rows, the classes' texts.
        classifier: (n, D) the image network's weights for the same classes.
    """
    visual = unit_rows(classifier - classifier.mean(axis=0)).astype(np.float64)
    text = names.astype(np.float64)
    kernel = np.exp((text @ text.T - 1.0) / TEXT_WIDTH)
    return np.linalg.solve(kernel + RIDGE * np.eye(len(kernel)), visual).astype(np.float32)


def _table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def _chunks(rows: Floats) -> list[Floats]:
    """Views of at most `ROWS_AT_ONCE` rows each."""
    return [rows[i : i + ROWS_AT_ONCE] for i in range(0, len(rows), ROWS_AT_ONCE)]
