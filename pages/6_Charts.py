"""Charts: precision, recall, accuracy, delta, what each description brought in, confusions."""

import streamlit as st

from laser_core.errors import LaserError
from laser_core.metrics.summary import rounds_csv
from ui.charts.rounds import AXES, axis_of, show_rounds, show_summary
from ui.charts.texts import show_classes, show_confusion, show_descriptions
from ui.escape import escape_text
from ui.shared.frame import frame
from ui.shared.jobs import show_job_panel
from ui.shared.runs import TITLES, current_run, jobs

ROUNDS, DESCRIPTIONS, CLASSES = "Rounds", "Descriptions", "Classes"
CONFUSION = "Confusion matrix"

frame("Charts", "📈", "What the rounds so far have brought, and what they cost.")
run = current_run(pictures=False)
show_job_panel(jobs(), TITLES)
try:
    records = run.records()
    if not records:
        st.markdown("No round is finished yet, so there is nothing to draw. Ask a query on Round.")
        st.page_link("pages/4_Round.py", label="To the next round", icon=":material/target:")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.segmented_control(  # all charts at once take the browser half a second
            "Show", (ROUNDS, DESCRIPTIONS, CLASSES, CONFUSION), default=ROUNDS, key="charts_show",
            required=True, persist_state="session", bind="query-params",
        )  # fmt: skip
        against = st.selectbox(
            "Against", AXES, key="charts_against", persist_state="session",
            bind="query-params", disabled=part != ROUNDS, width=170,
        )  # fmt: skip
        picture = st.segmented_control(
            "Pictures as", ("png", "svg"), default="png", key="charts_picture", required=True,
            persist_state="session", bind="query-params", format_func=str.upper,
            help="What the camera button of a chart saves.",
        )  # fmt: skip
        st.download_button(
            "rounds.csv", rounds_csv(records), f"{run.name}-rounds.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    show_summary(run, records, sparklines=part != ROUNDS)  # else the chart below draws the same
    if part == ROUNDS:
        show_rounds(run, records, axis_of(against or AXES[0], records), picture or "png")
    elif part == DESCRIPTIONS:
        show_descriptions(run, picture or "png")
    elif part == CLASSES:
        show_classes(run, picture or "png")
    else:
        show_confusion(run, records, picture or "png")
except LaserError as error:
    st.error(escape_text(error))
