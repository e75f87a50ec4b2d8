"""Where one image stands in a ranking, and why: its rank, its quota, and Eq. (1) to (5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.analysis.explain import Explanation
from laser_core.analysis.explain_run import explain_row
from laser_core.analysis.ranking import Ranking, place_of
from laser_core.analysis.reader import RunReader
from laser_core.errors import PoolError
from laser_core.selection import Decider, candidate_count, decided_by, quotas


@dataclass(frozen=True)
class Standing:
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


def standing(ranking: Ranking, row: int) -> Standing:
    """Where the image at `row` of the pool stands.

    Raises:
        PoolError: it was labeled before.
    """
    arrays = ranking.arrays
    here = place_of(arrays["row"], row)
    scores = arrays["score"]
    mine, groups = arrays.get("best"), 0
    same = mine == mine[here] if mine is not None else np.zeros(len(scores), dtype=bool)
    if ranking.descriptions is not None and ranking.config.selection == "quota":
        groups = len(ranking.descriptions.relevant_texts())
    picked = bool(np.isin(row, ranking.rows))
    share = quotas(len(ranking.ids), groups) if groups and mine is not None else None
    return Standing(
        rank=int((scores > scores[here]).sum()) + 1,
        among=len(scores),
        group_rank=int((scores[same] > scores[here]).sum()) + 1,
        group=int(same.sum()),
        quota=int(share[int(mine[here])]) if share is not None and mine is not None else 0,
        picked=picked,
        of_class=_class_place(ranking, here, picked),
    )


def _class_place(ranking: Ranking, here: int, picked: bool) -> ClassPlace | None:
    classes, scores = ranking.arrays.get("class"), ranking.arrays["score"]
    if classes is None or ranking.config.selection != "balanced":
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
        raise PoolError(f"{id!r} is no image of this pool; ids come from its own list")
    return int(found[0])
