"""Claim: rules that others have published as code teach no more there, and take five times as long.

    python -m benchmarks.peers [--cifar10 ARCHIVE.zip] [--rules badge,coreset] [--rounds 4]

scikit-activeml (`pip install scikit-activeml`, needed for this alone) and our strategies choose
from the same vectors, through the same experiment: the demo or, with --cifar10 (class folders in
`train` and `test`), 1,000 pool pictures a class. A shared random batch of 90 first, linear head
without text, seeds 0 to 2; their classifier is fitted by the function of ours. Promised: accuracy
at the end not below theirs by more than the spread over seeds; the seconds of our query at most a
fifth of theirs, half for DropQuery. Random and margin are no work for either and have no promise
of time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import Stopwatch, machine, spread, verdict
from benchmarks.runs import Runs
from laser_core.basics.arrays import Floats, Ints
from laser_core.config import ExperimentConfig
from laser_core.experiment.experiment import Experiment
from laser_core.nets.head import fit_softmax
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies import STRATEGIES, Strategy, register
from laser_core.strategies.helpers.probabilities import class_chances
from laser_core.view import PoolView, Query, take

SEEDS = (0, 1, 2)
BATCH = 90
SHARES = {"badge": 0.2, "coreset": 0.2, "typiclust": 0.2, "dropquery": 0.5}  # of their seconds
RULES = (*SHARES, "random", "margin")
ASKS_CLASSIFIER = ("badge", "dropquery", "margin")

Ask = Callable[[Floats, Floats, Ints, int, int, Any], Ints]  # X, y, candidates, b, seed, classifier


@dataclass(frozen=True)
class Figures:
    """Of one rule: accuracy at the end, by seed, and CPU seconds of every query of its own."""

    accuracy: list[float]
    seconds: list[float]


def main() -> None:
    """One line a rule, ours and theirs, then the promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cifar10", help="archive with CIFAR-10 as class folders")
    parser.add_argument("--rules", default=",".join(RULES))
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    if find_spec("skactiveml") is None:
        print("scikit-activeml is not installed, so nothing is compared with it (pip install it)")
        return
    print(machine())
    config = ExperimentConfig(
        start="random", anchor=0.0, batch_size=BATCH, rounds=options.rounds, vlm="offline"
    )
    if options.cifar10:
        config = config.with_changes(pool=options.cifar10, per_class=1000)
    runs, watch = Runs(), Stopwatch()
    for rule in options.rules.split(","):
        theirs = figures(runs, config.with_changes(strategy=theirs_as_strategy(rule)))
        ours = figures(runs, config.with_changes(strategy=rule))
        for who, found in (("ours", ours), ("theirs", theirs)):
            print(f"{rule:10} {who:6} accuracy {spread(found.accuracy)}")
            print(f"{'':17} CPU seconds a query {spread(found.seconds, 2)}", flush=True)
        promises(rule, ours, theirs)
    print("{:.0f} s, {:.0f} CPU s".format(*watch.read()))


def promises(rule: str, ours: Figures, theirs: Figures) -> None:
    """Accuracy within the spread, and our share of their seconds."""
    allowed = max(max(found.accuracy) - min(found.accuracy) for found in (ours, theirs))
    behind = statistics.fmean(theirs.accuracy) - statistics.fmean(ours.accuracy)
    print(verdict(f"{rule}: accuracy behind theirs", behind, most=allowed + 1e-9))
    if rule in SHARES:
        share = statistics.median(ours.seconds) / statistics.median(theirs.seconds)
        print(verdict(f"{rule}: our share of their CPU seconds", share, most=SHARES[rule]))


