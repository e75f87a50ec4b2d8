"""The page: which card, of which run, and what a teacher has beside it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.learn.cards.confusers import show_confusers
from ui.learn.cards.detector import show_detector
from ui.learn.cards.label import show_label
from ui.learn.cards.parts import show_parts
from ui.learn.cards.random_draw import show_random_draw
from ui.learn.cards.sentence import show_sentence
from ui.learn.cards.spread import show_spread
from ui.learn.cards.trust import show_trust
from ui.learn.lesson_run import choose_run, offer_to_prepare, show_error
from ui.learn.teacher import show_teacher
from ui.learn.texts import TITLES
from ui.look.address import memory_of, remember
from ui.shared.fragment import fragment
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES as JOBS
from ui.shared.runs import jobs

CARDS: dict[str, Callable[[RunReader], None]] = {
    "1": show_random_draw,
    "2": show_sentence,
    "3": show_confusers,
    "4": show_spread,
    "5": show_label,
    "6": show_detector,
    "7": show_trust,
    "8": show_parts,
}
CARD, CHOICE, TEACHER = "card", "learn card", "learn teacher"


def show_learn() -> None:
    """Draw the page."""
    frame("Learn", "🎓", "Find the few pictures that matter. Eight cards, about 12 minutes.")
    show_job_panel(jobs(), JOBS)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        card = _choose_card()
        teacher = st.toggle("Teacher", key=TEACHER, persist_state="session")
    try:
        run = choose_run()
        if run is None:
            offer_to_prepare()
        else:
            show_card(run, str(card))
        if teacher:
            show_teacher(run, str(card))
    except LaserError as error:
        show_error(error)


def _choose_card() -> str:
    """The card that the address names, or that was chosen since; `?card=3` is a bookmark."""
    if CHOICE not in st.session_state:
        given = memory_of(CARD)
        st.session_state[CHOICE] = given if given in CARDS else "1"

    def note() -> None:
        remember(CARD, str(st.session_state[CHOICE]))

    return str(
        st.segmented_control(
            "Card", list(CARDS), key=CHOICE, format_func=TITLES.__getitem__, required=True,
            label_visibility="collapsed", width="stretch", on_change=note,
            persist_state="session",
        )
    )  # fmt: skip


@fragment()
def show_card(run: RunReader, card: str) -> None:
    """One card; what is done on it runs this again and nothing else."""
    try:
        CARDS[card](run)
    except LaserError as error:
        show_error(error)
