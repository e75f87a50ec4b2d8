"""Card 6: two pictures that the detector is sure of, one of them wrongly, by Eq. (2) to (4)."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.lesson.detector import DetectorView
from laser_core.analysis.reader import RunReader
from ui.learn.elements import answer_is_open, picture, show_words
from ui.learn.state import detector_of, sure_pictures_of
from ui.learn.texts import RIGHT_WHY, detector_text, why_choices
from ui.shared.plots import colours
from ui.widgets.bar_list import show_bar_list

OPEN, GUESS = "learn detector", "learn detector guess"


def show_detector(run: RunReader) -> None:
    """Draw the card."""
    round, pair = detector_of(run), sure_pictures_of(run)
    shows = "" if pair.wrong is None else str(run.facts.labels[pair.wrong.row])
    text, choices = detector_text(round, pair, shows), why_choices(round, pair)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_words(text)
        if pair.wrong is not None:
            guess = st.radio(
                "Why?",
                list(choices),
                index=None,
                key=GUESS,
                persist_state="session",
                format_func=choices.__getitem__,
                label_visibility="collapsed",
            )
        else:
            guess = None
        if answer_is_open(OPEN):
            if guess is not None:
                good = guess == RIGHT_WHY
                st.markdown(":green-badge[✓ Right]" if good else ":orange-badge[✗ Not quite]")
            st.markdown(text.answer)
    with right:
        st.markdown(
            r"(2) $\;L=-\frac{1}{n}\sum\log p(\text{right answer})$ $\qquad$ (3) $\;p="
            rf"\text{{softmax}}(a/{round.temperature:g})$"
        )
        for view in (pair.right, *([pair.wrong] if pair.wrong else [])):
            _view(run, view)


def _view(run: RunReader, view: DetectorView) -> None:
    with st.container(border=True):
        left, right = st.columns([2, 5], gap="small", vertical_alignment="center")
        with left:
            shown = str(run.facts.labels[view.row])
            picture(run, view.row, f"{run.facts.ids[view.row]}: {shown}", 112)
        with right:
            names = list(view.probabilities)
            show_bar_list(
                [f"{view.activations[name]:.2f} {name}" for name in names],
                [view.probabilities[name] for name in names],
                [*[colours().blue] * (len(names) - 1), colours().grey],
                3,
            )
            best, other = view.probabilities[view.likeliest], view.probabilities["irrelevant"]
            st.markdown(
                f":gray[Left: a; right: p.] (4) $\\small\\;S=\\max p-p_{{\\text{{irrelevant}}}}="
                f"{best:.3f}-{other:.3f}={view.score:.3f}$"
            )
