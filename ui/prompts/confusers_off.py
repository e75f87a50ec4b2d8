"""Prompts page, "All confusers off": the query with and without confusers, side by side."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.first_query import Figures, batch_difference
from laser_core.analysis.reader import RunReader
from ui.prompts.effect import LEAST, SHOWN, picture_thumbs
from ui.prompts.state import TextsEffect, without_confusers
from ui.widgets.gallery import gallery

SWITCH = "All confusers off"


def switch_confusers_off(now: TextsEffect) -> bool:
    """The switch; whether both queries are to be shown. Nothing of the run changes by it."""
    count = sum(one.enabled and bool(one.sentences) for one in now.texts.confusers)
    return st.toggle(
        SWITCH, key="prompts_confusers_off", disabled=count == 0,
        help="Shows the query with and without confusers side by side. Only for looking: no "
        "version is made, and the next round keeps the confusers."
        if count
        else "No confuser is switched on, so there is nothing to leave out.",
    )  # fmt: skip


def draw_confusers_off(run: RunReader, now: TextsEffect) -> None:
    """Precision of both queries, and the pictures that only one of them or both would ask for."""
    off = without_confusers(run, now)
    st.markdown(
        f"Precision (relevant among those asked) with confusers: **{_precision(now.figures)}**, "
        f"without: **{_precision(off.figures)}**."
    )
    if not len(now.start.new_rows(off.start)):
        st.markdown("Both queries ask for the same pictures: here the confusers change nothing.")
    draw_difference(run, now, off, ("Only with confusers", "Only without"), "prompts_off")


def draw_difference(
    run: RunReader, a: TextsEffect, b: TextsEffect, names: tuple[str, str], key: str
) -> None:
    """The pictures that only one of two queries would ask for, and those of both; three columns."""
    parts = batch_difference(a.start, b.start)
    shown = [(names[0], a, parts.first), (names[1], b, parts.second), ("In both", a, parts.both)]
    for number, (column, (name, effect, rows)) in enumerate(
        zip(st.columns(3, gap="small"), shown, strict=True)
    ):
        with column:
            more = f", the first {SHOWN}" if len(rows) > SHOWN else ""
            st.markdown(f"**{name}** ({len(rows):,}{more})")
            gallery(
                picture_thumbs(run, effect, rows[:SHOWN]), f"{key}_{number}", label=name,
                size=72, fill=LEAST, empty="No picture.",
            )  # fmt: skip


def _precision(figures: Figures) -> str:
    if figures.precision is None:
        return "not known"
    return f"{figures.found:,} of {figures.known:,}"
