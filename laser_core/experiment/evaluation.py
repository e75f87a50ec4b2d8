"""Closing a round: what the answers say of the query, as one record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.experiment.held_out import out_of_fold_precision
from laser_core.metrics import paper as metrics
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.pool import Pool, positions
from laser_core.progress import Steps
from laser_core.strategies.helpers.delta import why_no_detector
from laser_core.strategies.laser import laser_settings
from laser_core.view import Query, RoundRecord


def counted_labels(query: Query, pool: Pool) -> dict[str, int]:
    """id -> class index of the query's images that have a relevant or irrelevant answer."""
    answers = ((id, pool.get(id)) for id in query.ids.tolist())
    return {
        id: pool.space.index(answer)
        for id, answer in answers
        if answer is not None and answer.state in ("relevant", "irrelevant")
    }


def component_precisions(
    round: int,
    query: Query,
    pool: Pool,
    config: ExperimentConfig,
    learner: Learner,
    pictures: Pictures,
) -> Steps[dict[str, float]]:
    """How well each part of Eq. (5) would have chosen alone, as far as labels tell (Section 4.6).

    Figures `precision_vlm` and `precision_det`. Where the detector did not count in this round,
    the precision-based delta takes its out-of-fold precision instead.
    """
    laser = query.arrays.laser
    if laser is None:
        return {}
    answers = counted_labels(query, pool)
    rows = positions(pool.ids[query.arrays.row], answers)
    relevant = np.array([index < pool.space.n for index in answers.values()], dtype=bool)
    b = len(query.ids)

    def own_top(scores: Floats) -> float:
        rng = rng_for(config.seed, "component", round)
        return metrics.own_top_precision(scores, rows, relevant, b, rng)

    figures = {"precision_vlm": own_top(laser.s_vlm)}
    if laser.delta.any():
        figures["precision_det"] = own_top(laser.s_det)
    elif laser_settings(config).delta == "precision":
        ids, labels = pool.training_labels()
        if not why_no_detector(labels, pool.space.n):
            n, temperature, seed = pool.space.n, laser_settings(config).temperature, config.seed
            figures["precision_det"] = yield from out_of_fold_precision(
                learner, pictures, ids, labels, n, temperature, seed
            )
    return figures


def evaluate_classifier(
    classifier: Net | None, pictures: Pictures, ids: Ids, labels: Ints
) -> Steps[tuple[float | None, tuple[tuple[int, ...], ...]]]:
    """(accuracy, confusion) on the relevant classes' test images; (None, ()) without any."""
    if classifier is None or len(ids) == 0:
        return None, ()
    logits = yield from classifier.logits(pictures, ids)
    return metrics.accuracy(logits, labels), metrics.confusion(logits, labels)


def make_record(
    round: int,
    query: Query,
    pool: Pool,
    all_relevant: set[str] | None,
    figures: Mapping[str, float],
    accuracy: float | None,
    confusion: tuple[tuple[int, ...], ...],
    seconds: float,
) -> RoundRecord:
    """The record of a round whose answers are in `pool`.

    Args:
        all_relevant: ids of every truly relevant pool image, None where nobody knows them: then
            ceiling and recall are empty.
    """
    answers = counted_labels(query, pool)
    relevant = sum(index < pool.space.n for index in answers.values())
    ceiling = recall = None
    if all_relevant is not None:
        before = set(pool.labels()) - set(query.ids.tolist())
        ceiling = metrics.ceiling(len(all_relevant - before), len(query.ids))
        recall = metrics.recall(pool.relevant_found(), len(all_relevant))
    return RoundRecord(
        round=round,
        ids=tuple(query.ids.tolist()),
        labels=tuple(answers.get(id, -1) for id in query.ids.tolist()),
        queried=len(answers),
        relevant=relevant,
        precision=metrics.precision(relevant, len(answers)) if answers else None,
        ceiling=ceiling,
        recall=recall,
        accuracy=accuracy,
        figures=figures,
        note=query.note,
        seconds=seconds,
        confusion=confusion,
        classes=pool.space.relevant,
    )
