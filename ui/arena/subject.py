"""What is shown: a study, or the runs of the runs folder, as lines that can be drawn."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from laser_core.analysis.comparison import Against, Group, line_title, text_level
from laser_core.basics.sentences import count_of
from laser_core.errors import LaserError
from laser_core.metrics.summary import mean_and_spread
from laser_core.studies.cells import WHOLE, Cell, Place, Study
from laser_core.studies.folder import Places
from laser_core.studies.report.kept import KeptStudy, find_studies, study_at
from laser_core.studies.report.results import (
    Result,
    Results,
    full_accuracies,
    level_lines,
    read_failures,
    result_of,
)
from laser_core.studies.report.zero_shot import read_zero_shot
from ui.arena.kept_runs import choose_runs, kept_runs
from ui.escape import escape_text
from ui.shared.runs import run_mark, runs_folder

RUNS, ELSEWHERE = ":runs", ":elsewhere"  # choices beside the studies' folders
CHOSEN, AGAINST = "arena_shown", "arena_against"
AXES: dict[Against, str] = {"labels": "Labels paid", "round": "Round"}


@dataclass(frozen=True)
class Line:
    """One line of the page.

    Args:
        group: its runs, under the name that stands on the screen.
        number: of its colour and dash; the same while a study goes on.
    """

    group: Group
    number: int

    @property
    def name(self) -> str:
        """As it stands on the screen."""
        return self.group.name


@dataclass(frozen=True)
class Subject:
    """What the page shows.

    Args:
        name: of the study's folder, "runs" for runs by themselves.
        lines: those with a finished round.
        kept: the study; None for runs by themselves.
        results: of the study, as it is now.
        levels: (name, accuracy) of what needs no label or all labels, drawn as level lines.
    """

    name: str
    lines: tuple[Line, ...]
    kept: KeptStudy | None = None
    results: Results | None = None
    levels: tuple[tuple[str, float], ...] = ()


def studies_folder() -> Path:
    """Where the command line puts studies: beside the folder of runs."""
    return Path(os.environ.get("LASER_STUDIES_DIR", runs_folder().parent / "studies")).resolve()


def known_studies() -> list[KeptStudy]:
    """Studies and comparisons in the folders of runs and of studies, the last begun first."""
    return find_studies(runs_folder(), studies_folder())


def choose_subject() -> Subject | None:
    """The choice at the top of the page; None while nothing is chosen that can be shown."""
    studies = {str(kept.folder): kept for kept in known_studies()}
    runs = [run for run in kept_runs() if run.records]
    options = [*studies, *([RUNS] if runs else []), ELSEWHERE]
    if st.session_state.get(CHOSEN) not in options:
        st.session_state.pop(CHOSEN, None)
    chosen = st.selectbox(
        "What is shown", options, index=0, key=CHOSEN, persist_state="session",
        format_func=lambda key: _caption(key, studies.get(key), len(runs)),
        label_visibility="collapsed", width=210,
    )  # fmt: skip
    if chosen == RUNS:
        groups = choose_runs(runs)
        text = text_level(groups)
        levels = () if text is None else (("text alone", text),)
        return Subject("runs", _lines(groups), levels=levels)
    kept = studies.get(str(chosen)) or _elsewhere()
    return None if kept is None else _study_subject(kept)


def _caption(key: str, kept: KeptStudy | None, runs: int) -> str:
    if kept is not None:
        return f"Study {kept.name}" if kept.study else f"{kept.name} (cannot be read)"
    return f"Runs by themselves ({runs})" if key == RUNS else "A study in another folder…"


def _elsewhere() -> KeptStudy | None:
    """The study in a folder that a person names."""
    given = st.text_input(
        "Folder of a study", key="arena_folder", persist_state="session", width=360,
        placeholder="The folder that holds its study.json", label_visibility="collapsed",
    ).strip()  # fmt: skip
    return study_at(Path(given).expanduser().resolve()) if given else None


def _study_subject(kept: KeptStudy) -> Subject | None:
    if kept.study is None:
        st.error(escape_text(kept.error))
        return None
    place = _choose_place(kept.study)
    results = read_now(kept)
    groups = [
        (number, group)
        for number, line in enumerate(kept.study.lines)
        if not line.whole and (group := results.group(place.name, line.name))
    ]
    lines = tuple(Line(replace(g, name=line_title(g)), number) for number, g in groups)
    whole = mean_and_spread(list(full_accuracies(results, place).values()))
    all_labels = ((WHOLE, whole[0]),) if whole else ()
    levels = (*level_lines(results, place, kept.study.lines), *all_labels)
    return Subject(kept.name, lines, kept, results, levels)


def _choose_place(study: Study) -> Place:
    if len(study.places) == 1:
        return study.places[0]
    by_name = {place.name: place for place in study.places}
    name = st.selectbox(
        "Pool", list(by_name), key=f"arena_place {study.name}", persist_state="session",
        label_visibility="collapsed", width=200,
    )  # fmt: skip
    return by_name.get(str(name), study.places[0])


def read_now(kept: KeptStudy) -> Results:
    """Every cell of a study as it is now; those that nothing has happened in are not read again.

    Raises:
        LaserError: it cannot be read.
    """
    if kept.study is None or kept.places is None:
        raise LaserError(kept.error)
    failed = read_failures(kept.places.failures)
    found = [_read_cell(cell, kept.places, failed) for cell in kept.study.cells()]
    return Results(kept.study, tuple(found), read_zero_shot(kept.places.zero_shot))


def _read_cell(cell: Cell, places: Places, failed: dict[str, str]) -> Result:
    mark = f"{run_mark(places.run(cell))} {failed.get(cell.key, '')}"
    return _result(str(places.runs), cell.key, mark, cell, failed)


@st.cache_resource(show_spinner=False, max_entries=2000)
def _result(runs: str, key: str, mark: str, _cell: Cell, _failed: dict[str, str]) -> Result:
    return result_of(_cell, Path(runs), _failed)


def _lines(groups: list[Group]) -> tuple[Line, ...]:
    return tuple(Line(replace(g, name=line_title(g)), i) for i, g in enumerate(groups))


def choose_lines(subject: Subject) -> tuple[list[Line], Against]:
    """The lines that are drawn, all unless some are left out, and what stands on the x axis."""
    names = [line.name for line in subject.lines]
    with st.popover(count_of(len(names), "line"), icon=":material/checklist:"):
        left_out = st.multiselect(
            "Leave out", names, key=f"arena_left_out {subject.name}", persist_state="session",
            placeholder="Lines to leave out",
        )  # fmt: skip
        against = st.segmented_control(
            "Drawn against", list(AXES), default="labels", required=True, key=AGAINST,
            format_func=AXES.__getitem__, persist_state="session",
        )  # fmt: skip
    return [line for line in subject.lines if line.name not in left_out], against
