"""Files: labels in from a table; labels, pictures, embeddings and whole runs out."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escaped
from ui.files.incoming import labels_in, pictures_place
from ui.files.outgoing import labels_out, large_files, pictures_out
from ui.shared.actor import who_labels
from ui.shared.frame import frame
from ui.shared.jobs import job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Files", "🗃️", "Labels in from a table; labels, pictures and whole runs out, for other tools.")
run = current_run(pictures=False)
job = job_panel(jobs(), TITLES)
try:
    out, into = st.columns(2, gap="large")
    with out:
        st.subheader("Out", anchor=False)
        labels_out(run)
        pictures_out(run, job)
        large_files(run, job)
    with into:
        st.subheader("In", anchor=False)
        labels_in(run, who_labels())
        pictures_place(run)
except LaserError as error:
    st.error(escaped(error))
