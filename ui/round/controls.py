"""Round page: the dial (delta or the like), fusion, selection and strategy of one round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from laser_core.analysis.ranking import Ranking
from laser_core.analysis.reader import RunReader
from laser_core.config import NO_CHOICE, RoundChoice, in_order
from laser_core.strategies import STRATEGIES
from laser_core.strategies.hooks import Dial
from laser_core.strategies.laser import laser_settings
from laser_core.strategies.settings import full_settings
from ui.round.state import RoundView
from ui.shared.page_settings import PageSettings

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
        at: where the dial stands; 0 without one.
    """

    choice: RoundChoice
    full: RoundChoice
    ranking: Ranking | None
    at: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether anything differs from the round's own settings."""
        return self.choice != NO_CHOICE


def choose_round_settings(
    run: RunReader, view: RoundView, asked: bool, row: DeltaGenerator, below: DeltaGenerator
) -> TriedChoice:
    """The controls of a round; for one that was asked they only ask "what if?".

    Args:
        row: where the button stands that opens fusion, selection and strategy.
        below: where the slider of the round's dial stands.
    """
    own, mine = view.ranking.config, laser_settings(view.ranking.config)
    key, fused = f"round {run.name} {view.ranking.round}", view.ranking.fused
    strategy, memory = own.strategy, PageSettings(run)
    keep: dict[str, Any] = {"persist_state": "session"}
    offers = (("fusion", FUSIONS), ("selection", SELECTIONS), ("strategy", STRATEGIES))
    for name, options in offers:
        memory.recall(f"{key} {name}", list(options))
    fusion, selection = str(mine.fusion), str(mine.selection)
    at = 0.0
    if view.dial is not None:
        with below:
            at = _slider(memory, view.dial, key, asked)
    with row.popover("Picking", icon=":material/tune:", disabled=asked and not fused):
        if fused:
            fusion = st.selectbox(
                "Fusion", list(FUSIONS), list(FUSIONS).index(fusion), FUSIONS.__getitem__,
                key=f"{key} fusion", disabled=bool(view.no_detector), **keep,
                help="Eq. (5) as printed, or with both scores brought to one spread first.",
            )  # fmt: skip
            selection = st.selectbox(
                "Selection", list(SELECTIONS), list(SELECTIONS).index(selection),
                SELECTIONS.__getitem__, key=f"{key} selection", **keep,
                help="The batch shared out by class (ours), the top p of every description "
                "(Section 3.2), or the b best of all (Algorithm 1).",
            )  # fmt: skip
        if not asked:
            names = list(STRATEGIES)
            strategy = st.selectbox(
                "Strategy", names, names.index(strategy), lambda name: STRATEGIES[name].title,
                key=f"{key} strategy", **keep, help="For this round only; the run keeps its own.",
            )  # fmt: skip
    memory.note(f"{key} fusion", fusion, mine.fusion)
    memory.note(f"{key} selection", selection, mine.selection)
    memory.note(f"{key} strategy", strategy, own.strategy)
    memory.keep()
    told = {"fusion": fusion, "selection": selection}
    settings = told if fused else dict(view.ranking.set_by_hand)
    full = RoundChoice(view.delta, strategy, in_order(settings))
    if view.dial is not None:
        full = view.dial.choice_at(at, full)
    return _try_choice(run, view, full, at)


def _slider(memory: PageSettings, dial: Dial, key: str, asked: bool) -> float:
    """The slider; returns the round's own value, not the rounded one, where it stands there."""
    label = f"**{dial.title}** · {'asked with' if asked else 'planned'} {dial.value:.2f}"
    memory.recall(f"{key} {dial.name}")
    chosen = st.slider(
        label, 0.0, 1.0, round(dial.value, 2), 0.01,
        key=f"{key} {dial.name}", persist_state="session",
        help=f"{dial.says} Moving it shows another batch at once.",
    )  # fmt: skip
    memory.note(f"{key} {dial.name}", float(chosen), round(dial.value, 2))
    return dial.value if abs(chosen - dial.value) < SAME else float(chosen)


def _try_choice(run: RunReader, view: RoundView, full: RoundChoice, at: float) -> TriedChoice:
    own = view.ranking.config
    known = STRATEGIES.get(own.strategy)  # one that is not installed here may have asked
    mine = full_settings(known, dict(own.settings)) if known else dict(own.settings)
    other = {name: value for name, value in full.settings if value != mine.get(name)}
    choice = RoundChoice(
        None if full.delta == view.delta else full.delta,
        None if full.strategy == own.strategy else full.strategy,
        in_order(other if full.strategy == own.strategy else {}),
    )
    if choice == NO_CHOICE:
        return TriedChoice(choice, full, view.ranking, at)
    if choice.strategy is not None:
        return TriedChoice(choice, full, None, at)
    return TriedChoice(choice, full, view.ranking.with_choice(full, view.before, run.config), at)
