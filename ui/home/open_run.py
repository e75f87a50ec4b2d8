"""Home page: open a run that was exported as one zip, here or elsewhere."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.shared.folders import folder_input
from ui.shared.runs import new_run_folder, open_when_done
from ui.shared.uploads import keep_upload


def open_from_zip(busy: bool) -> None:
    """Choose the zip, say where its pictures lie here, open it.

    Args:
        busy: whether a job is under way, so that none can be started.
    """
    given = st.file_uploader(
        "A run that was exported on its Files page", type=["zip"], key="home_zip"
    )
    pool = folder_input(
        "Where its pictures lie on this machine (empty: the demo, or to be said later)", "home_pool"
    )
    if st.button("Open it", disabled=given is None or busy, key="home_open") and given:
        path = keep_upload(given.name, given.getvalue())
        params = {
            "bundle": str(path),
            "folder": str(new_run_folder(Path(given.name).stem)),
            "pool": str(Path(pool).expanduser()) if pool else None,
        }
        open_when_done("open_bundle", params)
        st.rerun()
