"""Files: labels in from a table; labels, pictures, embeddings and whole runs out."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.files.incoming import show_label_import, show_pictures_place
from ui.files.outgoing import show_label_export, show_large_files, show_picture_export
from ui.shared.actor import who_labels
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame(
    "Files",
    "🗃️",
    "Labels in from a table; labels, pictures and whole runs out, for other tools.",
    "reading",
)
run = current_run(pictures=False)
job = show_job_panel(jobs(), TITLES)
try:
    out, into = st.columns(2, gap="large")
    with out:
        st.subheader("Out", anchor=False)
        show_label_export(run)
        show_picture_export(run, job)
        show_large_files(run, job)
    with into:
        st.subheader("In", anchor=False)
        show_label_import(run, who_labels())
        show_pictures_place(run)
except LaserError as error:
    st.error(escape_text(error))
