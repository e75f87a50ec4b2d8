"""What the points of a map are coloured by: one value for every picture of the pool, in its order.

Needs NumPy alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.errors import CacheError
from laser_core.pool import Pool
from laser_core.texts.descriptions import Descriptions
from laser_core.view import Query


@dataclass(frozen=True)
class TextValues:
    """What the sentences say of every picture.

    Args:
        texts: (R,) the relevant sentences.
        names: (R,) the class that each describes.
        best: (N,) row of each picture's best description in `texts`.
        cosine: (N,) cosine with it.
        s_vlm: (N,) Eq. (1).
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]
    best: Ints
    cosine: Floats
    s_vlm: Floats


def text_values(run: RunReader, version: int | None = None) -> TextValues | None:
    """What a version of the sentences says, the newest by default.

    Returns:
        None without sentences, or while the worker has yet to compare them with the pool.
    """
    kept = run.descriptions(version)
    if kept is None or not kept[1].relevant_texts() or run.missing_texts(kept[1]):
        return None
    descriptions, cosines = kept[1], run.cosines(kept[1])
    return TextValues(
        tuple(descriptions.relevant_texts()),
        tuple(descriptions.relevant[i].name for i in descriptions.relevant_owner()),
        cosines.relevant.argmax(axis=0),
        cosines.relevant.max(axis=0),
        cosines.score(run.names()),
    )


def nearest_pictures(run: RunReader, texts: Sequence[str], wanted: int) -> tuple[Ints, Floats]:
    """(k,) rows and (k,) cosines of the `wanted` pictures nearest to a sentence, nearest first.

    Raises:
        CacheError: the worker has yet to compare a sentence with the pool.
    """
    try:
        highest = run.table.rows(list(texts)).max(axis=0)
    except (KeyError, OSError) as error:
        raise CacheError(
            f"the cosines of {error} are not computed yet; open Prompts or Round, or prepare the "
            "run again"
        ) from error
    rows = np.argsort(-highest, kind="stable")[:wanted]
    return rows, highest[rows]


def text_classes(descriptions: Descriptions) -> list[tuple[str, bool]]:
    """(class, whether it is relevant) of every sentence, in the order of a map's sentences."""
    relevant = [(descriptions.relevant[i].name, True) for i in descriptions.relevant_owner()]
    others = [(descriptions.confusers[i].name, False) for i in descriptions.confuser_owner()]
    return relevant + others


def next_query(run: RunReader) -> tuple[Query, bool] | None:
    """(the query to come, whether it waits for labels already); None at the run's end."""
    waiting = run.store.rounds.query(len(run.records()) + 1)
    if waiting is not None:
        return waiting[1], True
    looked = run.preview()
    return None if looked is None else (looked, False)


def next_scores(run: RunReader) -> Floats:
    """(N,) the score that the next query goes by, Eq. (5) for LaSeR; NaN where there is none."""
    scores = np.full(len(run.facts.ids), np.nan)
    found = next_query(run)
    if found is not None:
        scores[found[0].arrays.row] = found[0].arrays.score
    return scores


def rounds_queried(run: RunReader) -> Ints:
    """(N,) the round that queried each picture, the one that waits for labels too; 0 for none."""
    ids = run.facts.ids
    rounds = np.zeros(len(ids), dtype=np.intp)
    asked = [(record.round, record.ids) for record in run.records()]
    found = next_query(run)
    if found is not None and found[1]:
        asked.append((len(asked) + 1, tuple(found[0].ids.tolist())))
    for round, queried in asked:
        rounds[np.isin(ids, np.array(queried))] = round
    return rounds


def label_states(ids: Ids, pool: Pool) -> list[str | None]:
    """(N,) the state of each picture's label; None where it has none."""
    labels = pool.labels()
    return [labels[id].state if id in labels else None for id in ids.tolist()]


def commonest(names: Sequence[str], wanted: int) -> list[tuple[str, int]]:
    """The `wanted` commonest of `names` with their counts, the first met first among equals."""
    return Counter(names).most_common(wanted)
