"""Who labels, and how: the name that answers carry, own keys, near-duplicates folded or not."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.shared.actor import NAME_KEY, who_labels
from ui.shared.answers.own_keys import TAKEN, assign, keys_of, read_keys, write_keys
from ui.shared.page_settings import PageSettings
from ui.widgets.late_button import late_button

SETTINGS = "label.json"
FOLD = "label_fold"


def show_person(run: RunReader) -> tuple[str, bool]:
    """(the name that answers carry, whether near-duplicates are folded); one button with all."""
    shown = str(st.session_state.get(NAME_KEY) or "me")
    with st.popover(f"{escape_text(shown)} · settings", icon=":material/person:"):
        actor = who_labels()
        folded = _fold_switch(run)
        _own_keys(run, actor)
    return actor, folded


def _fold_switch(run: RunReader) -> bool:
    """Kept with the run. Off where an oracle answers: there nobody's time is to be saved."""
    by_oracle = any(one.source == "oracle" for one in run.store.labels.answers())
    key, kept = f"{FOLD} {run.name}", PageSettings(run, SETTINGS)
    kept.recall(FOLD)
    remembered = st.session_state.pop(FOLD, None)
    if key not in st.session_state:
        st.session_state[key] = not by_oracle if remembered is None else bool(remembered)
    folded = st.toggle(
        "Fold near-duplicates", key=key, persist_state="session",
        help="Pictures that look nearly the same are one tile with its count. One key answers all "
        "of them, each gets its own label, and one undo takes all back. F shows them one by one.",
    )  # fmt: skip
    kept.note(FOLD, float(folded), float(not by_oracle))
    kept.keep()
    return folded


def _own_keys(run: RunReader, actor: str) -> None:
    classes = run.space.relevant
    keys = keys_of(classes, read_keys(actor))
    st.markdown("**Your keys**, for every run on this machine")
    st.selectbox(
        "Class", classes, key="label_key_class",
        format_func=lambda name: f"{name}: {keys[name].upper()}" if name in keys else name,
    )  # fmt: skip
    st.text_input(
        "Its key", key="label_key", max_chars=1, placeholder="a letter or a digit",
        help=f"Taken: {', '.join(sorted(key.upper() for key in TAKEN if key.strip()))} and Space "
        "answer or move on this page; C and R belong to Streamlit.",
    )  # fmt: skip
    with st.container(horizontal=True):
        late_button("Set the key", lambda: _assign(run, actor), key="label_key_set")
        late_button("All as numbers again", lambda: _reset(actor), key="label_key_reset",
                    disabled=not read_keys(actor))  # fmt: skip
    if why := st.session_state.pop("_label_key_refused", ""):
        st.warning(escape_text(why))


def _assign(run: RunReader, actor: str) -> None:
    typed = st.session_state
    try:
        assign(actor, typed["label_key_class"], typed["label_key"], run.space.relevant)
        typed["label_key"] = ""
    except LaserError as error:
        typed["_label_key_refused"] = str(error)


def _reset(actor: str) -> None:
    try:
        write_keys(actor, {})
    except LaserError as error:
        st.session_state["_label_key_refused"] = str(error)
