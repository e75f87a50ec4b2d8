"""What the outputs of a net stand for, given who has labels: the same for every learner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.nets.objectives import Objective, Seen

UNLABELED = -1


@dataclass(frozen=True)
class Outputs:
    """The outputs of "logits" that are trained, and where they stand among all.

    Args:
        seen: how many there are.
        targets: (L,) which of them is right for each training image; -1 for an unlabeled one.
        columns: (k,) the place of each among `width`; the others are -inf.
        width: n for an objective of relevant images, else n and one for each unknown group, at
            least one.
    """

    seen: Seen
    targets: Ints
    columns: Ints
    width: int

    def spread(self, outputs: Floats) -> Floats:
        """(N, width) float32 of trained outputs (N, k); -inf for a class without an example."""
        full = np.full((len(outputs), self.width), -np.inf, dtype=np.float32)
        full[:, self.columns] = outputs
        return full


def outputs_of(
    objective: Objective,
    labels: Ints,
    n: int,
    vectors: Callable[[Ints], Floats],
    rng: np.random.Generator,
) -> Outputs:
    """What a net of this `objective` has outputs for.

    Args:
        labels: (L,) of the training images: 0 to n - 1, n for irrelevant, -1 for unlabeled.
        vectors: positions (k,) -> (k, D) vectors; asked for irrelevant images alone, by an
            objective that splits them.
    """
    known = np.unique(labels[(labels >= 0) & (labels < n)])
    targets = np.full(len(labels), UNLABELED, dtype=np.int64)
    relevant = (labels >= 0) & (labels < n)
    targets[relevant] = np.searchsorted(known, labels[relevant])
    irrelevant = np.flatnonzero(labels == n)
    groups = 0
    if objective.on == "labeled" and len(irrelevant):
        group = objective.split_unknown(vectors(irrelevant), rng)
        groups = int(group.max()) + 1
        targets[irrelevant] = len(known) + group
    columns = np.concatenate([known, n + np.arange(groups)]).astype(np.intp)
    width = n + max(groups, 1) if objective.on == "labeled" else n
    return Outputs(Seen(len(known), groups), targets, columns, width)


def training_images(
    objective: Objective, labeled: tuple[Ids, Ints], pool: Ids, n: int, rng: np.random.Generator
) -> tuple[Ids, Ints]:
    """(ids, labels) that a net of this `objective` learns from; -1 for one drawn from the pool.

    Args:
        labeled: ids and labels (L,), n for irrelevant.
        pool: (U,) unlabeled ids, in lot order.
        rng: draws from the pool.
    """
    ids, labels = labeled
    if objective.on != "labeled":
        ids, labels = ids[labels < n], labels[labels < n]
    extra = objective.from_pool(len(pool)) if len(ids) else 0
    if extra:
        drawn = rng.choice(pool, extra, replace=False)
        ids = np.concatenate([ids, drawn])
        labels = np.concatenate([labels, np.full(extra, UNLABELED, dtype=labels.dtype)])
    return ids, labels
