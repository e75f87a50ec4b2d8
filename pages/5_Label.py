"""Label: answer the query by hand, fast, by keyboard; or any other pictures of the run."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escaped
from ui.label.deck import QUERY, choose_ids, make_deck
from ui.label.history import changed_rounds, classes, disagreements, history, names_met, so_far
from ui.label.stopping import estimates
from ui.label.view import show_deck
from ui.label.work import no_query, train_button
from ui.shared.actor import who_labels
from ui.shared.frame import frame
from ui.shared.jobs import job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Label", "🏷️")
run = current_run()
job = job_panel(jobs(), TITLES)
left, middle, side, right = st.columns([2.6, 1.1, 1.1, 1.8], vertical_alignment="bottom")
with left:
    source, ids = choose_ids(run)
with middle:
    actor = who_labels()
with side:
    classes(run, actor)
with right:
    train_button(run, job)

try:
    if ids:
        with st.spinner("Getting the pictures ready…"):
            deck = make_deck(run, source, ids, actor)
        show_deck(run, deck)
    elif source == QUERY:
        no_query(run, job)
    changed_rounds(run)
    names_met(run, actor)
    disagreements(run, actor)
    counts = st.expander(
        "So far, and when to stop", expanded=not ids, key="label_counts", on_change="rerun"
    )
    if counts.open:
        with counts:
            so_far(run)
            estimates(run, actor)
    last = st.expander("History: take labels back, or change them", key="label_last",
                       on_change="rerun")  # fmt: skip
    if last.open:
        with last:
            history(run, actor)
except LaserError as error:
    st.error(escaped(error))
