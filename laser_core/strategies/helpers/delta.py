"""How delta of Eq. (5) goes from round to round, and when no detector can have a share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from laser_core.basics.arrays import Ints
from laser_core.errors import ConfigError
from laser_core.view import RoundRecord

DELTA_STEP, DELTA_CAP = 0.1, 0.9  # Section 4.1: "increase it by 0.1 in each AL round", 10 rounds
LEAST_IRRELEVANT = 10  # labels of irrelevant images without which the detector tells nothing
NO_DETECTOR = "delta counts as 0 this round: "


@dataclass(frozen=True)
class DeltaSchedule:
    """How delta of Eq. (5) goes from round to round.

    Args:
        kind: "linear" min(step (j - 1), cap); "fixed" `value` from round 2 on; "precision"
            P_det / (P_det + P_vlm) of the round before (Section 4.6).
        value: the fixed delta, 0 to 1; unused otherwise.
    """

    kind: Literal["linear", "precision", "fixed"]
    value: float = 0.0


def delta_schedule(text: str) -> DeltaSchedule:
    """The schedule that `text` ("linear", "precision", "fixed:0.3") names.

    Raises:
        ConfigError: it names none, or the fixed value is no number from 0 to 1.
    """
    if text == "linear":
        return DeltaSchedule("linear")
    if text == "precision":
        return DeltaSchedule("precision")
    kind, _, number = text.partition(":")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if kind == "fixed" and 0.0 <= value <= 1.0:
        return DeltaSchedule("fixed", value)
    raise ConfigError(
        f"delta={text!r} is unknown; choose linear, precision, or fixed:X with X from 0 to 1, "
        "for example fixed:0.3"
    )


def scheduled_delta(
    schedule: DeltaSchedule, round_index: int, records: tuple[RoundRecord, ...]
) -> float:
    """Delta of round 1, 2, ... as its schedule has it, 0 to 1; always 0 in round 1 (Section 3.2.1).

    "precision" reads the last record's figures `precision_det` and `precision_vlm`; with both 0
    neither is better and delta is 0.5.
    """
    if round_index == 1:
        return 0.0
    if schedule.kind == "fixed":
        return schedule.value
    if schedule.kind == "linear":
        return min(DELTA_STEP * (round_index - 1), DELTA_CAP)
    last = records[-1].figures if records else {}
    detector, language = last.get("precision_det", 0.0), last.get("precision_vlm", 0.0)
    return detector / (detector + language) if detector + language > 0.0 else 0.5


def why_no_detector(labels: Ints, n_classes: int) -> str:
    """Why a detector trained on `labels` (L,) cannot be used yet; "" if it can."""
    irrelevant = int((labels == n_classes).sum())
    seen = len(np.unique(labels[labels < n_classes]))
    if irrelevant < LEAST_IRRELEVANT:
        return f"{irrelevant} irrelevant labels so far, the detector needs {LEAST_IRRELEVANT}"
    if seen < min(2, n_classes):
        return f"{seen} of {n_classes} relevant classes labeled so far, the detector needs 2"
    return ""
