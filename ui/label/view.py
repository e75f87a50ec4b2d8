"""The widget on the page: its messages go to the store, its receipts back to the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from laser_core.analysis.reader import RunReader
from ui.label.deck import make_large_copies
from ui.shared.answers.inbox import Receipts, take
from ui.shared.fragment import fragment
from ui.shared.runs import writable
from ui.widgets.labeller import Deck, labeller, send_deck

WIDGET = "labeller"


def receipts(run: RunReader) -> Receipts:
    """What this session has receipt its browser tab of `run`."""
    found: Receipts = st.session_state.setdefault(f"_label_receipts {run.name}", Receipts())
    return found


def show_deck(run: RunReader, deck: Deck) -> None:
    """Draw the widget with `deck`, and keep it up to date."""
    receipt = receipts(run)
    memory = run.name
    send_deck(deck, memory, receipt.acks, WIDGET)
    ids = [picture.id for picture in deck.pictures]
    receipt.complete = len(deck.labels) == len(ids)
    every = 1.0 if make_large_copies(run, ids) < len(ids) else None

    @fragment(run_every=every)
    def live() -> None:
        if receipt.stale:
            receipt.stale = False
            st.rerun()
        labeller(
            memory,
            run.store.classes.space().relevant,
            list(run.store.classes.irrelevant_names()),
            receipt.acks,
            receipt.refused,
            make_large_copies(run, ids) if every else len(ids),
            len(run.store.labels.answers_of(ids)),
            WIDGET,
            lambda message: _take_message(run, receipt, ids, message),
        )

    live()


def _take_message(
    run: RunReader, receipt: Receipts, ids: Sequence[str], message: Mapping[str, Any]
) -> None:
    take(writable(run), receipt, message)
    complete = len(run.store.labels.answers_of(ids)) == len(ids)
    if complete != receipt.complete:  # what the page offers has changed
        receipt.complete, receipt.stale = complete, True
