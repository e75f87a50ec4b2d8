"""What a person has set on a page, kept in the run's folder so that it outlasts a reload."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from laser_core.store.folder import FileWriter
from ui.escape import escape_text

Setting = float | str
KEPT = 40  # settings of a page, the newest


def read_settings(run: RunReader, file: str) -> dict[str, Setting]:
    """What `write_settings` wrote to that file of the run's folder; empty without such a file."""
    try:
        kept = json.loads(run.store.files.read(file)) if run.store.files.has(file) else {}
    except (LaserError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write_settings(run: RunReader, file: str, kept: Mapping[str, Setting]) -> None:
    """Keep `kept`; a disk that is full keeps what was there, and that is said."""
    try:
        FileWriter(run.folder).write(file, json.dumps(dict(kept)))
    except LaserError as error:
        st.warning(f"What was set is not kept: {escape_text(error)}")


class PageSettings:
    """The widgets of a page: read once a run of the page, written once if anything was moved."""

    def __init__(self, run: RunReader, file: str = "page.json") -> None:
        self._run, self._file = run, file
        self._kept = read_settings(run, file)
        self._changed = False

    def recall(self, key: str, options: Collection[str] = ()) -> None:
        """Give the widget `key` the value it was left with, unless this session knows a newer one.

        Call it before the widget is made.

        Args:
            options: what the widget offers, if it offers a choice; anything else is passed over.
        """
        fits = key in self._kept and (not options or self._kept[key] in options)
        if fits and key not in st.session_state:
            st.session_state[key] = self._kept[key]

    def note(self, key: str, value: Setting, default: Setting) -> None:
        """Take down what `key` is set to; `default` is what stands there before anybody sets it."""
        if self._kept.get(key, default) != value:
            self._kept.pop(key, None)
            self._kept[key] = value
            self._changed = True

    def keep(self) -> None:
        """Write what was noted, if anything changed."""
        if self._changed:
            write_settings(self._run, self._file, dict(list(self._kept.items())[-KEPT:]))
