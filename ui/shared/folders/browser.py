"""A field for a folder, with a box to walk to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from laser_core.basics.sentences import count_of
from ui.escape import escape_text
from ui.look.notes import note
from ui.look.sizes import height
from ui.shared.folders.listing import Listing, list_folder, nearest_folder

SHOWN = 100  # names in the box; a folder that has more is named by hand


def folder_input(label: str, key: str, help: str | None = None) -> str:
    """A field for a path, and a box to walk to it; returns what stands in the field."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        typed = st.text_input(label, key=key, placeholder="/home/me/pictures", help=help).strip()
        browse_button(key)
    browse(key)
    return typed


def browse_button(key: str) -> None:
    """The button that opens and closes the box for the field `key`."""
    st.button("Browse", key=f"{key}_browse", icon=":material/folder_open:",
              on_click=_open_or_close, args=(key,))  # fmt: skip


def browse(key: str, taken: Callable[[], None] | None = None) -> None:
    """The box, while it is open: where one is, what lies there, and a button that takes it.

    Args:
        key: of the field that the path is put into.
        taken: called after that.
    """
    at = st.session_state.get(_place(key))
    if not at:
        return
    found = list_folder(Path(at))
    with st.container(border=True, key=f"{key}_box", gap="small"):
        st.markdown(f"**{escape_text(found.folder)}**")
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Use this folder", key=f"{key}_use", type="primary", on_click=_take,
                args=(key, str(found.folder), taken), disabled=bool(found.trouble),
            )  # fmt: skip
            st.button("One up", key=f"{key}_up", icon=":material/arrow_upward:", on_click=_go,
                      args=(key, str(found.folder.parent)),
                      disabled=found.folder.parent == found.folder)  # fmt: skip
            st.button("My own folder", key=f"{key}_own", icon=":material/home:", on_click=_go,
                      args=(key, str(Path.home())))  # fmt: skip
        note(_contents(found))
        if found.folders or found.pools:
            with st.container(height=height(176), border=False, gap=None):
                _names(key, found, taken)


def _names(key: str, found: Listing, taken: Callable[[], None] | None) -> None:
    for name in found.folders[:SHOWN]:
        st.button(
            escape_text(name), key=f"{key}_in {name}", type="tertiary", icon=":material/folder:",
            on_click=_go, args=(key, str(found.folder / name)),
        )  # fmt: skip
    for name in found.pools[:SHOWN]:
        st.button(
            escape_text(name), key=f"{key}_file {name}", type="tertiary",
            icon=":material/draft:", on_click=_take, args=(key, str(found.folder / name), taken),
        )  # fmt: skip


def _contents(found: Listing) -> str:
    if found.trouble:
        return f"It cannot be read ({found.trouble})."
    parts = [count_of(len(found.folders), "folder")] if found.folders else []
    if found.pictures:
        more = "" if found.whole else "more than "
        parts.append(more + count_of(found.pictures, "picture"))
    if max(len(found.folders), len(found.pools)) > SHOWN:
        parts.append(f"the first {SHOWN} names are below, others are typed above")
    return f"{', '.join(parts)}." if parts else "No folder and no picture lies here."


def _place(key: str) -> str:
    return f"{key}_browsed"


def _open_or_close(key: str) -> None:
    open_now = bool(st.session_state.get(_place(key)))
    start = nearest_folder(str(st.session_state.get(key) or "").strip())
    st.session_state[_place(key)] = "" if open_now else str(start)


def _go(key: str, place: str) -> None:
    st.session_state[_place(key)] = place


def _take(key: str, place: str, taken: Callable[[], None] | None) -> None:
    st.session_state[key] = place
    st.session_state[_place(key)] = ""
    if taken is not None:
        taken()
