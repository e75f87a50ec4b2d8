"""What a run's sentences say of its classes: the classifier before any label, and its accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from laser_core.basics.arrays import ROWS_AT_ONCE, Floats, Ids, Ints
from laser_core.config import ExperimentConfig
from laser_core.experiment.materials import Materials
from laser_core.metrics import paper as metrics
from laser_core.nets.anchor import Anchor, text_anchor
from laser_core.nets.base import Net
from laser_core.nets.head import LinearNet, text_alone
from laser_core.pool import Label
from laser_core.store.store import StoreView
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.examples import words_of
from laser_core.view import ClassifierArrays

Sentences = tuple[tuple[str, ...], ...]  # of each relevant class, in the classes' order


def class_anchor(sentences: Sentences, materials: Materials) -> Anchor:
    """z_c of every relevant class by its sentences: the classifier before any label."""
    encode, pictures = materials.cosines.text_vectors, materials.pictures
    rows = [encode(each) if each else np.empty((0, 0), np.float32) for each in sentences]
    return text_anchor(rows, pictures, materials.pool_ids)


def class_sentences(
    descriptions: Descriptions, relevant: Sequence[str], store: StoreView | None = None
) -> Sentences:
    """The enabled sentences of each class, repeats and example pictures left out.

    Args:
        relevant: the classes as they are called now.
        store: of a run, which knows what classes were called before.
    """
    found: dict[str, list[str]] = {name: [] for name in relevant}
    for text in descriptions.relevant:
        name = store.classes.resolve(Label("irrelevant", text.name)).name if store else text.name
        if text.enabled and name in found:
            found[name] += words_of(text.sentences)
    return tuple(tuple(dict.fromkeys(found[name])) for name in relevant)


class TextClassifier:
    """The zero-shot classifier of a run, by version of its sentences.

    Args:
        config: of the run, with the relevant classes as they are now.
        materials: what the run works with.
        store: where its sentences are.
    """

    def __init__(self, config: ExperimentConfig, materials: Materials, store: StoreView) -> None:
        self._config = config
        self._materials = materials
        self._store = store
        self._made: dict[Sentences, Anchor] = {}

    def anchor(self, version: int | None) -> Anchor | None:
        """What the head's classifier starts from; None with `anchor` 0 or without sentences.

        Args:
            version: of the sentences, None for the newest. The newest are taken as well where a
                class has come or gone since.
        """
        factor = self._config.anchor or 0.0
        by_text = self._anchor_by_text(version) if factor else None
        return None if by_text is None else by_text.times(factor)

    def zero_shot(self, version: int | None, ids: Ids, labels: Ints) -> dict[str, float]:
        """Figure `zero_shot`: the share of test images that the text alone names right.

        Empty without sentences or without test images.

        Args:
            version: of the sentences.
            ids, labels: (M,) test images of the relevant classes and their class indices.
        """
        by_text = self._anchor_by_text(version) if version is not None and len(ids) else None
        if by_text is None:
            return {}
        logits = by_text.logits(self._materials.pictures.vectors(ids))
        return {"zero_shot": metrics.accuracy(logits, labels) or 0.0}

    def classifier_arrays(self, classifier: Net | None, ids: Ids) -> ClassifierArrays | None:
        """What a round keeps of the classifier that its batch was asked with; see `LogitParts`.

        None where the classifier does not start from the text.

        Args:
            classifier: of the round before; None before the first, when the text stands alone.
            ids: (U,) unlabeled images.
        """
        if not self._config.anchor:
            return None
        anchor = self.anchor(None)
        net = text_alone(anchor) if classifier is None and anchor is not None else classifier
        if not isinstance(net, LinearNet) or net.anchor is None:
            return None
        text, learned = self._parts(net, ids)
        return ClassifierArrays(text + learned + net.bias, text, learned)

    def _parts(self, net: LinearNet, ids: Ids) -> tuple[Floats, Floats]:
        vectors: Callable[[Ids], Floats] = self._materials.pictures.vectors
        starts = range(0, len(ids), ROWS_AT_ONCE)
        found = [net.parts(vectors(ids[start : start + ROWS_AT_ONCE])) for start in starts]
        return np.concatenate([p.text for p in found]), np.concatenate([p.learned for p in found])

    def _anchor_by_text(self, version: int | None) -> Anchor | None:
        """z_c by the sentences of a version; None where there are no sentences at all."""
        kept = self._store.texts.read(version)
        if kept is None:
            return None
        sentences = self._by_class(kept[1])
        if not all(sentences) and (newest := self._store.texts.read()) is not None:
            sentences = self._by_class(newest[1])
        if sentences not in self._made:
            self._made = {sentences: class_anchor(sentences, self._materials)}
        return self._made[sentences]

    def _by_class(self, descriptions: Descriptions) -> Sentences:
        """The enabled sentences of each class as the classes are called now."""
        return class_sentences(descriptions, self._config.relevant, self._store)
