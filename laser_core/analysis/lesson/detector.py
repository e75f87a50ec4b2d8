"""Cards 5, 6 and 7: the round in which the detector has its first say, as it stood before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.analysis.known import Known
from laser_core.analysis.lesson.pictures import truth_of
from laser_core.analysis.ranking import Ranking, next_ranking, round_ranking, sweep
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.config import RoundChoice
from laser_core.errors import LessonError
from laser_core.pool import Pool
from laser_core.scores import detector_score, temperature_probabilities
from laser_core.strategies.laser import laser_settings
from laser_core.view import LaserArrays

DECK = 5  # pictures of card 5
WRONG_IN_DECK = 3  # of them at most so many irrelevant ones
DELTAS = (0.0, 0.05, *(step / 10 for step in range(1, 11)))  # of card 7's curve


@dataclass(frozen=True)
class DetectorRound:
    """The round of cards 5 to 7.

    Args:
        ranking: the batch that was, or would be, asked.
        before: labels as they were then.
        laser: the parts of Eq. (5) of every picture that was left.
        logits: (U, n + 1) activations a of Eq. (3), irrelevant last.
    """

    ranking: Ranking
    before: Pool
    laser: LaserArrays
    logits: Floats

    @property
    def labels(self) -> int:
        """How many labels the detector was trained on."""
        return len(self.before.training_labels()[1])

    @property
    def irrelevant(self) -> int:
        """How many of them are irrelevant."""
        return int((self.before.training_labels()[1] == self.before.space.n).sum())

    @property
    def temperature(self) -> float:
        """T of Eq. (3)."""
        return laser_settings(self.ranking.config).temperature


def detector_round(run: RunReader) -> DetectorRound:
    """The first round whose detector counts, asked or only looked at so far.

    Raises:
        LessonError: there is none yet, or another strategy asks in this run.
    """
    for round in range(2, len(run.records()) + 2):
        found = round_ranking(run, round) or next_ranking(run)
        if found is None or found.round != round or not found.fused:
            continue
        before, laser = run.pool(round - 1), found.arrays.laser
        usable = laser is not None and laser.detector_logits is not None
        if laser is not None and usable and not found.no_detector(before):
            return DetectorRound(found, before, laser, np.asarray(laser.detector_logits))
    raise LessonError(
        "No detector counts in this run yet: it needs two rounds or so of LaSeR, with ten "
        "irrelevant labels; go on with the run on Round, or choose the lesson's own run above."
    )


def deck_rows(round: DetectorRound, true: Bools | None) -> Ints:
    """(5,) rows of the batch for card 5, in its order: up to three irrelevant ones among them.

    Args:
        true: (N,) true relevance; None where nobody knows: then the first of the batch.
    """
    rows = round.ranking.rows
    if true is None:
        return rows[:DECK]
    wrong = rows[~true[rows]][:WRONG_IN_DECK]
    right = rows[true[rows]][: DECK - len(wrong)]
    chosen = np.concatenate([right, wrong])
    if len(chosen) < DECK:
        chosen = np.concatenate([chosen, np.setdiff1d(rows, chosen)[: DECK - len(chosen)]])
    return rows[np.isin(rows, chosen)]


@dataclass(frozen=True)
class DetectorView:
    """One picture as the detector sees it: Eq. (3) and (4) with its numbers.

    Args:
        row: of the pool.
        activations: class -> a, "irrelevant" last; a class without a label so far is left out.
        probabilities: class -> p of Eq. (3), likewise.
        score: Eq. (4).
        s_vlm: Eq. (1).
    """

    row: int
    activations: dict[str, float]
    probabilities: dict[str, float]
    score: float
    s_vlm: float

    @property
    def likeliest(self) -> str:
        """The relevant class of the highest probability."""
        classes = list(self.probabilities)[:-1]
        return max(classes, key=self.probabilities.__getitem__)

    def final_score(self, delta: float) -> float:
        """Eq. (5) of this picture."""
        return (1.0 - delta) * self.s_vlm + delta * self.score


@dataclass(frozen=True)
class SurePictures:
    """Card 6: two pictures of the batch that the detector is surest of.

    Args:
        right: the surest one that is relevant.
        wrong: the surest one that is irrelevant; None where the batch has none.
        alike: irrelevant labels so far that show the same kind of thing as `wrong`.
    """

    right: DetectorView
    wrong: DetectorView | None
    alike: int


def sure_pictures(run: RunReader, round: DetectorRound) -> SurePictures:
    """The two pictures of card 6.

    Raises:
        LessonError: the pool has no labels, or no picture of the batch is relevant.
    """
    true, rows = truth_of(run), round.ranking.rows
    score = round.laser.s_det[round.ranking.arrays.places(rows)]
    order = rows[np.argsort(-score, kind="stable")]
    right, wrong = order[true[order]], order[~true[order]]
    if not len(right):
        raise LessonError(
            f"Round {round.ranking.round} of this run holds no relevant picture to compare with; "
            "choose the lesson's own run above."
        )
    seen = detector_view(round, int(wrong[0])) if len(wrong) else None
    alike = _irrelevant_like(run, round, seen.row) if seen else 0
    return SurePictures(detector_view(round, int(right[0])), seen, alike)


def detector_view(round: DetectorRound, row: int) -> DetectorView:
    """What the detector says of the picture at `row` of the pool."""
    here = int(round.ranking.arrays.places([row])[0])
    logits = round.logits[here].astype(np.float64)
    chances = temperature_probabilities(logits, round.temperature)
    names = [*round.ranking.config.relevant, "irrelevant"]
    known = [n for n, logit in enumerate(logits) if np.isfinite(logit)]
    return DetectorView(
        row,
        {names[n]: float(logits[n]) for n in known},
        {names[n]: float(chances[n]) for n in known},
        float(detector_score(chances[None])[0]),
        float(round.laser.s_vlm[here]),
    )


def _irrelevant_like(run: RunReader, round: DetectorRound, row: int) -> int:
    """Irrelevant labels before the round whose pictures truly show what the one at `row` shows."""
    ids, labels = round.before.training_labels()
    shown = dict(zip(run.facts.ids.tolist(), run.facts.labels, strict=True))
    wrong = ids[labels == round.before.space.n].tolist()
    return sum(shown[id] == run.facts.labels[row] for id in wrong)


@dataclass(frozen=True)
class DeltaCurve:
    """Card 7: the precision of one round's batch by delta of Eq. (5).

    Args:
        deltas: 0 to 1, ascending.
        precision: of the batch by each.
        size: pictures of the batch.
        share: the detector's part of the score's variance at the delta of the schedule.
        schedule: that delta.
        ratio: spread of S_det over that of S_VLM.
    """

    deltas: tuple[float, ...]
    precision: tuple[float, ...]
    size: int
    share: float
    schedule: float
    ratio: float

    def at(self, delta: float) -> float:
        """Precision at one of `deltas`."""
        return self.precision[self.deltas.index(delta)]

    @property
    def best(self) -> float:
        """The smallest delta of the highest precision."""
        return self.deltas[int(np.argmax(self.precision))]


def delta_curve(run: RunReader, ranking: Ranking, before: Pool) -> DeltaCurve:
    """What other deltas would have brought in a round; half a second on a small pool.

    Args:
        ranking: the round's own batch.
        before: labels as they were when it was, or would be, asked.

    Raises:
        LessonError: the pool has no labels.
    """
    true = truth_of(run)
    known = Known(true, np.ones(len(true), dtype=bool))
    choices = {delta: RoundChoice(delta=delta) for delta in DELTAS}
    trials = sweep(ranking, choices, before, run.config, known)
    spreads = ranking.figures.get("sd_det", 0.0), ranking.figures.get("sd_vlm", 0.0)
    return DeltaCurve(
        DELTAS,
        tuple(trial.precision or 0.0 for trial in trials),
        len(ranking.ids),
        float(ranking.figures.get("delta_effective", 0.0)),
        ranking.delta,
        spreads[0] / spreads[1] if spreads[1] else 0.0,
    )
