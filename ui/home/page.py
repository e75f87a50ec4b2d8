"""Home: start the demo, open a run, or go and make one."""

from __future__ import annotations

import streamlit as st

from laser_core.config import ExperimentConfig
from ui.escape import escape_text
from ui.home.damaged_run import show_damaged_run
from ui.home.open_run import open_from_zip
from ui.shared.adopt import show_open_run_card
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.navigation import go_to
from ui.shared.runs import TITLES, ago, follow_new_run, jobs, open_run, run_cards, start_run


def show_home() -> None:
    """Draw the page."""
    frame("", width="reading")
    st.markdown(
        "**Open-set active learning** finds the pictures worth labeling in a pool that is mostly "
        "something else: you name the classes that matter, everything else is irrelevant, and no "
        "picture has a label yet. **LaSeR** lets a language model describe those classes and their "
        "look-alikes, lets a vision-language model compare the sentences with the pictures, and "
        "hands over, round by round, to a detector that learns from your answers."
    )

    job = show_job_panel(jobs(), TITLES)
    follow_new_run(job)
    show_open_run_card()
    busy = job is not None and job.active
    _start(busy)
    open_from_zip(busy)
    _runs(busy)


def _start(busy: bool) -> None:
    left, right = st.columns([1, 2], vertical_alignment="center")
    left.button(
        "Start the demo",
        type="primary",
        width="stretch",
        disabled=busy,
        on_click=start_run,
        args=(ExperimentConfig(), "demo"),
        icon=":material/play_arrow:",
    )
    right.caption(
        "2,880 rendered pictures of 40 household things, 8 of them relevant. Needs nothing from "
        "the internet. The first start looks at all of them once; a bar shows how far that is."
    )
    st.page_link(
        "pages/1_Data.py",
        label="Use my own pictures or another data set",
        icon=":material/folder_open:",
    )


def _runs(busy: bool) -> None:
    cards = run_cards()
    st.subheader("Runs", anchor=False)
    if not cards:
        st.info("No runs yet. The demo makes the first; your own pictures make the next.")
    for card in cards:
        if card.broken:
            show_damaged_run(card, busy)
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape_text(card.name)}** — {escape_text(card.summary)}")
            st.caption(f"{escape_text(card.state)} · {ago(card.changed)}", width="stretch")
            if st.button("Open", key=f"open {card.name}", on_click=open_run, args=(card.name,)):
                go_to("pages/4_Round.py", f"To {card.name}")
