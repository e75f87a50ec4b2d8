"""The first call of every page: its title, the run in use, the models in use, the job under way."""

from __future__ import annotations

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.shared.jobs import show_job_badge, show_notice
from ui.shared.runs import TITLES, jobs, open_run_name, reader

NAME = "LaSeR Explorer"
STYLE = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 1500px; }
[data-testid="stSidebarNavLink"]:focus-visible { outline: 2px solid #0072b2; outline-offset: -2px; }
[data-testid="stMetricValue"] { font-size: 1.6rem; }
/* the entry of app.py, which native pages call by its file name */
[data-testid="stSidebarNavItems"] li:first-child p { font-size: 0; }
[data-testid="stSidebarNavItems"] li:first-child p::after { content: "Home"; font-size: 0.875rem; }
</style>
"""


def frame(title: str, icon: str = "🔎", intro: str = "") -> None:
    """Set up a page: browser title, sidebar, heading.

    Args:
        title: of the page; "" for the home page, which draws its own heading.
        icon: an emoji (a Material icon would be fetched from outside).
        intro: one sentence on what the page is for.
    """
    st.set_page_config(
        page_title=f"{title} · {NAME}" if title else NAME, page_icon=icon, layout="wide"
    )
    st.html(STYLE)
    with st.sidebar:
        _run_in_use()
    show_job_badge(jobs(), TITLES)
    if title:
        st.title(title, anchor=False)
    if intro:
        st.caption(intro)
    show_notice()


def _run_in_use() -> None:
    name = open_run_name()
    if not name:
        st.caption("No run is open.")
        return
    st.markdown(f"**Run** {escape_text(name)}")
    try:
        run = reader(name)
        done = len(run.records())
    except LaserError:  # the page says what is the matter, where it needs the run
        st.caption("It cannot be read.")
        return
    st.caption(f"{done} of {run.config.rounds} rounds · {escape_text(run.config.strategy)}")
    if run.prepared:
        kind = " (no LLM)" if run.config.llm == "offline" else ""
        st.caption(f"Language model: {escape_text(run.facts.llm)}{kind}")
        st.caption(f"Vision-language model: {escape_text(run.facts.vlm)}")
