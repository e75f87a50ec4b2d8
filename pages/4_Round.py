"""Round: see the next query before it is asked, move delta, ask, train; look back at any round."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escaped
from ui.round.look import standpoint
from ui.round.view import choose_round, show_round
from ui.shared.frame import frame
from ui.shared.jobs import job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Round", "🎯", "The next query before it is asked: nothing is spent until you press Query.")
run = current_run()
job = job_panel(jobs(), TITLES)
try:
    stand = standpoint(run)
    chosen, truth = choose_round(run, stand)
    show_round(run, stand, chosen, truth, job)
except LaserError as error:
    st.error(escaped(error))
