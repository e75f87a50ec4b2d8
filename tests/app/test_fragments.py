"""Fragments keep their place on a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE_CODE = sorted([*(REPOSITORY / "ui").rglob("*.py"), *(REPOSITORY / "pages").glob("*.py")])


def page() -> None:
    import streamlit as st

    from ui.shared.fragment import fragment

    @fragment()
    def piece() -> None:
        st.text("inside")

    piece()
    st.text("below")


def test_what_a_fragment_draws_lies_in_a_container_of_its_own() -> None:
    at = AppTest.from_function(page).run()
    box, below = at.main.children[0], at.main.children[1]
    assert box.type == "flex_container"
    assert [text.value for text in box.get("text")] == ["inside"]  # type: ignore[union-attr]
    assert below.value == "below"  # type: ignore[union-attr]


@pytest.mark.parametrize("file", PAGE_CODE, ids=lambda file: file.name)
def test_pages_use_the_boxed_fragment_and_not_streamlits(file: Path) -> None:
    if file.name != "fragment.py":
        assert "@st.fragment" not in file.read_text(encoding="utf-8")
