"""Why a picture of a run stood where it did, and where it stood class by class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from laser_core.analysis.ranking import Ranking, place_of, strategy_that_asked
from laser_core.analysis.reader import RunReader, pool_after
from laser_core.basics.arrays import Ids
from laser_core.config import ExperimentConfig
from laser_core.errors import PoolError
from laser_core.pool import require_of_pool
from laser_core.selection import Decider, candidate_count, decided_by, quotas
from laser_core.store.store import StoreView
from laser_core.strategies.hooks import RankedRound, Reasons
from laser_core.strategies.laser import laser_settings
from laser_core.texts.cosines import Cosines, TextCosines, text_cosines
from laser_core.texts.descriptions import Descriptions


def explain_image(
    id: str, round: int, store: StoreView, config: ExperimentConfig, ids: Ids, cosines: Cosines
) -> Reasons:
    """Why an image stood where it did in the ranking of a round, queried or not.

    Args:
        id: an image that was unlabeled when the round's query was made.
        round: 1, 2, ..., pending or finished.
        config: of the run; the classes are those that the round was queried for.
        ids: (N,) of the pool, in its order.
        cosines: of the pool with sentences.

    Raises:
        PoolError: the round was not asked yet, its strategy gives one score and no parts, or the
            image was not among its unlabeled ones.
    """
    kept = store.rounds.query(round)
    if kept is None:
        raise PoolError(
            f"round {round} has no scores to explain; ask for a round that has been queried"
        )
    before = pool_after(store, ids, round - 1)
    before.positions([id])  # or it is of another pool
    texts = store.texts.read(kept[0]) if kept[0] is not None else None
    descriptions = texts[1] if texts else None

    def cosines_of(row: int) -> TextCosines:
        return text_cosines(cosines, descriptions or Descriptions(()), np.array([row]))

    config = kept[1].choice.applied_to(config.in_round(round))
    config = replace(config, relevant=before.space.relevant)
    ranked = RankedRound(
        round, ids, kept[1].arrays, before.training_labels()[1], config, descriptions,
        cosines_of, cosines.vectors,
    )  # fmt: skip
    return strategy_that_asked(ranked).explain(ranked, id)


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


def explain_in(run: RunReader, ranking: Ranking, id: str) -> Reasons:
    """Why an image stood where it did in a ranking, queried or not.

    Raises:
        PoolError: it was labeled before, or its strategy gives one score and no parts.
        CacheError: the cosines are not computed.
    """
    row_of(run, id)
    texts = ranking.descriptions or Descriptions(())
    ranked = ranking.ranked_round(
        run.pool(ranking.round - 1), lambda row: run.cosines(texts, np.array([row]))
    )
    return strategy_that_asked(ranked).explain(ranked, id)


def row_of(run: RunReader, id: str) -> int:
    """Where an image stands in the pool.

    Raises:
        PoolError: it is not of this pool.
    """
    require_of_pool([id], run.facts.rows)
    return run.facts.rows[id]
