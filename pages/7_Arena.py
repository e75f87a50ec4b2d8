"""Arena: strategies and settings side by side, as lines and as pictures; new studies."""

import streamlit as st

from laser_core.analysis.comparison import obstacles, reservations
from laser_core.analysis.labels_needed import result_sentence
from laser_core.errors import LaserError
from ui.arena.kept_runs import readable_runs
from ui.arena.lines import choose_measure, choose_target, show_figure, show_numbers
from ui.arena.new_study import show_new_study
from ui.arena.pictures import show_pictures
from ui.arena.progress import follow_study, show_progress
from ui.arena.rerun import offer_rerun
from ui.arena.reuse import offer_answers
from ui.arena.subject import choose_lines, choose_subject
from ui.arena.views import LINES, NEW, PICTURES, choose_part
from ui.escape import escape_text
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, jobs

frame("Arena", "⚔️", "Which strategy asks best: the same task, done in several ways.", "full")
job = show_job_panel(jobs(), TITLES)
busy = job is not None and job.active
try:
    with st.container(horizontal=True, vertical_alignment="center", key="arena_top"):
        part = choose_part()
        subject = choose_subject() if part != NEW else None
        lines, against = choose_lines(subject) if subject else ([], "labels")
        measure = choose_measure() if part == LINES and lines else "accuracy"
        target = choose_target(lines) if part == LINES and lines else None
    if part == NEW:
        show_new_study(busy)
        st.stop()
    if subject is None:
        st.markdown("Nothing has finished a round yet. A study appears here after its first one.")
        st.page_link("pages/0_Home.py", label="Start the demo", icon=":material/play_arrow:")
        st.stop()
    show_progress(subject, busy)
    follow_study(subject, busy)
    groups = [line.group for line in lines]
    if not lines:
        where = "with its first round" if subject.kept else "once you choose a run above"
        st.markdown(f"No line to draw: one appears {where}.")
        st.stop()
    if found := obstacles(groups):
        st.warning(escape_text(" ".join(found)))
    if part == PICTURES:
        offer_answers(readable_runs()[0])
        show_pictures(subject, lines)
        st.stop()
    if not found and (said := result_sentence(groups, target)):
        st.markdown(f"**{escape_text(said)}**")
    show_figure(subject, lines, measure, against)
    show_numbers(subject, lines, target, against)
    for note in reservations(groups):
        st.markdown(f":gray[{escape_text(note)}]")
    if subject.kept is None:
        offer_rerun([run for group in groups for run in group.runs])
except LaserError as error:
    st.error(escape_text(error))
