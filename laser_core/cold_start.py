"""The query that descriptions alone would ask, before any label: what an edit of them changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.arrays import Floats, Ints
from laser_core.config import ExperimentConfig
from laser_core.live_scores import LiveScores
from laser_core.pool import Label
from laser_core.seeding import rng_for
from laser_core.strategies.laser import Laser, Parts

RELEVANT, IRRELEVANT, UNKNOWN = 1, 0, -1
GROUPS = {RELEVANT: "relevant", IRRELEVANT: "irrelevant", UNKNOWN: "not known"}


@dataclass(frozen=True)
class ColdStart:
    """Round 1's query under some descriptions, over the whole pool.

    Args:
        s_vlm: (N,) Eq. (1).
        best: (N,) row in T_R that matches each image best.
        rows: (b,) where the queried images stand in the pool, best first.
    """

    s_vlm: Floats
    best: Ints
    rows: Ints

    def overlap(self, other: ColdStart) -> float:
        """Jaccard index of the two batches, 0 to 1."""
        both = len(np.intersect1d(self.rows, other.rows))
        either = len(self.rows) + len(other.rows) - both
        return both / either if either else 1.0

    def entered(self, before: ColdStart) -> Ints:
        """Rows of this batch that are not in the batch `before`, best first."""
        return self.rows[~np.isin(self.rows, before.rows)]


@dataclass(frozen=True)
class Figures:
    """What is known of a batch.

    Args:
        known: images of the batch whose relevance is known.
        precision: relevant / known; None if none is known.
        recall: relevant in the batch / relevant known in the pool; None if none is known.
    """

    known: int
    precision: float | None
    recall: float | None


def cold_start(live: LiveScores, descriptions: int, config: ExperimentConfig) -> ColdStart:
    """Round 1's query of LaSeR with the run's settings: delta is 0, no image is labeled.

    Args:
        live: of the descriptions in question.
        descriptions: how many relevant ones there are.
    """
    s_vlm = live.score(aggregator=config.aggregator).astype(np.float64)
    best = live.best_description()
    return ColdStart(s_vlm, best, _picked(s_vlm, best, descriptions, config))


def leave_one_out(
    live: LiveScores, start: ColdStart, descriptions: int, config: ExperimentConfig
) -> dict[int, Ints]:
    """Place of each confuser -> (b,) rows of round 1's query without it.

    Equal to `cold_start` on descriptions without it, but for images of equal score.
    """
    found = {}
    reach = config.quota_reach if config.selection == "quota" else 1
    deep = reach * (config.batch_size or 1)
    for place, s_vlm in live.without_each(config.aggregator):
        if not 0 < deep < len(s_vlm):
            found[place] = _picked(s_vlm, start.best, descriptions, config)
            continue
        # no quota reaches deeper, so the rest of the pool need not be sorted
        top = np.sort(np.argpartition(s_vlm, len(s_vlm) - deep)[-deep:])
        found[place] = top[_picked(s_vlm[top], start.best[top], descriptions, config)]
    return found


def _picked(s_vlm: Floats, best: Ints, descriptions: int, config: ExperimentConfig) -> Ints:
    nothing = np.zeros(len(s_vlm))
    parts = Parts(s_vlm, nothing, best, nothing, s_vlm, "")
    rng = rng_for(config.seed, "query", 1)
    return Laser.from_config(config).pick(parts, descriptions, config.batch_size or 1, rng)


def known_relevance(
    ids: Sequence[str],
    labels: Sequence[str | None],
    relevant: Sequence[str],
    answers: Mapping[str, Label],
) -> Ints:
    """(N,) 1 for relevant, 0 for irrelevant, -1 for not known, one for each of `ids`.

    Args:
        labels: (N,) true class names, None where nobody knows.
        relevant: Y_R.
        answers: what was said of images so far; it counts where there is no true label.
    """
    said = {"relevant": RELEVANT, "irrelevant": IRRELEVANT}
    wanted = set(relevant)
    return np.array(
        [
            int(label in wanted)
            if label is not None
            else said.get(answers[id].state, UNKNOWN)
            if id in answers
            else UNKNOWN
            for id, label in zip(ids, labels, strict=True)
        ],
        dtype=np.int8,
    )


def figures(rows: Ints, known: Ints) -> Figures:
    """Precision and recall of the batch at `rows`, as far as `known` (N,) tells."""
    batch = known[rows]
    told = int((batch != UNKNOWN).sum())
    hits = int((batch == RELEVANT).sum())
    there = int((known == RELEVANT).sum())
    return Figures(told, hits / told if told else None, hits / there if there else None)


def histogram(scores: Floats, known: Ints, edges: Floats) -> dict[str, Floats]:
    """Group -> (len(edges) - 1,) share of its images in each bin; groups without an image left out.

    Shares and not counts: a pool holds many times as many irrelevant images as relevant ones.
    Scores outside the edges count in the outermost bins.
    """
    bins = len(edges) - 1
    width = (edges[-1] - edges[0]) / bins
    place = np.clip(((scores - edges[0]) / width).astype(int), 0, bins - 1)
    found: dict[str, Floats] = {}
    for code, name in GROUPS.items():
        mine = place[known == code]
        if len(mine):
            found[name] = np.bincount(mine, minlength=bins) / len(mine)
    return found


def bin_edges(first: Floats, second: Floats, bins: int = 50) -> Floats:
    """(bins + 1,) edges that hold the scores of both versions."""
    low = min(first.min(), second.min())
    high = max(first.max(), second.max())
    return np.linspace(low, high if high > low else low + 1.0, bins + 1)
