"""Home page: a run that cannot be read, and the two ways out: a backup, or leaving it out."""

from __future__ import annotations

import streamlit as st

from laser_core.errors import LaserError
from laser_core.store.restore import Backup, leave_out, list_backups, restore_backup
from ui.escape import escape_text
from ui.shared.runs import RunCard, ago, close_runs, runs_folder
from ui.widgets.late_button import late_button

LOOKED = "home_looked_at"  # the run whose backups are shown


def show_damaged_run(card: RunCard, busy: bool) -> None:
    """Draw the card: what is wrong, what its backups hold, and a button for each way out.

    Args:
        busy: whether a job is under way, which may have the run open.
    """
    with st.container(border=True):
        st.markdown(f"**{escape_text(card.name)}** — cannot be read · {ago(card.changed)}")
        st.error(escape_text(card.state), icon=":material/error:")
        with st.container(horizontal=True):
            st.button(
                "Look at its backups", key=f"look {card.name}", on_click=_look, args=(card.name,),
                icon=":material/history:",
            )  # fmt: skip
            st.button(
                "Leave it out", key=f"leave {card.name}", on_click=_leave, args=(card.name,),
                icon=":material/visibility_off:", disabled=busy,
                help="Moves its folder out of the list, to .left-out beside the runs; nothing is "
                "deleted.",
            )  # fmt: skip
        if st.session_state.get(LOOKED) == card.name:
            _backups(card.name, busy)


def _look(name: str) -> None:
    st.session_state[LOOKED] = name


def _backups(name: str, busy: bool) -> None:
    """What each backup holds, and bringing one back."""
    found = list_backups(runs_folder() / name)
    if not found:
        st.markdown("It has no backup: one is made after every 500 labels, and every 5 minutes.")
        return
    st.dataframe([_row(backup) for backup in found], hide_index=True, width="stretch")
    readable = {b.path.name: b for b in found if not b.trouble}
    if not readable:
        st.warning("None of them can be read either. Copy the run from elsewhere.")
        return
    chosen = st.selectbox(
        "Bring back", list(readable), key=f"backup {name}",
        format_func=lambda one: f"{readable[one].labels:,} labeled, {one}",
    )  # fmt: skip
    late_button(
        f"Bring back the one with {readable[chosen].labels:,} labeled",
        lambda: _restore(name, chosen), type="primary", key=f"restore {name}", disabled=busy,
        help="What cannot be read stays beside it in the run's folder.",
    )  # fmt: skip


def _row(backup: Backup) -> dict[str, object]:
    return {
        "Backup": backup.path.name,
        "Labeled": None if backup.trouble else backup.labels,
        "Relevant": None if backup.trouble else backup.relevant,
        "Rounds": None if backup.trouble else backup.rounds,
        "Last label (UTC)": backup.last[:19].replace("T", " "),
        "Can be read": not backup.trouble,
    }


def _restore(name: str, backup: str) -> None:
    close_runs()  # no connection to the damaged file may be left
    try:
        done = restore_backup(runs_folder() / name, backup)
        st.session_state["job_notice"] = (
            f"{name} is back as of its backup: {done.backup.labels:,} pictures labeled."
        )
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
    st.session_state.pop(LOOKED, None)


def _leave(name: str) -> None:
    close_runs()
    try:
        place = leave_out(runs_folder() / name)
        st.session_state["job_notice"] = f"Left out; its folder is {place} now."
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
