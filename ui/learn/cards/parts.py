"""Card 8: the run again without one part, ordered by guess and then shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from laser_core.analysis.lesson.kept import lesson_figures
from laser_core.analysis.reader import RunReader
from laser_core.errors import LessonError
from ui.learn.elements import answer_is_open, show_words
from ui.learn.lesson_run import is_lesson
from ui.learn.texts import PART_ORDER, parts_text, percent, true_order
from ui.shared.plots import colours, draw, figure

OPEN, GUESS = "learn parts", "learn parts guess"


def show_parts(run: RunReader) -> None:
    """Draw the card.

    Raises:
        LessonError: the run is not the lesson's own.
    """
    if not is_lesson(run):
        raise LessonError(
            "This card needs the same run three times without each part, and yours has run once; "
            "Arena makes such runs, and the lesson's own run above has them."
        )
    parts = lesson_figures()["parts"]
    text = parts_text(parts)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_words(text)
        order = st.pills(
            "Best first",
            PART_ORDER,
            selection_mode="multi",
            key=GUESS,
            wrap=True,
            label_visibility="collapsed",
        )
        if order:
            st.markdown(" › ".join(f"{n} {name}" for n, name in enumerate(order, 1)))
        if answer_is_open(OPEN):
            right_places = sum(a == b for a, b in zip(order, true_order(parts), strict=False))
            if order:
                st.markdown(f":blue-badge[{right_places} of {len(PART_ORDER)} in their place]")
            st.markdown(text.answer)
    with right:
        _chart(parts, bool(st.session_state.get(OPEN)))


def _chart(parts: Mapping[str, Any], shown: bool) -> None:
    names = ["all parts", *(true_order(parts) if shown else PART_ORDER)]
    visible = names if shown else names[:1]
    palette = colours()
    made = figure(420, "precision: relevant among those asked", "")
    for label, values, colour in (
        ("round 1", [parts[name]["rounds"][0] for name in visible], palette.orange),
        ("all five rounds", [parts[name]["mean"] for name in visible], palette.blue),
    ):
        made.add_bar(
            x=visible,
            y=values,
            name=label,
            marker_color=colour,
            text=[percent(value) for value in values],
            textposition="outside",
        )
    made.update_layout(barmode="group", hovermode=False)
    made.update_xaxes(
        categoryorder="array",
        categoryarray=names,
        range=[-0.5, len(names) - 0.5],
        tickvals=list(range(len(names))),
        ticktext=[n.replace(" ", "<br>") for n in names],
    )
    made.update_yaxes(range=[0, 1.12], tickformat=".0%")
    shows = "precision with all parts and without one, in round 1 and over all five rounds"
    draw(made, "learn parts chart", "parts", shows, toolbar=False)
