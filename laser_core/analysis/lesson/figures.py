"""Every card's figures of one run as one plain object: what the shipped lesson is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from laser_core.analysis.first_query import cold_start
from laser_core.analysis.lesson.confusers import (
    confuser_names,
    first_batch,
    lost_picture,
    with_confusers_on,
)
from laser_core.analysis.lesson.detector import (
    DetectorRound,
    DetectorView,
    deck_rows,
    delta_curve,
    detector_round,
    sure_pictures,
)
from laser_core.analysis.lesson.kept import kept_ways
from laser_core.analysis.lesson.pictures import (
    first_texts,
    nearest,
    offered_sentences,
    random_draw,
    truth_of,
)
from laser_core.analysis.reader import RunReader
from laser_core.texts.live_scores import CosineMemory, LiveScores

GAIN_SIZES = (20, 40, 60, 86, 120)  # batches that a gain is the mean over
LEAST_GAIN = 0.1  # of the confusers in round 1; below it the lesson needs another task


def run_figures(run: RunReader) -> dict[str, Any]:
    """Cards 1, 2, 3, 5, 6 and 7 of a run; 4 and 8 are trained by `laser_core.studies.lesson`.

    Raises:
        LessonError: the run lacks what a card shows.
    """
    round = detector_round(run)
    return {
        "relevant": list(run.config.relevant),
        "random": _random(run),
        "sentences": _sentences(run),
        "confusers": _confusers(run),
        "deck": run.facts.ids[deck_rows(round, truth_of(run))].tolist(),
        "detector": _detector(run, round),
        "trust": _trust(run, round),
    }


def shown_ids(run: RunReader) -> list[str]:
    """The pictures that the cards show before anybody has done more than one thing on each.

    Raises:
        LessonError: the run lacks what a card shows.
    """
    true, memory, names = truth_of(run), CosineMemory(run.table), confuser_names(run)
    rows = [random_draw(run).rows, detector_round(run).ranking.rows]
    for text in offered_sentences(first_texts(run)):
        rows.append(nearest(run.table.rows([text])[0], true).rows)
    for on in ([], *([name] for name in names), names):
        rows.append(first_batch(run, on, memory).start.rows)
    ids = run.facts.ids[np.unique(np.concatenate(rows))].tolist()
    return sorted({*ids, *(id for way in (kept_ways(run) or {}).values() for id in way.ids)})


def confuser_gain(run: RunReader) -> dict[str, Any]:
    """Precision of round 1 with all confusers and with none, by batch size, and the mean gain."""
    texts, true = first_texts(run), truth_of(run)
    memory, images = CosineMemory(run.table), run.images()
    found: dict[str, list[float]] = {}
    for name, on in (("with", confuser_names(run)), ("without", [])):
        chosen = with_confusers_on(texts, on)
        live = LiveScores(memory.reduce(chosen), run.names())
        found[name] = [
            float(true[cold_start(live, chosen.relevant_owner(), len(chosen.relevant), run.config.
                                  with_changes(batch_size=size), images).rows].mean())
            for size in GAIN_SIZES
        ]  # fmt: skip
    gains = [a - b for a, b in zip(found["with"], found["without"], strict=True)]
    return {"sizes": list(GAIN_SIZES), **found, "gain": sum(gains) / len(gains)}


def _random(run: RunReader) -> dict[str, Any]:
    drawn, true = random_draw(run), truth_of(run)
    good = drawn.rows[true[drawn.rows]]
    return {
        "drawn": len(drawn.rows),
        "relevant": drawn.relevant,
        "pool": drawn.pool,
        "in_pool": drawn.in_pool,
        "ids": run.facts.ids[good].tolist(),
    }


def _sentences(run: RunReader) -> list[dict[str, Any]]:
    true, found = truth_of(run), []
    for text in offered_sentences(first_texts(run)):
        near = nearest(run.table.rows([text])[0], true)
        wrong = None if near.first_wrong is None else run.facts.labels[near.rows[near.first_wrong]]
        found.append(
            {"text": text, "best": near.best, "median": near.median, "worst": near.worst,
             "relevant": near.relevant, "shown": len(near.rows), "first_wrong": wrong}
        )  # fmt: skip
    return found


def _confusers(run: RunReader) -> dict[str, Any]:
    memory, names, true = CosineMemory(run.table), confuser_names(run), truth_of(run)
    bare = first_batch(run, (), memory)
    row = lost_picture(bare, true)
    choices = {"none": [], **{name: [name] for name in names}, "all": names}
    found = {}
    for name, on in choices.items():
        batch = first_batch(run, on, memory)
        score = float(batch.start.s_vlm[row])
        found[name] = {"relevant": batch.relevant, "score": score, "place": batch.place(row)}
    return {
        "size": bare.size,
        "names": names,
        "picture": str(run.facts.ids[row]),
        "shows": run.facts.labels[row],
        "closest": float(bare.closest[row]),
        "batches": found,
        **confuser_gain(run),
    }


def _detector(run: RunReader, round: DetectorRound) -> dict[str, Any]:
    pair = sure_pictures(run, round)
    return {
        "round": round.ranking.round,
        "labels": round.labels,
        "irrelevant": round.irrelevant,
        "temperature": round.temperature,
        "right": _view(run, pair.right),
        "wrong": _view(run, pair.wrong) if pair.wrong else None,
        "alike": pair.alike,
    }


def _view(run: RunReader, view: DetectorView) -> dict[str, Any]:
    return {
        "id": str(run.facts.ids[view.row]),
        "shows": run.facts.labels[view.row],
        "likeliest": view.likeliest,
        "activations": view.activations,
        "probabilities": view.probabilities,
        "score": view.score,
        "s_vlm": view.s_vlm,
    }


def _trust(run: RunReader, round: DetectorRound) -> dict[str, Any]:
    curve = delta_curve(run, round.ranking, round.before)
    return {
        "round": round.ranking.round,
        "deltas": list(curve.deltas),
        "precision": list(curve.precision),
        "size": curve.size,
        "share": curve.share,
        "schedule": curve.schedule,
        "ratio": curve.ratio,
    }
