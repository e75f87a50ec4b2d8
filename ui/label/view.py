"""The widget on the page: its messages go to the store, its receipts back to the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from laser_core.analysis.reader import RunReader
from ui.label.deck import at_hand, make_large_copies
from ui.shared.answers.inbox import Receipts, take
from ui.shared.answers.own_keys import keys_of, read_keys
from ui.shared.fragment import fragment
from ui.shared.runs import writable
from ui.widgets.labeller import Deck, labeller, send_deck

WIDGET = "labeller"


def receipts(run: RunReader) -> Receipts:
    """What this session has told its browser tab of `run`."""
    found: Receipts = st.session_state.setdefault(f"_label_receipts {run.name}", Receipts())
    return found


def show_deck(run: RunReader, deck: Deck) -> None:
    """Draw the widget with `deck`, and keep it up to date."""
    receipt = receipts(run)
    memory = run.name
    place = st.container(gap=None)  # the deck is an element of its own, with nothing to see
    with place:
        send_deck(deck, memory, receipt.acks, WIDGET)
    ids = [picture.id for picture in deck.pictures]
    again = at_hand(run) if deck.review else None

    def saved_count() -> int:
        return len(again.settled_ids(run) if again else run.store.labels.answers_of(ids))

    receipt.complete = saved_count() == len(ids)
    own = read_keys(deck.actor)
    every = 1.0 if make_large_copies(run, ids) < len(ids) else None

    @fragment(run_every=every)
    def live() -> None:
        if receipt.stale:
            receipt.stale = False
            st.rerun()
        labeller(
            memory,
            run.store.classes.space().relevant,
            keys_of(run.store.classes.space().relevant, own),
            list(run.store.classes.irrelevant_names()),
            receipt.acks,
            receipt.refused,
            make_large_copies(run, ids) if every else len(ids),
            saved_count(),
            WIDGET,
            lambda message: _take_message(run, receipt, lambda: saved_count() == len(ids), message),
        )

    with place:
        live()


def _take_message(
    run: RunReader, receipt: Receipts, is_complete: Callable[[], bool], message: Mapping[str, Any]
) -> None:
    take(writable(run), receipt, message)
    complete = is_complete()
    if complete != receipt.complete:  # what the page offers has changed
        receipt.complete, receipt.stale = complete, True
