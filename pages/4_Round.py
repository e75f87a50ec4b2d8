"""Round: see the next batch before it is asked, move delta, ask, train; look back at any round."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.round.buttons import lead_to_label
from ui.round.state import run_progress
from ui.round.view import show_round
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Round", "🎯", "See the next pictures before you pay for their labels.", "full")
run = current_run()
job = show_job_panel(jobs(), TITLES)
lead_to_label(run, job)
try:
    stand = run_progress(run)
except LaserError as error:
    st.error(escape_text(error))
else:
    show_round(run, stand, job)
