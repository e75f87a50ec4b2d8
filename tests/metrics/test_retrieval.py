import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from laser_core.metrics.retrieval import (
    average_precision,
    percentile_interval,
    resampled_precisions,
    resampled_rows,
)


def test_average_precision_is_the_mean_of_the_precision_down_to_each_relevant_image():
    """Relevant ones at places 1 and 3: (1/1 + 2/3) / 2."""
    scores, relevant = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])
    assert average_precision(scores, relevant) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("relevant", [[True, False], [False, True]])
def test_images_of_one_score_share_a_place_whatever_their_order(relevant):
    assert average_precision(np.array([0.5, 0.5]), np.array(relevant)) == 0.5


def test_average_precision_is_that_of_scikit_learn_with_ties_too():
    rng = np.random.default_rng(0)
    scores, relevant = rng.integers(0, 20, 200) / 20.0, rng.random(200) < 0.2
    expected = average_precision_score(relevant, scores)
    assert average_precision(scores, relevant) == pytest.approx(expected)


def test_without_a_relevant_image_there_is_no_average_precision():
    with pytest.raises(ValueError, match="at least one relevant"):
        average_precision(np.array([0.5]), np.array([False]))


def test_every_redraw_has_as_many_labels_of_each_kind():
    relevant = np.array([True] * 3 + [False] * 7)
    rows = resampled_rows(relevant, np.random.default_rng(0), 50)
    assert relevant[rows].sum(axis=1).tolist() == [3] * 50


def test_labels_in_perfect_order_leave_an_interval_without_width():
    scores, relevant = np.arange(10.0), np.arange(10) >= 5
    rows = resampled_rows(relevant, np.random.default_rng(0), 50)
    within = percentile_interval(resampled_precisions(scores, relevant, rows))
    assert (within.low, within.high) == (1.0, 1.0)
