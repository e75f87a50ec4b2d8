"""The lesson's run, and what is trained for its cards: card 4's classifiers, card 8's runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from laser_core.analysis.first_query import cold_start
from laser_core.analysis.lesson.pictures import first_texts, truth_of
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.data.sets.demo import preset
from laser_core.errors import LessonError
from laser_core.experiment.class_changes import images_to_test, relevant_names
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import plan
from laser_core.experiment.prepare import EmbeddedPool, equip
from laser_core.metrics.paper import accuracy
from laser_core.nets.head import Head
from laser_core.nets.objectives import CLASSIFIER
from laser_core.progress import Progress, Steps
from laser_core.studies.run import start
from laser_core.texts.live_scores import CosineMemory, LiveScores

TASK = "bag"  # the preset; chosen because confusers help in it (docs/lesson.md)
ROUNDS_DONE = 2  # the lesson stands before round 3
SIZES = (20, 40, 60)  # labels of card 4
EIGHT_SIZES = (24, 40, 86)  # of its worse case, the demo's own eight classes
DRAWS = 20  # random batches that the figures of "random" are the mean of
WAYS = {"best": "global", "sentence": "quota", "balanced": "balanced"}  # card 4 -> selection
PARTS: dict[str, dict[str, Any]] = {  # card 8
    "all parts": {},
    "without confusers": {"confusers": 0},
    "without detector": {"delta": "fixed:0"},
    "at random": {"strategy": "random"},
    "uncertainty": {"strategy": "uncertainty"},
}
SEEDS = (0, 1, 2)  # of card 8


def lesson_config(**changes: Any) -> ExperimentConfig:
    """The settings of the lesson's run: "Pack a work bag" on the demo, with the offline models."""
    task = preset(TASK)
    given = {
        "pool": task.pool, "relevant": task.relevant, "llm": "offline", "vlm": "offline",
        "rounds": 5, "batch_size": 60, "seed": 0, **changes,
    }  # fmt: skip
    return ExperimentConfig.of(**given)


def ways_of_choosing(
    run: RunReader,
    materials: Materials,
    sizes: tuple[int, ...] = SIZES,
    draws: int = DRAWS,
) -> Steps[dict[str, Any]]:
    """Card 4: what a classifier learns from batches that were chosen in four ways.

    The classifier is the plain head (anchor 0): one that starts from the text hides most of what a
    batch fails to teach.

    Returns:
        "<way> <size>" -> ids, relevant (share), accuracy (None without a test picture), classes
        (name -> labels). Of "random" share and accuracy are means over `draws` batches, with
        "spread" the accuracy's standard deviation, and ids and classes are those of the first.

    Raises:
        LessonError: the run has one class, no sentences or no true labels.
    """
    if len(run.config.relevant) < 2:
        raise LessonError(
            "This run has one relevant class, and a classifier needs two to tell apart; choose "
            "the lesson's own run above."
        )
    bench = _Bench(run, materials)
    found: dict[str, Any] = {}
    for size in sizes:
        for way, selection in WAYS.items():
            yield Progress(f"{size} labels", len(found), 4 * len(sizes))
            found[f"{way} {size}"] = yield from bench.learn(bench.rows(selection, size))
        found[f"random {size}"] = yield from bench.learn_at_random(size, draws)
    return found


