"""Round page: one round on the screen, to be asked, waiting for labels, or finished."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import streamlit as st

from laser_core.analysis.class_report import class_shares, found_by_class, remarks
from laser_core.analysis.ranking import Ranking, labels_against, round_ranking, truth_against
from laser_core.analysis.reader import RunReader
from laser_core.data.sets.demo import DEMO_POOLS
from laser_core.errors import LaserError
from laser_core.jobs.client import JobState
from laser_core.strategies import STRATEGIES
from ui.escape import escape_text
from ui.round.batch import show_batch
from ui.round.controls import TriedChoice, choose_round_settings, show_delta_strip, show_figures
from ui.round.sentences import before_any_label, class_line, outcome, round_result, why_picked
from ui.round.state import RoundView, RunProgress, round_view, trials
from ui.shared.fragment import fragment
from ui.shared.jobs import start_job
from ui.shared.runs import jobs, writable

LABEL_PAGE = Path(__file__).resolve().parents[2] / "pages" / "5_Label.py"
NEXT = 0  # in the selector of rounds: where the run stands


def choose_round(run: RunReader, stand: RunProgress) -> tuple[int, bool]:
    """(the round to look at: `NEXT` or a finished one, whether true labels may be shown)."""
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = _chosen_round(run, stand) if stand.records else NEXT
        truth = _truth(run, stand)
        closed = chosen or len(stand.records)
        if closed:
            st.caption(round_result(stand.records[closed - 1]))
    return chosen, truth


def _chosen_round(run: RunReader, stand: RunProgress) -> int:
    done = [record.round for record in reversed(stand.records)]
    state = "waits for labels" if stand.pending else "not asked yet"
    first = "All rounds are done" if stand.finished else f"Round {stand.round}, {state}"
    mine = f"_round chosen {run.name}"
    rounds = [NEXT, *done]
    kept = st.session_state.get(mine, NEXT)
    # the browser keeps an option's old words for as long as the key is the same
    key = f"round chosen {run.name} {first}"
    chosen: int = st.selectbox(
        "Round", rounds, index=rounds.index(kept) if kept in rounds else 0, key=key,
        format_func=lambda n: f"Round {n}, finished" if n else first, width=250,
        label_visibility="collapsed",
    )  # fmt: skip
    st.session_state[mine] = chosen
    return chosen


def show_round(
    run: RunReader, stand: RunProgress, chosen: int, truth: bool, job: JobState | None
) -> None:
    """All of the page below its job panel and selector."""
    busy = job is not None and job.active
    if chosen == NEXT and stand.finished:
        _show_finished(stand)
        return
    round = chosen or stand.round
    if chosen == NEXT and not stand.pending and run.config.retired:
        _former_rule(run)
        return
    view = round_view(run, round, stand.pending, truth)
    if view is None:
        _look_ahead(run, stand, job)
        return
    _panel(run, stand, view, truth, busy)


@fragment()
def _panel(run: RunReader, stand: RunProgress, view: RoundView, truth: bool, busy: bool) -> None:
    """Runs again by itself while delta moves; the rest of the page stays."""
    try:
        top = st.container()
        asked = view.ranking.round < stand.round or stand.pending
        movable = view.ranking.fused and not view.no_detector
        title = "What if? Another δ, fusion or selection" if asked else "Try another batch"
        with st.expander(title, expanded=movable, icon=":material/tune:"):
            left, right = st.columns([4, 3], gap="medium") if movable else (st.container(), None)
            with left:
                if view.no_detector and view.ranking.fused:
                    st.caption(f"δ counts as 0 in this round: {escape_text(view.no_detector)}.")
                tried = choose_round_settings(run, view, asked)
            if right is not None:
                with right:
                    show_delta_strip(run, view, tried)
        with top:
            _words(run, stand, view, tried, truth, busy)
        if tried.ranking is not None:
            show_batch(run, view, tried.ranking, truth)
    except LaserError as error:
        st.error(escape_text(error))


def _words(
    run: RunReader, stand: RunProgress, view: RoundView, tried: TriedChoice, truth: bool, busy: bool
) -> None:
    """Why these pictures, what they are worth, and the buttons."""
    finished = view.ranking.round < stand.round
    if tried.ranking is None:
        name = STRATEGIES[tried.full.strategy or run.config.strategy].title
        st.info(
            f"{name} computes scores of its own, so its batch is known only when it is asked: "
            "press the button to ask it."
        )
    else:
        shown = tried.ranking
        chance = view.known.precision(shown.arrays.row) if truth else None
        worth = outcome(
            view.known.precision(shown.rows), view.known.count(shown.rows), len(shown.ids), chance
        )
        asked = finished or stand.pending
        if asked and tried.changed:
            st.markdown("**Nobody asked for this batch**; later rounds cannot be told from it.")
        labels = len(view.before.training_labels()[0])
        st.markdown(f"{why_picked(shown, labels, asked and not tried.changed)} {worth}")
        _classes(run, view, shown)
        if shown.note and not shown.why_language_alone:  # which the words above have said
            st.caption(escape_text(shown.note[:1].upper() + shown.note[1:] + "."))
        if view.ranking.fused:
            show_figures(view, shown, chance)
        if not asked and not tried.changed and (doubt := _doubt(run, stand, view, tried, truth)):
            st.warning(escape_text(doubt), icon=":material/balance:")
    if not finished:
        _buttons(run, stand, tried, busy)


def _classes(run: RunReader, view: RoundView, shown: Ranking) -> None:
    """What the batch asks for class by class, and what is odd about it."""
    shares = class_shares(shown, view.before)
    if len(shares) > 1:
        st.markdown(class_line(shares))
    last = run.records()[: shown.round - 1][-1:]
    ranking = round_ranking(run, last[0].round) if last else None
    found = found_by_class(ranking, last[0]) if ranking is not None else {}
    for remark in remarks(shares, found):
        st.caption(escape_text(f"{remark[:1].upper()}{remark[1:]}."))
    alone = shown.figures.get("zero_shot")
    if shown.round == 1 and alone is not None:
        st.caption(before_any_label(alone))


def _doubt(
    run: RunReader, stand: RunProgress, view: RoundView, tried: TriedChoice, truth: bool
) -> str:
    """What speaks against the schedule's delta: the labels so far, or true labels if shown."""
    if not view.ranking.fused or view.no_detector:
        return ""
    said = labels_against(view.ranking, stand.records)
    if said or not truth:
        return said
    others = trials(run, view, replace(tried.full, strategy=None))
    return truth_against(view.known.precision(view.ranking.rows), view.delta, others)


