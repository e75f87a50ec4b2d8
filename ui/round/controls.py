"""Round page: delta, fusion, selection and strategy of one round, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from laser_core.analysis.ranking import Ranking
from laser_core.analysis.reader import RunReader
from laser_core.config import NO_CHOICE, RoundChoice, in_order
from laser_core.metrics.overlap import overlap
from laser_core.strategies import STRATEGIES
from laser_core.strategies.laser import laser_settings
from ui.round.state import RoundView, trials
from ui.shared.page_settings import PageSettings
from ui.shared.plots import colours, draw, figure

FUSIONS = {"raw": "raw (Eq. 5)", "zscore": "z-scores"}
SELECTIONS = {
    "balanced": "by class",
    "quota": "quotas (3.2)",
    "global": "plain top b",
}
SAME = 0.005  # half of the slider's step: nearer is the schedule's value itself


@dataclass(frozen=True)
class TriedChoice:
    """What the controls say.

    Args:
        choice: only what differs from the round's own settings: what `query` takes.
        full: the same with every field given: what `what_if` takes.
        ranking: the round under it; None when another strategy would have to be asked.
    """

    choice: RoundChoice
    full: RoundChoice
    ranking: Ranking | None

    @property
    def changed(self) -> bool:
        """Whether anything differs from the round's own settings."""
        return self.choice != NO_CHOICE


def choose_round_settings(run: RunReader, view: RoundView, asked: bool) -> TriedChoice:
    """The controls of a round; for one that was asked they only ask "what if?"."""
    own, mine = view.ranking.config, laser_settings(view.ranking.config)
    key = f"round {run.name} {view.ranking.round}"
    keep: dict[str, Any] = {"persist_state": "session"}
    strategy = own.strategy
    memory = PageSettings(run)
    delta = _delta(memory, view, key, asked)
    columns = st.columns(2 if asked else 3)
    off = not view.ranking.fused
    offers = (("fusion", FUSIONS), ("selection", SELECTIONS), ("strategy", STRATEGIES))
    for name, options in offers:
        memory.recall(f"{key} {name}", list(options))
    fusion = columns[0].selectbox(
        "Fusion", list(FUSIONS), list(FUSIONS).index(mine.fusion), FUSIONS.__getitem__,
        key=f"{key} fusion", disabled=off or bool(view.no_detector), **keep,
        help="Eq. (5) as printed, or with both scores brought to one spread first.",
    )  # fmt: skip
    selection = columns[1].selectbox(
        "Selection", list(SELECTIONS), list(SELECTIONS).index(mine.selection),
        SELECTIONS.__getitem__, key=f"{key} selection", disabled=off, **keep,
        help="The batch shared out by class (ours), the top p of every description (Section 3.2), "
        "or the b best of all (Algorithm 1).",
    )  # fmt: skip
    if not asked:
        names = list(STRATEGIES)
        strategy = columns[2].selectbox(
            "Strategy", names, names.index(strategy), lambda name: STRATEGIES[name].title,
            key=f"{key} strategy", **keep, help="For this round only; the run keeps its own.",
        )  # fmt: skip
    memory.note(f"{key} fusion", fusion, mine.fusion)
    memory.note(f"{key} selection", selection, mine.selection)
    memory.note(f"{key} strategy", strategy, own.strategy)
    memory.keep()
    settings = {"fusion": fusion, "selection": selection}
    full = RoundChoice(delta, strategy, in_order(settings if view.ranking.fused else {}))
    return _try_choice(run, view, full)


def _delta(memory: PageSettings, view: RoundView, key: str, asked: bool) -> float:
    """The slider; returns the schedule's own value, not the rounded one, where it stands there."""
    name = "asked with" if asked else "schedule"
    at = f"**{view.delta:.2f}** ({name})"
    memory.recall(f"{key} delta")
    chosen = st.slider(
        f"δ, the detector's share · {at}", 0.0, 1.0, round(view.delta, 2), 0.01,
        key=f"{key} delta", disabled=bool(view.no_detector) or not view.ranking.fused,
        persist_state="session",
        help="Eq. (5): S = (1 − δ) S_vlm + δ S_det. Moving it shows another batch at once.",
    )  # fmt: skip
    memory.note(f"{key} delta", float(chosen), round(view.delta, 2))
    return view.delta if abs(chosen - view.delta) < SAME else float(chosen)


