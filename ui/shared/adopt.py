"""The card of a run from elsewhere: where its pictures lie here, and which models it may use."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.data.confirmation import UnconfirmedSetting, unconfirmed_settings
from laser_core.data.open import is_gone
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.shared.folders import folder_input
from ui.shared.runs import open_run_name, reader, requests
from ui.widgets.late_button import late_button


def show_open_run_card() -> None:
    """The same card on pages that need no open run, for the one that is open, if any."""
    name = open_run_name()
    with suppress(LaserError):  # pages that need the run say what is the matter with it
        if name:
            show_adopt_card(reader(name))


def show_adopt_card(run: RunReader) -> bool:
    """Ask a person to confirm what the run may use; True while its pool is not confirmed.

    A run whose pictures were moved away asks for their new place; what was seen of them is kept, so
    pages go on below the card.
    """
    config = run.store.config()
    waiting = unconfirmed_settings(config)
    if waiting:
        return _show_unconfirmed(run, waiting)
    if is_gone(config.pool):
        _show_moved_pictures(run, config.pool)
    return False


def _show_unconfirmed(run: RunReader, waiting: list[UnconfirmedSetting]) -> bool:
    pools = [one for one in waiting if one.field == "pool"]
    models = [one for one in waiting if one.field != "pool"]
    with st.container(border=True, key="adopt"):
        st.markdown(f"**{escape_text(run.name)} was made elsewhere.** Say what it may use here.")
        place = _place(f"There it was called {escape_text(pools[0].spec)}.") if pools else ""
        agreed = _models(models) if models else False
        _button(run, place, agreed)
    return bool(pools)


def _show_moved_pictures(run: RunReader, pool: str) -> None:
    with st.container(border=True, key="adopt"):
        st.markdown(
            f"**{escape_text(run.name)}: its pictures are not there any more.** They lay in "
            f"{escape_text(pool)}, where nothing is now."
        )
        _button(run, _place(f"They lay in {escape_text(pool)}."), False)


def _place(before: str) -> str:
    return folder_input(
        "Where its pictures lie on this machine", "adopt_pool",
        f"{before} The folder, zip or data set here has to hold the same pictures.",
    )  # fmt: skip


def _button(run: RunReader, place: str, agreed: bool) -> None:
    pool = str(Path(place).expanduser()) if Path(place).expanduser().exists() else place
    late_button(
        "Use this", lambda: _adopt(run, pool or None, agreed), type="primary", key="adopt_use",
        disabled=not place and not agreed, icon=":material/check:",
    )  # fmt: skip


def _models(models: list[UnconfirmedSetting]) -> bool:
    for one in models:
        st.markdown(f"- {escape_text(one.sentence())}")
    return st.checkbox("It may use these models here", key="adopt_models")


def _adopt(run: RunReader, pool: str | None, models: bool) -> None:
    params = {"folder": str(run.folder), "pool": pool, "models": models}
    try:
        requests().ask("adopt", params, timeout=600)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
