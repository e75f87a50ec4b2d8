"""Files page, what comes in: labels of a table, and where the run's pictures lie."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from laser_core.errors import LaserError
from laser_core.imports import import_labels, preview_import
from laser_core.reader import RunReader
from ui.escape import escaped
from ui.state import requests
from ui.uploads import keep_upload

TABLES = ["csv", "tsv", "parquet", "jsonl"]


def labels_in(run: RunReader, actor: str) -> None:
    """Choose a table, see what it would bring, take it; what was taken can be given back."""
    st.markdown("**Labels from a table**")
    given = st.file_uploader(
        "CSV, TSV, Parquet or JSON lines with id or path, and label", type=TABLES, key="files_table"
    )
    if given is None:
        st.caption(
            "A label that names a class of the run is relevant, any other is the name of "
            "something irrelevant; a column status (relevant, irrelevant, unsure, excluded) says "
            "so itself. Nothing is taken before you have seen what it would bring."
        )
    else:
        _offer(run, keep_upload(given.name, given.getvalue()), actor)
    for one in run.store.imports():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{_count(one.labels, 'label')} from a file · {escaped(one.actor)} · {one.at[:16]}"
            )
            st.button("Take back", key=f"files_back {one.action}", on_click=_take_back,
                      args=(run, one.action, actor))  # fmt: skip


def _offer(run: RunReader, table: Path, actor: str) -> None:
    try:
        found = preview_import(run.store, run.facts.ids, table)
    except LaserError as error:
        st.error(escaped(error))
        return
    st.markdown(f"{_count(found.taken, 'picture')} would get a label.")
    for line in found.sentences():
        st.markdown(escaped(line))
    st.button(
        f"Take {_count(found.taken, 'label')}", type="primary", disabled=found.taken == 0,
        key="files_take", on_click=_take, args=(run, table, actor),
    )  # fmt: skip


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _take(run: RunReader, table: Path, actor: str) -> None:
    try:
        done = import_labels(run.store, run.facts.ids, table, actor)
        st.session_state["job_notice"] = f"{_count(done.taken, 'label')} taken from {table.name}."
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def _take_back(run: RunReader, action: int, actor: str) -> None:
    try:
        run.store.undo_action(action, actor)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def pictures_place(run: RunReader) -> None:
    """Where the pictures are read from, to be changed when they were moved."""
    with st.expander("Where the pictures lie", icon=":material/folder:"):
        st.markdown(f"They are read from {escaped(run.config.pool)}.")
        place = st.text_input(
            "They are in another place now", key="files_place", placeholder="/home/me/pictures"
        ).strip()
        st.button("Look for them there", disabled=not place, key="files_move", on_click=_move,
                  args=(run, str(Path(place).expanduser())))  # fmt: skip


def _move(run: RunReader, place: str) -> None:
    try:
        requests().ask("move_pool", {"folder": str(run.folder), "pool": place}, timeout=600)
        st.session_state["job_notice"] = f"The pictures are read from {place} from now on."
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
