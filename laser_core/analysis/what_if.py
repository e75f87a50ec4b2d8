"""What a round would select under another delta, fusion or selection: from kept arrays, at once.

Exact for that round's own batch. What later rounds would have been cannot be told: their nets
would have seen other labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.errors import PoolError
from laser_core.pool import Pool
from laser_core.selection import Images
from laser_core.strategies.laser import Labeled, Laser, laser_arrays
from laser_core.texts.descriptions import Descriptions
from laser_core.view import QueryArrays


@dataclass(frozen=True)
class WhatIf:
    """A batch that was not asked.

    Args:
        ids: (b,) best first.
        rows: (b,) where they stand in the pool.
        scores: (b,) Eq. (5).
        figures: delta, delta_effective, sd_vlm, sd_det.
        note: why the detector counts for nothing, or "".
        arrays: of every unlabeled image, as a query keeps them, for `review.explain_row`.
    """

    ids: Ids
    rows: Ints
    scores: Floats
    figures: Mapping[str, float]
    note: str
    arrays: QueryArrays


def what_if(
    arrays: QueryArrays,
    descriptions: Descriptions,
    before: Pool,
    config: ExperimentConfig,
    round: int,
    choice: RoundChoice,
    vectors: Callable[[Ints], Floats],
) -> WhatIf:
    """The batch of a round under `choice`; with the schedule's own delta it is the round's batch.

    Args:
        arrays: of the round's query or preview.
        descriptions: those the round used.
        before: labels as they were when the round was queried.
        config: of the run.
        round: 1, 2, ...
        choice: its `delta` must be given.
        vectors: rows of the pool (k,) -> (k, D) unit vectors.

    Raises:
        PoolError: the round kept no scores (another strategy), or chose by a rule that exists no
            more.
    """
    kept = arrays.laser
    if kept is None:
        raise PoolError(
            f"round {round} kept no scores of LaSeR, so nothing else can be tried on it"
        )
    config = config.in_round(round)
    if config.retired:
        raise PoolError(
            f"round {round} asked by {config.retired_words()}, which this version no longer has, "
            "so nothing else can be tried on it"
        )
    laser = Laser.from_config(choice.applied_to(config))
    labeled = Labeled(before.training_labels()[1], before.space.n, descriptions.relevant_owner())
    delta = choice.delta or 0.0
    parts = laser.fuse(kept.s_vlm, kept.best, kept.detector_logits, labeled, delta)
    rng = rng_for(config.seed, "query", round)
    ranked = np.asarray(arrays.row)
    images = Images(before.ids[ranked], lambda places: vectors(ranked[places]))
    picked = laser.pick(parts, labeled, images, config.batch_size or 1, rng)
    rows = ranked[picked]
    tried = replace(
        laser_arrays(parts, kept.detector_logits),
        names_log_sum=kept.names_log_sum,
        names_sharpness=kept.names_sharpness,
    )
    return WhatIf(
        before.ids[rows],
        rows,
        parts.final[picked],
        laser.figures(parts),
        parts.note,
        replace(arrays, score=parts.final, laser=tried),
    )
