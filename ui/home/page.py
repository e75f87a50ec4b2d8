"""The home page: what this is, three ways to begin, and the runs."""

from __future__ import annotations

import streamlit as st

from laser_core.config import ExperimentConfig
from ui.escape import escape_text
from ui.home.damaged_run import show_damaged_run
from ui.home.open_run import open_from_zip
from ui.look.menu import LEARN, ROOT
from ui.look.notes import note
from ui.look.sizes import height
from ui.shared.adopt import show_open_run_card
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.navigation import go_to
from ui.shared.runs import (
    TITLES,
    RunCard,
    ago,
    follow_new_run,
    jobs,
    open_run,
    run_cards,
    start_run,
)

SHOWN = 5  # runs; more of them scroll in their box
STEPS = (
    ("Describe", "A language model describes each class and its look-alikes: the confusers."),
    ("Compare", "A vision-language model compares these sentences with every picture."),
    ("Ask", "The pictures that fit best are asked for, and you, or the data set, label them."),
    ("Learn", "A detector learns from the answers and takes over, round by round."),
)


def show_home() -> None:
    """Draw the page."""
    frame("", intro="Name the classes that matter; everything else is irrelevant.")
    st.markdown(
        "**Open-set active learning** finds the pictures worth labeling in a pool that is mostly "
        "something else. **LaSeR** does it with words first, and learns from your answers."
    )
    show_open_run_card()
    job = jobs().latest()
    busy = job is not None and job.active
    _ways_to_begin(busy)
    follow_new_run(show_job_panel(jobs(), TITLES))
    _runs(busy)
    _steps()


def _ways_to_begin(busy: bool) -> None:
    demo, own, other = st.columns(3, gap="small")
    with demo.container(border=True, height="stretch"):
        st.markdown("**Try it**")
        note("2,880 rendered pictures of 40 household things, 8 of them relevant. Works offline.")
        st.button(
            "Start the demo", type="primary", width="stretch", disabled=busy, on_click=start_run,
            args=(ExperimentConfig(), "demo"), icon=":material/play_arrow:",
        )  # fmt: skip
    with own.container(border=True, height="stretch"):
        st.markdown("**Use your own pictures**")
        note("A folder, a zip, a table, or a known data set. Nothing leaves this machine.")
        st.page_link("pages/1_Data.py", label="Choose the pictures", icon=":material/folder_open:")
    with other.container(border=True, height="stretch"):
        st.markdown("**Go on with a run**")
        note("Open one below, or bring one from another machine.")
        with st.popover("Open a run from a zip", icon=":material/unarchive:", width="stretch"):
            open_from_zip(busy)


def _runs(busy: bool) -> None:
    cards = run_cards()
    st.subheader("Runs", anchor=False)
    if not cards:
        note("No runs yet. The demo makes the first; your own pictures make the next.")
        return
    with st.container(height=height(300) if len(cards) > SHOWN else "content", border=False):
        for card in cards:
            if card.broken:
                show_damaged_run(card, busy)
            else:
                _run(card)


def _run(card: RunCard) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Open", key=f"open {card.name}", on_click=open_run, args=(card.name,)):
            go_to("pages/4_Round.py", f"To {card.name}")
        st.markdown(f"**{escape_text(card.name)}** · {escape_text(card.summary)}", width="stretch")
        note(f"{card.state} · {ago(card.changed)}", width="content")


def _steps() -> None:
    """What happens in a run, in four steps."""
    st.subheader("How a run goes", anchor=False)
    for number, (column, (name, text)) in enumerate(
        zip(st.columns(len(STEPS), gap="small"), STEPS, strict=True), 1
    ):
        column.markdown(f"**{number} · {name}**  \n{text}")
    if (ROOT / LEARN).is_file():
        st.page_link(LEARN, label="Learn how it works, step by step", icon=":material/school:")
