import numpy as np
import pytest

from laser_core.scores import (
    confuser_weights,
    detector_score,
    detector_share,
    final_score,
    penalty,
    temperature_probabilities,
    vlm_score,
)

RELEVANT = np.array([[1.0, 0.6], [0.0, 0.8]])  # two sentences by two images
IRRELEVANT = np.array([[0.0, 0.4], [1.0, 0.2]])


def test_eq_1_is_best_relevant_cosine_less_mean_irrelevant_cosine():
    # image 0: max(1, 0) - (0 + 1) / 2 = 0.5; image 1: max(0.6, 0.8) - (0.4 + 0.2) / 2 = 0.5
    np.testing.assert_allclose(vlm_score(RELEVANT, IRRELEVANT), [0.5, 0.5])


def test_eq_1_without_a_confuser_is_the_best_cosine():
    np.testing.assert_allclose(vlm_score(RELEVANT, np.empty((0, 2))), [1.0, 0.8])


def test_eq_1_without_a_relevant_description_is_refused():
    with pytest.raises(ValueError, match="needs at least one"):
        vlm_score(np.empty((0, 2)), IRRELEVANT)


def test_a_confuser_with_more_sentences_weighs_no_more_than_another():
    three = np.array([[0.9], [0.7], [0.2]])  # two sentences of confuser 0, one of confuser 1
    # (0.8 + 0.2) / 2, not (0.9 + 0.7 + 0.2) / 3
    np.testing.assert_allclose(penalty(three, np.array([0, 0, 1])), [0.5])


def test_weights_of_sentences_sum_to_one_and_skip_switched_off_confusers():
    np.testing.assert_allclose(confuser_weights(np.array([0, 0, 5]), 3), [0.25, 0.25, 0.5])


def test_the_flat_mean_and_the_mean_of_means_agree_when_all_have_k_sentences():
    rows = np.arange(12.0).reshape(4, 3)
    owner = np.array([0, 0, 1, 1])
    np.testing.assert_allclose(penalty(rows, owner), penalty(rows, None))


def test_eq_3_halving_the_temperature_doubles_the_log_odds():
    logits = np.array([[np.log(3.0), 0.0]])
    np.testing.assert_allclose(temperature_probabilities(logits, 1.0), [[0.75, 0.25]])
    np.testing.assert_allclose(temperature_probabilities(logits, 0.5), [[0.9, 0.1]])  # 9 : 1


def test_eq_3_gives_an_unseen_class_probability_zero():
    p = temperature_probabilities(np.array([[0.0, -np.inf, 0.0]]), 0.5)
    np.testing.assert_allclose(p, [[0.5, 0.0, 0.5]])


def test_eq_3_refuses_a_row_that_says_nothing():
    with pytest.raises(ValueError, match="no finite value"):
        temperature_probabilities(np.array([[np.nan, 0.0]]), 0.5)


def test_eq_4_is_best_relevant_probability_less_the_irrelevant_one():
    p = np.array([[0.7, 0.1, 0.2], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(detector_score(p), [0.5, -1.0])


def test_eq_5_raw_is_the_weighted_sum():
    s = final_score(np.array([0.2, 0.4]), np.array([1.0, -1.0]), 0.25)
    np.testing.assert_allclose(s, [0.4, 0.05])  # 0.75 * 0.2 + 0.25; 0.75 * 0.4 - 0.25


def test_eq_5_takes_a_delta_of_its_own_for_each_image():
    s = final_score(np.array([0.2, 0.4]), np.array([1.0, -1.0]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(s, [0.2, -1.0])


def test_eq_5_zscore_brings_both_parts_to_one_scale():
    s = final_score(np.array([0.0, 0.02]), np.array([1.0, -1.0]), 0.5, "zscore")
    np.testing.assert_allclose(s, [0.0, 0.0], atol=1e-12)  # -1 and +1 cancel +1 and -1


def test_zscore_of_scores_that_are_all_the_same_is_zero_not_nan():
    s = final_score(np.array([0.3, 0.3]), np.array([1.0, -1.0]), 0.5, "zscore")
    np.testing.assert_allclose(s, [0.5, -0.5])


def test_the_detectors_share_of_the_raw_sum_is_nearly_all_even_at_delta_a_tenth():
    # (0.1 * 0.7)^2 / ((0.1 * 0.7)^2 + (0.9 * 0.02)^2) = 0.0049 / 0.005224
    assert detector_share(0.02, 0.7, 0.1) == pytest.approx(0.938, abs=1e-3)
    assert detector_share(0.02, 0.7, 0.1, "zscore") == pytest.approx(0.01 / 0.82)
    assert detector_share(0.02, 0.0, 0.9) == 0.0
