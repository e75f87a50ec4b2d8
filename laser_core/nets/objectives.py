"""What a net can be trained for. An objective sees outputs and features, never a trunk, so that one
serves both learners.

PyTorch is imported inside the losses alone: a page may name an objective without paying for that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.clusters import k_means

if TYPE_CHECKING:
    from torch import Tensor

# EOAL's released code: weights of its term for the features, and of an own distance within it
FEATURE_WEIGHT = OWN_WEIGHT = 0.1
# Which images a net learns from: the relevant ones; those and the irrelevant ones; the relevant
# ones and some that nobody labeled.
On = Literal["relevant", "labeled", "labeled and pool"]


@dataclass(frozen=True)
class Seen:
    """What the outputs of a net stand for: only what has an example in training has one.

    Args:
        known: relevant classes; outputs 0 to known - 1, in ascending order of the class.
        unknown: the outputs after those, for irrelevant images: 0 (there are none), 1, or so many
            groups of them.
    """

    known: int
    unknown: int


@dataclass(frozen=True)
class Batch:
    """One step's images, B of them.

    Args:
        outputs: for each head (B, k), already divided by the objective's temperature.
        features: (B, d) what the heads stand on.
        targets: (B,) which output is right; -1 for an unlabeled image.
        extra: what `each_epoch` found, for these images; None without.
    """

    outputs: Mapping[str, Tensor]
    features: Tensor
    targets: Tensor
    extra: Any = None


class Extra(Protocol):
    """What an objective knows of all training images for one epoch."""

    def at(self, rows: Tensor) -> Extra:
        """The same for the images at `rows` (B,) of the training images."""


class Objective(ABC):
    """A frozen dataclass of numbers and the loss they belong to.

    Its repr and its version are part of the key that nets are kept under.

    Attributes:
        version: raise it when the loss changes; nets trained for the old one are not found then.
        plain: whether the loss is the mean cross-entropy of "logits" and nothing else, for which
            the linear head has a solver that does not import PyTorch.
        looks_each_epoch: whether `each_epoch` has something to find.
    """

    version: ClassVar[int] = 1
    plain: ClassVar[bool] = False
    looks_each_epoch: ClassVar[bool] = False

    @property
    @abstractmethod
    def on(self) -> On:
        """Which images it learns from."""

    @property
    @abstractmethod
    def temperature(self) -> float:
        """T: what outputs are divided by in the loss."""

    def heads(self, seen: Seen) -> dict[str, int]:
        """How many outputs each head has; "logits" is always there."""
        return {"logits": seen.known + seen.unknown}

    def split_unknown(self, vectors: Floats, rng: np.random.Generator) -> Ints:
        """(I,) the unknown group, 0, 1, ..., of each irrelevant image with vectors (I, D)."""
        return np.zeros(len(vectors), dtype=np.intp)

    def from_pool(self, unlabeled: int) -> int:
        """How many of so many unlabeled images it learns from beside the labeled ones."""
        return 0

    def each_epoch(
        self, features: Tensor, targets: Tensor, rng: np.random.Generator
    ) -> Extra | None:
        """What the loss needs to know of all training images before an epoch; None if nothing.

        Called only where there are irrelevant images, so the largest target is one of theirs.

        Args:
            features: (L, d) of the training images as the net sees them now.
            targets: (L,) as in `Batch`.
        """
        return None

    @abstractmethod
    def loss(self, batch: Batch, seen: Seen) -> Tensor:
        """() what is minimised."""


@dataclass(frozen=True)
class CrossEntropy(Objective):
    """Eq. (2): of "relevant" images a classifier, of "labeled" ones a detector."""

    temperature: float = 1.0  # T of Eq. (3); Section 3.2 has 0.5 for the detector
    on: On = "labeled"
    plain: ClassVar[bool] = True

    def loss(self, batch: Batch, seen: Seen) -> Tensor:
        return _cross_entropy(batch)


@dataclass(frozen=True)
class OneVsRest(Objective):
    """EOAL's detector (Safaei et al., AAAI 2024): cross-entropy, a binary head for every class, and
    features of irrelevant images held together in groups.

    The binary heads learn a relevant image's class and the one they confuse it with most, and stay
    undecided about irrelevant images. "binary" has two outputs a class: not of it, of it. Groups
    are k-means, where the published code has FINCH cut to so many.

    Args:
        temperature: T (published).
        alpha: weight of the irrelevant images in the binary loss, 0 to 1 (published).
        w: groups of irrelevant features for each relevant class (published).
    """

    temperature: float = 0.5
    alpha: float = 0.8
    w: float = 1.0
    feature_weight: float = 0.1
    on: On = field(default="labeled", init=False)
    looks_each_epoch: ClassVar[bool] = True

    def heads(self, seen: Seen) -> dict[str, int]:
        return {**super().heads(seen), "binary": 2 * seen.known}

    def each_epoch(
        self, features: Tensor, targets: Tensor, rng: np.random.Generator
    ) -> UnknownGroups | None:
        unknown = targets == targets.max()
        wanted = unknown_groups(self.w, int(targets.max()), int(unknown.sum()))
        return UnknownGroups.of(features, unknown, wanted, rng) if wanted else None

    def loss(self, batch: Batch, seen: Seen) -> Tensor:
        loss = _cross_entropy(batch) + 0.5 * self._binary(batch, seen)
        if isinstance(batch.extra, UnknownGroups):
            loss = loss + FEATURE_WEIGHT * batch.extra.spread(batch.features)
        return loss

    def _binary(self, batch: Batch, seen: Seen) -> Tensor:
        from torch.nn.functional import logsigmoid

        pairs = batch.outputs["binary"].reshape(-1, seen.known, 2)
        lean = pairs[:, :, 1] - pairs[:, :, 0]  # (B, known) log odds of "of the class"
        yes, no = logsigmoid(lean), logsigmoid(-lean)
        known = batch.targets < seen.known
        own = batch.targets.clamp(max=seen.known - 1)[:, None]
        right = -yes.gather(1, own)[:, 0]
        wrong = (-no).scatter(1, own, 0.0).amax(dim=1)  # the hardest other class
        share = 1.0 - self.alpha if seen.unknown else 1.0
        undecided = -(yes + no).mean(dim=1)
        return share * mean_of(right + wrong, known) + self.alpha * mean_of(undecided, ~known)


def unknown_groups(w: float, classes: int, irrelevant: int) -> int:
    """How many groups EOAL makes of the irrelevant images; 0 where they are too few for two.

    w for each relevant class, and at least five images in each on the average.
    """
    groups = min(round(w * classes), irrelevant // 5)
    return groups if groups >= 2 else 0


@dataclass(frozen=True)
class UnknownGroups:
    """Groups of irrelevant images' features, for one epoch.

    Args:
        centres: (k, d).
        group: (B,) which one each image belongs to; -1 for a relevant image.
    """

    centres: Tensor
    group: Tensor

    @classmethod
    def of(
        cls, features: Tensor, unknown: Tensor, groups: int, rng: np.random.Generator
    ) -> UnknownGroups:
        """The groups of the rows of `features` (L, d) that `unknown` (L,) marks."""
        import torch

        found = k_means(features[unknown].cpu().numpy(), groups, rng)
        group = torch.full_like(unknown, -1, dtype=torch.int64)
        group[unknown] = torch.from_numpy(found.group.astype(np.int64)).to(group.device)
        centres = torch.from_numpy(found.centres.astype(np.float32)).to(features.device)
        return cls(centres, group)

    def at(self, rows: Tensor) -> UnknownGroups:
        return UnknownGroups(self.centres, self.group[rows])

    def spread(self, features: Tensor) -> Tensor:
        """() mean over irrelevant images of 0.1 d_own + log(1 + sum of exp(d_own - d_other)).

        d are distances of `features` (B, d) from the centres; 0 without an irrelevant image.
        """
        import torch

        gaps = features[:, None, :] - self.centres  # (B, k, d)
        away = gaps.square().sum(dim=2).clamp(min=1e-12).sqrt()
        own = away.gather(1, self.group.clamp(min=0)[:, None])  # (B, 1)
        # the own centre's exp(0) is the 1 of log(1 + ...)
        cost = OWN_WEIGHT * own[:, 0] + torch.logsumexp(own - away, dim=1)
        return mean_of(cost, self.group >= 0)


@dataclass(frozen=True)
class Negative(Objective):
    """BUAL's negative learning (Zong et al., ECCV 2024): what an image is not, or may not be.

    Minus the log of 1 - p for classes it is not: all others of a labeled image, all classes of an
    unlabeled one. The published code draws one such class a step; this is the expectation.

    Args:
        pool_share: of the unlabeled images it learns from too, ...
        pool_most: ... and at most so many (published).
        floor: of 1 - p (published).
    """

    pool_share: float = 0.25
    pool_most: int = 5000
    floor: float = 1e-5
    temperature: float = field(default=1.0, init=False)
    on: On = field(default="labeled and pool", init=False)

    def from_pool(self, unlabeled: int) -> int:
        return min(self.pool_most, int(self.pool_share * unlabeled))

    def loss(self, batch: Batch, seen: Seen) -> Tensor:
        import torch

        chances = batch.outputs["logits"].softmax(dim=1)  # (B, known)
        cost = -(1.0 - chances).clamp(min=self.floor).log()
        own = batch.targets.clamp(min=0)[:, None]
        others = cost.scatter(1, own, 0.0).sum(dim=1) / max(seen.known - 1, 1)
        each = torch.where(batch.targets < 0, cost.mean(dim=1), others)
        return each.sum() / max(len(each), 1)


@dataclass(frozen=True)
class Energy(Objective):
    """EAOA's detector (Zong and Huang, CVPR 2025): cross-entropy, and energies on their own side.

    The energy of an image is minus the log-sum-exp of its relevant logits: below `inside` for
    relevant images, above `outside` for irrelevant ones. Without an irrelevant image: cross-entropy
    alone.

    Args:
        weight: of the squared distance from the margins (published).
        inside, outside: those margins (published).
    """

    weight: float = 0.01
    inside: float = -25.0
    outside: float = -7.0
    temperature: float = field(default=1.0, init=False)
    on: On = field(default="labeled", init=False)

    def loss(self, batch: Batch, seen: Seen) -> Tensor:
        from torch.nn.functional import relu

        loss = _cross_entropy(batch)
        if not seen.unknown:
            return loss
        energy = -batch.outputs["logits"][:, : seen.known].logsumexp(dim=1)
        known = batch.targets < seen.known
        above, below = relu(energy - self.inside), relu(self.outside - energy)
        beyond = mean_of(above.square(), known) + mean_of(below.square(), ~known)
        return loss + self.weight * beyond


@dataclass(frozen=True)
class Clustered(Objective):
    """E2OAL's detector, as a linear port: cross-entropy over relevant classes and unknown groups.

    The groups are k-means of the irrelevant images' frozen vectors. Not ported: the Dirichlet loss
    and the search for their number (Zong et al., 2026).

    Args:
        groups: of irrelevant images, 0 for `USUAL_GROUPS`; fewer where an average group would have
            fewer than five images.
    """

    groups: int = 0
    temperature: float = field(default=1.0, init=False)
    on: On = field(default="labeled", init=False)
    plain: ClassVar[bool] = True
    USUAL_GROUPS: ClassVar[int] = 10  # ours: the published search ended near it on CIFAR

    def split_unknown(self, vectors: Floats, rng: np.random.Generator) -> Ints:
        groups = min(self.groups or self.USUAL_GROUPS, len(vectors) // 5)
        if groups < 2:
            return super().split_unknown(vectors, rng)
        return np.unique(k_means(vectors, groups, rng).group, return_inverse=True)[1]

    def loss(self, batch: Batch, seen: Seen) -> Tensor:
        return _cross_entropy(batch)


def mean_of(costs: Tensor, counted: Tensor) -> Tensor:
    """() mean of `costs` (B,) where `counted` (B,) is true; 0 where it is nowhere.

    Costs are multiplied, not picked: to pick by a mask a GPU must first tell how many there are.
    """
    return (costs * counted).sum() / counted.sum().clamp(min=1)


def _cross_entropy(batch: Batch) -> Tensor:
    from torch.nn.functional import cross_entropy

    return cross_entropy(batch.outputs["logits"], batch.targets)


@dataclass(frozen=True)
class NetSpec:
    """A net that a strategy needs, trained each round from the labels and kept under its key.

    Args:
        name: signals call it by this: "<name>.logits".
        objective: what it is trained for.
        dropout: share of the features left out before the heads, in training (resnet18) and in
            "<name>.samples".
        passes: how many of them "<name>.samples" has.
        start: begin with the trunk of the net with this name (BUAL); `head` has no trunk to train.
        snapshots: from every so many epochs one, and the logits are the log of the mean softmax of
            all; 0: of the last alone. `head` ignores it.
    """

    name: str
    objective: Objective
    dropout: float = 0.0
    passes: int = 10
    start: str | None = None
    snapshots: int = 0

    @property
    def training_words(self) -> str:
        """All of it that a training depends on, in words that are the same in any process."""
        o = self.objective
        how = f"dropout={self.dropout}, start={self.start}, snapshots={self.snapshots}"
        return f"{self.name}: {o!r} version {o.version}, {how}"


CLASSIFIER = NetSpec("classifier", CrossEntropy(1.0, "relevant"))


def detector(temperature: float = 0.5) -> NetSpec:
    """Eq. (2) over n + 1 classes; LaSeR and LfOSA share it, so it is trained once for both."""
    return NetSpec("detector", CrossEntropy(temperature, "labeled"))
