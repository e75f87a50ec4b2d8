"""Compare: several runs over one another, mean and spread over seeds and splits."""

import streamlit as st

from laser_core.analysis.comparison import curve, obstacles, reservations
from laser_core.errors import LaserError
from ui.compare.chart import AXES, CEILINGS, MEASURES, comparison_chart, comparison_table
from ui.compare.rerun import offer_rerun
from ui.compare.runs import choose_groups, kept_runs
from ui.escape import escape_text
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, jobs

frame(
    "Compare",
    "⚖️",
    "Runs of one comparison that differ only in seed or class split are one line.",
    "full",
)
show_job_panel(jobs(), TITLES)
try:
    runs = kept_runs()
    if not any(run.records for run in runs):
        st.info(
            "No run has finished a round yet. Start the demo on the home page and do a round, or "
            "make a comparison: python -m laser_core compare --strategies laser,random "
            "--seeds 0,1,2 --out runs/first"
        )
        st.page_link("pages/0_Home.py", label="To the home page", icon=":material/home:")
        st.stop()
    groups = choose_groups(runs)
    if not groups:
        st.info("Choose at least one run above.")
        st.stop()
    if found := obstacles(groups):
        st.warning(escape_text(" ".join(found)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.segmented_control(
            "Show",
            list(MEASURES),
            default="precision",
            required=True,
            format_func=str.capitalize,
            key="compare_measure",
            persist_state="session",
        )
        against = st.segmented_control(
            "Against",
            list(AXES),
            default="round",
            required=True,
            format_func=AXES.__getitem__,
            key="compare_against",
            persist_state="session",
        )
    comparison_chart(groups, measure, against)
    notes = ["Bands are one standard deviation over n runs.", *reservations(groups)]
    if measure == "precision" and any(curve(group, "ceiling", "round").x for group in groups):
        notes.insert(0, CEILINGS)
    st.caption(escape_text(" ".join([f"{MEASURES[measure]}.", *notes])))
    comparison_table(groups)
    offer_rerun([run for group in groups for run in group.runs])
except LaserError as error:
    st.error(escape_text(error))
