"""The query that descriptions alone would ask, before any label: what an edit of them changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from laser_core.analysis.known import Known
from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.metrics.paper import recall
from laser_core.selection import GRAM_LIMIT, Images, draw_apart, squared_distances
from laser_core.strategies.laser import Labeled, Laser, Parts
from laser_core.texts.live_scores import LiveScores
from laser_core.view import random_order


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

    def new_rows(self, before: ColdStart) -> Ints:
        """Rows of this batch that are not in the batch `before`, best first."""
        return self.rows[~np.isin(self.rows, before.rows)]


@dataclass(frozen=True)
class BatchDifference:
    """What two batches of one pool share and do not, by rows of the pool, each best first.

    Args:
        first: (k,) only in the first batch.
        second: (m,) only in the second one.
        both: (j,) in both, in the first one's order.
    """

    first: Ints
    second: Ints
    both: Ints


def batch_difference(first: ColdStart, second: ColdStart) -> BatchDifference:
    """Which images only one of two queries takes, and which both take."""
    both = first.rows[np.isin(first.rows, second.rows)]
    return BatchDifference(first.new_rows(second), second.new_rows(first), both)


@dataclass(frozen=True)
class Figures:
    """What is known of a batch.

    Args:
        known: images of the batch whose relevance is known.
        precision: relevant / known; None if none is known.
        recall: relevant in the batch / relevant known in the pool; None if none is known.
        found: relevant ones of the batch.
        in_pool: relevant ones known in the whole pool.
    """

    known: int
    precision: float | None
    recall: float | None
    found: int = 0
    in_pool: int = 0


def cold_start(
    live: LiveScores, owner: Ints, classes: int, config: ExperimentConfig, images: Images
) -> ColdStart:
    """Round 1's query of LaSeR with the run's settings: delta is 0, no image is labeled.

    Args:
        live: of the descriptions in question.
        owner: (R,) which relevant class each relevant description describes.
        classes: n, the relevant classes, those that are switched off included.
        config: of the run.
        images: of the pool.
    """
    s_vlm = live.score().astype(np.float64)
    best = live.best_description()
    pick = _picker(best, _no_label(owner, classes), config, images)
    return ColdStart(s_vlm, best, pick(s_vlm))


def leave_one_out(
    live: LiveScores,
    start: ColdStart,
    owner: Ints,
    classes: int,
    config: ExperimentConfig,
    images: Images,
) -> dict[int, Ints]:
    """Place of each confuser -> (b,) rows of round 1's query without it; as for `cold_start`."""
    remembered = RememberedImages(images.ids, images.vectors)
    pick = _picker(start.best, _no_label(owner, classes), config, remembered)
    return {place: pick(s_vlm) for place, s_vlm in live.without_each()}


@dataclass(frozen=True)
class RememberedImages(Images):
    """Images of which batches are picked that differ little: each vector is read once, and each
    distance between two candidates is computed once."""

    _groups: list[_Group] = field(default_factory=list)

    def far_apart(self, positions: Ints, count: int, rng: np.random.Generator) -> Ints:
        if count >= len(positions):
            return np.arange(len(positions))
        group = next((one for one in self._groups if int(positions[0]) in one.place), None)
        if group is None:
            self._groups.append(group := _Group())
        new = [row for row in positions.tolist() if row not in group.place]
        if len(group.place) + len(new) > GRAM_LIMIT:
            return super().far_apart(positions, count, rng)
        if new:
            group.add(new, self.vectors(np.array(new, dtype=np.intp)))
        places = np.array([group.place[row] for row in positions.tolist()])
        between = group.between[np.ix_(places, places)]
        return draw_apart(between.__getitem__, count, rng)


class _Group:
    """Candidates of one class so far: where each stands, their vectors and squared distances."""

    def __init__(self) -> None:
        self.place: dict[int, int] = {}
        self.between: Floats = np.empty((0, 0))
        self._vectors: Floats | None = None
        self._squares: Floats = np.empty(0)

    def add(self, new: list[int], vectors: Floats) -> None:
        """Take `vectors` (m, D) of the images at `new` as well."""
        rows = vectors.astype(np.float64)
        self._squares = np.r_[self._squares, np.einsum("ij,ij->i", rows, rows)]
        self._vectors = rows if self._vectors is None else np.concatenate([self._vectors, rows])
        self.place |= {row: len(self.place) + n for n, row in enumerate(new)}
        m, all_of_them = len(new), len(self.place)
        own = self._squares[-m:, None]
        fresh = squared_distances(rows @ self._vectors.T, self._squares, own)
        between = np.empty((all_of_them, all_of_them))
        between[:-m, :-m] = self.between
        between[-m:] = fresh
        between[:, -m:] = fresh.T
        self.between = between


def _no_label(owner: Ints, classes: int) -> Labeled:
    return Labeled(np.array([], dtype=np.intp), classes, owner)


def _picker(
    best: Ints, labeled: Labeled, config: ExperimentConfig, images: Images
) -> Callable[[Floats], Ints]:
    """(N,) scores of the text -> (b,) rows that LaSeR picks by them alone."""
    laser, nothing, b = Laser.from_config(config), np.zeros(len(best)), config.batch_size or 1
    owners = labeled.owner[best]

    def pick_from(parts: Parts, there: Images) -> Ints:
        return laser.pick(parts, labeled, there, b, rng_for(config.seed, "query", 1))

    def parts_of(s_vlm: Floats) -> Parts:
        return Parts(s_vlm, nothing, best, nothing, s_vlm, owners, "")

    if laser.settings.selection == "balanced":  # looks at names and scores, at no position
        return lambda s_vlm: pick_from(parts_of(s_vlm), images)
    order = random_order(images.ids, config.seed)  # as the engine hands the pool out
    there = Images(images.ids[order], lambda places: images.vectors(order[places]))
    return lambda s_vlm: order[pick_from(parts_of(s_vlm).at(order), there)]


def figures(rows: Ints, known: Known) -> Figures:
    """Precision and recall of the batch at `rows`, as far as `known` tells."""
    there = int(known.relevant.sum())
    hits = int(known.relevant[rows].sum())
    return Figures(known.count(rows), known.precision(rows), recall(hits, there), hits, there)


def histogram(scores: Floats, known: Known, edges: Floats) -> dict[str, Floats]:
    """Group -> (len(edges) - 1,) share of its images in each bin; groups without an image left out.

    Shares and not counts: a pool holds many times as many irrelevant images as relevant ones.
    Scores outside the edges count in the outermost bins.
    """
    bins = len(edges) - 1
    width = (edges[-1] - edges[0]) / bins
    place = np.clip(((scores - edges[0]) / width).astype(int), 0, bins - 1)
    found: dict[str, Floats] = {}
    groups = {
        "relevant": known.known & known.relevant,
        "irrelevant": known.known & ~known.relevant,
        "not known": ~known.known,
    }
    for name, mine in groups.items():
        if mine.any():
            found[name] = np.bincount(place[mine], minlength=bins) / int(mine.sum())
    return found


def bin_edges(first: Floats, second: Floats, bins: int = 50) -> Floats:
    """(bins + 1,) edges that hold the scores of both versions."""
    low = min(first.min(), second.min())
    high = max(first.max(), second.max())
    return np.linspace(low, high if high > low else low + 1.0, bins + 1)
