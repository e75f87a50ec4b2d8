"""The first call of every page: one line with its name, what it is for, and the run in use."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from laser_core.errors import LaserError
from laser_core.strategies import STRATEGIES
from ui.escape import escape_text
from ui.look.address import keep_address
from ui.look.menu import HOME, NAME, configure_tab
from ui.look.notes import note_markdown
from ui.look.sizes import presenting, switch_presenting
from ui.look.theme import follow_theme, theme_option
from ui.shared.jobs import show_job_badge, show_notice
from ui.shared.runs import TITLES, jobs, open_run_name, reader
from ui.widgets.late_button import do_pending_work

Width = Literal["reading", "wide", "full"]
WIDTHS: dict[Width, str] = {"reading": "60rem", "wide": "105rem", "full": "none"}
# What Streamlit 1.67 has no setting for: the space at a page's sides, the focus in the menu, and
# letters that grow with the screen (24 px at 1920) while a room looks on.
SIDES = "[data-testid=stMainBlockContainer]{padding-inline:2rem;max-width:%s}"
FOCUS = "[data-testid=stSidebarNavLink]:focus-visible{outline:2px solid;outline-offset:-2px}"
NO_ROOM = (
    "[data-testid=stLayoutWrapper]:has(>:is(.st-key-address,.st-key-theme)){position:absolute}"
)
# What is chosen has the colour of buttons, which is too dark for words in the dark theme.
CHOSEN = (
    "[data-testid=stButtonGroup] :is([aria-checked=true],[aria-pressed=true]) p,"
    "[data-testid=stSliderThumbValue] p{color:%s}"
)
CAPTION = (  # theirs are too pale to be read from a distance
    "[data-testid=stCaptionContainer]{opacity:1}"
    "[data-testid=stCaptionContainer] :is(p,li){color:%s}"
)
LARGE = "html{font-size:clamp(20px,1.25vw,48px)}"


def frame(title: str, icon: str = "🔎", intro: str = "", width: Width = "wide") -> None:
    """Set up a page: browser tab, one line with its name and the run in use, the job under way.

    Args:
        title: of the page; "" for the home page.
        icon: an emoji (a Material icon would be fetched from outside).
        intro: one sentence on what one does here.
        width: "reading" for text and forms, "wide", or "full" for galleries and maps.
    """
    do_pending_work()
    configure_tab(title, icon)
    style = [SIDES % WIDTHS[width], FOCUS, NO_ROOM, CHOSEN % theme_option("linkColor")]
    style.append(CAPTION % theme_option("grayTextColor"))
    if presenting():
        style.append(LARGE)
    st.html(f"<style>{''.join(style)}</style>")
    if not presenting():
        show_job_badge(jobs(), TITLES)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="frame"):
        st.header(title or NAME, anchor=False, width="content")
        if intro:
            note_markdown(intro)
        else:
            st.space("stretch")
        _run_badge()
        _present_button()
        keep_address(title)
        follow_theme(title)
    show_notice()


def _present_button() -> None:
    on = presenting()
    st.button(
        "Back to the desk" if on else "Present",
        icon=":material/close_fullscreen:" if on else ":material/present_to_all:",
        help="Smaller letters, menu at the side" if on else "Larger letters, menu on top",
        key="present_button", type="tertiary", on_click=switch_presenting,
    )  # fmt: skip


def _run_badge() -> None:
    """The run in use as one button; what it consists of opens on a click."""
    name = open_run_name()
    if not name:
        st.badge("No run open", color="gray")
        return
    shown = escape_text(name if len(name) <= 28 else f"{name[:27]}…")
    try:
        run = reader(name)
        done, config = len(run.records()), run.config
    except LaserError:  # the page says what is the matter, where it needs the run
        st.badge(f"{shown} cannot be read", color="red", icon=":material/error:")
        return
    with st.popover(f"{shown} · {done} of {config.rounds} rounds", icon=":material/folder:"):
        st.markdown(f"**Run** {escape_text(name)}")
        st.markdown(f"**Looks for** {escape_text(', '.join(config.relevant))}")
        strategy = STRATEGIES.get(config.strategy)
        st.markdown(f"**Strategy** {escape_text(strategy.title if strategy else config.strategy)}")
        if run.prepared:
            kind = " (rules, no LLM)" if config.llm == "offline" else ""
            st.markdown(f"**Language model** {escape_text(run.facts.llm)}{kind}")
            st.markdown(f"**Vision-language model** {escape_text(run.facts.vlm)}")
        st.page_link(HOME, label="Open another run", icon=":material/swap_horiz:")
