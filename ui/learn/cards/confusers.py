"""Card 3: confusers switched on and off, and one picture's Eq. (1)."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.lesson.confusers import FirstBatch, confuser_names, lost_picture
from laser_core.analysis.lesson.pictures import truth_of
from laser_core.analysis.reader import RunReader
from ui.escape import escape_text
from ui.learn.elements import show_words, wall
from ui.learn.state import batch_with
from ui.learn.texts import confuser_text, confuser_verdict

ON = "learn confusers"


def show_confusers(run: RunReader) -> None:
    """Draw the card."""
    names, bare = confuser_names(run), batch_with(run, ())
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_words(confuser_text(bare.relevant, bare.size))
        on = st.pills(
            "Confusers",
            names,
            selection_mode="multi",
            key=ON,
            wrap=True,
            format_func=escape_text,
            label_visibility="collapsed",
        )
        now = batch_with(run, on)
        came = set(now.start.new_rows(bare.start).tolist())
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.metric(
                "Relevant",
                f"{now.relevant} of {now.size}",
                now.relevant - bare.relevant or None,
                border=True,
            )
            st.metric("Swapped", f"{len(came)} pictures", border=True)
            st.button(
                "All",
                key="learn confusers all",
                on_click=_all,
                args=(names,),
                icon=":material/done_all:",
            )
        _equation(run, bare, now)
        st.markdown(confuser_verdict(now.relevant, bare.relevant, len(on), len(names)))
    with right:
        wall(run, now.start.rows, "learn confuser wall", True, 62, 490, came)


def _all(names: list[str]) -> None:
    st.session_state[ON] = list(names)


def _equation(run: RunReader, bare: FirstBatch, now: FirstBatch) -> None:
    row = lost_picture(bare, truth_of(run))
    closest, score = float(bare.closest[row]), float(now.start.s_vlm[row])
    taken = closest - score
    shown = f"{taken:.3f}" if taken >= 0 else f"({taken:.3f})"
    st.markdown(
        f"**One picture**, {escape_text(run.facts.ids[row])} (shows: "
        f"{escape_text(run.facts.labels[row])}), place **{now.place(row):,}** of "
        f"{len(run.facts.ids):,}:  \n(1) $\\;S=\\underbrace{{{closest:.3f}}}_{{\\text{{closest}}}}"
        f"-\\underbrace{{{shown}}}_{{\\text{{confusers}}}}={score:.3f}$"
    )
