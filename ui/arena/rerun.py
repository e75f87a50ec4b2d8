"""The same run again under another strategy or seed, from the page that holds runs side by side."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.comparison import KeptRun
from laser_core.config import ExperimentConfig
from laser_core.strategies import STRATEGIES
from ui.shared.jobs import start_job
from ui.shared.runs import config_dict, jobs, new_run_folder
from ui.widgets.late_button import late_button


def offer_rerun(runs: list[KeptRun]) -> None:
    """A run, a strategy, a seed, and the button that starts it; one run is worked on at a time."""
    with (
        st.expander("Run one of these again with another strategy or seed"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        by_name = {run.name: run for run in runs}
        name = st.selectbox("Settings of", list(by_name), key="again_run")
        run = by_name.get(str(name), runs[0])
        strategy = st.selectbox(
            "Strategy", list(STRATEGIES), key="again_strategy", width=260,
            format_func=lambda name: STRATEGIES[name].title,
        )  # fmt: skip
        seed = st.number_input("Seed", 0, 9999, run.config.seed, key="again_seed", width=120)
        config = with_strategy_and_seed(run.config, str(strategy), int(seed))
        late_button(
            "Run it to the end",
            lambda: _start(config),
            disabled=jobs().active() is not None,
            icon=":material/replay:",
            help="Labels are answered by the pool's own. It appears above by itself.",
        )


def with_strategy_and_seed(config: ExperimentConfig, strategy: str, seed: int) -> ExperimentConfig:
    """The same settings with another strategy and seed; its classes are kept as they were named."""
    return config.with_changes(strategy=strategy, seed=seed, task="", known=())


def _start(config: ExperimentConfig) -> None:
    folder = new_run_folder(f"{config.strategy} seed {config.seed}")
    start_job(jobs(), "run_whole", {"config": config_dict(config), "folder": str(folder)})
