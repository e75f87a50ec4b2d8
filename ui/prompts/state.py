"""What the Prompts page works with: versions of the texts, their effect, and keeping an edit.

Effects are computed once a version and shared by all tabs; what a person does goes into the run's
store before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import streamlit as st

from laser_core.analysis.first_query import ColdStart, Figures, cold_start, figures, leave_one_out
from laser_core.analysis.known import Known, known_relevance
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Ints
from laser_core.errors import ConfigError, LaserError
from laser_core.experiment.class_changes import promote_confuser, step_texts
from laser_core.llm.base import Exchange
from laser_core.store.text_versions import Step, TextVersion, saved_version
from laser_core.texts.descriptions import Descriptions
from laser_core.texts.edits import Edit, apply_edit
from laser_core.texts.examples import with_example
from laser_core.texts.live_scores import CosineMemory, LiveScores
from ui.escape import escape_text
from ui.shared.fragment import fragment
from ui.shared.runs import ensure_cosines, reader, writable

NOTICE = "prompts_notice"
ACTOR = "person"  # who changes classes here


@dataclass(frozen=True)
class TextsEffect:
    """One version of the texts and what it would select.

    Args:
        number: of the version.
        texts: the descriptions.
        live: their scores.
        start: round 1's query under them.
        figures: what is known of that query.
    """

    number: int
    texts: Descriptions
    live: LiveScores
    start: ColdStart
    figures: Figures


def texts_effect(run: RunReader, number: int | None = None) -> TextsEffect | None:
    """A version and its effect, the newest by default; None before the first version.

    Raises:
        LaserError: its sentences cannot be compared with the pool.
    """
    kept = run.descriptions(number)
    if kept is None:
        return None
    version, texts = kept
    ensure_cosines(run, texts)
    try:
        live, start = _effect(str(run.folder), run.facts.cosines, version, True, run, texts)
    except ValueError as error:
        raise ConfigError(
            "no relevant class with a sentence is switched on, so nothing can be scored; switch "
            "one on or undo"
        ) from error
    return TextsEffect(version, texts, live, start, figures(start.rows, known_in_pool(run)))


def without_confusers(run: RunReader, shown: TextsEffect) -> TextsEffect:
    """A version's effect were all its confusers off; nothing is kept, no version is made."""
    texts = replace(shown.texts, confusers=())
    live, start = _effect(str(run.folder), run.facts.cosines, shown.number, False, run, texts)
    return TextsEffect(shown.number, texts, live, start, figures(start.rows, known_in_pool(run)))


@st.cache_resource(show_spinner=False, max_entries=24)
def _effect(
    folder: str, cosines: str, version: int, confusers: bool, _run: RunReader, _texts: Descriptions
) -> tuple[LiveScores, ColdStart]:
    live = LiveScores(memory(folder, cosines, _run).reduce(_texts), _run.names())
    start = cold_start(
        live, _texts.relevant_owner(), len(_texts.relevant), _run.config, _run.images()
    )
    return live, start


@st.cache_resource(show_spinner=False, max_entries=4)
def memory(folder: str, cosines: str, _run: RunReader) -> CosineMemory:
    """The pool's cosines, remembered class by class for all versions of a run."""
    return CosineMemory(_run.table)


@st.cache_resource(show_spinner=False, max_entries=24)
def _without_each(
    folder: str, version: int, _shown: TextsEffect, _run: RunReader
) -> dict[int, Ints]:
    texts = _shown.texts
    return leave_one_out(
        _shown.live,
        _shown.start,
        texts.relevant_owner(),
        len(texts.relevant),
        _run.config,
        _run.images(),
    )


def without_each(run: RunReader, now: TextsEffect) -> dict[int, Ints]:
    """Place of each confuser -> rows of the query without it."""
    return _without_each(str(run.folder), now.number, now, run)


def known_in_pool(run: RunReader) -> Known:
    """What is known about relevance: true labels, and answers where there are none."""
    return _known_by_answers(str(run.folder), run.stamp().split("-")[0], run)


@st.cache_resource(show_spinner=False, max_entries=8)
def _known_by_answers(folder: str, answers: str, _run: RunReader) -> Known:
    relevant = _run.relevant_rows
    truth = None
    if relevant is not None:
        told = np.array([label is not None for label in _run.facts.labels])
        truth = Known(relevant, told)
    return known_relevance(_run.facts.ids, _run.store.labels.by_id(), truth)


