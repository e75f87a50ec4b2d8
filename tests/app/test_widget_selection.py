"""What a widget's Python half returns, without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

GALLERY = """
import streamlit as st
from ui.widgets.gallery import Thumb, gallery
from ui.widgets.selection import Selection
st.button("choose", on_click=lambda: Selection("g").set(["b", "gone", "a"]))
st.button("let go", on_click=lambda: Selection("g").set([]))
items = [Thumb(id, "data:,") for id in "abc"]
st.text(",".join(gallery(items, "g", multiple=True)))
st.json(Selection("g").for_browser())
"""

MAP = """
import numpy as np
import streamlit as st
from ui.widgets.map import MapColours, MapPoints, scatter_map
from ui.widgets.selection import Selection
st.button("choose", on_click=lambda: Selection("m").set(["c", "a", "gone"]))
count = st.number_input("pictures", 1, 3, 3)
ids = np.array(list("abc"))[:count]
points = MapPoints(f"selection test {count}", ids, np.zeros((count, 2)))
labels = MapColours.by_category(f"selection test {count}", ["x"] * count, ["x"])
st.text(",".join(scatter_map(points, labels, "m")))
"""


def test_nothing_is_chosen_at_first() -> None:
    page = AppTest.from_string(GALLERY).run()
    assert not page.exception
    assert page.text[0].value == ""


def test_chosen_from_python_are_returned_in_order_without_those_not_shown() -> None:
    page = AppTest.from_string(GALLERY).run()
    page.button[0].click().run()
    assert page.text[0].value == "b,a"


def test_the_browser_learns_of_a_choice_by_a_new_number() -> None:
    page = AppTest.from_string(GALLERY).run()
    assert '"reset":0' in page.json[0].value.replace(" ", "")
    page.button[0].click().run()
    assert '"reset":1' in page.json[0].value.replace(" ", "")
    page.button[1].click().run()
    assert '"selected":[]' in page.json[0].value.replace(" ", "")


def test_a_map_returns_chosen_ids_in_the_order_of_its_points() -> None:
    page = AppTest.from_string(MAP).run()
    page.button[0].click().run()
    assert not page.exception
    assert page.text[0].value == "a,c"


def test_an_id_that_is_no_longer_on_the_map_is_not_returned() -> None:
    page = AppTest.from_string(MAP).run()
    page.button[0].click().run()
    page.number_input[0].set_value(2).run()
    assert page.text[0].value == "a"
    page.number_input[0].set_value(3).run()
    assert page.text[0].value == "a"  # let go for good, in the browser as well
