"""Who labels: the name that a person's answers carry."""

from __future__ import annotations

import streamlit as st

NAME_KEY = "label_actor"


def who_labels() -> str:
    """The name that answers carry: asked once, kept with the session; "me" by default."""
    name = st.text_input(
        "Your name, which answers carry", "me", max_chars=40, key=NAME_KEY,
        persist_state="session", label_visibility="collapsed", placeholder="Your name",
        icon=":material/person:",
    ).strip()  # fmt: skip
    return name if name and name != "oracle" else "me"  # the simulated oracle has that name