def _try_choice(run: RunReader, view: RoundView, full: RoundChoice) -> TriedChoice:
    own = view.ranking.config
    mine = laser_settings(own)
    other = {name: value for name, value in full.settings if value != getattr(mine, name)}
    choice = RoundChoice(
        None if full.delta == view.delta else full.delta,
        None if full.strategy == own.strategy else full.strategy,
        in_order(other if full.strategy == own.strategy else {}),
    )
    if choice == NO_CHOICE:
        return TriedChoice(choice, full, view.ranking)
    if choice.strategy is not None or not view.ranking.fused:
        return TriedChoice(choice, full, None)
    return TriedChoice(choice, full, view.ranking.with_choice(full, view.before, run.config))


def show_figures(view: RoundView, tried: Ranking, chance: float | None) -> None:
    """Precision, overlap, the detector's effective share and both spreads, in one row."""
    own, cells = view.ranking, st.columns(6)
    mine, theirs = view.known.precision(tried.rows), view.known.precision(own.rows)
    moved = None
    if mine is not None and theirs is not None and tried is not own:
        moved = f"{mine - theirs:+.2f}"
    cells[0].metric(
        "Precision", "unknown" if mine is None else f"{mine:.2f}", moved, delta_color="normal",
        help="Share of the batch that is relevant, among pictures whose relevance is known.",
    )  # fmt: skip
    cells[1].metric(
        "At random", "unknown" if chance is None else f"{chance:.2f}",
        help="Precision that picking at random would have: the relevant share of what is left.",
    )  # fmt: skip
    shared = overlap(tried.ids, own.ids)
    cells[2].metric(
        "Overlap", f"{shared:.2f}",
        help="Jaccard index with the batch of the round's own settings; 1 is the same batch.",
    )  # fmt: skip
    figures = tried.figures
    cells[3].metric(
        "Detector's share", f"{figures.get('delta_effective', 0.0):.0%}",
        help="Of the variance of Eq. (5): (δ sd S_det)² / ((δ sd S_det)² + ((1 − δ) sd S_vlm)²).",
    )  # fmt: skip
    for cell, part, name in ((cells[4], "Eq. (1)", "vlm"), (cells[5], "Eq. (4)", "det")):
        cell.metric(
            f"sd of S_{name}", f"{figures.get(f'sd_{name}', 0.0):.3f}",
            help=f"Spread of {part} over the unlabeled pool; 0 where it does not count.",
        )  # fmt: skip


def show_delta_strip(run: RunReader, view: RoundView, tried: TriedChoice) -> None:
    """Overlap and precision against delta, with the schedule's value and the one tried."""
    found = trials(run, view, replace(tried.full, strategy=None))
    made = figure(150)
    deltas = [trial.delta for trial in found]
    made.add_scatter(
        x=deltas, y=[trial.overlap for trial in found], name="overlap",
        mode="lines+markers", line={"color": colours().blue, "width": 3}, hovertemplate="%{y:.2f}",
    )  # fmt: skip
    if any(trial.precision is not None for trial in found):
        made.add_scatter(
            x=deltas, y=[trial.precision for trial in found], name="precision",
            mode="lines+markers", line={"color": colours().orange, "width": 3, "dash": "dash"},
            marker={"symbol": "diamond", "size": 8}, hovertemplate="%{y:.2f}",
        )  # fmt: skip
    made.add_vline(x=view.delta, line={"color": colours().grey, "dash": "dot", "width": 2})
    if tried.full.delta is not None and tried.full.delta != view.delta:
        made.add_vline(x=tried.full.delta, line={"color": colours().grey, "width": 2})
    made.update_yaxes(range=[-0.05, 1.08], tickvals=[0, 0.5, 1])
    made.update_xaxes(range=[-0.02, 1.02], title="δ", dtick=0.1)
    draw(made, f"round strip {run.name} {view.ranking.round}", "delta", toolbar=False)
