"""Mean ranks and labels until good enough: numbers that can be checked by hand."""

import pytest

from laser_core.metrics.ranks import labels_to_reach, mean_ranks


def test_ranks_are_means_over_blocks_and_equal_lines_share_theirs():
    # block 1: 0.9 first, 0.8 second, 0.7 third; block 2: the last two share ranks 2 and 3
    assert mean_ranks([[0.9, 0.7, 0.8], [0.9, 0.5, 0.5]]) == [1.0, 2.75, 2.25]


def test_ranks_need_the_same_lines_in_every_block():
    with pytest.raises(ValueError, match="the same lines"):
        mean_ranks([[0.1, 0.2], [0.1]])
    with pytest.raises(ValueError, match="at least one block"):
        mean_ranks([])


def test_labels_to_reach_are_those_paid_by_the_end_of_the_first_round_that_is_good_enough():
    accuracies = [0.5, None, 0.9, 0.8]
    assert labels_to_reach([10, 20, 30, 40], accuracies, 0.9) == 30  # reached, not passed
    assert labels_to_reach([10, 20, 30, 40], accuracies, 0.4) == 10
    assert labels_to_reach([10, 20, 30, 40], accuracies, 0.91) is None
