"""Files given to the browser, kept beside the runs so that the worker can read them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import streamlit as st

from laser_core.basics.disk_faults import remedy
from laser_core.basics.file_names import last_part, safe_name
from laser_core.basics.files import whole_file
from ui.shared.runs import runs_folder


def keep_upload(name: str, data: bytes) -> Path:
    """Where `data` lies on this machine; the same file given again lies there already.

    Where it cannot be written, the page says so and ends there.
    """
    folder = runs_folder() / ".uploads" / hashlib.sha256(data).hexdigest()[:12]
    path = folder / safe_name(last_part(name))
    if path.exists():
        return path
    try:
        with whole_file(path) as file:
            file.write(data)
    except OSError as error:
        reason = error.strerror or str(error)
        st.error(f"The file cannot be kept in {folder} ({reason}); {remedy(error)}.")
        st.stop()
    return path


def kept_uploads(ending: str) -> list[Path]:
    """Files with that ending that were given before, the newest first."""
    found = [p for p in (runs_folder() / ".uploads").glob("*/*") if p.name.endswith(ending)]
    return sorted(found, key=lambda path: -path.stat().st_mtime)
