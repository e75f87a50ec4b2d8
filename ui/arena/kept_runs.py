"""Runs by themselves and comparisons without a study's file: whole folders are chosen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import streamlit as st

from laser_core.analysis.comparison import Group, KeptRun, find_runs, group_runs, read_run
from laser_core.basics.sentences import count_of
from laser_core.errors import LaserError
from ui.look.notes import note
from ui.shared.runs import run_mark, runs_folder

READ = 400  # runs that are read at most; a page with more says so
FOLDERS, SEEN = "arena_folders", "_arena_seen"


def readable_runs() -> tuple[list[KeptRun], list[str]]:
    """The runs that can be read, `READ` at most, and sentences on those that cannot."""
    home, runs, broken = runs_folder(), [], []
    for name in find_runs(home)[:READ]:
        try:
            runs.append(_read(str(home), name, run_mark(home / name)))
        except LaserError as error:
            broken.append(f"{name}: {error}")
    return runs, broken


def kept_runs() -> list[KeptRun]:
    """All runs that can be read; those that cannot are named in a sentence."""
    (runs, broken), names = readable_runs(), find_runs(runs_folder())
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        note(f"A run cannot be read{more}: {broken[0]}")
    if len(names) > READ:
        note(f"Of {len(names):,} runs the first {READ} by name are offered here.")
    return runs


@st.cache_resource(show_spinner=False, max_entries=2 * READ)
def _read(home: str, name: str, mark: str) -> KeptRun:
    return read_run(Path(home), name)


def choose_runs(started: list[KeptRun]) -> list[Group]:
    """The lines of the folders that are chosen; at first those on the newest run's pool.

    Args:
        started: runs with a finished round, at least one.
    """
    folders = Counter(_folder(run) for run in started)
    about = {_folder(run): run for run in reversed(started)}
    newest = started[-1].config
    same = [f for f in folders if about[f].config.pool == newest.pool]
    seen: set[str] = st.session_state.setdefault(SEEN, set(folders))
    if FOLDERS in st.session_state:  # a run that came since is drawn by itself
        new = [folder for folder in same if folder not in seen]
        st.session_state[FOLDERS] = [*st.session_state[FOLDERS], *new]
    seen.update(folders)
    with st.popover("Choose runs", icon=":material/folder_open:"):
        chosen = st.multiselect(
            "Runs and comparisons",
            list(folders),
            default=same,
            format_func=lambda folder: _folder_caption(folder, about.get(folder), folders[folder]),
            key=FOLDERS,
            persist_state="session",
            placeholder="Choose at least one",
        )
    return group_runs([run for run in started if _folder(run) in chosen])


def _folder(run: KeptRun) -> str:
    """The run's own folder, or that of the comparison that it belongs to."""
    return run.name.partition("/")[0]


def _folder_caption(folder: str, run: KeptRun | None, count: int) -> str:
    if run is None:
        return folder
    if count > 1 or "/" in run.name:
        return f"{folder} ({count_of(count, 'run')})"
    return f"{folder} ({run.config.strategy}, {len(run.records)} rounds)"
