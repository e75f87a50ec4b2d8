"""Round page: one round on the screen, to be asked, waiting for labels, or finished."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from laser_core.analysis.class_report import batch_worth, class_shares, found_by_class, remarks
from laser_core.analysis.ranking import (
    Ranking,
    Trial,
    labels_against,
    round_ranking,
    truth_against,
)
from laser_core.analysis.reader import RunReader
from laser_core.data.sets.demo import DEMO_POOLS
from laser_core.errors import LaserError
from laser_core.jobs.client import JobState
from ui.escape import escape_text
from ui.look.notes import note, note_markdown
from ui.look.sizes import height
from ui.round.batch import show_batch
from ui.round.buttons import show_buttons
from ui.round.cards import batch_cards, dial_curve
from ui.round.controls import TriedChoice, choose_round_settings
from ui.round.sentences import before_any_label, round_result, strategy_title, why_picked
from ui.round.state import Guesses, RoundView, RunProgress, guesses, round_view, trials
from ui.shared.fragment import fragment
from ui.shared.jobs import start_job
from ui.shared.runs import jobs, writable
from ui.widgets.figures import figure_cards, share_curve

NEXT = 0  # in the selector of rounds: where the run stands


@fragment()
def show_round(run: RunReader, stand: RunProgress, job: JobState | None) -> None:
    """All of the page below its job panel; another round, or delta, runs this again alone."""
    busy = job is not None and job.active
    try:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        with row:
            chosen = _chosen_round(run, stand) if stand.records else NEXT
        round = chosen or stand.round
        if not chosen and not stand.pending and run.config.retired:
            _former_rule(run)
            return
        with row:
            buttons = st.container(
                horizontal=True, width="content", vertical_alignment="center", gap="small"
            )
            truth = _truth(run, stand)
        view = round_view(run, round, stand.pending, truth)
        if view is None:
            _look_ahead(run, stand, job)
            return
        _panel(run, stand, view, truth, busy, buttons)
    except LaserError as error:
        st.error(escape_text(error))


def _chosen_round(run: RunReader, stand: RunProgress) -> int:
    """The round to look at: `NEXT`, or a finished one; of a run at its end the last one first."""
    done = [record.round for record in reversed(stand.records)]
    first = f"Round {stand.round}, {'waits for labels' if stand.pending else 'not asked yet'}"
    mine = f"_round chosen {run.name}"
    rounds = done if stand.finished else [NEXT, *done]
    kept = st.session_state.get(mine, NEXT)
    # the browser keeps an option's old words for as long as the key is the same
    key = f"round chosen {run.name} {stand.finished} {first}"
    chosen: int = st.selectbox(
        "Round", rounds, index=rounds.index(kept) if kept in rounds else 0, key=key,
        format_func=lambda n: f"Round {n}, finished" if n else first, width=height(210),
        label_visibility="collapsed",
    )  # fmt: skip
    st.session_state[mine] = chosen
    return chosen


def _panel(
    run: RunReader,
    stand: RunProgress,
    view: RoundView,
    truth: bool,
    busy: bool,
    buttons: DeltaGenerator,
) -> None:
    """The controls, what they come to, and the pictures; what costs most is drawn last."""
    asked = view.ranking.round < stand.round or stand.pending
    movable = view.dial is not None
    left, right = st.columns([5, 8] if movable else [8, 5], gap="small")
    with left, st.container(gap=None):
        moved, curve = st.container(), st.container()
    words = st.container(gap="small") if movable else left
    tried = choose_round_settings(run, view, asked, buttons, moved)
    with buttons:
        show_buttons(run, stand, tried, view.ranking.round < stand.round, busy)
    if tried.ranking is None:
        name = escape_text(strategy_title(tried.full.strategy or run.config.strategy))
        note_markdown(f"{name} computes scores of its own: press the button to see its batch.")
        return
    show_batch(run, view, tried.ranking, truth)
    guess = guesses(run, view, stand)
    found = trials(run, view, tried.full, guess)
    _figures(view, tried.ranking, tried.at, guess, found, right, curve)
    with words:
        _words(run, stand, view, tried, truth, found)


def _figures(
    view: RoundView,
    shown: Ranking,
    at: float,
    guess: Guesses | None,
    found: Sequence[Trial],
    right: DeltaGenerator,
    curve: DeltaGenerator,
) -> None:
    """The cards, and the line below the slider."""
    worth, own = batch_worth(shown, view.known), batch_worth(view.ranking, view.known)
    taken = None if guess is None else guess.of(shown.rows).precision(shown.rows)
    with right:
        shared = int(np.isin(shown.ids, view.ranking.ids).sum())
        key = f"round {view.ranking.round}"
        cards = batch_cards(worth, own, taken, shown, shared, found, view.dial, at)
        figure_cards(cards, f"{key} cards")
    line = None if view.dial is None else dial_curve(found, view.dial, at, worth)
    if line is not None:
        with curve:
            share_curve(line, f"{key} curve")


def _words(
    run: RunReader,
    stand: RunProgress,
    view: RoundView,
    tried: TriedChoice,
    truth: bool,
    found: Sequence[Trial],
) -> None:
    """Why these pictures, and what is odd about them."""
    shown = tried.ranking or view.ranking
    asked = view.ranking.round < stand.round or stand.pending
    text = why_picked(shown, len(view.before.training_labels()[0]), asked and not tried.changed)
    if asked and tried.changed:
        text = f"**Nobody asked for this batch**; later rounds cannot be told from it. {text}"
    if stand.finished:
        reason = "All rounds are done" if stand.left else "Every picture has a label"
        text = f"**{reason}.** {text}"
    notes = _notes(run, view, shown, stand)
    st.markdown(f"{text} :gray[{' '.join(notes)}]" if notes else text)
    if not asked and not tried.changed and (doubt := _doubt(stand, view, truth, found)):
        st.warning(escape_text(doubt), icon=":material/balance:")


def _notes(run: RunReader, view: RoundView, shown: Ranking, stand: RunProgress) -> list[str]:
    """What else is to be known of a batch, a sentence each."""
    shares = class_shares(shown, view.before)
    last = run.records()[: shown.round - 1][-1:]
    before = round_ranking(run, last[0].round) if last else None
    found = found_by_class(before, last[0]) if before is not None else {}
    notes = remarks(shares, found)
    if shown.note and not shown.why_language_alone:  # which the words above have said
        notes.append(shown.note)
    said = [escape_text(f"{note[:1].upper()}{note[1:]}.") for note in notes]
    alone = shown.figures.get("zero_shot")
    if shown.round == 1 and alone is not None:
        said.append(before_any_label(alone))
    closed = stand.records[: view.ranking.round][-1:]
    return [*said, *(f"{round_result(record)}." for record in closed)]


def _doubt(stand: RunProgress, view: RoundView, truth: bool, found: Sequence[Trial]) -> str:
    """What speaks against the schedule's delta: the labels so far, or true labels if shown."""
    if not view.ranking.fused or view.no_detector:
        return ""
    said = labels_against(view.ranking, stand.records)
    if said or not truth:
        return said
    return truth_against(view.known.precision(view.ranking.rows), view.delta, found)


