"""Label: answer the query by hand, fast, by keyboard; or any other pictures of the run."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.label.deck import QUERY, choose_ids, make_deck
from ui.label.history import (
    show_changed_rounds,
    show_class_editor,
    show_counts,
    show_disagreements,
    show_history,
    show_names_met,
)
from ui.label.next_step import show_no_query, show_train_button
from ui.label.stopping import show_estimates
from ui.label.view import show_deck
from ui.shared.actor import who_labels
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Label", "🏷️", width="full")
run = current_run()
job = show_job_panel(jobs(), TITLES)
left, middle, side, right = st.columns([2.6, 1.1, 1.1, 1.8], vertical_alignment="bottom")
with left:
    source, ids = choose_ids(run)
with middle:
    actor = who_labels()
with side:
    show_class_editor(run, actor)
with right:
    show_train_button(run, job)

try:
    if ids:
        with st.spinner("Getting the pictures ready…"):
            deck = make_deck(run, source, ids, actor)
        show_deck(run, deck)
    elif source == QUERY:
        show_no_query(run, job)
    show_changed_rounds(run)
    show_names_met(run, actor)
    show_disagreements(run, actor)
    counts = st.expander(
        "So far, and when to stop", expanded=not ids, key="label_counts", on_change="rerun"
    )
    if counts.open:
        with counts:
            show_counts(run)
            show_estimates(run, actor)
    last = st.expander("History: take labels back, or change them", key="label_last",
                       on_change="rerun")  # fmt: skip
    if last.open:
        with last:
            show_history(run, actor)
except LaserError as error:
    st.error(escape_text(error))
