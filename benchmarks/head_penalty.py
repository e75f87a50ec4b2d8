"""Claim: one constant of the linear head's penalty serves few labels and many, 2 classes and 9.

    python -m benchmarks.head_penalty --pool demo-hard --labels 50,300,1000
    python -m benchmarks.head_penalty --pool cifar10 --per-class 1800 --labels 60,300,3000

Labels are drawn so that half are relevant, as LaSeR's rounds bring them; the rest of the pool is
what the detector has to rank. Prints one Markdown row a setting, mean over the repeats.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from laser_core.basics.files import default_cache_dir
from laser_core.basics.seeding import rng_for
from laser_core.data.class_split import limit_per_class
from laser_core.data.open import open_pool
from laser_core.nets.head import INVERSE_PENALTY, fit_softmax
from laser_core.progress import drain
from laser_core.scores import detector_score, temperature_probabilities
from laser_core.vlm.choose import open_vlm
from laser_core.vlm.embed import embed_images

MULTIPLES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 12.5)


def main() -> None:
    """Embed the pool (cached), fit, print."""
    options = _options()
    source = open_pool(options.pool, options.data_root)
    if options.per_class:
        source = limit_per_class(source, options.per_class, 0)
    vlm = open_vlm("offline", "cpu", default_cache_dir())
    embedding = drain(embed_images(source, vlm, default_cache_dir()))
    in_pool = np.isin(embedding.ids, source.ids("pool"))
    statistics = vlm.pool_statistics(embedding.features[in_pool])
    vectors = vlm.image_vectors(embedding.features, statistics)
    names = np.array([source.label(id) for id in embedding.ids.tolist()])
    print("| classes | labels | penalty | AP | log loss | accuracy | CPU s |")
    print("|---|---|---|---|---|---|---|")
    for n in options.classes:
        for labels in options.labels:
            for multiple in MULTIPLES:
                figures = [
                    trial(vectors, names, in_pool, n, labels, multiple * INVERSE_PENALTY, seed)
                    for seed in range(options.repeats)
                ]
                means = " | ".join(f"{value:.3f}" for value in np.nanmean(figures, axis=0))
                print(f"| {n} | {labels} | {multiple * INVERSE_PENALTY:g} | {means} |", flush=True)


def trial(vectors, names, in_pool, n, n_labels, penalty, seed):
    """(AP of S_det, log loss, accuracy of the classifier, CPU seconds of the detector's fit)."""
    rng = rng_for(seed, "head_penalty", n, n_labels)
    relevant = rng.permutation(np.unique(names))[:n].tolist()
    index = {name: i for i, name in enumerate(relevant)}
    truth = np.array([index.get(name, n) for name in names])
    inside = rng.permutation(np.flatnonzero(in_pool & (truth < n)))
    outside = rng.permutation(np.flatnonzero(in_pool & (truth == n)))
    half = min(n_labels // 2, len(inside) * 7 // 10)
    labeled = np.concatenate([inside[:half], outside[: n_labels - half]])
    rest = np.setdiff1d(np.flatnonzero(in_pool), labeled)
    start = time.process_time()
    logits = fitted(vectors, truth, labeled, rest, n + 1, penalty)
    seconds = time.process_time() - start
    probabilities = temperature_probabilities(logits, 1.0)
    own = np.clip(probabilities[np.arange(len(rest)), truth[rest]], 1e-6, None)
    precision = average_precision_score(truth[rest] < n, detector_score(probabilities))
    known = labeled[truth[labeled] < n]
    test = np.flatnonzero(~in_pool & (truth < n))
    right = fitted(vectors, truth, known, test, n, penalty).argmax(axis=1) == truth[test]
    return precision, -np.log(own).mean(), right.mean() if len(test) else np.nan, seconds


def fitted(vectors, truth, labeled, asked, n_outputs, penalty):
    """(n, n_outputs) logits for the rows `asked`; -inf for a class without a label."""
    logits = np.full((len(asked), n_outputs), -np.inf, dtype=np.float32)
    weights, bias = fit_softmax(vectors[labeled], truth[labeled], inverse_penalty=penalty)
    logits[:, np.unique(truth[labeled])] = vectors[asked] @ weights.T + bias
    return logits


def _options() -> argparse.Namespace:
    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", default="demo-hard")
    parser.add_argument("--data-root", type=Path, default=None)
    parser.add_argument("--per-class", type=int, default=0, help="0: all")
    parser.add_argument("--classes", type=numbers, default=[2, 4, 9])
    parser.add_argument("--labels", type=numbers, default=[50, 300, 1000])
    parser.add_argument("--repeats", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