def _truth(run: RunReader, stand: RunProgress) -> bool:
    """Whether true labels may be shown; the toggle is there only where they are known."""
    if not stand.simulated:
        return False
    return st.toggle(
        "True labels",
        run.config.pool in DEMO_POOLS, key=f"round truth {run.name}",
        persist_state="session", width="content",
        help="This pool knows its labels; the strategy never sees them. Switch this off to judge "
        "the batch as it would be in earnest, when nobody knows them yet.",
    )  # fmt: skip


def _former_rule(run: RunReader) -> None:
    """A run that asked by a rule that is gone: what it used, and the one way to go on."""
    with st.container(border=True):
        st.markdown(
            f"**This run asked by {escape_text(run.config.retired_words())}**, which this "
            "version no longer has. Its finished rounds stay as they are, with the settings they "
            "were asked by. The next ones can be asked by *balanced*: the batch shared out by "
            "class, the mean as the penalty of Eq. (1)."
        )
        if st.button("Go on with balanced", type="primary", key=f"round go on {run.name}"):
            writable(run).go_on_balanced()
            st.rerun()


def _look_ahead(run: RunReader, stand: RunProgress, job: JobState | None) -> None:
    """Nobody has looked at the next query yet: have the worker do so, once, and say so."""
    params = {"folder": str(run.folder)}
    if job is not None and job.active:
        note("The next batch appears here when the work above is done.")
        st.skeleton(height(480))
        return
    note("The next batch has not been looked at yet. Looking spends no label.")
    once = f"round looked {run.stamp()}"
    asks_model = run.descriptions() is None and run.config.llm != "offline"
    if not asks_model and once not in st.session_state:
        st.session_state[once] = True
        start_job(jobs(), "look_ahead", params)
        st.rerun()
    st.button(
        "Look at the next batch", type="primary", on_click=start_job,
        args=(jobs(), "look_ahead", params),
    )  # fmt: skip
