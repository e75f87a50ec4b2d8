"""Card 4: four ways to choose, and what a classifier learns from each."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.analysis.lesson.kept import WAY_NAMES, Way, lesson_figures
from laser_core.analysis.reader import RunReader
from laser_core.errors import LessonError
from laser_core.pool import positions
from ui.escape import chart_text
from ui.learn.elements import answer_is_open, show_words, wall
from ui.learn.lesson_run import is_lesson
from ui.learn.state import ways_of_run
from ui.learn.texts import percent, spread_text, worse_case
from ui.shared.jobs import start_job
from ui.shared.plots import colours, draw, figure, short
from ui.shared.runs import jobs

OPEN, WAY, SIZE = "learn spread", "learn way", "learn labels"


def show_spread(run: RunReader) -> None:
    """Draw the card."""
    ways = ways_of_run(run)
    if ways is None:
        _offer_to_train(run)
        return
    sizes = sorted({size for _, size in ways})
    left, right = st.columns([5, 6], gap="medium")
    with left:
        words = st.container()
        with st.container(horizontal=True, gap="small"):
            size = st.segmented_control(
                "Labels you can pay",
                sizes,
                default=sizes[0],
                key=SIZE,
                required=True,
                format_func=lambda count: f"{count} labels",
                label_visibility="collapsed",
                wrap=True,
            )
            way = st.segmented_control(
                "Choose",
                list(WAY_NAMES),
                default="best",
                key=WAY,
                format_func=WAY_NAMES.__getitem__,
                required=True,
                label_visibility="collapsed",
                wrap=True,
            )
        chosen, text = ways[str(way), int(size)], spread_text(ways, int(size))
        with words:
            show_words(text)
        boxes, chart = st.columns([5, 4], gap="small", vertical_alignment="center")
        with boxes:
            _figures(chosen)
        with chart:
            _classes(run, chosen)
        if answer_is_open(OPEN):
            st.markdown(text.answer)
            if is_lesson(run):
                with st.popover("A worse case", icon=":material/warning:"):
                    st.markdown(worse_case(lesson_figures()["eight"]))
    with right:
        rows = positions(run.facts.ids, list(chosen.ids))
        wall(run, np.asarray(rows), "learn spread wall", True, 62, 500)


def _figures(way: Way) -> None:
    right = "unknown" if way.accuracy is None else percent(way.accuracy)
    with st.container(horizontal=True, gap="small"):
        st.metric(
            "Precision",
            percent(way.relevant),
            border=True,
            help="Share of relevant pictures among those asked.",
        )
        st.metric(
            "Accuracy",
            right,
            border=True,
            help="Share of unseen test pictures that a classifier trained on these labels "
            "names right. It is the plain one (anchor 0): the app's own starts from "
            "the text, which hides much of what a batch fails to teach.",
        )


def _classes(run: RunReader, way: Way) -> None:
    names = list(run.config.relevant)
    counts = [way.classes.get(name, 0) for name in names]
    made, palette = figure(36 + 24 * min(4, len(names))), colours().classes
    made.add_bar(
        x=counts[:4],
        y=[chart_text(short(name, 16)) for name in names[:4]],
        orientation="h",
        text=counts[:4],
        textposition="outside",
        cliponaxis=False,
        marker_color=palette[: min(4, len(names))],
    )
    made.update_xaxes(visible=False, range=[0, 1.4 * max(1, *counts)])
    made.update_yaxes(autorange="reversed")
    made.update_layout(hovermode=False, showlegend=False)
    draw(made, "learn classes", "classes", "relevant pictures asked, by class", toolbar=False)


def _offer_to_train(run: RunReader) -> None:
    if len(run.config.relevant) < 2:
        raise LessonError(
            "This run has one relevant class, and a classifier needs two to tell apart; choose the "
            "lesson's own run above."
        )
    st.info("This card compares classifiers, and none has been trained on this run's batches yet.")
    busy = jobs().active() is not None
    st.button(
        "Train them",
        type="primary",
        disabled=busy,
        on_click=start_job,
        key="learn train",
        args=(jobs(), "compare_ways", {"folder": str(run.folder)}),
    )
