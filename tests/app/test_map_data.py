"""What a map sends to the browser: packed numbers that can be checked by hand."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from laser_core.data.pictures.thumbnails import thumbnail_digest
from ui.widgets.map import MapColours, MapPoints
from ui.widgets.map.data import CATEGORY_COLOURS, UNKNOWN, pack_colours, pack_points


def unpacked(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def points(**changed) -> MapPoints:
    given = {
        "version": "v",
        "ids": np.array(["a", "b"]),
        "xy": np.array([[0.0, 0.0], [10.0, 4.0]]),
        "texts": ["a photo of a fox"],
        "text_xy": np.array([[5.0, 2.0]]),
        "best": np.array([0, -1]),
    }
    return MapPoints(**(given | changed))


def test_coordinates_fill_the_unit_square_but_for_a_margin_with_y_downward() -> None:
    packed = pack_points(points())
    np.testing.assert_allclose(unpacked(packed["xy"], "<f4"), [0.03, 0.97, 0.97, 0.03], atol=1e-6)
    np.testing.assert_allclose(unpacked(packed["textXy"], "<f4"), [0.5, 0.5], atol=1e-6)
    assert unpacked(packed["best"], "<i4").tolist() == [0, -1]


def test_points_on_one_spot_lie_in_the_middle() -> None:
    same = points(xy=np.full((2, 2), 7.0), text_xy=np.full((1, 2), 7.0))
    np.testing.assert_allclose(unpacked(pack_points(same)["xy"], "<f4"), 0.5)


def test_an_empty_map_can_be_packed() -> None:
    nothing = MapPoints("v", np.array([], dtype=np.str_), np.zeros((0, 2)))
    assert pack_points(nothing)["xy"] == ""


def test_thumbnail_names_travel_as_eight_bytes_each_once_they_are_made() -> None:
    assert pack_points(points())["digests"] == ""
    packed = pack_points(points(thumbnail_folder="/app/static/thumbs/x/"))
    names = base64.b64decode(packed["digests"])
    assert names == thumbnail_digest("a") + thumbnail_digest("b")


def test_the_pool_is_named_by_its_ids_alone() -> None:
    elsewhere = points(version="w", xy=np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert pack_points(points())["pool"] == pack_points(elsewhere)["pool"]
    others = points(ids=np.array(["a", "c"]))
    assert pack_points(points())["pool"] != pack_points(others)["pool"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"xy": np.zeros((3, 2))}, "xy has 3 rows, 2 are needed"),
        ({"captions": ["one"]}, "captions has 1 rows"),
        ({"best": np.array([0])}, "best has 1 rows"),
        ({"text_xy": np.zeros((0, 2))}, "text_xy has 0 rows"),
        ({"xy": np.array([[0.0, np.nan], [1.0, 1.0]])}, "not a finite number"),
    ],
)
def test_what_does_not_fit_together_is_refused(changed: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack_points(points(**changed))


def test_categories_become_codes_and_no_label_becomes_grey() -> None:
    colours = MapColours.by_category("c", ["hen", None, "fox", "ship"], ["fox", "hen"], ["fox"])
    assert colours.codes.tolist() == [1, UNKNOWN, 0, UNKNOWN]
    assert colours.text_codes.tolist() == [0]
    packed = pack_colours(colours)
    assert unpacked(packed["codes"], "<u2").tolist() == [1, UNKNOWN, 0, UNKNOWN]
    assert packed["colours"] == list(CATEGORY_COLOURS[:2])


def test_a_twenty_first_category_starts_the_colours_over() -> None:
    names = [f"class {n}" for n in range(21)]
    colours = MapColours.by_category("c", names, names)
    assert colours.colours[20] == colours.colours[0]


def test_scores_become_levels_between_their_lowest_and_highest() -> None:
    colours = MapColours.by_score("s", np.array([-1.0, 0.0, 1.0, np.nan]), np.array([5.0]))
    assert colours.codes.tolist() == [0, 512, 1023, UNKNOWN]
    assert colours.text_codes.tolist() == [1023]
    assert (colours.low, colours.high) == (-1.0, 1.0)


def test_equal_scores_and_no_scores_have_a_scale_too() -> None:
    assert MapColours.by_score("s", np.array([2.0, 2.0])).codes.tolist() == [0, 0]
    assert MapColours.by_score("s", np.array([np.nan])).codes.tolist() == [UNKNOWN]
