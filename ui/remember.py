"""What a person has set on a page, kept in the run's folder so that it outlasts a reload."""

from __future__ import annotations

import json
from collections.abc import Collection

import streamlit as st

from laser_core.errors import LaserError
from laser_core.reader import RunReader

FILE = "page.json"
Setting = float | str
KEPT = 40  # settings, the newest


def recall(run: RunReader, key: str, options: Collection[str] = ()) -> None:
    """Give the widget `key` the value it was left with, unless this session knows a newer one.

    Call it before the widget is made.

    Args:
        options: what the widget offers, where it offers a choice; anything else is forgotten.
    """
    kept = _read(run)
    if options and kept.get(key) not in options:
        return
    if key in kept and key not in st.session_state:
        st.session_state[key] = kept[key]


def remember(run: RunReader, key: str, value: Setting, default: Setting) -> None:
    """Keep what the widget `key` was set to; a disk that is full keeps the older value.

    Args:
        default: what stands there before anybody sets it, which need not be kept.
    """
    kept = _read(run)
    if kept.get(key, default) == value:
        return
    kept.pop(key, None)
    kept[key] = value
    newest = dict(list(kept.items())[-KEPT:])
    try:
        run.store.write_text(FILE, json.dumps(newest))
    except LaserError as error:
        st.warning(f"The setting is not kept: {error}")


def _read(run: RunReader) -> dict[str, Setting]:
    try:
        kept = json.loads(run.store.read_text(FILE)) if run.store.has_text(FILE) else {}
    except (LaserError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
