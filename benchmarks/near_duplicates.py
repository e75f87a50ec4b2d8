"""Measures the cosine from which two pictures count as near-duplicates (`ALIKE`).

    python -m benchmarks.near_duplicates [--pool demo] [--pictures 400] [--seeds 3]

Pictures of a pool get a copy as a camera or a web page would make one: compressed again and a
little brighter, cut by some percent, or the next frame (turned and moved a little). All are
embedded as a pool of their own. Printed for each threshold: copies that land in their picture's
group, and folded pictures that are no copy of their tile, split by whether they show its class.
"""

from __future__ import annotations

import argparse
import io

import numpy as np
from PIL import Image, ImageEnhance

from benchmarks.machine import machine, spread
from laser_core.analysis.review.near_duplicates import fold
from laser_core.basics.files import default_cache_dir
from laser_core.basics.seeding import rng_for
from laser_core.data.base import ImageSource, Item
from laser_core.data.open import open_pool
from laser_core.progress import drain
from laser_core.vlm.choose import open_vlm
from laser_core.vlm.embed import embed_images

THRESHOLDS = (0.80, 0.84, 0.86, 0.88, 0.90, 0.92, 0.94, 0.96, 0.98)
KINDS = ("compressed", "cut", "next frame")
MARK = "#"  # between a picture's id and the kind of its copy


class WithCopies(ImageSource):
    """Some pictures of a pool, each with one copy that is a little different."""

    def __init__(self, pool: ImageSource, ids: list[str], seed: int) -> None:
        self._pool, self._seed = pool, seed
        kinds = {id: KINDS[n % len(KINDS)] for n, id in enumerate(ids)}
        copies = [f"{id}{MARK}{kinds[id]}" for id in ids]
        items = [Item(id, pool.label(id.split(MARK)[0]), "pool") for id in [*ids, *copies]]
        super().__init__(f"{pool.name} with copies", items)

    def content_key(self, id: str) -> str:
        """The picture's own, and what was done to it."""
        of, _, kind = id.partition(MARK)
        key = self._pool.content_key(of)
        return f"{key} {kind} {self._seed}" if kind else key

    def image(self, id: str) -> Image.Image:
        """The picture, or its copy."""
        of, _, kind = id.partition(MARK)
        picture = self._pool.image(of).convert("RGB")
        return _copy(picture, kind, rng_for(self._seed, of)) if kind else picture


def _copy(picture: Image.Image, kind: str, rng: np.random.Generator) -> Image.Image:
    wide, tall = picture.size
    if kind == "compressed":
        held = io.BytesIO()
        ImageEnhance.Brightness(picture).enhance(rng.uniform(0.9, 1.1)).save(
            held, "JPEG", quality=55
        )
        return Image.open(io.BytesIO(held.getvalue())).convert("RGB")
    if kind == "cut":
        left, top, right, low = (rng.uniform(0.0, 0.06) for _ in range(4))
        return picture.crop(
            (round(left * wide), round(top * tall), round((1 - right) * wide),
             round((1 - low) * tall))
        )  # fmt: skip
    moved = (round(rng.uniform(-0.05, 0.05) * wide), round(rng.uniform(-0.05, 0.05) * tall))
    edge = picture.getpixel((0, 0))
    return picture.rotate(
        rng.uniform(-6, 6), Image.Resampling.BICUBIC, translate=moved, fillcolor=edge
    )


def main() -> None:
    """Embed, fold at every threshold, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pool", default="demo")
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    pool, vlm = open_pool(options.pool), open_vlm("auto", "auto", default_cache_dir())
    found: dict[tuple[str, float], list[tuple[float, float, float]]] = {}
    for seed in range(options.seeds):
        ids = pool.ids("pool")
        some = rng_for(seed, "near-duplicates").choice(ids, options.pictures, replace=False)
        source = WithCopies(pool, [str(id) for id in some], seed)
        embedding = drain(embed_images(source, vlm, default_cache_dir()))
        plain = vlm.image_vectors(embedding.features, vlm.pool_statistics(embedding.features))
        for name, vectors in (("own", plain), ("in use", vlm.pool_vectors(plain))):
            for alike in THRESHOLDS:
                found.setdefault((name, alike), []).append(_folded(source, vectors, alike))
    print("vectors | alike | copies folded | folded though no copy: same class | another class")
    for (name, alike), rows in found.items():
        columns = " | ".join(spread([row[n] for row in rows]) for n in range(3))
        print(f"{name} | {alike:.2f} | {columns}")


def _folded(source: WithCopies, vectors: np.ndarray, alike: float) -> tuple[float, float, float]:
    """Share of copies with their picture; of all pictures: folded ones of the class, of another."""
    ids = [item.id for item in source.items]
    first = np.array(fold(vectors, vectors.mean(axis=0), alike))
    half = len(ids) // 2
    with_its_own = float(np.mean(first[:half] == first[half:]))
    wrong = [0, 0]
    for n, leader in enumerate(first.tolist()):
        if leader != n and ids[n].split(MARK)[0] != ids[leader].split(MARK)[0]:
            wrong[source.label(ids[n]) != source.label(ids[leader])] += 1
    return with_its_own, wrong[0] / len(ids), wrong[1] / len(ids)


if __name__ == "__main__":
    main()
