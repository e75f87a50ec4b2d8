"""The signals a strategy may ask for, each computed only when it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Ids
from laser_core.errors import ConfigError
from laser_core.nets.base import Net, Pictures
from laser_core.nets.objectives import CLASSIFIER
from laser_core.progress import Steps
from laser_core.texts.cosines import TextCosines
from laser_core.texts.neglabel import NAME_SIGNALS, NegativeNames
from laser_core.view import Signal

TEXT_SIGNALS = ("relevant_cosines", "irrelevant_cosines", "relevant_owner", "irrelevant_owner")
LABELED_TEXT_SIGNALS = (
    "labeled_relevant_cosines",
    "labeled_irrelevant_cosines",
    "labeled_names_log_sum",
)
IMAGE_SIGNALS = ("vectors", "labeled_vectors")


def compute_signals(
    needs: AbstractSet[str],
    *,
    unlabeled: Ids,
    labeled: Ids,
    pictures: Pictures,
    cosines: TextCosines | None,
    names: NegativeNames | None = None,
    labeled_cosines: TextCosines | None = None,
    labeled_names: NegativeNames | None = None,
) -> dict[str, Signal]:
    """The text and image signals among `needs`, in the order of `unlabeled` (U,).

    relevant_cosines (R, U), irrelevant_cosines (I, U): of the sentences in use; relevant_owner
    (R,), irrelevant_owner (I,): which class each describes. vectors (U, D), labeled_vectors
    (L, D): unit image vectors. labeled_relevant_cosines (R, L), labeled_irrelevant_cosines (I, L),
    labeled_names_log_sum (L,): what the text says of the labeled images.

    Args:
        cosines: of the unlabeled images; None if no text signal is needed.
        names: of the unlabeled images, for names_log_sum (U,) and names_sharpness (U,), the same
            number for all; None if no such signal is needed.
        labeled_cosines, labeled_names: the same of the labeled images.

    Raises:
        ConfigError: a strategy needs a signal that does not exist.
    """
    known = {*TEXT_SIGNALS, *IMAGE_SIGNALS, *NAME_SIGNALS, *LABELED_TEXT_SIGNALS}
    wrong = sorted(need for need in needs if need not in known and not is_reading(need))
    if wrong:
        raise ConfigError(
            f"a strategy needs {', '.join(wrong)}, which is no signal; there are "
            f"{', '.join(sorted(known))}, and readings of nets, such as classifier.logits"
        )
    signals = _said_by_text(len(unlabeled), cosines, names, labeled_cosines, labeled_names)
    if "vectors" in needs:
        signals["vectors"] = pictures.vectors(unlabeled)
    if "labeled_vectors" in needs:
        signals["labeled_vectors"] = pictures.vectors(labeled)
    return {name: signals[name] for name in signals if name in needs}


def _said_by_text(
    unlabeled: int,
    cosines: TextCosines | None,
    names: NegativeNames | None,
    labeled_cosines: TextCosines | None,
    labeled_names: NegativeNames | None,
) -> dict[str, Signal]:
    """The text signals of so many unlabeled images, and of the labeled ones, as far as given."""
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
        signals["names_sharpness"] = np.full(unlabeled, names.sharpness)
    if labeled_cosines is not None:
        signals["labeled_relevant_cosines"] = labeled_cosines.relevant
        signals["labeled_irrelevant_cosines"] = labeled_cosines.irrelevant
    if labeled_names is not None:
        signals["labeled_names_log_sum"] = labeled_names.log_sum
    return signals


@dataclass(frozen=True)
class Reading:
    """A need that a net answers: "<net>.<what>" of unlabeled images, "<net>.labeled.<what>".

    Args:
        net: the name of its `NetSpec`.
        what: as for `Net.read`: "logits" or another head, "features", "samples".
        labeled: whether of the labeled images.
    """

    net: str
    what: str
    labeled: bool

    @classmethod
    def of(cls, need: str) -> Reading:
        """The reading that `need` names.

        Raises:
            ConfigError: it names none.
        """
        parts = need.split(".")
        labeled = len(parts) == 3 and parts[1] == "labeled"
        if not all(parts) or not (labeled or len(parts) == 2):
            raise ConfigError(
                f"a strategy needs {need!r}, which is no reading of a net; give net.what or "
                "net.labeled.what, such as classifier.logits or classifier.labeled.features"
            )
        return cls(parts[0], parts[-1], labeled)


def is_reading(need: str) -> bool:
    """Whether a need is answered by a net."""
    return "." in need


def read_nets(
    needs: AbstractSet[str],
    nets: Mapping[str, Net | None],
    *,
    unlabeled: Ids,
    labeled: Ids,
    n_classes: int,
    pictures: Pictures,
    rng: Callable[[str], np.random.Generator],
) -> Steps[dict[str, Signal]]:
    """The readings among `needs`. A net that has nothing to learn from yet is left out.

    The classifier alone answers all the same: logits of minus infinity, vectors as features.

    Args:
        nets: name -> net, or None.
        rng: need -> generator of its samples.

    Raises:
        ConfigError: a need names no net of the strategy, or is no reading.
    """
    found: dict[str, Signal] = {}
    for need in sorted(filter(is_reading, needs)):
        reading = Reading.of(need)
        if reading.net not in nets:
            raise ConfigError(
                f"a strategy needs {need}, but none of its nets is called {reading.net}; it has "
                f"{', '.join(nets)}"
            )
        net, ids = nets[reading.net], labeled if reading.labeled else unlabeled
        if net is not None:
            found[need] = yield from net.read(reading.what, pictures, ids, rng(need))
        elif reading.net == CLASSIFIER.name and reading.what == "logits":
            found[need] = np.full((len(ids), n_classes), -np.inf)
        elif reading.net == CLASSIFIER.name and reading.what == "features":
            found[need] = pictures.vectors(ids)
    return found
