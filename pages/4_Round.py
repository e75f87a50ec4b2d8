"""Round: see the next query before it is asked, move delta, ask, train; look back at any round."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.round.state import run_progress
from ui.round.view import choose_round, show_round
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame(
    "Round",
    "🎯",
    "The next query before it is asked: nothing is spent until you press Query.",
    "full",
)
run = current_run()
job = show_job_panel(jobs(), TITLES)
try:
    stand = run_progress(run)
    chosen, truth = choose_round(run, stand)
    show_round(run, stand, chosen, truth, job)
except LaserError as error:
    st.error(escape_text(error))
