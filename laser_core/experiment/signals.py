"""The signals a strategy may ask for, each computed only when it does."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np

from laser_core.basics.arrays import Floats, Ids
from laser_core.errors import ConfigError
from laser_core.nets.base import Net, Pictures
from laser_core.progress import Steps
from laser_core.texts.cosines import TextCosines
from laser_core.texts.neglabel import NAME_SIGNALS, NegativeNames
from laser_core.view import Signal

TEXT_SIGNALS = ("relevant_cosines", "irrelevant_cosines", "relevant_owner", "irrelevant_owner")
NET_SIGNALS = ("detector_logits", "classifier_logits")
IMAGE_SIGNALS = ("vectors", "labeled_vectors")


def compute_signals(
    needs: AbstractSet[str],
    *,
    unlabeled: Ids,
    labeled: Ids,
    n_classes: int,
    pictures: Pictures,
    cosines: TextCosines | None,
    detector: Net | None,
    classifier: Net | None,
    names: NegativeNames | None = None,
) -> Steps[dict[str, Signal]]:
    """The arrays named in `needs`, in the order of `unlabeled` (U,) where they speak of images.

    relevant_cosines (R, U), irrelevant_cosines (I, U): of the sentences in use; relevant_owner
    (R,), irrelevant_owner (I,): which class each describes. vectors (U, D), labeled_vectors
    (L, D): unit image vectors. detector_logits (U, n + 1), classifier_logits (U, n): of the last
    round's nets; without one the classifier's are all -inf and the detector's are left out.

    Args:
        cosines: of the unlabeled images; None if no text signal is needed.
        names: of the unlabeled images, for names_log_sum (U,) and names_sharpness (U,), the same
            number for all; None if no such signal is needed.

    Raises:
        ConfigError: a strategy needs a signal that does not exist.
    """
    known = {*TEXT_SIGNALS, *NET_SIGNALS, *IMAGE_SIGNALS, *NAME_SIGNALS}
    if not needs <= known:
        wrong, right = ", ".join(sorted(needs - known)), ", ".join(sorted(known))
        raise ConfigError(f"a strategy needs {wrong}, which is no signal; there are {right}")
    signals: dict[str, Signal] = {}
    if cosines is not None:
        texts = (
            cosines.relevant,
            cosines.irrelevant,
            cosines.relevant_owner,
            cosines.irrelevant_owner,
        )
        signals.update(zip(TEXT_SIGNALS, texts, strict=True))
    if names is not None:
        signals["names_log_sum"] = names.log_sum
        signals["names_sharpness"] = np.full(len(unlabeled), names.sharpness)
    if "vectors" in needs:
        signals["vectors"] = pictures.vectors(unlabeled)
    if "labeled_vectors" in needs:
        signals["labeled_vectors"] = pictures.vectors(labeled)
    if "detector_logits" in needs and detector is not None:
        signals["detector_logits"] = yield from detector.logits(pictures, unlabeled)
    if "classifier_logits" in needs:
        signals["classifier_logits"] = yield from _classifier_logits(
            classifier, pictures, unlabeled, n_classes
        )
    return {name: signals[name] for name in signals if name in needs}


def _classifier_logits(
    classifier: Net | None, pictures: Pictures, ids: Ids, n_classes: int
) -> Steps[Floats]:
    if classifier is None:
        return np.full((len(ids), n_classes), -np.inf)
    return (yield from classifier.logits(pictures, ids))
