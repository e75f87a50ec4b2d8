"""The relevant classes' share among confusers and names, with numbers checkable by hand."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.llm.negative_names import negative_names
from laser_core.neglabel import (
    BLOCK,
    denominator,
    far_enough,
    log_sum,
    names_part,
    relevant_share,
    sharpness_of,
)


def test_the_share_is_that_of_the_relevant_powers_in_the_sum_of_all() -> None:
    # s = 1 and cosines that are logarithms: (2 + 1) of 2 + 1 + 3 + 6
    relevant = np.log(np.array([[2.0], [1.0]]))
    confusers, names = np.log(np.array([[3.0]])), np.log(np.array([6.0]))
    np.testing.assert_allclose(relevant_share(relevant, confusers, names, 1.0), [3 / 12])


def test_without_confusers_and_names_everything_is_relevant() -> None:
    nothing = np.zeros((0, 1))
    np.testing.assert_allclose(relevant_share(np.zeros((1, 1)), nothing, np.array([-np.inf]), 9), 1)
    with pytest.raises(ValueError, match="0 rows"):
        relevant_share(nothing, nothing, np.zeros(1), 1.0)


def test_a_model_whose_cosines_lie_a_fifth_as_wide_gives_the_same_shares() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(0.2, 0.08, (6, 50))

    def shares(cosines: np.ndarray) -> np.ndarray:
        s = sharpness_of(cosines)
        return relevant_share(cosines[:2], cosines[2:4], log_sum(cosines[4:], s), s)

    np.testing.assert_allclose(shares(wide), shares(wide / 5 + 0.1))


def test_the_offline_model_s_usual_spread_gives_the_sharpness_of_30() -> None:
    assert sharpness_of(np.array([[0.0, 0.166]])) == pytest.approx(30.0, rel=0.01)
    assert np.isfinite(sharpness_of(np.ones((2, 2))))


def test_names_in_blocks_are_names_at_once() -> None:
    rng = np.random.default_rng(1)
    names, images = rng.normal(size=(2 * BLOCK + 3, 5)), rng.normal(size=(7, 5))
    widths: list[int] = []

    def cosines(some: np.ndarray) -> np.ndarray:
        widths.append(len(some))
        return some @ images.T

    part = names_part(names, 2.0, 7, cosines)
    assert widths == [BLOCK, BLOCK, 3]
    whole = names @ images.T
    np.testing.assert_allclose(part.log_sum, np.log(np.exp(2.0 * whole).sum(axis=0)))
    np.testing.assert_array_equal(part.largest, np.argsort(-whole, axis=0)[:3].T)
    np.testing.assert_allclose(part.cosines, -np.sort(-whole, axis=0)[:3].T, rtol=1e-6)


def test_a_name_that_may_mean_a_relevant_class_is_left_out() -> None:
    names = np.array([[1.0, 0.0], [0.95, np.sqrt(1 - 0.95**2)], [0.0, 1.0]])
    assert far_enough(names, np.array([[1.0, 0.0]])).tolist() == [False, False, True]
    assert far_enough(np.zeros((0, 2)), np.ones((1, 2))).tolist() == []


def test_the_shares_of_the_denominator_add_up_to_1() -> None:
    terms, names = denominator([("cup", np.log(2)), ("jar", np.log(3))], np.log(5), 1.0)
    assert [(term.name, round(term.share, 6)) for term in terms] == [("jar", 0.3), ("cup", 0.2)]
    assert names == pytest.approx(0.5)


def test_names_are_some_four_thousand_without_the_classes_and_what_they_are_kinds_of() -> None:
    names = negative_names(["mug", "poodle"])
    assert 3500 < len(names) < 4500
    assert not {"mug", "poodle", "dog"} & set(names)
    assert "dog" in negative_names(["mug"])
