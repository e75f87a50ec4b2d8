"""How far a study is: what is finished, what failed and why, and the button that goes on."""

from __future__ import annotations

import streamlit as st

from laser_core.basics.sentences import count_of
from ui.arena.subject import Subject
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.fragment import fragment
from ui.shared.jobs import start_job
from ui.shared.runs import jobs

LOOK_AGAIN = 3.0  # seconds between two looks at a study that is under way


def show_progress(subject: Subject, busy: bool) -> None:
    """Nothing for a study that is finished, and for runs by themselves."""
    results, kept = subject.results, subject.kept
    if results is None or kept is None or results.count("finished") == len(results.cells):
        return
    failed = [result for result in results.cells if result.state == "failed"]
    absent = sorted({r.cell.line.name for r in results.cells if r.state == "unavailable"})
    text = f"{results.count('finished')} of {count_of(len(results.cells), 'run')} are finished"
    text += f", {len(failed)} failed" if failed else ""
    text += f"; not installed here: {', '.join(absent)}" if absent else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        note(f"{text}.", width="content")
        if not busy:
            st.button(
                "Go on with it", icon=":material/play_arrow:", key="arena_go_on",
                on_click=start_job, args=(jobs(), "study", {"study": str(kept.folder)}),
            )  # fmt: skip
        if failed:
            with st.popover("Why runs failed", icon=":material/error:"):
                for result in failed[:10]:
                    where = result.cell.key.replace("/", ", ")
                    st.markdown(f"**{escape_text(where)}** {escape_text(result.error)}")


def follow_study(subject: Subject, busy: bool) -> None:
    """Draw the page again when a study that is under way has come further."""
    kept = subject.kept
    if kept is None or not busy:
        return
    seen = kept.mark

    @fragment(run_every=LOOK_AGAIN)
    def look() -> None:
        if kept.mark != seen:
            st.rerun()

    look()
