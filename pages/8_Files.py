"""Files: labels in from a table; labels, pictures, embeddings and whole runs out."""

import streamlit as st

from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.files.incoming import show_label_import, show_pictures_place
from ui.files.outgoing import show_label_export, show_large_files, show_picture_export
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

frame("Files", "🗃️", "Labels in from a table; labels, pictures and whole runs out.")
run = current_run(pictures=False)
job = show_job_panel(jobs(), TITLES)
try:
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        show_label_export(run)
    with right.container(border=True, height="stretch"):
        show_label_import(run)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        show_picture_export(run, job)
    with right.container(border=True, height="stretch"):
        show_large_files(run, job)
        show_pictures_place(run)
except LaserError as error:
    st.error(escape_text(error))
