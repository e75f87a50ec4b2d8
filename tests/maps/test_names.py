"""Where names stand on a map: numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np

from laser_core.maps.names import NamePlace, name_places

XY = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [90.0, 90.0], [5.0, 5.0]])


def test_a_name_stands_at_the_point_nearest_to_the_median_whatever_a_stray_does() -> None:
    places = name_places(["cat", "cat", "cat", None, "dog"], XY, ["cat"])
    assert places[0] == NamePlace("cat", 1, True)
    strayed = name_places(["cat", "cat", "cat", "cat", "dog"], XY, ["cat"])
    assert strayed[0].row in (1, 2)


def test_relevant_names_come_first_and_confusers_are_marked() -> None:
    places = name_places(["lynx", "cat", "lynx", "dog", "cat"], XY, ["dog", "cat", "bird"])
    assert [(place.name, place.relevant) for place in places] == [
        ("dog", True), ("cat", True), ("lynx", False),
    ]  # fmt: skip


def test_points_without_a_class_have_no_name() -> None:
    assert name_places([None] * 5, XY, ["cat"]) == []
