"""Looking at a round again: why an image stood where it did, from what the run's folder keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from laser_core.analysis.explain import Explanation, explain, predicted, with_shares
from laser_core.config import ExperimentConfig
from laser_core.errors import PoolError
from laser_core.experiment.names import Names
from laser_core.pool import Pool, positions
from laser_core.store.store import Store
from laser_core.texts.cosines import Cosines, TextCosines, text_cosines
from laser_core.texts.descriptions import Descriptions
from laser_core.view import Signal


def explain_image(
    id: str, round: int, store: Store, config: ExperimentConfig, pool: Pool, cosines: Cosines
) -> Explanation:
    """Why an image stood where it did in the ranking of a round, queried or not.

    Args:
        id: an image that was unlabeled when the round's query was made.
        round: 1, 2, ..., pending or finished.
        pool: for the ids and their order.
        cosines: of the pool with sentences.

    Raises:
        PoolError: the round has no scores (not asked yet, or another strategy), or the image was
            not among its unlabeled ones.
    """
    kept = store.query(round)
    texts = store.texts(kept[0]) if kept and kept[0] is not None else None
    if kept is None or texts is None or "s_vlm" not in kept[1].pool:
        raise PoolError(
            f"round {round} has no scores to explain; ask for a round that a LaSeR run has queried"
        )
    if id not in pool.ids.tolist():
        raise PoolError(f"{id!r} is no image of this pool; ids come from its own list")
    row = int(positions(pool.ids, [id])[0])
    config = kept[1].choice.applied_to(config.in_round(round))
    if not np.isin(row, kept[1].pool["row"]):
        raise PoolError(f"{id!r} was labeled before round {round}; ask for an earlier round")
    found = text_cosines(cosines, texts[1], np.array([row]))
    return explain_row(id, row, kept[1].pool, texts[1], config, found)


def explain_row(
    id: str,
    row: int,
    arrays: Mapping[str, Signal],
    descriptions: Descriptions,
    config: ExperimentConfig,
    cosines: TextCosines,
) -> Explanation:
    """Why an image stood where it did among the images of `arrays`.

    Args:
        id: the image.
        row: where it stands in the pool.
        arrays: of a query, a preview or a `WhatIf`.
        descriptions: those the arrays were computed with.
        config: as it counted there, with the choice applied.
        cosines: of the descriptions with this image alone, one column.

    Raises:
        PoolError: the image is not among them.
    """
    at = np.flatnonzero(arrays["row"] == row)[:1]
    if len(at) == 0:
        raise PoolError(f"{id!r} was labeled already; ask for the round that queried it")
    here = int(at[0])
    fused = bool(arrays["delta"].any())
    s_vlm, s_det = arrays["s_vlm"], arrays["s_det"]
    found = explain(
        id,
        0,
        cosines,
        descriptions,
        config.relevant,
        arrays["detector_logits"][here] if fused else None,
        float(arrays["delta"][here]),
        float(arrays["score"][here]),
        fusion=config.fusion if fused else "raw",
        temperature=config.temperature,
        centre=(
            float(s_vlm.mean()),
            float(s_vlm.std()) or 1.0,
            float(s_det.mean()),
            float(s_det.std()) or 1.0,
        ),
        s_vlm=float(s_vlm[here]) if _otherwise_summed(config) else None,
    )
    if "names_log_sum" in arrays:
        names = Names(arrays["names_log_sum"][[here]], float(arrays["names_sharpness"][here]))
        found = with_shares(found, cosines, descriptions, names)
    if "classifier_logits" not in arrays:
        return found
    read = ("text_logits", "learned_logits", "classifier_logits")
    text, learned, logits = (np.asarray(arrays[name][here], dtype=float) for name in read)
    thought = predicted(text, learned, logits, config.anchor or 1.0, config.relevant)
    return replace(found, predicted=thought)


def _otherwise_summed(config: ExperimentConfig) -> bool:
    """Whether S_vlm is not the best cosine less the mean of the confusers'."""
    return config.aggregator != "mean" or "aggregator" in dict(config.retired)
