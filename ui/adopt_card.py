"""The card of a run from elsewhere: where its pictures lie here, and which models it may use."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from laser_core.elsewhere import Unconfirmed, unconfirmed
from laser_core.errors import LaserError
from laser_core.reader import RunReader
from ui.escape import escaped
from ui.state import requests


def adopt_card(run: RunReader) -> bool:
    """Ask for what waits for a person's word, the same on every page; whether the pool does."""
    waiting = unconfirmed(run.store.config())
    if not waiting:
        return False
    with st.container(border=True, key="adopt"):
        st.markdown(f"**{escaped(run.name)} was made elsewhere.** Say what it may use here.")
        place = ""
        for one in waiting:
            if one.field == "pool":
                place = _place(one)
        models = [one for one in waiting if one.field != "pool"]
        agreed = _models(models) if models else False
        pool = str(Path(place).expanduser()) if Path(place).expanduser().exists() else place
        st.button(
            "Use this", type="primary", key="adopt_use", disabled=not place and not agreed,
            on_click=_adopt, args=(run, pool or None, agreed), icon=":material/check:",
        )  # fmt: skip
    return any(one.field == "pool" for one in waiting)


def _place(one: Unconfirmed) -> str:
    return st.text_input(
        "Where its pictures lie on this machine", key="adopt_pool",
        placeholder="/home/me/pictures",
        help=f"There it was called {escaped(one.spec)}; the folder, zip or data set here has to "
        "hold the same pictures.",
    ).strip()  # fmt: skip


def _models(models: list[Unconfirmed]) -> bool:
    for one in models:
        st.markdown(f"- {escaped(one.sentence())}")
    return st.checkbox("It may use these models here", key="adopt_models")


def _adopt(run: RunReader, pool: str | None, models: bool) -> None:
    params = {"folder": str(run.folder), "pool": pool, "models": models}
    try:
        requests().ask("adopt", params, timeout=600)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
