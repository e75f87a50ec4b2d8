"""Prompts: confusers, descriptions and prompts; every edit shows at once what it would select."""

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.look.notes import note
from ui.prompts.ask import draw_prompts
from ui.prompts.effect import draw_effect, draw_pictures, warm_up_edits
from ui.prompts.lists import draw_lists
from ui.prompts.state import (
    base_number,
    classes_differ,
    follow,
    note_drawn,
    show_notices,
    texts_effect,
)
from ui.prompts.versions import draw_bar, draw_versions
from ui.shared.fragment import fragment
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, follow_new_run, jobs

LISTS, PROMPTS, VERSIONS = "Lists", "Prompts", "Versions"

frame("Prompts", "💬", "The words the query rests on: edit them and see at once what it would be.")
run = current_run()
follow_new_run(show_job_panel(jobs(), TITLES))


@fragment()
def body(run: RunReader) -> None:
    """All of the page; an edit runs this again and nothing else."""
    show_notices()
    versions = run.store.texts.all()
    note_drawn(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        part = st.segmented_control(
            "Part", [LISTS, PROMPTS, VERSIONS], default=LISTS if versions else PROMPTS,
            required=True, key="prompts_part", label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
        if versions and part == LISTS:
            draw_bar(run, versions)
    if not versions:
        note("This run has no descriptions yet: ask the model for them below.")
    try:
        if part == PROMPTS or not versions:
            kept = run.descriptions()
            draw_prompts(run, kept[1] if kept else None)
        elif part == VERSIONS:
            draw_versions(run, versions)
        else:
            now, base = texts_effect(run), texts_effect(run, base_number(run.name, versions))
            if now is None or base is None:
                return
            if difference := classes_differ(run, now.texts):
                st.info(escape_text(difference))
            left, right = st.columns(2)
            with right:
                draw_effect(run, now, base)
            with left:
                st.caption(f"Version {escape_text(versions[-1].label)}")
                draw_lists(run, now)
            with right:  # last: pictures that nobody has looked at yet take the worker a moment
                draw_pictures(run, now, base)
            warm_up_edits(str(run.folder), base.number, run, base)
    except LaserError as error:
        st.error(escape_text(error))


body(run)
follow(run)
