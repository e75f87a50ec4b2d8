"""The arrays of a query: the same files as ever, typed where they are read, refused if damaged."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.store.records import (
    RESERVED,
    Sizes,
    UnreadableError,
    from_files,
    titles_of,
    to_files,
)
from laser_core.view import ClassifierArrays, LaserArrays, Part, QueryArrays

SCORES, ROWS = np.array([0.5, 0.9, 0.1]), np.array([0, 2, 5])
LASER = LaserArrays(SCORES, SCORES, np.array([0, 1, 1]), SCORES)
TABLE = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])


def arrays(laser=LASER, classifier=None, **parts) -> QueryArrays:
    return QueryArrays(ROWS, SCORES, laser, classifier, parts)


def read(files, **sizes) -> QueryArrays:
    return from_files(files, {}, Sizes(**sizes))


def test_files_are_called_as_all_versions_have_called_them() -> None:
    everything = LaserArrays(
        SCORES, SCORES, ROWS, SCORES, ROWS, TABLE, names_log_sum=SCORES, names_sharpness=SCORES
    )
    files = to_files(arrays(everything, ClassifierArrays(TABLE, TABLE, TABLE)))
    assert set(files) == {
        "row", "score", "s_vlm", "s_det", "best", "delta", "class", "detector_logits",
        "names_log_sum", "names_sharpness", "classifier_logits", "text_logits", "learned_logits",
    } == RESERVED  # fmt: skip


def test_what_a_version_before_classes_and_classifiers_wrote_can_be_read() -> None:
    old = dict.fromkeys(("score", "s_vlm", "s_det", "delta"), SCORES)
    kept = read({**old, "row": ROWS, "best": np.array([0, 1, 1])})
    assert kept.laser is not None
    assert kept.laser.classes is None
    assert kept.classifier is None


def test_another_strategy_s_query_has_nothing_of_laser() -> None:
    kept = read(to_files(arrays(laser=None)))
    assert kept.laser is None
    np.testing.assert_array_equal(kept.score, SCORES)


def test_a_strategy_s_own_columns_come_back_with_their_titles() -> None:
    clean = Part("how surely relevant", np.array([0.1, 0.2, 0.3]), higher_is_better=False)
    given = arrays(laser=None, clean=clean)
    kept = from_files(to_files(given), titles_of(given), Sizes())
    assert kept.parts["clean"].title == "how surely relevant"
    assert not kept.parts["clean"].higher_is_better
    np.testing.assert_array_equal(kept.parts["clean"].values, clean.values)


def test_a_column_of_whole_numbers_points_at_relevant_classes() -> None:
    given = arrays(laser=None, of_class=Part("most probably", np.array([0, 1, 1])))
    kept = from_files(to_files(given), titles_of(given), Sizes(classes=2))
    assert kept.parts["of_class"].values.tolist() == [0, 1, 1]
    with pytest.raises(UnreadableError, match="of_class points at what is not there"):
        from_files(to_files(given), titles_of(given), Sizes(classes=1))


@pytest.mark.parametrize("name", ["row", "score", "class", "detector_logits"])
def test_a_column_of_a_strategy_cannot_take_a_name_of_the_engine_s(name: str) -> None:
    with pytest.raises(ValueError, match=f"called '{name}', a name of the engine's own"):
        to_files(arrays(**{name: Part("x", SCORES)}))


def test_an_image_is_found_by_its_row_in_the_pool() -> None:
    kept = arrays()
    assert kept.places([5, 0]).tolist() == [2, 0]
    assert kept.place(2) == 1
    assert kept.place(3) is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"row": None}, "there is no row"),
        ({"score": None}, "there is no score"),
        ({"s_det": None}, "there is no s_det"),
        ({"text_logits": None}, "there is no text_logits"),
        ({"score": SCORES[:2]}, "different lengths"),
        ({"s_vlm": TABLE}, "s_vlm is no list of numbers"),
        ({"detector_logits": np.zeros((3, 2, 2))}, "detector_logits is no list of numbers"),
        ({"score": np.array([0.5, np.nan, 0.1])}, "score has a value that is no number"),
        ({"classifier_logits": np.full((3, 2), -np.inf)}, "classifier_logits has a value"),
        ({"detector_logits": np.full((3, 2), np.nan)}, "detector_logits has a value"),
        ({"row": np.array([0.0, 1.0, 2.0])}, "row holds no whole numbers"),
        ({"row": np.array([-1, 1, 2])}, "row points at what is not there"),
        ({"row": np.array([0, 1, 9])}, "row points at what is not there"),
        ({"best": np.array([0, 1, 7])}, "best points at what is not there"),
        ({"class": np.array([0, 1, 4])}, "class points at what is not there"),
        ({"row": np.array([0, 2, 1])}, "row is not ascending"),
    ],
)
def test_arrays_that_are_not_what_they_should_be_are_refused_by_name(changed, fault) -> None:
    files = to_files(arrays(classifier=ClassifierArrays(TABLE, TABLE, TABLE)))
    files = {name: array for name, array in {**files, **changed}.items() if array is not None}
    with pytest.raises(UnreadableError, match=fault):
        read(files, row=9, best=2, classes=2)


def test_a_class_without_a_label_has_a_logit_of_minus_infinity() -> None:
    logits = np.array([[0.0, -np.inf], [1.0, -np.inf], [2.0, -np.inf]])
    laser = LaserArrays(SCORES, SCORES, np.array([0, 1, 1]), SCORES, detector_logits=logits)
    kept = read(to_files(arrays(laser)))
    assert kept.laser is not None
    np.testing.assert_array_equal(kept.laser.detector_logits, logits)
