"""Looking at a round again: why an image stood where it did, from what the run's folder keeps."""

from __future__ import annotations

import numpy as np

from laser_core.config import ExperimentConfig
from laser_core.cosines import Cosines, text_cosines
from laser_core.errors import PoolError
from laser_core.explain import Explanation, explain
from laser_core.pool import Pool, positions
from laser_core.store import Store


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
    arrays, descriptions = kept[1].pool, texts[1]
    config = kept[1].choice.applied_to(config)
    found = np.flatnonzero(arrays["row"] == row)
    if len(found) == 0:
        raise PoolError(f"{id!r} was labeled before round {round}; ask for an earlier round")
    at = int(found[0])
    fused = bool(arrays["delta"].any())
    s_vlm, s_det = arrays["s_vlm"], arrays["s_det"]
    return explain(
        id,
        0,
        text_cosines(cosines, descriptions, np.array([row])),
        descriptions,
        config.relevant,
        arrays["detector_logits"][at] if fused else None,
        float(arrays["delta"][at]),
        float(arrays["score"][at]),
        fusion=config.fusion if fused else "raw",
        aggregator=config.aggregator,
        temperature=config.temperature,
        centre=(
            float(s_vlm.mean()),
            float(s_vlm.std()) or 1.0,
            float(s_det.mean()),
            float(s_det.std()) or 1.0,
        ),
    )
