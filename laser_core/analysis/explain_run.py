"""Why a picture of a run stood where it did, and where it stood class by class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from laser_core.analysis.explain import Explanation, explain, prediction_of, with_shares
from laser_core.analysis.ranking import Ranking, place_of
from laser_core.analysis.reader import RunReader
from laser_core.config import ExperimentConfig
from laser_core.errors import PoolError
from laser_core.pool import Pool, not_of_the_pool, positions
from laser_core.selection import Decider, candidate_count, decided_by, quotas
from laser_core.store.store import StoreView
from laser_core.strategies.laser import laser_settings
from laser_core.texts.cosines import Cosines, TextCosines, text_cosines
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.neglabel import NegativeNames
from laser_core.view import QueryArrays


def explain_image(
    id: str, round: int, store: StoreView, config: ExperimentConfig, pool: Pool, cosines: Cosines
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
    kept = store.rounds.query(round)
    texts = store.texts.read(kept[0]) if kept and kept[0] is not None else None
    if kept is None or texts is None or kept[1].arrays.laser is None:
        raise PoolError(
            f"round {round} has no scores to explain; ask for a round that a LaSeR run has queried"
        )
    if id not in pool.ids.tolist():
        raise not_of_the_pool(id)
    row = int(positions(pool.ids, [id])[0])
    config = kept[1].choice.applied_to(config.in_round(round))
    if kept[1].arrays.place(row) is None:
        raise PoolError(f"{id!r} was labeled before round {round}; ask for an earlier round")
    found = text_cosines(cosines, texts[1], np.array([row]))
    return explain_row(id, row, kept[1].arrays, texts[1], config, found)


def explain_row(
    id: str,
    row: int,
    arrays: QueryArrays,
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
        PoolError: the image is not among them, or they are not LaSeR's.
    """
    here, laser = arrays.place(row), arrays.laser
    if here is None or laser is None:
        raise PoolError(f"{id!r} was labeled already; ask for the round that queried it")
    settings = laser_settings(config)
    fused = bool(laser.delta.any()) and laser.detector_logits is not None
    s_vlm, s_det = laser.s_vlm, laser.s_det
    found = explain(
        id,
        0,
        cosines,
        descriptions,
        config.relevant,
        laser.detector_logits[here] if fused and laser.detector_logits is not None else None,
        float(laser.delta[here]),
        float(arrays.score[here]),
        fusion=settings.fusion if fused else "raw",
        temperature=settings.temperature,
        centre=(
            float(s_vlm.mean()),
            float(s_vlm.std()) or 1.0,
            float(s_det.mean()),
            float(s_det.std()) or 1.0,
        ),
        s_vlm=float(s_vlm[here]) if _is_other_aggregator(config) else None,
    )
    if laser.names_log_sum is not None and laser.names_sharpness is not None:
        names = NegativeNames(laser.names_log_sum[[here]], float(laser.names_sharpness[here]))
        found = with_shares(found, cosines, descriptions, names)
    if arrays.classifier is None:
        return found
    read = (arrays.classifier.text, arrays.classifier.learned, arrays.classifier.logits)
    text, learned, logits = (np.asarray(array[here], dtype=float) for array in read)
    thought = prediction_of(text, learned, logits, config.anchor or 1.0, config.relevant)
    return replace(found, predicted=thought)


def _is_other_aggregator(config: ExperimentConfig) -> bool:
    """Whether S_vlm is not the best cosine less the mean of the confusers'."""
    return laser_settings(config).aggregator != "mean" or "aggregator" in dict(config.retired)


@dataclass(frozen=True)
class RankingPlace:
    """Where one image stands in a ranking.

    Args:
        rank: 1 is the highest score.
        among: how many images were ranked.
        group_rank: its rank among those that match the same description best.
        group: how many those are; 0 without descriptions.
        quota: how many of them a batch takes before others get a turn; 0 for plain top b.
        picked: whether it is in the batch.
        of_class: its place in its class's share of a batch that was shared out by class; None for
            the other rules.
    """

    rank: int
    among: int
    group_rank: int
    group: int
    quota: int
    picked: bool
    of_class: ClassPlace | None = None


@dataclass(frozen=True)
class ClassPlace:
    """Where an image stands among the images that may be of the same class (`balanced`).

    Args:
        name: the relevant class.
        place: its rank by score among them, 1 for the highest.
        among: how many they are.
        share: how many of them the batch has.
        candidates: how many of the highest scores the share was chosen among.
        decided: "score" or "spread" brought it into the batch or kept it out; "share" where the
            class had no share.
    """

    name: str
    place: int
    among: int
    share: int
    candidates: int
    decided: Decider


def ranking_place(ranking: Ranking, row: int) -> RankingPlace:
    """Where the image at `row` of the pool stands.

    Raises:
        PoolError: it was labeled before.
    """
    arrays = ranking.arrays
    here = place_of(arrays, row)
    scores = arrays.score
    mine, groups = arrays.laser.best if arrays.laser else None, 0
    same = mine == mine[here] if mine is not None else np.zeros(len(scores), dtype=bool)
    if ranking.descriptions is not None and laser_settings(ranking.config).selection == "quota":
        groups = len(ranking.descriptions.relevant_texts())
    picked = bool(np.isin(row, ranking.rows))
    share = quotas(len(ranking.ids), groups) if groups and mine is not None else None
    return RankingPlace(
        rank=int((scores > scores[here]).sum()) + 1,
        among=len(scores),
        group_rank=int((scores[same] > scores[here]).sum()) + 1,
        group=int(same.sum()),
        quota=int(share[int(mine[here])]) if share is not None and mine is not None else 0,
        picked=picked,
        of_class=_class_place(ranking, here, picked),
    )


def _class_place(ranking: Ranking, here: int, picked: bool) -> ClassPlace | None:
    classes, scores = ranking.classes, ranking.arrays.score
    if classes is None or laser_settings(ranking.config).selection != "balanced":
        return None
    same = classes == classes[here]
    among, share = int(same.sum()), int(ranking.class_shares()[int(classes[here])])
    place = int((scores[same] > scores[here]).sum()) + 1
    return ClassPlace(
        name=ranking.config.relevant[int(classes[here])],
        place=place,
        among=among,
        share=share,
        candidates=min(among, candidate_count(share)),
        decided=decided_by(place, share, among, picked),
    )


def explain_in(run: RunReader, ranking: Ranking, id: str) -> Explanation:
    """Why an image stood where it did in a ranking, queried or not.

    Raises:
        PoolError: it was labeled before, or the round kept no scores of LaSeR.
        CacheError: the cosines are not computed.
    """
    if not ranking.fused or ranking.descriptions is None:
        raise PoolError(
            f"round {ranking.round} was ranked by {ranking.config.strategy}, which compares no "
            "sentences with pictures; its score is all there is"
        )
    row = row_of(run, id)
    cosines = run.cosines(ranking.descriptions, np.array([row]))
    return explain_row(id, row, ranking.arrays, ranking.descriptions, ranking.config, cosines)


def row_of(run: RunReader, id: str) -> int:
    """Where an image stands in the pool.

    Raises:
        PoolError: it is not of this pool.
    """
    found = np.flatnonzero(run.facts.ids == id)
    if len(found) == 0:
        raise not_of_the_pool(id)
    return int(found[0])
