"""What speaks against the schedule's delta: the labels so far, or true labels where they show."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.analysis.ranking import Ranking, Trial, labels_against, truth_against
from laser_core.view import NO_ARRAYS, RoundRecord
from tests import fakes


def ranking(share: float) -> Ranking:
    """Round 4's, by a schedule that has delta at 0.3."""
    figures = {"delta": 0.3, "delta_effective": share}
    ids, rows = np.array(["a"]), np.array([0])
    return Ranking(4, ids, rows, np.array([1.0]), NO_ARRAYS, None, fakes.config(), figures)


def record(number: int, language: float, detector: float) -> RoundRecord:
    figures = {"precision_vlm": language, "precision_det": detector}
    return RoundRecord(number, (), (), 20, 10, 0.5, None, None, None, figures)


@pytest.mark.parametrize(
    ("share", "language", "detector", "said"),
    [
        (0.8, 0.9, 0.5, "speak for less δ"),
        (0.2, 0.9, 0.5, ""),  # the detector has not much of a say anyway
        (0.2, 0.5, 0.9, "speak for more δ"),
        (0.8, 0.5, 0.9, ""),
        (0.8, 0.55, 0.5, ""),  # chance of a batch
    ],
)
def test_the_part_that_chose_worse_should_not_be_the_one_that_decides(
    share: float, language: float, detector: float, said: str
) -> None:
    """H6: a warning where the schedule's delta goes against the labels, either way."""
    told = labels_against(ranking(share), [record(2, 0.0, 1.0), record(3, language, detector)])
    assert said in told
    assert bool(told) == bool(said)


def test_before_a_round_tells_of_both_parts_nothing_is_warned_of() -> None:
    """H6: round 1 has no detector to speak of."""
    first = RoundRecord(1, (), (), 20, 10, 0.5, None, None, None, {"precision_vlm": 0.9})
    assert labels_against(ranking(0.9), [first]) == ""
    assert labels_against(ranking(0.9), []) == ""


def test_another_delta_that_would_find_clearly_more_is_named() -> None:
    """H6: by true labels, where the page shows them."""
    trials = [Trial(0.0, 0.5, 0.8), Trial(0.1, 0.6, 0.8), Trial(0.3, 1.0, 0.6)]
    assert "the planned δ = 0.30 gives precision 0.60; δ = 0.10 would give 0.80" in truth_against(
        0.6, 0.3, trials
    )
    assert truth_against(0.78, 0.3, trials) == ""
    assert truth_against(None, 0.3, trials) == ""
    assert truth_against(0.6, 0.3, [Trial(0.0, 0.5, None)]) == ""
