"""What the cards need of a run, computed once and shared by all tabs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from laser_core.analysis.lesson.confusers import FirstBatch, first_batch
from laser_core.analysis.lesson.detector import (
    DeltaCurve,
    DetectorRound,
    SurePictures,
    delta_curve,
    detector_round,
    sure_pictures,
)
from laser_core.analysis.lesson.kept import KEPT_FILE, Ways, kept_ways
from laser_core.analysis.lesson.pictures import first_texts
from laser_core.analysis.reader import RunReader
from laser_core.texts.live_scores import CosineMemory
from ui.shared.runs import ensure_cosines


def mark(run: RunReader) -> str:
    """Changes with anything in the run that a card shows."""
    preview = run.folder / "preview.json"
    looked = preview.stat().st_mtime_ns if preview.is_file() else 0
    return f"{run.folder} {run.stamp()} {looked}"


@st.cache_resource(show_spinner=False, max_entries=4)
def _memory(folder: str, cosines: str, _run: RunReader) -> CosineMemory:
    return CosineMemory(_run.table)


def batch_with(run: RunReader, on: Sequence[str]) -> FirstBatch:
    """Card 3: round 1's batch with some confusers.

    Raises:
        LaserError: the run lacks what the card needs.
    """
    ensure_cosines(run, first_texts(run))
    return _batch_with(mark(run), tuple(sorted(on)), run)


@st.cache_resource(show_spinner=False, max_entries=64)
def _batch_with(stamp: str, on: tuple[str, ...], _run: RunReader) -> FirstBatch:
    return first_batch(_run, on, _memory(str(_run.folder), _run.facts.cosines, _run))


def detector_of(run: RunReader) -> DetectorRound:
    """Cards 5 to 7: the round in which the detector counts first.

    Raises:
        LessonError: there is none.
    """
    return _detector_of(mark(run), run)


@st.cache_resource(show_spinner=False, max_entries=4)
def _detector_of(stamp: str, _run: RunReader) -> DetectorRound:
    return detector_round(_run)


def sure_pictures_of(run: RunReader) -> SurePictures:
    """Card 6's two pictures.

    Raises:
        LessonError: the run lacks what the card needs.
    """
    return sure_pictures(run, detector_of(run))


def curve_of(run: RunReader) -> DeltaCurve:
    """Card 7's curve.

    Raises:
        LessonError: the run lacks what the card needs.
    """
    return _curve_of(mark(run), run)


@st.cache_resource(show_spinner=False, max_entries=4)
def _curve_of(stamp: str, _run: RunReader) -> DeltaCurve:
    round = detector_round(_run)
    return delta_curve(_run, round.ranking, round.before)


def ways_of_run(run: RunReader) -> Ways | None:
    """Card 4's trained figures; None where the worker has not made them."""
    path = run.folder / KEPT_FILE
    written = path.stat().st_mtime_ns if path.is_file() else 0
    return _ways_of_run(str(run.folder), written, run) if written else None


@st.cache_resource(show_spinner=False, max_entries=4)
def _ways_of_run(folder: str, written: int, _run: RunReader) -> Ways | None:
    return kept_ways(_run)
