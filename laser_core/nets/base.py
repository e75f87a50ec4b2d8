"""What a learner is: it trains the detector and the classifier on whatever images it likes best."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.progress import Steps

if TYPE_CHECKING:
    from laser_core.nets.anchor import Anchor


class Pictures(Protocol):
    """The images of a run as a learner may have them, pool and test images alike."""

    def vectors(self, ids: Ids) -> Floats:
        """(n, D) float32 unit vectors of the vision-language model's image encoder."""

    def pixels(self, ids: Ids, size: int) -> npt.NDArray[np.uint8]:
        """(n, size, size, 3) RGB pictures, shrunk or grown to a square."""

    def prepare_pixels(self, size: int) -> Steps[None]:
        """Decode all pictures to `size`, unless that was done before; then `pixels` is quick."""

    @property
    def side(self) -> int:
        """Usual length of the pictures' shorter side, in pixels; the same for a whole run."""


class Net(ABC):
    """A trained network with C outputs."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """C."""

    @abstractmethod
    def logits(self, pictures: Pictures, ids: Ids) -> Steps[Floats]:
        """(n, C) activations a_c of Eq. (3); -inf for a class that had no label in training."""

    @abstractmethod
    def save(self, path: Path) -> None:
        """Write the weights to `path` (.safetensors)."""


class Learner(ABC):
    """Trains nets from scratch, one for the detector and one for the classifier each round.

    Attributes:
        name: the key in configs and on the page.
    """

    name: ClassVar[str]

    @abstractmethod
    def train(
        self,
        pictures: Pictures,
        ids: Ids,
        labels: Ints,
        n_outputs: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        anchor: Anchor | None = None,
    ) -> Steps[Net]:
        """A net that minimises Eq. (2), cross-entropy of softmax(logits / temperature).

        Args:
            pictures: where the images come from.
            ids: (L,) labeled images.
            labels: (L,) classes, 0 to n_outputs - 1; some may be missing, their logit is then -inf.
            n_outputs: C; n + 1 for the detector (Eq. 2), n for the classifier.
            rng: all of its randomness.
            temperature: T of Eq. (3).
            anchor: of the n_outputs classes, for a net that starts from the text; then every class
                has a finite logit, labeled or not.

        Raises:
            ValueError: there is no labeled image, or this learner cannot start from the text.
        """

    @abstractmethod
    def load(self, path: Path) -> Net:
        """The net that `Net.save` wrote.

        Raises:
            StoreError: the file is missing or is no net of this learner.
        """