class _Bench:
    """One run's first batches, and a classifier trained on each.

    Args:
        run: read for scores and truth.
        materials: its pictures and test images.
    """

    def __init__(self, run: RunReader, materials: Materials) -> None:
        self._run, self._pictures = run, materials.pictures
        self._true, self._names = truth_of(run), run.true_names()
        self._texts, self._classes = first_texts(run), run.config.relevant
        self._live = LiveScores(CosineMemory(run.table).reduce(self._texts), run.names())
        names = relevant_names(materials.source, run.store.classes.resolve)
        self._tests = images_to_test(materials.source, names, run.space)

    def rows(self, selection: str, size: int) -> Ints:
        """The batch of round 1 by a rule of selection."""
        config = self._run.config.with_changes(strategy="laser", selection=selection)
        config = replace(config, batch_size=min(size, len(self._true)))
        owner, n = self._texts.relevant_owner(), len(self._texts.relevant)
        return cold_start(self._live, owner, n, config, self._run.images()).rows

    def learn_at_random(self, size: int, draws: int) -> Steps[dict[str, Any]]:
        """The mean over `draws` random batches, and the first one's pictures."""
        batches = []
        for draw in range(draws):
            rows = rng_for(draw, "lesson", size).permutation(len(self._true))[:size]
            batches.append((yield from self.learn(rows)))
        told = [b["accuracy"] for b in batches if b["accuracy"] is not None]
        return {
            **batches[0],
            "relevant": float(np.mean([b["relevant"] for b in batches])),
            "accuracy": float(np.mean(told)) if told else None,
            "spread": float(np.std(told, ddof=1)) if len(told) > 1 else None,
        }

    def learn(self, rows: Ints) -> Steps[dict[str, Any]]:
        """What a batch holds, and what a plain head makes of its relevant pictures."""
        right = rows[self._true[rows]]
        shown = [str(self._names[row]) for row in right]
        labels = np.array([self._classes.index(name) for name in shown], dtype=np.intp)
        ids, targets = self._tests
        score = None
        if len(ids):
            score = 1.0 / len(self._classes)  # a guess, where there is nothing to learn from
        if len(ids) and len(right):
            net = yield from Head().train(
                CLASSIFIER, self._pictures, self._run.facts.ids[right], labels,
                len(self._classes), rng_for(0, "lesson"),
            )  # fmt: skip
            score = accuracy((yield from net.logits(self._pictures, ids)), targets)
        return {
            "ids": self._run.facts.ids[rows].tolist(),
            "relevant": len(right) / len(rows),
            "accuracy": score,
            "classes": dict(Counter(shown)),
        }


def runs_without_a_part(
    folder: Path, cache_dir: Path, embedded: EmbeddedPool, seeds: tuple[int, ...] = SEEDS
) -> Steps[dict[str, Any]]:
    """Card 8: the lesson's run again with one part taken away, whole, for some seeds.

    Args:
        folder: where the runs are written, in folders of their own.
        cache_dir: of the embeddings.
        embedded: the lesson's pool.

    Returns:
        part -> "rounds", the mean precision of each round; "mean", over all rounds; "spread", the
        standard deviation of the mean between seeds. "possible" is the best mean that the classes
        allow.
    """
    found: dict[str, Any] = {}
    for number, (part, changes) in enumerate(PARTS.items()):
        means, rounds, possible = [], [], []
        for seed in seeds:
            yield Progress(f"{part}, seed {seed}", number * len(seeds) + seed, len(PARTS) * 3)
            planned = plan(lesson_config(seed=seed, **changes), cache_dir, embedded.source)
            materials = equip(planned, embedded, cache_dir)
            place = folder / f"{part}-{seed}".replace(" ", "-")
            records = yield from start(planned, place, cache_dir, materials=materials)
            rounds.append([record.precision or 0.0 for record in records])
            means.append(sum(r.relevant for r in records) / sum(r.queried for r in records))
            possible.append(_possible(records[0].relevant_in_pool or 0, records))
        found[part] = {
            "rounds": np.mean(rounds, axis=0).tolist(),
            "mean": float(np.mean(means)),
            "spread": float(np.std(means, ddof=1)) if len(means) > 1 else 0.0,
            "possible": float(np.mean(possible)),
        }
    return found


def _possible(in_pool: int, records: list[Any]) -> float:
    """The best mean precision of a run that finds all there is as early as it can."""
    asked = sum(record.queried for record in records)
    return min(in_pool, asked) / asked