def _buttons(run: RunReader, stand: RunProgress, tried: TriedChoice, busy: bool) -> None:
    """What can be done now; a click is followed by a run of the whole page, so the bar appears."""
    folder = {"folder": str(run.folder)}
    choice = {"choice": {k: v for k, v in asdict(tried.choice).items() if v is not None}}
    with st.container(horizontal=True, vertical_alignment="center"):
        if stand.pending:
            clicked = _pending_buttons(stand, folder, busy)
        elif stand.simulated:
            one = _button("Query and train", "run_rounds", {**folder, **choice, "rounds": 1}, busy,
                          "primary")  # fmt: skip
            rest = _button("Run to the end", "run_rounds", {**folder, **choice, "rounds": 0}, busy)
            hand = _button("Query, and label by hand", "query", {**folder, **choice}, busy)
            clicked = one or rest or hand
            left = stand.rounds - len(stand.records)
            st.caption(f"An oracle that knows the labels answers. {left} rounds are left.")
        else:
            clicked = _button("Query", "query", {**folder, **choice}, busy, "primary")
            st.caption(
                "Nothing is spent until you press it; then the pictures wait for your labels."
            )
    if clicked:
        st.rerun()


def _pending_buttons(stand: RunProgress, folder: dict[str, Any], busy: bool) -> bool:
    clicked = False
    if LABEL_PAGE.exists():
        st.page_link("pages/5_Label.py", label="Label them", icon=":material/label:")
    if stand.simulated:
        params = {**folder, "rounds": 1}
        clicked = _button("Let the oracle answer, and train", "run_rounds", params, busy, "primary")
    train = _button("Train", "train", folder, busy or stand.answered == 0,
                    "secondary" if stand.simulated else "primary")  # fmt: skip
    st.caption(
        f"The query is asked; {stand.answered:,} pictures of it have an answer. "
        + ("Training closes the round." if stand.answered else "Training needs at least one.")
    )
    return clicked or train


def _button(
    label: str, kind: str, params: dict[str, Any], disabled: bool, look: Any = "secondary"
) -> bool:
    return st.button(
        label, type=look, disabled=disabled, key=f"round do {label}",
        on_click=start_job, args=(jobs(), kind, params),
    )  # fmt: skip


def _truth(run: RunReader, stand: RunProgress) -> bool:
    """Whether true labels may be shown; the toggle is there only where they are known."""
    if not stand.simulated:
        return False
    return st.toggle(
        "Show true labels (a simulation: the strategy never sees them)",
        run.config.pool in DEMO_POOLS, key=f"round truth {run.name}",
        persist_state="session", width="content",
        help="This pool knows its labels. Switch this off to judge the batch as it would be in "
        "earnest, when nobody knows them yet.",
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


def _show_finished(stand: RunProgress) -> None:
    reason = "All rounds are done" if stand.left else "Every picture has a label"
    st.success(f"{reason}. Choose a round above to look at it again, or see the charts.")
    st.page_link("pages/6_Charts.py", label="To the charts", icon=":material/show_chart:")


def _look_ahead(run: RunReader, stand: RunProgress, job: JobState | None) -> None:
    """Nobody has looked at the next query yet: have the worker do so, once, and say so."""
    params = {"folder": str(run.folder)}
    if job is not None and job.active:
        st.info("The next query appears here when the work above is done.")
        return
    st.info("The next query has not been looked at yet. Looking spends no label.")
    once = f"round looked {run.stamp()}"
    asks_model = run.descriptions() is None and run.config.llm != "offline"
    if not asks_model and once not in st.session_state:
        st.session_state[once] = True
        start_job(jobs(), "look_ahead", params)
        st.rerun()
    st.button(
        "Look at the next query", type="primary", on_click=start_job,
        args=(jobs(), "look_ahead", params),
    )  # fmt: skip
