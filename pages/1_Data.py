"""Data: choose or bring a pool, name the classes that matter, choose models, make the run."""

from pathlib import Path

import streamlit as st

from laser_core.config import ExperimentConfig
from laser_core.data.sets.published_sets import PRINTED_DESCRIPTIONS, usual_descriptions
from laser_core.errors import LaserError
from ui.data.classes import choose_classes
from ui.data.models import choose_models, choose_settings
from ui.data.source import choose_source, inspect_source, show_pool
from ui.escape import escape_text
from ui.shared.adopt import show_open_run_card
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, follow_new_run, jobs, start_run

frame(
    "Data",
    "🗂️",
    "A pool of pictures, the classes that matter in it, and the models in use.",
    "reading",
)
job = show_job_panel(jobs(), TITLES)
follow_new_run(job)
show_open_run_card()

st.subheader("1 · Pictures", anchor=False)
source = choose_source()
facts = inspect_source(source) if source else None
if source is None or facts is None:
    st.stop()
show_pool(source, facts)

st.subheader("2 · Models", anchor=False)
llm, vlm = choose_models()

st.subheader("3 · Classes that matter", anchor=False)
relevant = choose_classes(source, facts, llm, vlm)
usual_k = usual_descriptions(source.pool, facts["classes"])
printed_k = usual_descriptions(source.pool, facts["classes"], PRINTED_DESCRIPTIONS)
settings = choose_settings(facts["pool"], len(relevant), usual_k, printed_k)

try:
    config = ExperimentConfig.of(
        pool=source.pool,
        data_root=source.data_root,
        relevant=relevant,
        llm=llm,
        vlm=vlm,
        **settings,
    )
except LaserError as error:
    st.error(escape_text(error))
    st.stop()
st.button(
    "Make the run",
    type="primary",
    disabled=not relevant or (job is not None and job.active),
    on_click=start_run,
    args=(config, Path(source.pool).stem),
    icon=":material/play_arrow:",
)
st.caption("The pictures are embedded once; then the first query is shown before it is asked.")
