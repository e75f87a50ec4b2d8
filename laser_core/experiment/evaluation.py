"""Closing a round: what the answers say of the query, as one record."""

from __future__ import annotations

from collections.abc import Mapping

from laser_core.basics.arrays import Ids, Ints
from laser_core.metrics import paper as metrics
from laser_core.nets.base import Net, Pictures
from laser_core.pool import Pool
from laser_core.progress import Steps
from laser_core.view import Query, RoundRecord


def counted_labels(query: Query, pool: Pool) -> dict[str, int]:
    """id -> class index of the query's images that have a relevant or irrelevant answer."""
    answers = ((id, pool.get(id)) for id in query.ids.tolist())
    return {
        id: pool.space.index(answer)
        for id, answer in answers
        if answer is not None and answer.state in ("relevant", "irrelevant")
    }


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
    given: int = 0,
) -> RoundRecord:
    """The record of a round whose answers are in `pool`.

    Args:
        all_relevant: ids of every truly relevant pool image, None where nobody knows them: then
            ceiling and recall are empty.
        given: labels that the run was given before round 1.
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
        relevant_in_pool=None if all_relevant is None else len(all_relevant),
        given=given,
    )
