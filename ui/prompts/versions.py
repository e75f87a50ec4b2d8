"""Prompts page, versions: undo and redo, names, and any two of them side by side."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import Literal

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from laser_core.analysis.first_query import batch_difference
from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from laser_core.llm.base import TASKS
from laser_core.metrics.intervals import batch_precision
from laser_core.metrics.overlap import overlap
from laser_core.metrics.summary import mean_and_spread
from laser_core.store.text_versions import TextVersion, redo_target, saved_version, undo_target
from laser_core.texts.edits import as_lines
from ui.escape import escape_text
from ui.look.notes import note
from ui.prompts.confusers_off import draw_difference
from ui.prompts.state import (
    TextsEffect,
    base_key,
    base_number,
    notify,
    restore,
    step_back,
    texts_effect,
)
from ui.shared.navigation import label_by_hand
from ui.shared.runs import ago, reader, writable

UNDO_HELP = (
    "Take the last change back. A confuser that was made relevant becomes a confuser again; its "
    "labels stay, and count as irrelevant."
)


def draw_bar(run: RunReader, versions: list[TextVersion]) -> None:
    """Undo, redo and a name for the version in use; in a row."""
    newest = versions[-1]
    st.button(
        "Undo", icon=":material/undo:", key="prompts_undo", help=UNDO_HELP,
        disabled=undo_target(versions) is None, on_click=step_back, args=(run.name, "undo"),
    )  # fmt: skip
    st.button(
        "Redo", icon=":material/redo:", key="prompts_redo", help="Bring back what was undone",
        disabled=redo_target(versions) is None, on_click=step_back, args=(run.name, "redo"),
    )  # fmt: skip
    with st.popover("Name it", key=f"prompts_name {newest.number}"):
        note("Later edits are compared with the last version that has a name.")
        st.text_input("Name of this version", newest.name, key=_name_key(newest.number))
        st.button(
            "Keep the name", key="prompts_keep_name", on_click=_name,
            args=(run.name, newest.number),
        )  # fmt: skip
    note(f"Version {newest.label}", width="content")


def choose_base(run: RunReader, versions: list[TextVersion]) -> None:
    """What edits are compared with: the version that was saved last, or any other."""
    numbers = [version.number for version in reversed(versions)]
    labels = {version.number: version.label for version in versions}
    saved = saved_version(versions) or versions[-1].number
    kept = st.session_state.get(base_key(run.name))
    options = [None, *numbers]
    # the browser keeps an option's old words for as long as the key is the same
    st.session_state[base_key(run.name)] = st.selectbox(
        "Compared with", options, index=options.index(kept) if kept in options else 0,
        key=f"prompts_against {run.name} {saved} {labels[saved]}", width="stretch",
        format_func=lambda n: f"against {labels[n]}" if n else f"against the last saved, {saved}",
        label_visibility="collapsed",
    )  # fmt: skip


def _name_key(number: int) -> str:
    return f"prompts_name_of_{number}"


def _name(run_name: str, number: int) -> None:
    try:
        name = str(st.session_state.get(_name_key(number), "")).strip()[:60]
        writable(reader(run_name)).texts.name(number, name)
    except LaserError as error:
        notify(error)


def draw_versions(run: RunReader, versions: list[TextVersion]) -> None:
    """Two versions side by side, and the spread over several."""
    labels = {version.number: version.label for version in versions}
    numbers = [version.number for version in reversed(versions)]
    before = base_number(run.name, versions)
    left, right = st.columns(2)
    first = left.selectbox(
        "Version A", numbers, index=numbers.index(before), format_func=lambda n: labels[n],
        key=f"prompts_a {numbers[0]}",
    )  # fmt: skip
    second = right.selectbox(
        "Version B", numbers, index=0, format_func=lambda n: labels[n],
        key=f"prompts_b {numbers[0]}",
    )  # fmt: skip
    try:
        looks = texts_effect(run, first), texts_effect(run, second)
    except LaserError as error:
        st.error(escape_text(error))
        return
    if looks[0] is None or looks[1] is None:
        return
    _side_by_side(run, looks[0], looks[1], (left, right))
    if first == second:
        note("Both are the same version: choose another one to see which pictures differ.")
    else:
        only = f"Only A (version {first})", f"Only B (version {second})"
        draw_difference(run, looks[0], looks[1], only, "prompts_versions")
        _label_difference(run, looks[0], looks[1])
    _differences(looks[0], looks[1])
    _spread(run, versions)


def _label_difference(run: RunReader, a: TextsEffect, b: TextsEffect) -> None:
    """The way to Label with those pictures of one query alone that nobody has labeled."""
    parts, labeled = batch_difference(a.start, b.start), run.store.labels.by_id()
    alone = run.facts.ids[np.concatenate([parts.first, parts.second])].tolist()
    left = [id for id in alone if id not in labeled]
    if st.button(
        f"Label what differs ({len(left):,} without a label)", key="prompts_label_difference",
        icon=":material/label:", disabled=not left,
        help="Their labels tell which version finds more, and count like any other.",
    ):  # fmt: skip
        label_by_hand(left, "Label what differs")


def _side_by_side(
    run: RunReader, a: TextsEffect, b: TextsEffect, columns: tuple[DeltaGenerator, DeltaGenerator]
) -> None:
    for side, place, column in zip("AB", (a, b), columns, strict=True):
        with column:
            recall = "unknown" if place.figures.recall is None else f"{place.figures.recall:.3f}"
            st.markdown(f"Cold-start precision **{_precision(place)}**, recall **{recall}**")
            st.button(
                f"Put version {place.number} back in use", key=f"prompts_restore {side}",
                on_click=restore, args=(run.name, place.number),
            )  # fmt: skip
    st.markdown(
        f"The two queries share **{overlap(a.start.rows, b.start.rows):.0%}** of their pictures "
        "(Jaccard index: in both, over in either)."
    )


def _precision(place: TextsEffect) -> str:
    """Precision of a version's query, with what it can still come to where labels are missing."""
    seen, asked = place.figures, len(place.start.rows)
    if seen.precision is None:
        return "unknown"
    if seen.known == asked:
        return f"{seen.precision:.3f}"
    possible = batch_precision(seen.found, seen.known, asked).text()
    return f"{seen.precision:.3f} of {seen.known:,} known ones, {possible} of all {asked:,}"