def figures(runs: Runs, config: ExperimentConfig) -> Figures:
    """One rule with each seed."""
    accuracy, seconds = [], []
    for seed in SEEDS:
        planned, materials = runs.materials(config.with_changes(seed=seed))
        if materials.oracle is None:
            raise ValueError("the pool has no true labels")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            store = Store.create(Path(folder) / "run", planned.config)
            experiment = Experiment(materials, store)
            while not experiment.finished:
                watch = Stopwatch()
                query = drain(experiment.query())
                if experiment.round_index > 1:  # the first batch is shared
                    seconds.append(watch.read()[1])
                experiment.annotate(materials.oracle.answer(query.ids.tolist()))
                record = drain(experiment.train())
            accuracy.append(record.accuracy or 0.0)
            store.close()
    return Figures(accuracy, seconds)


def theirs_as_strategy(rule: str) -> str:
    """Name of a strategy that lets scikit-activeml choose, registered for this process."""
    ask = their_rules()[rule]

    class Theirs(Strategy):
        name = f"theirs-{rule}"
        title = f"{rule} of scikit-activeml"
        needs = frozenset({"vectors", "labeled_vectors"})
        classes_needed = 2 if rule in ASKS_CLASSIFIER else 0

        def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
            return np.zeros(len(view.unlabeled))

        def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
            s, b = view.signals, min(batch_size, len(view.unlabeled))
            known = view.labels < view.n_classes
            classifier = None
            if rule in ASKS_CLASSIFIER:
                learned = fit_softmax(s["labeled_vectors"][known], view.labels[known])
                classifier = fitted(*learned)
            # the labeled ones, irrelevant or not, are there to be kept away from
            everything = np.concatenate([s["labeled_vectors"], s["vectors"]])
            labels = np.concatenate([view.labels, np.full(len(view.unlabeled), np.nan)])
            if classifier is not None:
                labels[: len(known)][~known] = np.nan
            candidates = np.arange(len(view.labels), len(everything))
            seed = int(rng.integers(2**31))
            picked = ask(everything, labels, candidates, b, seed, classifier)
            return take(view, picked - len(view.labels), self.score(view, rng))

    Theirs.__qualname__ = f"Theirs {rule}"
    register(Theirs)
    assert Theirs.name in STRATEGIES
    return Theirs.name


def their_rules() -> dict[str, Ask]:
    """Rule -> how scikit-activeml is asked by it, with the settings of ours."""
    from skactiveml import pool

    def plain(make: Callable[..., Any], **settings: Any) -> Ask:
        def ask(
            vectors: Floats, labels: Floats, candidates: Ints, b: int, seed: int, _: Any
        ) -> Ints:
            rule = make(random_state=seed, **settings)
            return np.asarray(rule.query(vectors, labels, candidates=candidates, batch_size=b))

        return ask

    def with_classifier(make: Callable[..., Any], **settings: Any) -> Ask:
        def ask(
            vectors: Floats, labels: Floats, candidates: Ints, b: int, seed: int, classifier: Any
        ) -> Ints:
            rule = make(random_state=seed, **settings)
            return np.asarray(
                rule.query(
                    vectors, labels, classifier, fit_clf=False, candidates=candidates, batch_size=b
                )
            )

        return ask

    return {
        "badge": with_classifier(pool.Badge),
        "coreset": plain(pool.CoreSet),
        "typiclust": plain(pool.TypiClust, k=20),
        "dropquery": with_classifier(pool.DropQuery, dropout_rate=0.75, n_dropout_samples=3),
        "random": plain(pool.RandomSampling),
        "margin": with_classifier(pool.UncertaintySampling, method="margin_sampling"),
    }


def fitted(weights: Floats, bias: Floats) -> Any:
    """Our classifier as scikit-activeml wants one."""
    from skactiveml.base import SkactivemlClassifier

    class Ours(SkactivemlClassifier):  # type: ignore[misc]
        def fit(self, X: Floats, y: Floats, sample_weight: Any = None) -> Any:  # noqa: N803
            return self

        def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
            return class_chances(X @ weights.T + bias)

        def predict(self, X: Floats) -> Ints:  # noqa: N803
            return self.predict_proba(X).argmax(axis=1)

    found = Ours(classes=list(range(len(bias))))
    found.classes_ = np.arange(len(bias))
    return found


if __name__ == "__main__":
    main()
