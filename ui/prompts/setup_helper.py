"""Prompts page, finding words: settings tried on the pool, their evidence, pictures to judge."""

from __future__ import annotations

from typing import Any

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.analysis.setup.kept import Comparison, Trial, kept_comparison
from laser_core.analysis.setup.pictures import Verdict, judge
from laser_core.analysis.setup.settings import same_words
from laser_core.jobs.client import JobState
from laser_core.vlm.choose import models_here
from ui.escape import escape_text
from ui.look.notes import note
from ui.look.sizes import height
from ui.prompts.effect import LEAST, small_copies
from ui.prompts.state import classes_differ, keep, notify, step_back
from ui.shared.jobs import share_secrets, start_job
from ui.shared.page_settings import read_settings, write_settings
from ui.shared.runs import jobs, reader
from ui.widgets.gallery import Badge, Thumb, gallery
from ui.widgets.late_button import late_button
from ui.widgets.selection import Selection

KIND = "try_words"  # the worker's task
JUDGED_FILE = "setup_judged.json"  # in the run's folder: id -> 1 relevant, 0 not
GALLERY = "prompts_setup_gallery"
WHOSE_LABELS = (
    "Labels are of pictures that earlier words asked for, unless a round was drawn at random: they "
    "say most about pictures like those."
)
WIDTHS = {"words": 250, "average precision": 140, "first batch": 150}  # CSS pixels
HELP = {
    "average precision": "Precision down to each relevant labeled picture, averaged: 1 where all "
    "of them come first. In brackets where it lies in 95 of 100 redraws of the labels.",
    "first batch": "Precision: relevant ones among the pictures of the first batch that have a "
    "label, and where the share lies in 95 of 100 cases (Wilson's interval).",
    "agreement": "Rank correlation with the mean of all settings, -1 to 1. Without labels it says "
    "which setting to judge by eye; where the truth was known it was no safe guide alone.",
    "separation": "How far the scores fall into two groups, 0 to 1. Shown for your eyes alone: "
    "where the truth was known it said nothing about which words find more.",
}


def draw_setup(run: RunReader) -> None:
    """The button; then the advice, what each setting came to, and pictures to be judged."""
    found = kept_comparison(run)
    _start_row(run, found)
    job = jobs().active()
    if found is None:
        if job is None or job.kind != KIND:
            note(_stopped_early(run))
        return
    verdict = _verdict(run, found)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{escape_text(found.advice.sentence)}**")
        if verdict is not None:
            st.markdown(f"**{escape_text(verdict.sentence)}**")
        for line in _remarks(run, found, job):
            note(line)
        _use_row(run, found, verdict)
    left, right = st.columns([9, 7], gap="small")
    with left:
        _table(found)
        if found.labels:
            note(WHOSE_LABELS)
    with right:
        _pictures(run, found)


def _start_row(run: RunReader, found: Comparison | None) -> None:
    config = run.config
    others = [spec for spec in _models(config.vlm) if spec != config.vlm]
    with st.container(horizontal=True, vertical_alignment="center"):
        with_others = False
        if others:
            with_others = st.checkbox(
                f"Also {escape_text(', '.join(others))}", key="prompts_setup_models",
                help="Models whose weights are on this machine; each looks at the pool first.",
            )  # fmt: skip
        late_button(
            "Try words", lambda: _start(run, with_others), key="prompts_setup_start",
            icon=":material/science:", disabled=jobs().active() is not None,
            type="secondary" if found else "primary",
        )  # fmt: skip
        asked = "" if config.llm == "offline" else f" {config.llm} is asked for the sentences."
        note(
            f"Bare names, “a photo of a …” and sentences, with and without confusers, on this "
            f"run's {len(run.facts.ids):,} pictures.{asked}"
        )


@st.cache_data(show_spinner=False)
def _models(own: str) -> tuple[str, ...]:
    return models_here(own)


def _start(run: RunReader, others: bool) -> None:
    share_secrets()
    start_job(jobs(), KIND, {"folder": str(run.folder), "other_models": others})


def _stopped_early(run: RunReader) -> str:
    """What to say before anything was tried."""
    last = jobs().latest_of(KIND)
    mine = last is not None and last.params.get("folder") == str(run.folder)
    if mine and last is not None and last.status == "cancelled":
        return "It was stopped before the first setting was tried: nothing is changed or lost."
    return "Nothing was tried yet. Labels help, a hundred or so; it works without any, too."


def _remarks(run: RunReader, found: Comparison, job: JobState | None) -> list[str]:
    """What to know beside the advice, a sentence each."""
    told = [found.note] if found.note else []
    if not found.whole and (job is None or job.kind != KIND):
        told.append(
            f"Stopped after {len(found.trials)} of {found.planned} settings: this is what they "
            "came to; “Try words” tries all of them."
        )
    newest = run.store.texts.read()
    if newest is not None and not any(same_words(newest[1], one.words) for one in found.trials):
        told.append(
            f"“The words in use” are those of version {found.version} here; version {newest[0]} is "
            "in use by now, and was not tried."
        )
    return told


# ---- choosing