def _differences(a: TextsEffect, b: TextsEffect) -> None:
    diff = list(
        difflib.unified_diff(
            as_lines(a.texts), as_lines(b.texts), f"version {a.number}", f"version {b.number}",
            lineterm="", n=1,
        )
    )  # fmt: skip
    st.markdown("**Texts**")
    many: int | Literal["content"] = 280 if len(diff) > 12 else "content"
    st.code("\n".join(diff) or "the same texts", language="diff", height=many)
    for task in TASKS:
        old, new = a.texts.prompts.get(task, ""), b.texts.prompts.get(task, "")
        if old or new:
            lines = difflib.unified_diff(
                old.splitlines(), new.splitlines(), f"version {a.number}", f"version {b.number}",
                lineterm="", n=1,
            )  # fmt: skip
            st.markdown(f"**Prompt for {task}**")
            st.code("\n".join(lines) or "the same prompt", language="diff")


def _spread(run: RunReader, versions: list[TextVersion]) -> None:
    """Precision over several versions: how much chance is in a random model's answers."""
    labels = {version.number: f"{version.label} ({_ago(version.at)})" for version in versions}
    repeated = _last_repeats(versions)
    chosen = st.multiselect(
        "Spread over versions", list(labels), default=repeated, format_func=lambda n: labels[n],
        key=f"prompts_spread {versions[-1].number}",
        help="After asking a random model several times, its versions stand here.",
    )  # fmt: skip
    if len(chosen) < 2:
        note("Choose two or more to see the mean and spread of their precision.")
        return
    try:
        looks = [found for n in chosen if (found := texts_effect(run, n)) is not None]
    except LaserError as error:
        st.error(escape_text(error))
        return
    values = [x.figures.precision for x in looks if x.figures.precision is not None]
    told = mean_and_spread(values)
    if told is None or len(values) < 2:
        note("No label of these queries is known, so they have no precision.")
        return
    st.markdown(
        f"Cold-start precision of {len(values)} versions: **{told[0]:.3f} ± "
        f"{told[1]:.3f}** (mean ± standard deviation), from {min(values):.3f} to "
        f"{max(values):.3f}"
    )


def _ago(at: str) -> str:
    return ago(datetime.fromisoformat(at).timestamp())


def _last_repeats(versions: list[TextVersion]) -> list[int]:
    """The versions of the last time that a model was asked several times: "... (2 of 5)"."""
    found: list[int] = []
    for version in reversed(versions):
        of, _, _ = version.title.rpartition(")")
        place = of.rpartition("(")[2].split(" of ")
        if version.step == "" and len(place) == 2 and all(part.isdigit() for part in place):
            found.append(version.number)
            if place[0] == "1":
                break
        elif found:
            break
    return found[::-1]
