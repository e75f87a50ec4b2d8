"""A new study: pool, strategies, ablations, start, rounds, splits and seeds, and its work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from laser_core.basics.sentences import count_of
from laser_core.config import ExperimentConfig
from laser_core.data.open import SET_NAMES
from laser_core.errors import LaserError
from laser_core.strategies import STRATEGIES
from laser_core.strategies.families import families
from laser_core.studies.arena import arena_study, work_of
from laser_core.studies.cells import Study
from laser_core.studies.parts import ABLATIONS
from ui.arena.subject import CHOSEN
from ui.arena.views import LINES, show_part
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.jobs import start_job
from ui.shared.runs import is_run, jobs, new_run_folder, open_run_name, reader
from ui.widgets.late_button import late_button

STARTS = {
    "random": "One random batch that all share",
    "laser": "LaSeR's first batch, shared",
    "cold": "Cold: each asks by its own rule",
    "known": "Known pictures (1% or 8%), given",
    "published": "As published: known, LaSeR cold",
}
LEARNERS = {"head": "Linear head: seconds", "resnet18": "resnet18, as in the paper: hours"}
USUAL = ("laser", "gated", "random", "lfosa", "uncertainty")
DEMO, OF_RUN, OTHER = "The demo", "The pictures of the open run", "Another pool"


@dataclass(frozen=True)
class Pool:
    """The pool that is chosen.

    Args:
        settings: fields of `ExperimentConfig`; empty while something is missing.
        named: whether its relevant classes are named by hand, so that there is one split.
    """

    settings: dict[str, Any]
    named: bool = False


def show_new_study(busy: bool) -> None:
    """The form, the estimate of work, and the button that starts it."""
    left, right = st.columns([5, 8], gap="medium")
    with left:
        pool = _choose_pool()
        settings, start, splits, seeds = _choose_loop(pool.named)
        place = st.container()
    with right:
        strategies, ablations = _choose_lines()
    if not pool.settings:
        return
    try:
        study = arena_study(
            "arena", pool.settings, strategies, ablations, start, splits, seeds, settings
        )
    except LaserError as error:
        place.warning(escape_text(error))
        return
    with place:
        st.markdown(_work_text(study))
        late_button(
            "Start the study", lambda: _start(study), type="primary",
            icon=":material/play_arrow:", disabled=busy, key="arena_start",
        )  # fmt: skip


def _start(study: Study) -> None:
    """Write the study down, have the worker begin it, and look at its lines.

    It is written at once, so that one that is stopped before its first run can be gone on with.
    """
    from laser_core.studies.runner import keep_study  # what runs a study takes a second to import

    folder = new_run_folder("arena")
    try:
        keep_study(study, folder)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
        return
    start_job(jobs(), "study", {"study": str(folder)})
    st.session_state[CHOSEN] = str(folder)
    show_part(LINES)


def _work_text(study: Study) -> str:
    work = work_of(study)
    text = f"{count_of(work.lines, 'line')} × {count_of(work.repeats, 'repetition')} = "
    text += f"**{count_of(work.runs, 'run')}** of {count_of(work.rounds, 'round')}"
    return f"{text}, and {work.whole} more that learn from all labels at once."


def _choose_pool() -> Pool:
    run = open_run_name()
    kinds = [DEMO, *([OF_RUN] if run and is_run(run) else []), OTHER]
    first, second = st.columns([3, 2])
    kind = first.selectbox("Pictures", kinds, key="arena_pool", persist_state="session")
    if kind == OF_RUN:
        try:
            config = reader(run).config
        except LaserError as error:
            st.error(escape_text(error))
            return Pool({})
        own = ("pool", "data_root", "per_class", "llm", "vlm", "descriptions", "confusers")
        kept = {name: value for name in own if (value := getattr(config, name)) is not None}
        note(f"Looks for {', '.join(config.relevant)}")
        return Pool({**kept, "relevant": list(config.relevant)}, True)
    spec = "demo"
    if kind == OTHER:
        spec = st.text_input(
            "Data set, folder, zip or table", key="arena_pool_spec", persist_state="session",
            placeholder=", ".join(sorted(SET_NAMES)[:3]) + " or a path",
        ).strip()  # fmt: skip
    share = second.number_input(
        "Relevant share", 0.05, 0.95, 0.2, 0.05, key="arena_share", persist_state="session",
        help="Share of the classes that are relevant: those that you look for.",
    )  # fmt: skip
    if not spec:
        note("Name the pool.")
        return Pool({})
    path = Path(spec).expanduser()
    return Pool({"pool": str(path.resolve()) if path.exists() else spec, "mismatch": float(share)})


def _choose_loop(named: bool) -> tuple[dict[str, Any], str, Sequence[int], Sequence[int]]:
    """(settings of all runs, start, class splits, seeds)."""
    start: str = st.selectbox(
        "Start", list(STARTS), format_func=STARTS.__getitem__, key="arena_first",
        persist_state="session",
    )  # fmt: skip
    keep: dict[str, Any] = {"persist_state": "session"}
    a, b = st.columns(2)
    rounds = a.number_input("Rounds", 1, 100, 6, key="arena_rounds", **keep)
    batch = b.number_input(
        "Pictures a round (0: 3%)", 0, 100_000, 0, key="arena_batch", **keep,
        help="0 takes 3% of the pool, as the paper does.",
    )  # fmt: skip
    splits = a.number_input(
        "Class splits", 1, 20, 1, key="arena_splits", disabled=named, **keep,
        help="Each split makes other classes relevant.",
    )  # fmt: skip
    seeds = b.number_input("Seeds", 1, 20, 1, key="arena_seeds", **keep)
    settings = {"rounds": int(rounds), **({"batch_size": int(batch)} if batch else {})}
    settings |= _choose_learner()
    return settings, start, range(1 if named else int(splits)), range(int(seeds))


def _choose_learner() -> dict[str, Any]:
    """What learns from the labels; nothing for the usual one."""
    a, b = st.columns([2, 1])
    learner = a.selectbox(
        "Learner", list(LEARNERS), format_func=LEARNERS.__getitem__, key="arena_learner",
        persist_state="session", help="What is trained on the labels after each round. The linear "
        "head stands on features that do not change, and starts from the text; resnet18 is trained "
        "as a whole, from nothing, best on a GPU.",
    )  # fmt: skip
    epochs = b.number_input(
        "Epochs", 1, 2000, ExperimentConfig.epochs, key="arena_epochs", persist_state="session",
        disabled=learner == "head", help="Of resnet18: how often it sees each labeled picture. "
        "The paper has 300, and 50 in its ablations.",
    )  # fmt: skip
    return {} if learner == "head" else {"learner": learner, "epochs": int(epochs)}


def _choose_lines() -> tuple[list[str], list[str]]:
    """Strategies by family, then the ablations of LaSeR."""
    chosen: list[str] = []
    for title, names in families().items():
        chosen += st.pills(
            title, names, selection_mode="multi", wrap=True, key=f"arena_family {title}",
            default=[name for name in USUAL if name in names],
            format_func=lambda name: STRATEGIES[name].title, persist_state="session",
        )  # fmt: skip
    ablations = st.pills(
        "LaSeR as printed, and with a part left out (Section 4.6)", list(ABLATIONS),
        selection_mode="multi", wrap=True, key="arena_ablations", persist_state="session",
        format_func=lambda name: "As printed" if name == "LaSeR" else name,
    )  # fmt: skip
    return chosen, list(ablations)
