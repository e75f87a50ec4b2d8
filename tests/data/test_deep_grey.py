"""Grey of more than 8 bits: measurements, with places where nothing was measured."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from picture_parts import tiff

from laser_core.data.pictures.decode import decode


def shades(pixels: np.ndarray, *tags) -> list[int]:
    """The first row of a TIFF of `pixels` as 8-bit grey."""
    image = decode(tiff(pixels, *tags), "a")
    return np.asarray(image)[0, :, 0].tolist()


@pytest.mark.parametrize(
    ("odd", "shade"),
    [
        (np.inf, 255),
        (-np.inf, 0),
        (np.nan, 0),
        (-3.4028234663852886e38, 0),  # the least float, as GIS programs write it
        (9.969209968386869e36, 255),  # NetCDF's fill value
        (-9999.0, 0),
        (-32768.0, 0),
    ],
)
def test_a_place_without_a_measurement_does_not_darken_all_others(odd, shade):
    """F3: floats are scaled by those that were measured."""
    pixels = np.array([[0.0, 0.5, 1.0, odd]], dtype=np.float32)
    assert shades(pixels) == [0, 128, 255, shade]


def test_a_tiff_may_say_which_number_is_no_data():
    """F3: GDAL's tag for it counts, whatever the number."""
    tag = (42113, 2, 4, b"-7\0\0")
    for dtype in (np.float32, np.int32, np.int16):
        assert shades(np.array([[0, 50, 100, -7]], dtype=dtype), tag) == [0, 128, 255, 0]


def test_several_odd_places_at_once():
    """F3: infinity, no number and two ways of no data in one picture."""
    pixels = np.array([[np.nan, np.inf, -np.inf, -9999.0, 1e20, 0.0, 2.0]], dtype=np.float32)
    assert shades(pixels) == [0, 255, 0, 0, 255, 0, 255]


def test_an_ordinary_number_is_no_data_only_where_it_stands_apart():
    """F3: a picture of depths may well hold -9999."""
    pixels = np.array([[-9999.0, -5000.0, 0.0]], dtype=np.float32)
    assert shades(pixels) == [0, 127, 255]


@pytest.mark.parametrize("value", [np.nan, np.inf, 5.0])
def test_a_picture_without_two_different_measurements_is_black_and_no_error(value):
    """F3: there is nothing to scale by."""
    assert set(shades(np.full((2, 3), value, dtype=np.float32))) <= {0, 255}


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32])
def test_signed_and_deep_numbers_are_scaled_from_their_least_to_their_greatest(dtype):
    """F3: also below zero, also beyond 24 bits."""
    assert shades(np.array([[-1000, 0, 1000]], dtype=dtype)) == [0, 128, 255]
    if dtype == np.int32:
        assert shades(np.array([[-(2**31) + 8, 0, 2**31 - 8]], dtype=dtype)) == [0, 128, 255]


def test_unsigned_16_bit_keeps_its_full_range():
    """F3: dark pictures of a camera stay dark beside bright ones."""
    assert shades(np.array([[0, 257, 32896, 65535]], dtype=np.uint16)) == [0, 1, 128, 255]


def test_a_no_data_tag_that_is_no_number_says_nothing():
    """F3: neither does one of many digits."""
    pixels = np.array([[0.0, 1.0]], dtype=np.float32)
    for text in (b"none", b"nan\0", b"1e99", struct.pack("<I", 2**31)):
        assert shades(pixels, (42113, 2, 4, text)) == [0, 255]
