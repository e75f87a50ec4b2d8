"""Tasks about confusers, sentences and further classes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Floats
from laser_core.basics.files import default_cache_dir
from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.experiment.plan import plan
from laser_core.jobs.tasks.warm import (
    embedded_pool,
    open_run,
    warm_vectors,
    warm_vlm,
)
from laser_core.jobs.worker import JobContext, Result
from laser_core.llm.base import LanguageModel
from laser_core.llm.base import Task as Question
from laser_core.llm.choose import open_llm
from laser_core.llm.lexicon.words import plain_sentence
from laser_core.llm.prompts import PromptTemplate
from laser_core.progress import Progress, Steps
from laser_core.store.store import StoreView
from laser_core.texts.descriptions import describe, sentences_for
from laser_core.texts.edits import with_sentences
from laser_core.texts.examples import text_blocks
from laser_core.vlm.text_store import embed_texts

NEAREST = 6  # pictures shown beside a proposed class
OFFERS = 10  # proposals shown, those that were taken first


def ask_model(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Ask the language model for confusers and sentences anew; keep them as new versions.

    Parameters: "folder"; "templates", question -> prompt text where it differs from the default;
    "title" of the version; "llm", another model than the run's, or left out; "repeats", how often
    to ask, 1 if left out. Result: "versions", their numbers.
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    config, store = experiment.config, experiment.store
    repeats, title = params.get("repeats", 1), params.get("title", "asked again")
    versions = []
    try:
        llm = _llm_for(config, params)
        discovered = experiment.pool.discovered_names() if config.use_discovered else []
        for turn in range(1, repeats + 1):
            asked = len(llm.exchanges)
            made = yield from describe(
                llm, config.relevant, config.descriptions or 0, config.confusers or 0, discovered
            )
            yield Progress("comparing the new sentences with the pool", turn - 1, repeats)
            experiment.materials.cosines.add([*made.relevant_texts(), *made.confuser_texts()])
            numbered = f"{title} ({turn} of {repeats})" if repeats > 1 else title
            versions.append(store.texts.append(made, numbered, exchanges=llm.exchanges[asked:]))
        return {"versions": versions}
    finally:
        store.close()


def ask_sentences(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Ask the language model for the sentences of some classes alone; keep them as a new version.

    Parameters: "folder"; "names"; "templates" and "llm" as for `ask_model`. Result: "versions".
    """
    experiment = yield from open_run(Path(params["folder"]), context)
    config, store = experiment.config, experiment.store
    try:
        llm, names = _llm_for(config, params), params["names"]
        yield Progress(f"asking for sentences for {', '.join(names)}")
        found = sentences_for(llm, names, config.descriptions or 0)
        kept = store.texts.read()
        if kept is None:
            raise ConfigError("this run has no descriptions yet; ask the model for all of them")
        made = with_sentences(kept[1], found)
        yield Progress("comparing the new sentences with the pool")
        experiment.materials.cosines.add([*made.relevant_texts(), *made.confuser_texts()])
        title = f"sentences asked for {', '.join(names)}"
        versions, asked = store.texts, llm.exchanges
        return {"versions": [versions.append(made, title, "edit", kept[0], asked)]}
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

            def encode(words: Sequence[str]) -> Floats:
                return embed_texts(words, warm_vlm(reader.config, context), cache)

            vectors = warm_vectors(table, context)
            table.append_blocks(new, text_blocks(new, encode, vectors, reader.facts.rows))
        return {"added": len(new)}
    finally:
        reader.close()


def count_tokens(params: dict[str, Any], context: JobContext) -> Result:
    """How many tokens sentences have, and how many the run's model reads.

    Parameters: "folder"; "texts". Result: "counts", one for each text; "limit".
    """
    store = StoreView.open(Path(params["folder"]))
    try:
        vlm = warm_vlm(store.config(), context)
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
    embedded = yield from embedded_pool(planned, context)
    yield Progress("looking for the proposals in the pool")
    pool_ids = embedded.source.ids("pool")
    found = []
    offers = sorted(planned.proposals, key=lambda offer: not offer.taken)
    for offer in offers[:OFFERS]:
        row = embedded.cosines.rows([plain_sentence(offer.proposal.name)])[0]
        nearest = pool_ids[np.argsort(-row)[:NEAREST]].tolist()
        found.append({**asdict(offer.proposal), "taken": offer.taken, "nearest": nearest})
    return {"proposals": found}


def _llm_for(config: ExperimentConfig, params: dict[str, Any]) -> LanguageModel:
    """The model that `params` ask for, with their templates; it is asked anew, not the cache."""
    llm = open_llm(params.get("llm") or config.llm, default_cache_dir(), fresh=True)
    if params.get("templates") and hasattr(llm, "templates"):
        llm.templates.update(_templates(params["templates"]))
    return llm


def _templates(given: dict[Question, str]) -> dict[Question, PromptTemplate]:
    return {question: PromptTemplate(question, text) for question, text in given.items()}
