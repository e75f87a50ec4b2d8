"""Data page, step 1: which pool, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from laser_core.data.open import SET_NAMES
from laser_core.data.sets.demo import PRESETS, Preset
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.folders import browse, browse_button
from ui.shared.pictures import Thumbnails
from ui.shared.runs import requests
from ui.shared.uploads import keep_upload, kept_uploads
from ui.widgets.gallery import Thumb, gallery

DEMO, KNOWN_SET, ON_DISK, UPLOAD = "Demo", "A known data set", "On this machine", "Upload a zip"
LEAST = 200  # CSS pixels of the sample pictures where the window is low
LOOK_SECONDS = 1800  # a data set of some hundred MB may have to be downloaded first


@dataclass(frozen=True)
class Source:
    """What the user chose.

    Args:
        pool: as `--pool` takes it.
        data_root: where torchvision's sets lie, or None.
        preset: a ready task on the demo, or None.
    """

    pool: str
    data_root: str | None = None
    preset: Preset | None = None


def choose_source() -> Source | None:
    """The widgets of step 1; None while something is left to choose."""
    kinds = [DEMO, KNOWN_SET, ON_DISK, UPLOAD]
    kind = st.segmented_control(
        "Where the pictures come from", kinds, default=DEMO, key="data_kind",
        required=True, persist_state="session", bind="query-params",
    )  # fmt: skip
    if kind == DEMO:
        return _demo()
    if kind == KNOWN_SET:
        return _known_set()
    return _on_disk() if kind == ON_DISK else _upload()


def _demo() -> Source:
    titles = {"": "Choose the classes below", **{p.key: p.title for p in PRESETS}}
    key = st.selectbox(
        "A ready task, or classes of your own", list(titles), format_func=titles.__getitem__,
        key="data_preset", persist_state="session", bind="query-params",
    )  # fmt: skip
    preset = next((p for p in PRESETS if p.key == key), None)
    if preset is not None:
        note(preset.note)
        return Source(preset.pool, None, preset)
    hard = st.toggle(
        "With the 12 harder classes (fork, phone, ...)", key="data_hard", persist_state="session"
    )
    return Source("demo-hard" if hard else "demo")


def _known_set() -> Source | None:
    name = st.selectbox(
        "Data set", SET_NAMES, key="data_set", persist_state="session", bind="query-params"
    )
    root = st.text_input(
        "Folder it lies in, or is downloaded to (empty: the usual one)", key="data_root",
        persist_state="session",
    )  # fmt: skip
    note(
        "If it is not there it is downloaded, which needs the internet; Tiny-ImageNet has to be "
        "unpacked there by hand."
    )
    if st.session_state.get("data_set_asked") != (name, root):
        if not st.button("Open it, download if need be", key="data_set_open"):
            return None
        st.session_state["data_set_asked"] = (name, root)
    return Source(name, root.strip() or None)


def _on_disk() -> Source | None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        path = st.text_input(
            "Folder, .zip, or table (.csv, .parquet)", key="data_path", persist_state="session",
            bind="query-params", placeholder="/home/me/pictures", on_change=_note_path,
        ).strip()  # fmt: skip
        browse_button("data_path")
    browse("data_path", _note_path)
    note(
        "A folder of class folders, perhaps below train and test; a flat folder is a pool without "
        "labels; a table has a column path and perhaps label and split. Nothing in it is changed "
        "or copied."
    )
    if not path:
        return None
    if (
        path not in _paths_typed_here()
    ):  # the address alone says so, and any link may hold an address
        st.markdown("This path stands in the address. It is read once you say so.")
        st.button("Read it", key="data_path_read", on_click=_note_path)
        return None
    return Source(str(Path(path).expanduser()))


@st.cache_resource(show_spinner=False)
def _paths_typed_here() -> set[str]:
    """The paths that someone has typed or chosen in this app since it was started."""
    return set()


def _note_path() -> None:
    _paths_typed_here().add(str(st.session_state["data_path"]).strip())


def _upload() -> Source | None:
    given = st.file_uploader("A .zip of pictures", type=["zip"], key="data_zip")
    if given is not None:
        return Source(str(keep_upload(given.name, given.getvalue())))
    before = {f"{path.parent.name}/{path.name}": path for path in kept_uploads(".zip")}
    if not before:
        note("It is kept on this machine, beside the runs.")
        return None
    name = st.selectbox(
        "Or one that was uploaded before", list(before), key="data_zip_before",
        format_func=lambda name: name.partition("/")[2], persist_state="session",
        bind="query-params",
    )  # fmt: skip
    return Source(str(before[name]))


def inspect_source(source: Source) -> dict[str, Any] | None:
    """What the pool holds; None, with the reason on the screen, when it cannot be used."""
    try:
        with st.spinner("Looking at the pictures …"):
            return _pool_facts(source.pool, source.data_root, _stamp(source.pool))
    except LaserError as error:
        st.error(escape_text(error))
        return None


@st.cache_resource(show_spinner=False, max_entries=16)
def _pool_facts(pool: str, data_root: str | None, stamp: float) -> dict[str, Any]:
    small = Thumbnails(f"{pool} {data_root or ''}")
    params = {"pool": pool, "data_root": data_root, "thumbnails": str(small.folder)}
    return requests().ask("inspect_pool", params, timeout=LOOK_SECONDS)


def _stamp(pool: str) -> float:
    """Changes when the file or folder does, as far as its own date tells."""
    path = Path(pool)
    return path.stat().st_mtime if path.exists() else 0.0


def show_pool(source: Source, facts: dict[str, Any]) -> None:
    """Counts, sample pictures, and what was left out and why."""
    labeled = facts["pool"] - facts["unlabeled"]
    columns = st.columns(4)
    columns[0].metric("Pool pictures", f"{facts['pool']:,}")
    columns[1].metric("of them labeled", f"{labeled:,}")
    columns[2].metric("Classes", f"{len(facts['classes']):,}")
    columns[3].metric("Test pictures", f"{facts['test']:,}")
    for remark in facts["notes"]:
        note(remark)
    if facts["skipped"]:
        total = sum(facts["skipped"].values())
        left_out = "1 file is" if total == 1 else f"{total:,} files are"
        with st.expander(f"{left_out} left out", icon=":material/info:"):
            st.dataframe(facts["skipped_files"], hide_index=True)
            if total > len(facts["skipped_files"]):
                note(f"The first {len(facts['skipped_files'])} of {total}.")
    if labeled and not facts["test"]:
        note("No test split: accuracy will stay empty.")
    small = Thumbnails(f"{source.pool} {source.data_root or ''}")
    items = [
        Thumb(
            id,
            small.url(id),
            caption=name if place else _first_caption(name, facts),
            alt=name or id,
        )
        for name, ids in facts["samples"].items()
        for place, id in enumerate(ids)
    ]
    st.markdown("**Some pictures of each class**")
    gallery(items, "data_samples", label="Sample pictures", size=76, fill=LEAST,
            empty="No pictures in the pool.")  # fmt: skip


def _first_caption(name: str, facts: dict[str, Any]) -> str:
    """Of a class's first picture: its name, and how many there are."""
    return f"{name} {facts['pool_counts'].get(name, 0)}" if name else "no label"
