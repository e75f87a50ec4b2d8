"""A run whose pictures are elsewhere asks for their place: at the top, everywhere the same."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.data.confirmation import MARK
from laser_core.data.open import is_gone
from laser_core.store.store import Store

ALL = ("1_Data", "2_Prompts", "3_Map", "4_Round", "5_Label", "6_Charts", "8_Files")


def first_words(page: AppTest) -> str:
    """What stands at the top of the page, below the line with its title."""
    parts = list(page.main)
    below = next(at for at, each in enumerate(parts) if each.key == "present_button")
    kinds = ("markdown", "text_input", "error")
    shown = [each for each in parts[below:] if each.type in kinds]
    return " ".join(str(each.value or each.label) for each in shown[:2])


@pytest.mark.parametrize("name", ALL)
def test_moved_pictures_are_asked_for_at_the_top_of_every_page(open_page, name: str) -> None:
    """H2: a red sentence below the fold was all that told of it."""
    page = open_page(name, "unlabeled")  # its pool, "flat folder", is nowhere
    assert not page.exception
    assert "its pictures are not there any more" in first_words(page)
    assert "flat folder" in first_words(page)
    assert [b.disabled for b in page.button if b.key == "adopt_use"] == [True]


@pytest.mark.parametrize("name", ALL)
def test_a_run_from_a_zip_asks_with_the_same_card(open_page, read_run, name: str) -> None:
    """H2: its pool has no place on this machine yet."""
    with closing(Store.open(read_run("ahead").folder)) as store:
        store.change_config(replace(store.config(), pool=f"{MARK}/home/ada/photos"))
    page = open_page(name, "ahead")
    assert not page.exception
    assert "was made elsewhere" in first_words(page)
    assert page.text_input(key="adopt_pool").value == ""
    home = page.switch_page("pages/0_Home.py").run()
    assert home.text_input(key="adopt_pool").value == ""


def test_a_run_whose_pictures_are_there_asks_nothing(open_page) -> None:
    """H2: the other side of it."""
    page = open_page("4_Round", "ahead")
    assert [field.key for field in page.text_input if field.key == "adopt_pool"] == []


@pytest.mark.parametrize(
    ("spec", "gone"),
    [("demo", False), ("CIFAR-10", False), ("tiny_imagenet", False), ("/no/such/place", True),
     ("photos.zip", True)],
)  # fmt: skip
def test_a_pool_is_gone_where_nothing_lies_at_its_place(
    spec: str, gone: bool, tmp_path: Path
) -> None:
    """H2: data sets by name are no places."""
    assert is_gone(spec) == gone
    assert not is_gone(str(tmp_path))
