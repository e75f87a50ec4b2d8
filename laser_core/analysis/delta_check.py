"""Whether what is known speaks against the delta that the schedule has for the next round."""

from __future__ import annotations

from collections.abc import Sequence

from laser_core.analysis.ranking import Ranking, Trial
from laser_core.view import RoundRecord

CLEARLY = 0.1  # one part's precision above the other's, from which it is no chance of a batch
LOWERED = 0.05  # precision that another delta would have to bring


def labels_against(ranking: Ranking, records: Sequence[RoundRecord]) -> str:
    """A warning where the labels so far say that the wrong part of Eq. (5) decides; "" if not.

    Each record has the precision that either part would have had by itself among the answered
    pictures (Section 4.6). The detector decides where it makes more than half of the score's
    spread, whatever delta is called.

    Args:
        ranking: the next round's, by its schedule.
        records: finished rounds, oldest first.
    """
    told = [r for r in records if {"precision_vlm", "precision_det"} <= set(r.figures)]
    if not told or "delta_effective" not in ranking.figures:
        return ""
    language = told[-1].figures["precision_vlm"]
    detector = told[-1].figures["precision_det"]
    share = ranking.figures["delta_effective"]
    found = (
        f"of round {told[-1].round}'s answered pictures, {language:.0%} of those that language "
        f"alone would have taken were relevant and {detector:.0%} of the detector's"
    )
    now = f"δ = {ranking.delta:.2f} leaves the detector {share:.0%} of the score's spread"
    if language >= detector + CLEARLY and share > 0.5:
        return f"The labels so far speak for less δ: {found}, and {now}."
    if detector >= language + CLEARLY and share < 0.5:
        return f"The labels so far speak for more δ: {found}, and {now}."
    return ""


def truth_against(own: float | None, delta: float, trials: Sequence[Trial]) -> str:
    """A warning where another delta would find clearly more, by what is known of each picture.

    Args:
        own: precision of the batch by the schedule's `delta`; None where it is not known.
        trials: other deltas with theirs.
    """
    known = [trial for trial in trials if trial.precision is not None]
    if own is None or not known:
        return ""
    best = max(known, key=lambda trial: (trial.precision or 0.0, -abs(trial.delta - delta)))
    if (best.precision or 0.0) < own + LOWERED:
        return ""
    return (
        f"By the true labels that are shown, the schedule's δ = {delta:.2f} gives precision "
        f"{own:.2f}; δ = {best.delta:.2f} would give {best.precision:.2f}."
    )
