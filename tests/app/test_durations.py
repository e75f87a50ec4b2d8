"""No page promises how long something will take: time left is measured, or nothing is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.maps.umap_steps import umap_layout
from tests import fakes

UNIT = r"(?:seconds?|minutes?|hours?|s|min|h)\b"
PROMISE = re.compile(
    rf"\b(?:half a|an?|a few|some|about \d+|under \d+) {UNIT}|\btakes? (?:seconds|minutes|hours)",
    re.IGNORECASE,
)
PAGES = ("1_Data", "2_Prompts", "3_Map", "4_Round", "5_Label", "6_Charts", "7_Arena", "8_Files")


def words(page: AppTest) -> Iterator[str]:
    for element in page.main:
        for part in ("value", "label", "help", "body", "placeholder"):
            for of in (element, element.proto):
                if isinstance(said := getattr(of, part, None), str):
                    yield said


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("run", ["ahead", "done"])
def test_no_page_promises_a_duration(open_page, name: str, run: str) -> None:
    """C8: "a minute", "half a minute" and "seconds" were fixed words, and wrong."""
    page = open_page(name, run)
    assert not page.exception
    assert [text for text in words(page) if PROMISE.search(text)] == []


def test_the_home_page_promises_none_either(open_page) -> None:
    """C8: "in under a minute" stood beside a bar that said 2 min."""
    page = open_page("4_Round").switch_page("pages/0_Home.py").run()
    assert "2,880 rendered pictures" in " ".join(words(page))
    assert [text for text in words(page) if PROMISE.search(text)] == []


def test_drawing_a_map_promises_none_in_its_steps() -> None:
    """C8: "up to half a minute" took 93 s."""
    steps = umap_layout(fakes.encode(["a", "b", "c", "d"]), 0)
    assert not PROMISE.search(next(steps).stage)
    steps.close()


@pytest.mark.parametrize(
    "text",
    ["in under a minute", "takes about 30 s", "up to half a minute", "takes a minute, once",
     "takes a few seconds", "may take minutes", "half a minute"],
)  # fmt: skip
def test_this_test_would_notice(text: str) -> None:
    assert PROMISE.search(text)
