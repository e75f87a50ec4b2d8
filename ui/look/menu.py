"""The menu: all pages, in groups, with icons. The one list of pages."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.look.sizes import presenting

NAME = "LaSeR Explorer"
HOME, LEARN = "pages/0_Home.py", "pages/9_Learn.py"
SIDEBAR = 216  # CSS pixels
ROOT = Path(__file__).resolve().parents[2]
GROUPS = {
    "": (
        (HOME, "Home", "home"),
        (LEARN, "Learn", "school"),
    ),
    "Set up": (
        ("pages/1_Data.py", "Data", "photo_library"),
        ("pages/2_Prompts.py", "Prompts", "notes"),
    ),
    "Ask and label": (
        ("pages/4_Round.py", "Round", "target"),
        ("pages/5_Label.py", "Label", "label"),
    ),
    "Understand": (
        ("pages/3_Map.py", "Map", "scatter_plot"),
        ("pages/6_Charts.py", "Charts", "show_chart"),
        ("pages/7_Arena.py", "Arena", "compare_arrows"),
    ),
    "Share": (("pages/8_Files.py", "Files", "file_save"),),
}
FORMER = {"Compare": "pages/7_Arena.py"}  # addresses of earlier versions, and what answers now


def menu() -> StreamlitPage:
    """Draw the menu; returns the page that the browser asks for."""
    configure_tab()  # first, or the browser asks fonts.gstatic.com for the page's icon
    pages = {
        group: [
            st.Page(ROOT / file, title=title, icon=f":material/{icon}:", default=file == HOME)
            for file, title, icon in entries
            if (ROOT / file).is_file()
        ]
        for group, entries in GROUPS.items()
    }
    pages[""] += [
        st.Page(ROOT / file, title=address, url_path=address, visibility="hidden")
        for address, file in FORMER.items()
    ]
    return st.navigation(pages, position="top" if presenting() else "sidebar")


def claim_pages() -> None:
    """As the server starts: have app.py alone decide which pages there are.

    Otherwise Streamlit makes a menu of its own from the folder `pages`, and runs the page of a deep
    link without app.py, until somebody opens the start page. Any call of `st.navigation` ends that;
    here nobody visits yet, and the log need not say so.
    """
    log = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    log.disabled = True
    try:
        st.navigation([st.Page(ROOT / HOME)])
    finally:
        log.disabled = False


def configure_tab(title: str = "", icon: str = "🔎") -> None:
    """Set the browser tab's title and icon, and the room that the menu takes.

    Args:
        title: of the page; "" for the app's own name.
        icon: an emoji (a Material icon would be fetched from outside).
    """
    st.set_page_config(
        page_title=f"{title} · {NAME}" if title else NAME,
        page_icon=icon,
        layout="wide",
        initial_sidebar_state="collapsed" if presenting() else SIDEBAR,
    )
