from dataclasses import replace

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.metrics import paper as metrics
from laser_core.metrics.summary import (
    labels_paid,
    minutes_spent,
    perfect_ceilings,
    rounds_csv,
    running_mean,
    summarise,
)
from laser_core.view import RoundRecord


def record(round: int, queried: int, relevant: int, recall: float | None) -> RoundRecord:
    return RoundRecord(
        round=round,
        ids=tuple(f"{round}-{i}" for i in range(queried)),
        labels=(0,) * relevant + (1,) * (queried - relevant),
        queried=queried,
        relevant=relevant,
        precision=relevant / queried,
        ceiling=None,
        recall=recall,
        accuracy=None,
    )


def test_precision_is_relevant_over_queried():
    assert metrics.precision(3, 4) == 0.75


def test_the_ceiling_falls_when_the_pool_runs_out_of_relevant_images():
    assert metrics.ceiling(500, 100) == 1.0
    assert metrics.ceiling(30, 100) == 0.3


def test_recall_counts_what_was_found_of_all_there_was():
    assert metrics.recall(9394, 13000) == pytest.approx(0.7226, abs=1e-4)  # Table 3, round 10
    assert metrics.recall(0, 0) is None


def test_accuracy_is_the_share_of_right_first_choices():
    logits = np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]])
    assert metrics.accuracy(logits, np.array([0, 1, 1])) == pytest.approx(2 / 3)
    assert metrics.accuracy(logits[:0], np.array([], dtype=int)) is None
    assert metrics.confusion(logits, np.array([0, 1, 1])) == ((1, 0), (1, 1))


def test_a_part_alone_is_judged_by_the_queried_images_in_its_own_top_b():
    scores = np.array([0.9, 0.8, 0.1, 0.7])
    queried, relevant = np.array([0, 2, 3]), np.array([True, False, True])
    # its top 2 are images 0 and 1; of those only 0 was queried, and it is relevant
    assert metrics.own_top_precision(scores, queried, relevant, 2, rng_for(0)) == 1.0
    assert metrics.own_top_precision(-scores, queried, relevant, 1, rng_for(0)) == 0.0


def test_a_perfect_selector_on_cifar_10_at_20_percent_averages_two_thirds():
    rounds = [record(j, 1500, 150, recall=0.015 * j) for j in range(1, 11)]
    assert np.mean(perfect_ceilings(rounds)) == pytest.approx(10_000 / 15_000)
    assert summarise(rounds).mean_precision == pytest.approx(0.1)


def test_the_table_leaves_cells_empty_for_what_nobody_knows():
    lines = rounds_csv([record(1, 4, 3, None)]).splitlines()
    assert lines[0].startswith(
        "round,queried,relevant,precision,ceiling,recall,accuracy,zero_shot,delta"
    )
    assert lines[1] == "1,4,3,0.750000,,,,,,,,,0.000000"


def test_the_running_mean_passes_over_rounds_without_a_value():
    assert running_mean([None, 1.0, None, 0.5]) == [None, 1.0, 1.0, 0.75]


def test_labels_and_minutes_add_up():
    rounds = [
        replace(record(1, 20, 5, None), seconds=30.0),
        replace(record(2, 18, 5, None), seconds=90.0),
    ]
    assert labels_paid(rounds) == [20, 38]
    assert minutes_spent(rounds) == [0.5, 2.0]
