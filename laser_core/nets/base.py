"""What a learner is: it trains the detector and the classifier on whatever images it likes best."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.progress import Steps

if TYPE_CHECKING:
    from laser_core.nets.anchor import Anchor
    from laser_core.nets.objectives import NetSpec


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
    """A trained network: features, and heads on them of which "logits" has C outputs."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """C."""

    @abstractmethod
    def read(
        self, what: str, pictures: Pictures, ids: Ids, rng: np.random.Generator | None = None
    ) -> Steps[Floats]:
        """What the net says of images.

        Args:
            what: a head ("logits" (N, C): activations a_c of Eq. (3), -inf for a class that had no
                label in training; others (N, k) as the objective has them); "features" (N, d), what
                the heads stand on; or "samples" (T, N, C), logits under dropout.
            rng: of "samples" alone.

        Raises:
            ValueError: there is no such head, or samples are asked for without `rng`.
        """

    def logits(self, pictures: Pictures, ids: Ids) -> Steps[Floats]:
        """(N, C) of the head "logits"."""
        return (yield from self.read("logits", pictures, ids))

    @abstractmethod
    def save(self, path: Path) -> None:
        """Write the weights to `path` (.safetensors)."""


class Learner(ABC):
    """Trains nets from scratch, each round those that a strategy asks for, and the classifier.

    Attributes:
        name: the key in configs and on the page.
    """

    name: ClassVar[str]

    @property
    def training_words(self) -> str:
        """What a training depends on beside the net's own `NetSpec.training_words`, in words."""
        return self.name

    @abstractmethod
    def train(
        self,
        spec: NetSpec,
        pictures: Pictures,
        ids: Ids,
        labels: Ints,
        n: int,
        rng: np.random.Generator,
        *,
        anchor: Anchor | None = None,
        start: Net | None = None,
    ) -> Steps[Net]:
        """A net trained for `spec.objective` on images that `training_images` chose.

        Args:
            spec: what it is trained for, and how.
            pictures: where the images come from.
            ids: (L,) the images.
            labels: (L,) classes, 0 to n - 1, n for irrelevant, -1 for unlabeled; some classes may
                be missing, their logit is then -inf.
            n: relevant classes.
            rng: all of its randomness.
            anchor: of the n classes, for a classifier that starts from the text; then every class
                has a finite logit, labeled or not.
            start: the net that `spec.start` names.

        Raises:
            ValueError: there is no image, or this learner cannot start from the text.
        """

    def train_all(self, trainings: Sequence[Steps[Net]]) -> Steps[list[Net]]:
        """What several trainings come to, none of which waits for another: one after another.

        Args:
            trainings: calls of `train`.
        """
        nets = []
        for training in trainings:
            nets.append((yield from training))
        return nets

    @abstractmethod
    def load(self, path: Path, spec: NetSpec) -> Net:
        """The net that `Net.save` wrote for `spec`.

        Raises:
            StoreError: the file is missing or is no net of this learner.
        """
