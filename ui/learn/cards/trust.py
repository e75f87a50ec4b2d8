"""Card 7: delta of Eq. (5), guessed first and then moved."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from laser_core.analysis.lesson.detector import DeltaCurve
from laser_core.analysis.lesson.kept import lesson_figures
from laser_core.analysis.reader import RunReader
from ui.learn.elements import answer_is_open, show_words
from ui.learn.lesson_run import is_lesson
from ui.learn.state import curve_of, detector_of, sure_pictures_of
from ui.learn.texts import percent, trust_text, wide_scores
from ui.shared.plots import colours, draw, figure

OPEN, GUESS, DELTA = "learn trust", "learn trust guess", "learn delta"


def show_trust(run: RunReader) -> None:
    """Draw the card."""
    round, curve = detector_of(run), curve_of(run)
    later = lesson_figures()["next"] if is_lesson(run) else None
    text = trust_text(round, curve, later)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        words = st.container()
        guess = st.slider(
            "My guess", 0, 100, 50, format="%d %%", key=GUESS, persist_state="session"
        )
        shown, delta = answer_is_open(OPEN, "Show me, then drag"), 1.0
        if shown:
            delta = st.select_slider("δ", curve.deltas, 1.0, key=DELTA)
            st.markdown(text.answer)
        with words:
            show_words(text)
    with right:
        st.latex(r"(5)\quad S=(1-\delta)\,S_{\text{words}}+\delta\,S_{\text{detector}}")
        _chart(curve, guess / 100, delta, shown)
        if shown:
            _example(run, delta)
            with st.popover("What δ does not mean", icon=":material/info:"):
                st.markdown(wide_scores(curve))


def _chart(curve: DeltaCurve, guess: float, delta: float, shown: bool) -> None:
    palette = colours()
    made: go.Figure = figure(
        300, "precision: relevant among those asked", "δ: words alone → detector alone"
    )
    if shown:
        made.add_scatter(
            x=curve.deltas,
            y=curve.precision,
            mode="lines+markers",
            name="precision",
            line={"color": palette.blue, "width": 3},
        )
        made.add_scatter(
            x=[delta],
            y=[curve.at(delta)],
            mode="markers+text",
            textposition="bottom center",
            text=[percent(curve.at(delta))],
            marker={"size": 15, "color": palette.orange},
        )
    else:
        made.add_scatter(
            x=[0],
            y=[curve.precision[0]],
            mode="markers",
            marker={"size": 14, "color": palette.blue},
        )
    made.add_scatter(
        x=[1],
        y=[guess],
        name="your guess",
        mode="markers+text",
        text=["your guess"],
        textposition="middle left",
        marker={"size": 13, "symbol": "x", "color": palette.pink},
    )
    made.update_layout(showlegend=False, hovermode="closest")
    made.update_xaxes(range=[-0.04, 1.06])
    made.update_yaxes(range=[0, 1.08], tickformat=".0%")
    draw(made, "learn trust chart", "delta", "precision of the next batch by δ", toolbar=False)


def _example(run: RunReader, delta: float) -> None:
    view = sure_pictures_of(run).right
    st.markdown(
        f"Card 6's right picture: (5) $\\;S={1 - delta:g}\\cdot{view.s_vlm:.3f}+{delta:g}\\cdot"
        f"{view.score:.3f}={view.final_score(delta):.3f}$"
    )
