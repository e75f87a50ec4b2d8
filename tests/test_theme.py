"""The colours of .streamlit/config.toml: readable in both themes, apart for the colour-blind."""

from __future__ import annotations

import itertools
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest

CONFIG = Path(__file__).parents[1] / ".streamlit" / "config.toml"
THEMES: dict[str, Any] = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
KINDS = ("light", "dark")
# How people without one kind of cone see linear RGB (Machado, Oliveira and Fernandes 2009).
SEEN = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Triple = tuple[float, float, float]


def linear(colour: str) -> Triple:
    """Linear red, green and blue, 0 to 1, of "#rrggbb"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: Triple) -> Triple:
    """CIE L*a*b* of linear RGB, for D65."""
    red, green, blue = colour
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        _curve(max(0.0, a * red + b * green + c * blue) / w)
        for (a, b, c), w in zip(rows, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _curve(value: float) -> float:
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116


def as_seen(colour: str, kind: str) -> Triple:
    mixed = [sum(m * v for m, v in zip(row, linear(colour), strict=True)) for row in SEEN[kind]]
    red, green, blue = (min(1.0, max(0.0, value)) for value in mixed)
    return lab((red, green, blue))


def test_the_measures_give_what_is_known_of_black_white_and_red():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.1)
    assert lab(linear("#ff0000")) == pytest.approx((53.2, 80.1, 67.2), abs=0.2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["textColor", "grayTextColor", "linkColor"])
def test_words_are_readable_on_the_page_on_panels_and_in_the_menu(kind: str, name: str) -> None:
    theme = THEMES[kind]
    menu = theme["sidebar"]["backgroundColor"]
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"], menu):
        assert contrast(theme[name], ground) >= 4.5, ground


@pytest.mark.parametrize("kind", KINDS)
def test_a_button_is_seen_and_its_white_words_are_read(kind: str) -> None:
    theme = THEMES[kind]
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_colours_of_charts_can_be_read_as_words(kind: str) -> None:
    theme = THEMES[kind]
    for colour in theme["chartCategoricalColors"]:
        assert contrast(colour, theme["backgroundColor"]) >= 4.5, colour


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("eyes", SEEN)
def test_the_first_five_colours_are_told_apart_by_all_eyes(kind: str, eyes: str) -> None:
    first = [as_seen(colour, eyes) for colour in THEMES[kind]["chartCategoricalColors"][:5]]
    assert min(math.dist(one, other) for one, other in itertools.combinations(first, 2)) >= 20
