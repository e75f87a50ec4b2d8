"""Label: answer the query by hand, fast, by keyboard; or any other pictures of the run."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.label.below import show_below
from ui.label.deck import AGAIN, QUERY, choose_ids, make_deck
from ui.label.history import (
    show_changed_rounds,
    show_class_editor,
    show_disagreements,
    show_names_met,
)
from ui.label.next_step import (
    show_more_doubts,
    show_no_query,
    show_nothing_doubted,
    show_train_button,
)
from ui.label.person import show_person
from ui.label.view import show_deck
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame(
    "Label", "🏷️", "Answer by key; each answer is saved at once, and U takes it back.", width="full"
)
run = current_run()
job = show_job_panel(jobs(), TITLES)
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    with st.container(width="stretch"):
        source, ids = choose_ids(run)
    actor, folded = show_person(run)
    show_class_editor(run, actor)
    if source == AGAIN and ids:
        show_more_doubts(run)
    else:
        show_train_button(run, job)

try:
    if ids:
        with st.spinner("Getting the pictures ready…"):
            deck = make_deck(run, source, ids, actor, folded)
        show_deck(run, deck)
    elif source == QUERY:
        show_no_query(run, job)
    elif source == AGAIN:
        show_nothing_doubted(run)
    show_below(run, actor, opened=not ids)
    show_changed_rounds(run)
    show_names_met(run, actor)
    show_disagreements(run, actor)
except LaserError as error:
    st.error(escape_text(error))
