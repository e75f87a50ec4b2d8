"""What the worker can do for the app: each task takes JSON parameters and returns a JSON result.

Tasks call the engine and compute nothing of their own. The registry `JOBS` at the end says which
exist; `worker.py` imports this module with the first job.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.cosine_table import FileTable
from laser_core.data.open import describe as pool_facts
from laser_core.data.open import open_pool
from laser_core.descriptions import describe, sentences_for
from laser_core.errors import ConfigError, PoolError
from laser_core.experiment import Experiment
from laser_core.llm.base import LanguageModel
from laser_core.llm.base import Task as Question
from laser_core.llm.choose import open_llm
from laser_core.llm.prompts import PromptTemplate
from laser_core.materials import Materials
from laser_core.plan import Plan, plan
from laser_core.prepare import embed_pool, equip
from laser_core.progress import Progress, Steps
from laser_core.projection import project_run
from laser_core.reader import RunReader
from laser_core.run import keep_pool
from laser_core.store import Store
from laser_core.text_edits import with_sentences
from laser_core.thumbnails import SIDE, write_thumbnails
from laser_core.view import Query
from laser_core.vlm.choose import open_vlm
from laser_core.vlm.disk import default_cache_dir
from laser_core.vlm.text_store import embed_texts
from laser_core.worker import JobContext, Result, Task

SAMPLES = 4  # pictures shown of each class on the Data page
NEAREST = 6  # pictures shown beside a proposed class
OFFERS = 10  # proposals shown, those that were taken first


# ---- making and opening runs


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
        materials = yield from _materials(planned, folder, context)
        keep_pool(store, materials)
        yield from _look_ahead(Experiment(materials, store))
    finally:
        store.close()
    return {"folder": str(folder)}


def look_ahead(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Prepare a run (again) and keep what its next query would be, for the Round page.

    Parameters: "folder". Result: "round", the one looked at; 0 when the run is at its end.
    """
    experiment = yield from _open(Path(params["folder"]), context)
    try:
        yield from _look_ahead(experiment)
        return {"round": 0 if experiment.finished else experiment.round_index}
    finally:
        experiment.store.close()


# ---- the loop