def _use_row(run: RunReader, found: Comparison, verdict: Verdict | None) -> None:
    """Any setting of the run's own model in one click, the recommended one unless chosen else."""
    own = found.trials[0].setting.vlm
    places = [n for n, trial in enumerate(found.trials) if trial.setting.vlm == own]
    best, newest = _best_place(found, verdict), run.store.texts.read()
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.selectbox(
            "Setting", places, index=places.index(best) if best in places else 0,
            format_func=lambda n: found.trials[n].setting.title, label_visibility="collapsed",
            key=f"prompts_setup_choice {found.version} {len(found.trials)} {best}", width=360,
        )  # fmt: skip
        used = newest is not None and same_words(newest[1], found.trials[place].words)
        late_button(
            "In use" if used else "Use this setting", lambda: _use(run.name, found, place),
            key="prompts_setup_use", icon=":material/check:", disabled=used,
            type="secondary" if used else "primary",
            help="Makes a version like any other, which Undo takes back.",
        )  # fmt: skip
        if used and newest is not None and newest[0] != found.version:
            st.button(
                "Undo", icon=":material/undo:", key="prompts_setup_undo", on_click=step_back,
                args=(run.name, "undo"),
            )  # fmt: skip


def _best_place(found: Comparison, verdict: Verdict | None) -> int:
    if verdict is None or verdict.winner is None:
        return found.advice.place
    return (found.advice.place, found.advice.rival)[verdict.winner]


def _use(run_name: str, found: Comparison, place: int) -> None:
    """Keep the setting's words as a new version."""
    run, trial = reader(run_name), found.trials[place]
    newest = run.store.texts.read()
    if newest is None:
        return
    if difference := classes_differ(run, trial.words):
        notify(f"This setting cannot be used: {difference} Try words again.")
    else:
        keep(run_name, trial.words, f"found: {trial.setting.title}", newest[0], "edit")


# ---- evidence


def _table(found: Comparison) -> None:
    several = len({trial.setting.vlm for trial in found.trials}) > 1
    rows = [_row(trial, n == found.advice.place, several) for n, trial in enumerate(found.trials)]
    columns: dict[str, Any] = {
        name: st.column_config.Column(name, help=HELP.get(name), width=WIDTHS.get(name))
        for name in rows[0]
    }
    st.dataframe(
        rows, hide_index=True, width="stretch", height=min(height(420), 38 + 35 * len(rows)),
        column_config=columns, key="prompts_setup_table",
    )  # fmt: skip


def _row(trial: Trial, best: bool, several: bool) -> dict[str, Any]:
    """With labels what they say; without, what the scores alone do."""
    one, words = trial.figures, trial.setting.title
    row = {"words": f"★ {words}" if best else words}
    if several:
        row["model"] = trial.setting.vlm
    if one.average_precision is None:
        return row | {"agreement": f"{one.agreement:.3f}", "separation": f"{one.separation:.2f}"}
    interval = f"{one.low or 0.0:.2f} to {one.high or 0.0:.2f}"
    known = f"{one.found} of {one.known} ({one.precision.text()})"
    return row | {
        "average precision": f"{one.average_precision:.2f} ({interval})",
        "first batch": known if one.known else "no label",
    }


# ---- pictures


def _pictures(run: RunReader, found: Comparison) -> None:
    """The pictures on which both settings disagree, to be marked by keyboard."""
    shown = [id for id in found.pictures.shown if id in run.facts.rows]
    if not shown:
        note("Both settings ask for the same pictures first: there is nothing to judge.")
        return
    judged = _judgements(run, found)
    chosen = set(Selection(GALLERY).ids)
    marked = tuple(id for id in shown if id in chosen)
    button, told = st.columns([2, 5], gap="small", vertical_alignment="center")
    with button:
        late_button(
            "Count",
            lambda: _keep_judgements(run, found, marked),
            key="prompts_setup_count",
            icon=":material/done_all:",
        )
    with told:
        note(
            "One of the two alone puts these first. Mark the relevant ones (arrow keys, Space), "
            "then count. It is kept apart: no label, nothing learns from it."
        )
    items = [_thumb(id, url, judged) for id, url in small_copies(run, shown).items()]
    gallery(items, GALLERY, label="Pictures to judge", multiple=True, size=64, fill=LEAST)


def _thumb(id: str, url: str, judged: dict[str, bool] | None) -> Thumb:
    if judged is None:
        return Thumb(id, url)
    good = judged.get(id, False)
    badge = Badge("relevant" if good else "not", "good" if good else "bad")
    return Thumb(id, url, badges=(badge,), tone="good" if good else "bad")


def _keep_judgements(run: RunReader, found: Comparison, marked: tuple[str, ...]) -> None:
    write_settings(run, JUDGED_FILE, {id: float(id in marked) for id in found.pictures.shown})
    Selection(GALLERY).set(marked)


def _judgements(run: RunReader, found: Comparison) -> dict[str, bool] | None:
    """id -> relevant, of the pictures shown now; None until all of them were judged."""
    kept = read_settings(run, JUDGED_FILE)
    shown = found.pictures.shown
    if not shown or any(id not in kept for id in shown):
        return None
    return {id: kept[id] == 1.0 for id in shown}


def _verdict(run: RunReader, found: Comparison) -> Verdict | None:
    judged = _judgements(run, found)
    if judged is None:
        return None
    return judge(found.pictures, {id for id, good in judged.items() if good}, found.titles)
