"""Sentences that are no result: a remark in gray, and the way on from an empty page."""

from __future__ import annotations

from typing import Literal, NoReturn

import streamlit as st

from ui.escape import escape_text
from ui.look.menu import HOME


def note(text: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """A remark at the size of the text; a box is for what needs an answer."""
    note_markdown(escape_text(text), width)


def note_markdown(text: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """The same of Markdown of our own, such as a formula; names in it are escaped before."""
    st.markdown(f":gray[{text}]", width=width)


def lead_on(
    sentence: str, page: str = HOME, label: str = "To Home", icon: str = "home"
) -> NoReturn:
    """Say in one sentence what a page lacks, link to where it is made, and end the page.

    Args:
        page: as for `st.page_link`.
        label: what the link says.
        icon: a Material icon's name.
    """
    st.markdown(escape_text(sentence))
    st.page_link(page, label=label, icon=f":material/{icon}:")
    st.stop()
