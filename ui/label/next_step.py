"""What comes before and after labeling: the next query, training."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.jobs.client import JobState
from ui.label.deck import at_hand, look_for_more
from ui.look.notes import note
from ui.shared.jobs import start_job
from ui.shared.runs import jobs


def show_train_button(run: RunReader, job: JobState | None) -> None:
    """Close the round with the answers given so far."""
    round = len(run.records()) + 1
    asked = run.store.rounds.query(round)
    if asked is None:
        return
    ids = asked[1].ids.tolist()
    labels = run.store.labels.by_id()
    answered = sum(id in labels for id in ids)
    finished = answered == len(ids)
    st.button(
        f"Train round {round} on the answers" if finished else "Train with fewer answers",
        type="primary" if finished else "secondary",
        disabled=answered == 0 or (job is not None and job.active),
        on_click=start_job,
        args=(jobs(), "train", {"folder": str(run.folder)}),
        help=f"{answered} of {len(ids)} pictures are answered. Pictures without an answer go "
        "back to the pool. You can go on labeling while the nets train.",
    )


def show_no_query(run: RunReader, job: JobState | None) -> None:
    """What to do where no query waits for labels."""
    done, config = len(run.records()), run.config
    if job is not None and job.active:
        note("A job is under way; its bar is above. Pictures appear here when it has ended.")
        return
    if done >= config.rounds or len(run.pool().unlabeled()) == 0:
        st.success(f"All {done} rounds are done. What they brought is on the Charts page.")
        st.page_link("pages/6_Charts.py", label="To the charts", icon=":material/show_chart:")
        return
    st.markdown(
        f"No query waits for labels. Ask for that of round {done + 1}: the {config.batch_size} "
        "pictures that score highest. Round shows them first and lets you change how they are "
        "chosen."
    )
    with st.container(horizontal=True):
        st.button(
            "Ask the next query",
            type="primary",
            on_click=start_job,
            args=(jobs(), "query", {"folder": str(run.folder)}),
        )
        st.page_link("pages/4_Round.py", label="Look at it on Round first", icon=":material/tune:")


def show_more_doubts(run: RunReader) -> None:
    """Once all labels of a second look are settled: look again, with what is known by now."""
    look = at_hand(run)
    if len(look.settled_ids(run)) == len(look.doubts):
        st.button("Look for more", on_click=look_for_more, args=(run,), type="primary")


def show_nothing_doubted(run: RunReader) -> None:
    """What a second look says where no label is spoken against."""
    if run.store.labels.counts():
        st.success(
            "No label is spoken against by the sentences, the detector and the nearest labeled "
            "pictures taken together. After more labels, look again."
        )
    else:
        note(
            "A second look finds labels that may be slips. There are none yet: answer some "
            "pictures of the query first."
        )
