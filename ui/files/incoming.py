"""Files page, what comes in: labels of a table, and where the run's pictures lie."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.basics.sentences import count_of, first_and_more
from laser_core.errors import LaserError
from laser_core.io.label_files.imports import ImportResult, NewNames, import_labels, preview_import
from laser_core.io.label_files.tables import LABEL_FILES
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.actor import who_labels
from ui.shared.folders import folder_input
from ui.shared.runs import requests, writable
from ui.shared.uploads import keep_upload
from ui.widgets.late_button import late_button

TABLES = [ending.removeprefix(".") for ending in LABEL_FILES]
SAID: dict[NewNames, str] = {
    "irrelevant": "irrelevant things",
    "relevant": "new relevant classes",
    "left out": "left out",
}
SHOWN = 20  # new names that the page lists


def show_label_import(run: RunReader) -> None:
    """Choose a table, see what it would bring, take it; what was taken can be given back."""
    title, name = st.columns([2, 1], vertical_alignment="center")
    title.subheader("Labels from a table", anchor=False)
    with name:
        actor = who_labels()
    given = st.file_uploader(
        "With id or path, and label; or from Label Studio or FiftyOne",
        type=TABLES,
        key="files_table",
    )
    if given is None:
        note(
            "A label that names a class of the run is relevant; of other names you are asked. "
            "Nothing is taken before you have seen what it would bring."
        )
    else:
        _offer(run, keep_upload(given.name, given.getvalue()), actor)
    for one in run.store.labels.imports():
        with st.container(horizontal=True, vertical_alignment="center"):
            brought = count_of(one.labels, "label")
            st.markdown(f"{brought} from a file · {escape_text(one.actor)} · {one.at[:16]}")
            late_button("Take back", partial(_take_back, run, one.action, actor),
                        key=f"files_back {one.action}")  # fmt: skip


def _offer(run: RunReader, table: Path, actor: str) -> None:
    try:
        found = _preview(run, table, "irrelevant")
        choice = _choice(found, table)
        if choice is not None:
            found = _preview(run, table, choice)
    except LaserError as error:
        st.error(escape_text(error))
        return
    st.markdown(f"{count_of(found.taken, 'picture')} would get a label.")
    for line in found.sentences():
        st.markdown(escape_text(line))
    late_button(
        f"Take {count_of(found.taken, 'label')}",
        lambda: _take(run, table, actor, choice or "left out"), type="primary", key="files_take",
        disabled=found.taken == 0 or choice is None,
    )  # fmt: skip


def _preview(run: RunReader, table: Path, new_names: NewNames) -> ImportResult:
    """What the table would bring; looked at once, until the run or the answer changes."""
    key = (str(table), new_names, str(run.folder), run.store.stamp())
    kept: dict[tuple[str, ...], ImportResult] = st.session_state.setdefault("files_previews", {})
    if key not in kept:
        found = preview_import(run.store, run.facts.ids, table, new_names)
        for old in list(kept)[:-1]:
            del kept[old]
        kept[key] = found
    return kept[key]


def _choice(found: ImportResult, table: Path) -> NewNames | None:
    """What new names are, once the person has said so; where there are none, nobody is asked."""
    if not found.new_names:
        return "irrelevant"
    st.warning(
        "This run does not know: "
        + escape_text(first_and_more([str(one) for one in found.new_names], SHOWN, "; "))
    )
    return st.segmented_control(  # asked anew for every table
        "They are", list(SAID), format_func=SAID.__getitem__,
        key=f"files_new_names {table.parent.name}",
    )  # fmt: skip


def _take(run: RunReader, table: Path, actor: str, new_names: NewNames) -> None:
    try:
        done = import_labels(writable(run), run.facts.ids, table, actor, new_names=new_names)
        taken = count_of(done.taken, "label")
        st.session_state["job_notice"] = f"{taken} taken from {table.name}."
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def _take_back(run: RunReader, action: int, actor: str) -> None:
    try:
        writable(run).events.take_back_action(action, actor)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def show_pictures_place(run: RunReader) -> None:
    """Where the pictures are read from, to be changed when they were moved."""
    with st.expander("Where the pictures lie", icon=":material/folder:"):
        st.markdown(f"They are read from {escape_text(run.config.pool)}.")
        place = folder_input("They are in another place now", "files_place")
        late_button("Look for them there", lambda: _move(run, str(Path(place).expanduser())),
                    disabled=not place, key="files_move")  # fmt: skip


def _move(run: RunReader, place: str) -> None:
    try:
        requests().ask("move_pool", {"folder": str(run.folder), "pool": place}, timeout=600)
        st.session_state["job_notice"] = f"The pictures are read from {place} from now on."
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
