"""Card 5: five pictures answered by keyboard, on a copy of the run, and taken back at the end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from laser_core.analysis.lesson.detector import deck_rows
from laser_core.analysis.lesson.labelling import Pace, pace_of, right_answers
from laser_core.analysis.lesson.pictures import truth_of
from laser_core.analysis.reader import RunReader
from laser_core.analysis.suggestions import AlikeGroup
from laser_core.data.pictures.thumbnails import LARGE_SIDE, thumbnail_name
from laser_core.store.backup import copy_run
from laser_core.store.store import Store
from ui.escape import escape_text
from ui.learn.elements import show_words
from ui.learn.state import detector_of
from ui.learn.texts import label_text
from ui.look.notes import note
from ui.shared.answers.inbox import Receipts, take
from ui.shared.answers.own_keys import keys_of, read_keys
from ui.shared.fragment import fragment
from ui.shared.pictures import Thumbnails
from ui.shared.runs import picture_urls, requests, runs_folder, thumbnails
from ui.widgets.labeller import Deck, Picture, labeller, send_deck

KEY, ACTOR = "learn_labeller", "me"
PRACTICE = "learn practice"
KEPT_SECONDS = 86_400.0  # of a copy that nobody has answered to the end


@dataclass
class Practice:
    """A copy of the run for one try.

    Attributes:
        run: which run it is a copy of, with its state.
        folder: of the copy; "" once its answers are taken back and it is gone.
        ids: the pictures asked about.
        receipts: what the browser was told.
        pace: what the answers come to; None before all are given.
        right: answers that agree with the true labels.
    """

    run: str
    folder: str
    ids: tuple[str, ...]
    receipts: Receipts
    pace: Pace | None = None
    right: int = 0


def show_label(run: RunReader) -> None:
    """Draw the card."""
    round = detector_of(run)
    rows = deck_rows(round, truth_of(run))
    ids = tuple(str(run.facts.ids[row]) for row in rows)
    practice = _practice(run, ids)
    text = label_text(round.ranking.round, practice.pace, practice.right, len(ids))
    left, right = st.columns([4, 7], gap="medium")
    with left:
        show_words(text)
        if text.answer:
            st.markdown(text.answer)
            st.button("Again", icon=":material/replay:", key="learn label again", on_click=_forget)
        else:
            note("You answer on a copy; nothing in the run changes.")
    with right:
        if practice.pace is None:
            _deck(run, practice, round.ranking.round)
        else:
            st.success("All five answers are taken back, and the copy is gone.")


def _practice(run: RunReader, ids: tuple[str, ...]) -> Practice:
    """This session's copy, made now where it has none for this run."""
    name = f"{run.folder} {' '.join(ids)}"
    found = st.session_state.get(PRACTICE)
    if isinstance(found, Practice) and found.run == name:
        return found
    home = runs_folder() / ".app" / "lesson"
    home.mkdir(parents=True, exist_ok=True)
    _clear_up(home)
    folder = Path(tempfile.mkdtemp(dir=home)) / run.name
    copy_run(run.folder, folder)
    made = Practice(name, str(folder), ids, Receipts())
    st.session_state[PRACTICE] = made
    return made


def _clear_up(home: Path) -> None:
    """Remove copies of sessions that ended in the middle of a try, yesterday or before."""
    for old in home.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def _forget() -> None:
    st.session_state.pop(PRACTICE, None)


def _deck(run: RunReader, practice: Practice, round: int) -> None:
    picture_urls(run, practice.ids)
    large = Thumbnails(f"{run.config.pool} {run.config.data_root or ''}", side=LARGE_SIDE)
    if not large.complete(practice.ids):
        params = {
            "pool": run.config.pool,
            "data_root": run.config.data_root,
            "ids": list(practice.ids),
            "thumbnails": str(large.folder),
            "side": LARGE_SIDE,
        }
        requests().ask("make_thumbnails", params, timeout=60)
    pictures = [Picture(id, thumbnail_name(id), 0) for id in practice.ids]
    deck = Deck(
        name=practice.folder,
        pictures=pictures,
        labels={},
        groups=[AlikeGroup(None, False, practice.ids)],
        small=thumbnails(run).base_url,
        large=large.base_url,
        recent=[],
        actor=ACTOR,
        round=round,
        spent=0,
        budget=len(pictures),
    )
    send_deck(deck, practice.folder, practice.receipts.acks, KEY)
    _live(run, practice)


@fragment()
def _live(run: RunReader, practice: Practice) -> None:
    if practice.pace is not None:  # the whole card shows what the answers come to
        st.rerun()
    if practice.receipts.refused:
        st.warning(escape_text(practice.receipts.refused))
    labeller(
        practice.folder,
        list(run.space.relevant),
        keys_of(run.space.relevant, read_keys(ACTOR)),
        [],
        practice.receipts.acks,
        practice.receipts.refused,
        len(practice.ids),
        _answer_count(practice),
        KEY,
        lambda message: _take(run, practice, message),
    )


def _answer_count(practice: Practice) -> int:
    with closing(Store.open(Path(practice.folder))) as store:
        return len(store.labels.answers_of(practice.ids))


def _take(run: RunReader, practice: Practice, message: Mapping[str, Any]) -> None:
    if practice.pace is not None:
        return  # a slow browser sent its last answer again: all are given, and the copy is gone
    with closing(Store.open(Path(practice.folder))) as store:
        take(store, practice.receipts, message)
        answers = store.labels.answers_of(practice.ids)
        if len(answers) == len(practice.ids):
            _finish(run, practice, store)


def _finish(run: RunReader, practice: Practice, store: Store) -> None:
    """Note what the answers come to, take them back, and give the copy up."""
    given = [a for a in store.labels.answers() if a.image in practice.ids]
    seconds = [a.seconds for a in given if a.seconds is not None] or [0.0]
    round = detector_of(run).ranking.round
    practice.right = right_answers(run, {a.image: a.label for a in given})
    practice.pace = pace_of(run, seconds, round - 1)
    store.events.take_back([a.seq for a in given], ACTOR)
    shutil.rmtree(Path(practice.folder).parent, ignore_errors=True)