def relevance_by_answers(run: RunReader) -> Known:
    """What answers alone say about relevance."""
    return _relevance_by_answers(str(run.folder), run.stamp().split("-")[0], run)


@st.cache_resource(show_spinner=False, max_entries=8)
def _relevance_by_answers(folder: str, answers: str, _run: RunReader) -> Known:
    return known_relevance(_run.facts.ids, _run.store.labels.by_id())


# ---- keeping what a person does


def keep(
    run_name: str,
    texts: Descriptions,
    title: str,
    after: int,
    step: Step = "edit",
    exchanges: Iterable[Exchange] = (),
) -> bool:
    """Keep a new version; False, and a notice, when it could not be kept.

    Args:
        exchanges: the questions that it comes from, kept in the same moment.
    """
    try:
        writable(reader(run_name)).texts.append(texts, title, step, after, exchanges)
    except LaserError as error:
        notify(error)
        return False
    return True


def apply(run_name: str, edit: Edit) -> None:
    """Apply one edit to the newest version, and keep what comes out."""
    try:
        kept = reader(run_name).store.texts.read()
        if kept is not None:
            texts, title = apply_edit(kept[1], edit)
            keep(run_name, texts, title, kept[0])
    except LaserError as error:
        notify(error)


def mark_example(run_name: str, name: str, id: str, alike: bool) -> None:
    """Mark a picture as like or unlike a relevant class in the newest version, and keep that."""
    try:
        run = reader(run_name)
        kept = run.store.texts.read()
        if kept is not None:
            texts, title = with_example(kept[1], name, id, alike, run.facts.rows)
            keep(run_name, texts, title, kept[0])
    except LaserError as error:
        notify(error)


def step_back(run_name: str, step: Literal["undo", "redo"]) -> None:
    """Undo or redo: keep a copy of the version before or after the one in use."""
    try:
        step_texts(writable(reader(run_name)), step, ACTOR)
    except LaserError as error:
        notify(error)


def restore(run_name: str, number: int) -> None:
    """Put an older version back in use."""
    store = reader(run_name).store
    newest, found = store.texts.read(), store.texts.read(number)
    if newest is None or found is None:
        return
    if difference := classes_differ(reader(run_name), found[1]):
        notify(f"Version {number} cannot be put back in use. {difference}")
    else:
        keep(run_name, found[1], f"version {number} restored", newest[0])


def notify(error: LaserError | str) -> None:
    """Have the next run of the page say a sentence."""
    st.session_state[NOTICE] = str(error)


def show_notices() -> None:
    """Say, once, what stood in the way of the last edit."""
    if text := st.session_state.pop(NOTICE, ""):
        st.warning(escape_text(text))


def base_key(run_name: str) -> str:
    """The key of the choice of a version to compare with; None: the one saved last."""
    return f"prompts_base_{run_name}"


def base_number(run_name: str, versions: list[TextVersion]) -> int:
    """The version that edits are compared with: the chosen one, else the one saved last."""
    chosen = st.session_state.get(base_key(run_name))
    numbers = {version.number for version in versions}
    return chosen if chosen in numbers else (saved_version(versions) or versions[-1].number)


def make_relevant(run_name: str, name: str) -> None:
    """Make a confuser a relevant class of the run, from the next query on."""
    try:
        promote_confuser(writable(reader(run_name)), name, ACTOR)
    except LaserError as error:
        notify(error)


def classes_differ(run: RunReader, texts: Descriptions) -> str:
    """What to know when the run's classes are no longer those of its texts; "" if they are."""
    now, have = run.space.relevant, tuple(c.name for c in texts.relevant)
    if now == have:
        return ""
    return (
        f"The relevant classes are {', '.join(now)} by now; these texts speak of "
        f"{', '.join(have)}. They follow with the next query."
    )


# ---- what other tabs and the loop do

SEEN = "prompts_seen"  # the run's state at the last run of the page


def note_drawn(run: RunReader) -> None:
    """Remember what is about to be drawn."""
    st.session_state[SEEN] = (run.name, run.stamp())


@fragment(run_every=2.0)
def follow(run: RunReader) -> None:
    """Draw the page again when another tab, or the loop, has changed the run."""
    if st.session_state.get(SEEN) != (run.name, run.stamp()):
        st.rerun()
