"""Data: choose or bring a pool, name the classes that matter, choose models, make the run."""

from pathlib import Path

import streamlit as st

from laser_core.config import ExperimentConfig
from laser_core.data.sets.published_sets import (
    PRINTED_DESCRIPTIONS,
    set_of,
    usual_batch,
    usual_descriptions,
)
from laser_core.errors import LaserError
from ui.data.classes import choose_classes
from ui.data.models import choose_data_set, choose_models, choose_settings
from ui.data.source import choose_source, inspect_source, show_pool
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.adopt import show_open_run_card
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, follow_new_run, jobs, start_run
from ui.widgets.late_button import late_button

frame("Data", "🗂️", "Choose the pictures, name the classes that matter in them, make the run.")
newest = jobs().latest()
busy = newest is not None and newest.active
show_open_run_card()
left, right = st.columns([7, 5], gap="medium")
with left:
    st.subheader("1 · Pictures", anchor=False)
    source = choose_source()
    facts = inspect_source(source) if source else None
    if source is not None and facts is not None:
        show_pool(source, facts)
with right:
    st.subheader("2 · Classes that matter", anchor=False)
    if source is None or facts is None:
        note("They can be chosen once the pictures are known.")
        follow_new_run(show_job_panel(jobs(), TITLES))
        st.stop()
    step_2 = st.container()
    st.subheader("3 · Models and the run", anchor=False)
    llm, vlm = choose_models()
    with step_2:
        relevant = choose_classes(source, facts, llm, vlm)
    on_disk = Path(source.pool).exists()  # a set called by its name is what it is called
    data_set = choose_data_set(facts["classes"]) if on_disk else ""
    known_as = set_of(source.pool, facts["classes"], data_set)
    settings = choose_settings(
        facts["pool"],
        len(relevant),
        usual_descriptions(known_as),
        usual_descriptions(known_as, PRINTED_DESCRIPTIONS),
        usual_batch(known_as, facts["pool"]),
    )
    try:
        config = ExperimentConfig.of(
            pool=source.pool,
            data_root=source.data_root,
            relevant=relevant,
            llm=llm,
            vlm=vlm,
            data_set=data_set,
            **settings,
        )
    except LaserError as error:
        st.error(escape_text(error))
        st.stop()
    late_button(
        "Make the run",
        lambda: start_run(config, Path(source.pool).stem),
        type="primary",
        width="stretch",
        disabled=not relevant or busy,
        icon=":material/play_arrow:",
    )
    follow_new_run(show_job_panel(jobs(), TITLES))
    if not busy:
        note("The pictures are embedded once; then you see the first query before it is asked.")
