"""Map: pictures and sentences in two dimensions, to look around in and to choose from."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.map.choices import choose_map, offer_to_draw, show_remarks
from ui.map.view import choose_style, show_map
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Map", "🗺️", width="full")
run = current_run()
try:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = choose_map(run)
        look = choose_style(run, choice) if choice.kept is not None else None
    show_job_panel(jobs(), TITLES)
    if look is None:
        offer_to_draw(run, choice)
    else:
        show_remarks(run, choice)
        show_map(run, choice, look)
except LaserError as error:
    st.error(escape_text(error))
