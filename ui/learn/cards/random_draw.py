"""Card 1: pictures drawn at random, and how few of them are wanted."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.lesson.pictures import random_draw
from laser_core.analysis.reader import RunReader
from ui.learn.elements import answer_is_open, show_words, wall
from ui.learn.texts import random_text

OPEN, GUESS = "learn random", "learn random guess"


def show_random_draw(run: RunReader) -> None:
    """Draw the card."""
    drawn = random_draw(run)
    text = random_text(drawn, run.config.relevant)
    count = len(drawn.rows)
    left, right = st.columns([5, 7], gap="medium")
    with left:
        show_words(text)
        guess = st.slider("My guess", 0, count, count // 2, key=GUESS, persist_state="session")
        if answer_is_open(OPEN):
            st.metric(
                "Relevant",
                f"{drawn.relevant} of {count}",
                f"{guess - drawn.relevant:+d}: your guess",
                border=True,
                delta_color="off",
                delta_arrow="off",
            )
            st.markdown(text.answer)
    with right:
        wall(run, drawn.rows, "learn random wall", bool(st.session_state.get(OPEN)), 70, 520)