def query(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Ask the next query, for a person to answer.

    Parameters: "folder"; "choice", a `RoundChoice` as a dict, or left out. Result: "ids".
    """
    experiment = yield from _open(Path(params["folder"]), context)
    try:
        asked = yield from experiment.query(RoundChoice(**params.get("choice", {})))
        return {"ids": asked.ids.tolist()}
    finally:
        experiment.store.close()


def train(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Close the round with the answers given so far, and look at the next query.

    Parameters: "folder". Result: "round", the one closed.
    """
    experiment = yield from _open(Path(params["folder"]), context)
    try:
        record = yield from experiment.train()
        yield from _look_ahead(experiment)
        return {"round": record.round}
    finally:
        experiment.store.close()


def run_rounds(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Query, let the simulated oracle answer, train; for some rounds or all that remain.

    Parameters: "folder"; "rounds", how many, 0 for all that remain; "choice" for the first of
    them, or left out. Result: "done", how many rounds were closed.
    """
    experiment = yield from _open(Path(params["folder"]), context)
    oracle = experiment.materials.oracle
    if oracle is None:
        experiment.store.close()
        raise PoolError("the pool has no labels, so nobody answers; label by hand instead")
    choice = RoundChoice(**params.get("choice", {}))
    left = experiment.config.rounds - len(experiment.records)
    wanted = min(left, params.get("rounds", 0) or left)
    done = 0
    try:
        while done < wanted and not experiment.finished:
            yield Progress(f"round {experiment.round_index}", done, wanted)
            pending = experiment.pending or (yield from experiment.query(choice))
            open_ids = [id for id in pending.ids.tolist() if experiment.pool.get(id) is None]
            experiment.annotate(oracle.answer(open_ids))
            yield from experiment.train()
            done, choice = done + 1, RoundChoice()
        yield from _look_ahead(experiment)
    finally:
        experiment.store.close()
    return {"done": done}


def run_whole(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make a run and bring it to its end, as the Compare page asks for. The pool needs labels.

    Parameters: as for `create_run`. Result: "folder".
    """
    result = yield from create_run(params, context)
    yield from run_rounds({"folder": params["folder"]}, context)
    return result


# ---- words


def ask_model(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Ask the language model for confusers and sentences anew; keep them as new versions.

    Parameters: "folder"; "templates", question -> prompt text where it differs from the default;
    "title" of the version; "llm", another model than the run's, or left out; "repeats", how often
    to ask, 1 if left out. Result: "versions", their numbers.
    """
    experiment = yield from _open(Path(params["folder"]), context)
    config, store = experiment.config, experiment.store
    repeats, title = params.get("repeats", 1), params.get("title", "asked again")
    versions = []
    try:
        llm = _llm_for(config, params)
        discovered = experiment.pool.discovered() if config.use_discovered else []
        for turn in range(1, repeats + 1):
            asked = len(llm.exchanges)
            made = yield from describe(
                llm, config.relevant, config.descriptions or 0, config.confusers or 0, discovered
            )
            store.append_exchanges(llm.exchanges[asked:])
            yield Progress("comparing the new sentences with the pool", turn - 1, repeats)
            experiment.materials.cosines.add([*made.relevant_texts(), *made.confuser_texts()])
            numbered = f"{title} ({turn} of {repeats})" if repeats > 1 else title
            versions.append(store.append_texts(made, numbered))
        return {"versions": versions}
    finally:
        store.close()


def ask_sentences(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Ask the language model for the sentences of some classes alone; keep them as a new version.

    Parameters: "folder"; "names"; "templates" and "llm" as for `ask_model`. Result: "versions".
    """
    experiment = yield from _open(Path(params["folder"]), context)
    config, store = experiment.config, experiment.store
    try:
        llm, names = _llm_for(config, params), params["names"]
        yield Progress(f"asking for sentences for {', '.join(names)}")
        found = sentences_for(llm, names, config.descriptions or 0)
        store.append_exchanges(llm.exchanges)
        kept = store.texts()
        if kept is None:
            raise ConfigError("this run has no descriptions yet; ask the model for all of them")
        made = with_sentences(kept[1], found)
        yield Progress("comparing the new sentences with the pool")
        experiment.materials.cosines.add([*made.relevant_texts(), *made.confuser_texts()])
        title = f"sentences asked for {', '.join(names)}"
        return {"versions": [store.text_versions.append(made, title, "edit", kept[0])]}
    finally:
        store.close()


def embed_sentences(params: dict[str, Any], context: JobContext) -> Result:
    """Compare sentences with a run's pool, so that pages can look their cosines up. Quick.

    Parameters: "folder"; "texts". Result: "added", how many were new.
    """
    cache = default_cache_dir()
    reader = RunReader(Path(params["folder"]), cache)
    try:
        table = reader.table
        new = [text for text in dict.fromkeys(params["texts"]) if text not in table]
        if new:
            vlm = _warm_vlm(reader.config, context)
            table.append(new, embed_texts(new, vlm, cache) @ _warm_vectors(table, context).T)
        return {"added": len(new)}
    finally:
        reader.close()


def count_tokens(params: dict[str, Any], context: JobContext) -> Result:
    """How many tokens sentences have, and how many the run's model reads.

    Parameters: "folder"; "texts". Result: "counts", one for each text; "limit".
    """
    store = Store.open(Path(params["folder"]))
    try:
        vlm = _warm_vlm(store.config(), context)
    finally:
        store.close()
    return {"counts": [int(n) for n in vlm.token_counts(params["texts"])], "limit": vlm.token_limit}


def propose(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Section 4.5: further relevant classes for a task, with their nearest pool pictures.

    Parameters: "config" with task, known and propose. Result: "proposals", each with name, reason,
    taken and nearest (ids, nearest first).
    """
    config = ExperimentConfig.from_json(json.dumps(params["config"]))
    planned = plan(config, default_cache_dir())
    embedded = yield from _embedded(planned, context)
    yield Progress("looking for the proposals in the pool")
    pool_ids = embedded.source.ids("pool")
    found = []
    offers = sorted(planned.proposals, key=lambda offer: not offer.taken)
    for offer in offers[:OFFERS]:
        row = embedded.cosines.rows([f"a photo of a {offer.proposal.name}"])[0]
        nearest = pool_ids[np.argsort(-row)[:NEAREST]].tolist()
        found.append({**asdict(offer.proposal), "taken": offer.taken, "nearest": nearest})
    return {"proposals": found}


# ---- pictures


def inspect_pool(params: dict[str, Any], context: JobContext) -> Result:
    """What a pool holds, with a few pictures of each class made ready to be shown.

    Parameters: "pool"; "data_root" or None; "thumbnails", the folder for them. Result: the facts
    of `laser_core.data.open.PoolFacts`, "classes" in order, "samples" (class -> ids; "" for
    pictures without a label) and "skipped_files" (name, reason; the first hundred).
    """
    root = params.get("data_root")
    source = open_pool(params["pool"], Path(root) if root else None)
    samples: dict[str, list[str]] = {}
    for item in source.items:
        chosen = samples.setdefault(item.label or "", [])
        if item.split == "pool" and len(chosen) < SAMPLES * (1 if item.label else 6):
            chosen.append(item.id)
    wanted = [id for ids in samples.values() for id in ids]
    for _ in write_thumbnails(source, wanted, Path(params["thumbnails"])):
        pass
    return {
        **asdict(pool_facts(source)),
        "classes": source.classes(),
        "samples": samples,
        "skipped_files": [asdict(s) for s in source.skipped[:100]],
    }


def make_thumbnails(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Make small copies of pictures. Parameters: "pool"; "data_root"; "ids", or None for the
    whole pool; "thumbnails", their folder; "side" in pixels, or left out. Result: "made".
    """
    root = params.get("data_root")
    source = open_pool(params["pool"], Path(root) if root else None)
    ids = params["ids"] if params["ids"] is not None else source.ids("pool").tolist()
    side = params.get("side", SIDE)
    made = yield from write_thumbnails(source, ids, Path(params["thumbnails"]), side)
    return {"made": made}


def project(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Lay images and sentences out in two dimensions (Fig. 2); kept with the run.

    Parameters: "folder"; "what", "text", "image" or "joint"; "method", "umap" or "pca";
    "thumbnails", where small copies of the pictures go afterwards, or left out for none.
    Result: "name" of the layout, see `laser_core.projection`.
    """
    experiment = yield from _open(Path(params["folder"]), context)
    try:
        name = yield from project_run(experiment, params["what"], params["method"])
        source = experiment.materials.source
        if params.get("thumbnails"):
            ids = experiment.pool.ids.tolist()
            yield from write_thumbnails(source, ids, Path(params["thumbnails"]))
        return {"name": name}
    finally:
        experiment.store.close()


def warm_up(params: dict[str, Any], context: JobContext) -> Result:
    """Load what small questions about a run need, so that the first is answered at once.

    Parameters: "folder". Result: nothing.
    """
    reader = RunReader(Path(params["folder"]), default_cache_dir())
    try:
        _warm_vlm(reader.config, context).text_vectors(["a photo of a cat"])
        _warm_vectors(reader.table, context)
    finally:
        reader.close()
    return {}


# ---- kept warm between jobs


def _open(folder: Path, context: JobContext) -> Steps[Experiment]:
    """The run in `folder`, with its materials from the last job or prepared now."""
    store = Store.open(folder)
    try:
        warm = context.warm.get("materials")
        if warm and warm[0] == str(folder):
            materials = warm[1]
        else:
            planned = plan(store.config(), default_cache_dir())
            materials = yield from _materials(planned, folder, context)
        keep_pool(store, materials)
        return Experiment(materials, store)
    except BaseException:
        store.close()
        raise


def _materials(planned: Plan, folder: Path, context: JobContext) -> Steps[Materials]:
    materials = equip(planned, (yield from _embedded(planned, context)), default_cache_dir())
    context.warm["materials"] = (str(folder), materials)  # one run at a time stays in memory
    return materials


def _embedded(planned: Plan, context: JobContext) -> Steps[Any]:
    config = planned.config
    key = (config.pool, config.data_root, config.per_class, config.per_class and config.seed)
    warm = context.warm.get("embedded")
    if warm and warm[0] == (*key, config.vlm):
        return warm[1]
    context.warm.pop("materials", None)
    context.warm.pop("embedded", None)
    embedded = yield from embed_pool(planned, default_cache_dir())
    context.warm["embedded"] = ((*key, config.vlm), embedded)
    return embedded


def _look_ahead(experiment: Experiment) -> Steps[None]:
    """Keep the next query as the schedule would have it: arrays and figures, for `RunReader`."""
    store = experiment.store
    if experiment.pending is not None or experiment.finished:
        return
    version, looked = yield from experiment.preview()
    _save_preview(store, experiment.round_index, version or 0, looked)


def _save_preview(store: Store, round: int, version: int, looked: Query) -> None:
    for name, array in looked.pool.items():
        store.save_array(f"preview/{name}", array)
    facts = {
        "round": round,
        "texts": version,
        "ids": looked.ids.tolist(),
        "scores": looked.scores.tolist(),
        "figures": dict(looked.figures),
        "note": looked.note,
        "arrays": sorted(looked.pool),
    }
    store.write_text("preview.json", json.dumps(facts))


def _warm_vlm(config: ExperimentConfig, context: JobContext) -> Any:
    key = f"vlm {config.vlm} {config.device}"
    if key not in context.warm:
        context.warm[key] = open_vlm(config.vlm, config.device, default_cache_dir())
    return context.warm[key]


def _warm_vectors(table: FileTable, context: JobContext) -> Any:
    warm = context.warm.get("vectors")
    if not warm or warm[0] != str(table.folder):
        context.warm["vectors"] = warm = (str(table.folder), table.vectors())
    return warm[1]


def _llm_for(config: ExperimentConfig, params: dict[str, Any]) -> LanguageModel:
    """The model that `params` ask for, with their templates; it is asked anew, not the cache."""
    llm = open_llm(params.get("llm") or config.llm, default_cache_dir(), fresh=True)
    if params.get("templates") and hasattr(llm, "templates"):
        llm.templates.update(_templates(params["templates"]))
    return llm


def _templates(given: dict[Question, str]) -> dict[Question, PromptTemplate]:
    return {question: PromptTemplate(question, text) for question, text in given.items()}


JOBS: dict[str, Task] = {
    "create_run": create_run,
    "look_ahead": look_ahead,
    "query": query,
    "train": train,
    "run_rounds": run_rounds,
    "run_whole": run_whole,
    "ask_model": ask_model,
    "ask_sentences": ask_sentences,
    "embed_sentences": embed_sentences,
    "count_tokens": count_tokens,
    "propose": propose,
    "inspect_pool": inspect_pool,
    "make_thumbnails": make_thumbnails,
    "project": project,
    "warm_up": warm_up,
}
