"""Prompts: confusers, descriptions and prompts; every edit shows at once what it would select."""

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.look.notes import note
from ui.prompts.ask import draw_prompts
from ui.prompts.confusers_off import draw_confusers_off, switch_confusers_off
from ui.prompts.effect import draw_effect, draw_pictures, warm_up_edits
from ui.prompts.lists import draw_lists
from ui.prompts.setup_helper import draw_setup
from ui.prompts.state import (
    base_number,
    classes_differ,
    follow,
    note_drawn,
    show_notices,
    texts_effect,
)
from ui.prompts.versions import choose_base, draw_bar, draw_versions
from ui.shared.fragment import fragment
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, follow_new_run, jobs

LISTS, PROMPTS, SETUP, VERSIONS = "Words", "Ask a model", "Find words", "Versions"

frame("Prompts", "💬", "Edit the words and see at once which pictures they find.", "full")
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
            "Part", [LISTS, PROMPTS, SETUP, VERSIONS], default=LISTS if versions else PROMPTS,
            required=True, key="prompts_part", label_visibility="collapsed",
            persist_state="session", wrap=True,
        )  # fmt: skip
        if versions and part == LISTS:
            draw_bar(run, versions)
    if not versions:
        note("This run has no descriptions yet: ask a model, or paste a reply.")
    try:
        if part == PROMPTS or not versions:
            kept = run.descriptions()
            draw_prompts(run, kept[1] if kept else None)
        elif part == SETUP:
            draw_setup(run)
        elif part == VERSIONS:
            draw_versions(run, versions)
        else:
            above = st.container()
            left, right = st.columns([5, 6], gap="small")
            with right, st.container(horizontal=True, vertical_alignment="center"):
                choose_base(run, versions)
                switch = st.container(width="content")
            now, base = texts_effect(run), texts_effect(run, base_number(run.name, versions))
            if now is None or base is None:
                return
            if difference := classes_differ(run, now.texts):
                above.warning(escape_text(difference))
            with switch:
                off = switch_confusers_off(now)
            with right:
                if off:
                    draw_confusers_off(run, now)
                else:
                    draw_effect(run, now, base)
                    draw_pictures(run, now, base)
            with left:  # last: what each confuser is worth takes longer than all the rest
                draw_lists(run, now)
            warm_up_edits(str(run.folder), base.number, run, base)
    except LaserError as error:
        st.error(escape_text(error))


body(run)
st.html(
    "<style>:has(>.st-key-follow){position:absolute}</style>"
)  # it draws nothing and takes no room
with st.container(key="follow"):
    follow(run)
