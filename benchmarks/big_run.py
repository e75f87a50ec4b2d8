"""A run on a pool of 50,000 that no picture stands behind: to time pages on, without any data.

`python -m benchmarks.big_run FOLDER` makes it; pages take it for any other run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from laser_core.arrays import unit_rows
from laser_core.config import ExperimentConfig
from laser_core.cosine_table import FileTable, cosines_folder
from laser_core.descriptions import ClassText, Descriptions
from laser_core.seeding import rng_for
from laser_core.store import Store
from laser_core.vlm.disk import default_cache_dir

KEY = "big-run"
DIM = 1280  # of the offline model
RELEVANT = 8
CONFUSERS = 16
SENTENCES = 15


def make_big_run(folder: Path, cache_dir: Path, images: int = 50_000) -> Store:
    """A prepared run before its first query: random vectors, 360 sentences, a map, a preview."""
    rng = rng_for(0, "big run")
    relevant = tuple(f"class {i}" for i in range(RELEVANT))
    config = ExperimentConfig(
        pool="demo", relevant=relevant, batch_size=1500, descriptions=SENTENCES, vlm="offline"
    )
    store = Store.create(folder, config)
    texts = Descriptions(_classes(relevant), _classes([f"confuser {i}" for i in range(CONFUSERS)]))
    vectors = unit_rows(rng.normal(size=(images, DIM)).astype(np.float32))
    sentences = [*texts.relevant_texts(), *texts.confuser_texts()]
    table = FileTable(cosines_folder(cache_dir, KEY), images)
    if sentences[0] not in table:
        table.append(sentences, unit_rows(rng.normal(size=(len(sentences), DIM))) @ vectors.T)
        table.keep_vectors(vectors)
    labels = rng.integers(40, size=images)
    facts = {
        "ids": [f"picture {i:05d}" for i in range(images)],
        "labels": [f"class {k}" for k in labels.tolist()],
        "classes": [f"class {k}" for k in range(40)],
        "test_images": 0,
        "cosines": KEY,
        "vlm": "random vectors (benchmark)",
        "llm": "numbered sentences (benchmark)",
    }
    store.write_text("pool.json", json.dumps(facts))
    version = store.append_texts(texts, "first")
    _save_preview(store, table, texts, version, config, images)
    _save_map(store, images, rng)
    return store


def _classes(names: tuple[str, ...] | list[str]) -> tuple[ClassText, ...]:
    return tuple(
        ClassText(name, tuple(f"{name}, sentence {i}" for i in range(SENTENCES))) for name in names
    )


def _save_preview(
    store: Store,
    table: FileTable,
    texts: Descriptions,
    version: int,
    config: ExperimentConfig,
    images: int,
) -> None:
    """What `laser_core.tasks.look_ahead` would keep for round 1."""
    relevant = table.rows(texts.relevant_texts())
    penalty = table.rows(texts.confuser_texts()).mean(axis=0)
    arrays = {
        "s_vlm": (relevant.max(axis=0) - penalty).astype(float),
        "best": relevant.argmax(axis=0),
        "row": np.arange(images),
        "s_det": np.zeros(images),
        "delta": np.zeros(images),
    }
    arrays["score"] = arrays["s_vlm"]
    for name, array in arrays.items():
        store.save_array(f"preview/{name}", array)
    picked = np.argsort(-arrays["score"])[: config.batch_size]
    spread = float(arrays["s_vlm"].std())
    facts = {
        "round": 1,
        "texts": version,
        "ids": [f"picture {i:05d}" for i in picked.tolist()],
        "scores": arrays["score"][picked].tolist(),
        "figures": {"delta": 0.0, "delta_effective": 0.0, "sd_vlm": spread, "sd_det": 0.0},
        "note": "",
        "arrays": sorted(arrays),
    }
    store.write_text("preview.json", json.dumps(facts))


def _save_map(store: Store, images: int, rng: np.random.Generator) -> None:
    """Layouts as `laser_core.projection` would keep them."""
    centres = rng.normal(size=(40, 2)) * 6
    spots = centres[rng.integers(40, size=images)] + rng.normal(size=(images, 2))
    for name in ("image-umap", "image-pca"):
        store.save_array(f"maps/{name}-images", spots.astype(np.float32))
        store.save_array(f"maps/{name}-texts", np.zeros((0, 2), dtype=np.float32))
        store.write_text(f"arrays/maps/{name}.json", json.dumps({"texts": []}))


if __name__ == "__main__":
    make_big_run(Path(sys.argv[1]), default_cache_dir()).close()
