"""Round page: where the run stands, and one round's ranking with what is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from laser_core.analysis.known import Known, known_relevance
from laser_core.analysis.ranking import (
    Ranking,
    Trial,
    next_ranking,
    round_ranking,
    sweep,
)
from laser_core.analysis.reader import RunReader
from laser_core.analysis.suggestions import guessed_relevance
from laser_core.basics.arrays import Ints
from laser_core.config import RoundChoice
from laser_core.pool import Pool
from laser_core.strategies.hooks import Dial
from laser_core.view import RoundRecord

VALUES = tuple(step / 10 for step in range(11))  # of the curve below the slider


@dataclass(frozen=True)
class RunProgress:
    """Where a run stands.

    Args:
        records: finished rounds.
        pending: whether a query waits for answers or training.
        answered: how many images of that query have an answer.
        simulated: whether the pool knows all its labels, so that an oracle can answer.
        left: how many images have no answer.
        rounds: how many the run is to have.
    """

    records: tuple[RoundRecord, ...]
    pending: bool
    answered: int
    simulated: bool
    left: int
    rounds: int

    @property
    def round(self) -> int:
        """The round under way, 1 for the first."""
        return len(self.records) + 1

    @property
    def finished(self) -> bool:
        """Whether nothing is left to ask, or all rounds are done."""
        return not self.pending and (len(self.records) >= self.rounds or self.left == 0)


def run_progress(run: RunReader) -> RunProgress:
    """Where `run` stands now."""
    records, labels = tuple(run.records()), run.store.labels.by_id()
    kept = run.store.rounds.query(len(records) + 1)
    asked = kept[1].ids.tolist() if kept else []
    return RunProgress(
        records=records,
        pending=kept is not None,
        answered=sum(id in labels for id in asked),
        simulated=all(label is not None for label in run.facts.labels),
        left=len(run.facts.ids) - len(labels),
        rounds=run.config.rounds,
    )


@dataclass(frozen=True)
class RoundView:
    """One round as the page shows it.

    Args:
        ranking: as it was asked, or as the schedule would have it.
        before: labels as they were when the round was, or would be, asked.
        delta: the one it was asked with, or the schedule's.
        dial: the number that another batch can be tried by; None without one.
        no_detector: why delta counts for nothing, or "".
        known: what may be shown of relevance.
        stamp: changes with anything above: a key for what is computed from it.
    """

    ranking: Ranking
    before: Pool
    delta: float
    dial: Dial | None
    no_detector: str
    known: Known
    stamp: str


def round_view(run: RunReader, round: int, pending: bool, truth: bool) -> RoundView | None:
    """The ranking of a round; None if it is the next one and nobody has looked ahead yet.

    Args:
        pending: whether the next round has been asked already.
        truth: whether true labels may be shown.
    """
    stamp = f"{run.stamp()} {_preview_time(run)} {round} {pending} {truth}"
    view = _round_view(run.name, stamp, round, truth, run)
    if view is None:
        _round_view.clear(run.name, stamp, round, truth, run)  # the worker may write it any moment
    return view


@st.cache_resource(show_spinner=False, max_entries=12)
def _round_view(
    name: str, stamp: str, round: int, truth: bool, _run: RunReader
) -> RoundView | None:
    ranking = round_ranking(_run, round) or next_ranking(_run)
    if ranking is None or ranking.round != round:
        return None
    before = _run.pool(round - 1)
    true = _run.relevant_rows if truth else None
    known = known_relevance(
        _run.facts.ids,
        _run.store.labels.by_id(),
        None if true is None else Known(true, np.ones(len(true), dtype=bool)),
    )
    return RoundView(
        ranking, before, ranking.planned_delta, ranking.dial(before),
        ranking.no_detector(before), known, f"{name} {stamp}",
    )  # fmt: skip


def _preview_time(run: RunReader) -> int:
    """When the worker last looked ahead, in nanoseconds; 0 if it never did."""
    path = run.folder / "preview.json"
    return path.stat().st_mtime_ns if path.is_file() else 0


class Guesses:
    """What the model takes pictures for, asked once about each; for as long as nothing changes."""

    def __init__(self, run: RunReader) -> None:
        self._run = run
        self._found = guessed_relevance(run, np.array([], dtype=np.intp))

    def of(self, rows: Ints) -> Known:
        """What is guessed of the images at `rows` of the pool, and of those asked about before."""
        missing = rows[~self._found.known[rows]]
        if len(missing):
            new, old = guessed_relevance(self._run, missing), self._found
            self._found = Known(old.relevant | new.relevant, old.known | new.known)
        return self._found


@st.cache_resource(show_spinner=False, max_entries=4)
def _guesses(stamp: str, _run: RunReader) -> Guesses:
    return Guesses(_run)


def guesses(run: RunReader, view: RoundView, stand: RunProgress) -> Guesses | None:
    """What the model expects of a round that nobody has answered; None where more is known."""
    answered = view.ranking.round <= len(stand.records) or view.known.count(view.ranking.rows)
    return None if answered else _guesses(view.stamp, run)


@st.cache_data(show_spinner=False, max_entries=64)
def dial_curve(
    stamp: str,
    like: dict[str, Any],
    guessed: bool,
    _dial: Dial,
    _view: RoundView,
    _run: RunReader,
    _guess: Guesses | None,
) -> Sequence[Trial]:
    """What eleven values of the dial come to; `like` holds the rest of the choice."""
    choices = {value: _dial.choice_at(value, RoundChoice(**like)) for value in VALUES}
    guess = _guess.of if _guess is not None else None
    return sweep(_view.ranking, choices, _view.before, _run.config, _view.known, guess)


def trials(
    run: RunReader, view: RoundView, choice: RoundChoice, guess: Guesses | None = None
) -> Sequence[Trial]:
    """`dial_curve` for the rest of `choice`; empty without a dial."""
    if view.dial is None:
        return ()
    like = asdict(replace(view.dial.choice_at(0.0, choice), strategy=None))
    return dial_curve(view.stamp, like, guess is not None, view.dial, view, run, guess)
