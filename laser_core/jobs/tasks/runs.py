"""Tasks that make runs and bring them forward."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from laser_core.basics.files import default_cache_dir
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.experiment.plan import plan
from laser_core.jobs.tasks.warm import (
    keep_preview,
    materials_for,
    open_run,
)
from laser_core.jobs.worker import JobContext, Result
from laser_core.progress import Progress, Steps
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool


def create_run(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make a run, embed its pool, and look at what its first query would be.

    Parameters: "config", an `ExperimentConfig` as a dict; "folder", missing or empty.
    Result: "folder".
    """
    folder = Path(params["folder"])
    config = ExperimentConfig.from_json(json.dumps(params["config"]))
    yield Progress("opening the pool")
    planned = plan(config, default_cache_dir())
    store = Store.create(folder, planned.config)
    try:
        materials = yield from materials_for(planned, folder, context)
        keep_pool(store, materials)
        yield from keep_preview(Experiment(materials, store))
    finally:
        store.close()
    return {"folder": str(folder)}


def look_ahead(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Prepare a run (again) and keep what its next query would be, for the Round page.

    Parameters: "folder". Result: "round", the one looked at; 0 when the run is at its end.
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    try:
        yield from keep_preview(experiment)
        return {"round": 0 if experiment.finished else experiment.round_index}
    finally:
        experiment.store.close()


def query(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Ask the next query, for a person to answer.

    Parameters: "folder"; "choice", a `RoundChoice` as a dict, or left out. Result: "ids".
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    try:
        asked = yield from experiment.query(RoundChoice.of(params.get("choice", {})))
        return {"ids": asked.ids.tolist()}
    finally:
        experiment.store.close()


def train(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Close the round with the answers given so far, and look at the next query.

    Parameters: "folder". Result: "round", the one closed.
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    try:
        record = yield from experiment.train()
        yield from keep_preview(experiment)
        return {"round": record.round}
    finally:
        experiment.store.close()


def run_rounds(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Some rounds, or all that remain, with the simulated oracle.

    Parameters: "folder"; "rounds", how many, 0 for all that remain; "choice" for the first of
    them, or left out. Result: "done", how many rounds were closed.
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    before = len(experiment.records)
    choice = RoundChoice.of(params.get("choice", {}))
    try:
        records = yield from simulate(
            experiment, rounds=params.get("rounds") or None, choice=choice
        )
        yield from keep_preview(experiment)
        return {"done": len(records) - before}
    finally:
        experiment.store.close()


def run_whole(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make a run and bring it to its end, as the Compare page asks for. The pool needs labels.

    Parameters: as for `create_run`. Result: "folder".
    """
    result = yield from create_run(params, context)
    yield from run_rounds({"folder": params["folder"]}, context)
    return result
