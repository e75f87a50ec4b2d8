"""A run on a pool of 50,000 grey pictures with random vectors: to time pages on, without data.

`python -m benchmarks.big_run RUNS/NAME` makes it, and the pictures beside RUNS; pages take it for
any other run.
"""

from __future__ import annotations

import functools
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from laser_core.basics.arrays import Ints, unit_rows
from laser_core.basics.files import default_cache_dir
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.pool import Label
from laser_core.store.records import KeptPool
from laser_core.store.store import Store
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.view import LaserArrays, Query, QueryArrays, RoundRecord, Signal

KEY = "big-run"
DIM = 1280  # of the offline model
RELEVANT = 8
CONFUSERS = 16
SENTENCES = 15


def make_big_run(folder: Path, cache_dir: Path, images: int = 50_000) -> Store:
    """A prepared run after its first round: random vectors, 360 sentences, a map, a preview."""
    rng = rng_for(0, "big run")
    relevant = tuple(f"class {i}" for i in range(RELEVANT))
    pictures = folder.parent.parent / "pictures"
    _paint(pictures, images)
    config = ExperimentConfig(
        pool=str(pictures),
        relevant=relevant,
        batch_size=1500,
        descriptions=SENTENCES,
        vlm="offline",
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
    names = tuple(f"class {k}" for k in labels.tolist())
    store.pool.keep(
        KeptPool(
            ids=tuple(_id(row) for row in range(images)),
            labels=names,
            classes=tuple(f"class {k}" for k in range(40)),
            cosines=KEY,
            vlm="random vectors (benchmark)",
            llm="numbered sentences (benchmark)",
        )
    )
    version = store.texts.append(texts, "first")
    scores = _scores(table, texts)
    first = np.argsort(-scores["s_vlm"], kind="stable")[: config.batch_size]
    _close_round(store, scores, first, [names[row] for row in first], version, config)
    left = np.setdiff1d(np.arange(images), first)
    scores = {name: array[left] for name, array in scores.items()}
    scores["detector_logits"] = rng.normal(size=(len(left), RELEVANT + 1)).astype(np.float32)
    _save_preview(store, scores, left, version, config)
    _save_map(store, images, rng)
    return store


def _scores(table: FileTable, texts: Descriptions) -> dict[str, Signal]:
    """S_vlm and the winning description of every image."""
    relevant = table.rows(texts.relevant_texts())
    penalty = table.rows(texts.confuser_texts()).mean(axis=0)
    s_vlm = (relevant.max(axis=0) - penalty).astype(float)
    return {"s_vlm": s_vlm, "best": relevant.argmax(axis=0)}


def _close_round(
    store: Store,
    scores: dict[str, Signal],
    rows: Ints,
    names: list[str],
    version: int,
    config: ExperimentConfig,
) -> None:
    """A finished first round: query, labels, record."""
    ids = [_id(row) for row in rows.tolist()]
    nothing = np.zeros(len(scores["s_vlm"]))
    laser = LaserArrays(scores["s_vlm"], nothing, scores["best"], nothing)
    arrays = QueryArrays(np.arange(len(nothing)), scores["s_vlm"], laser)
    figures = {"delta": 0.0, "delta_effective": 0.0, "sd_vlm": 0.02, "sd_det": 0.0}
    top = Query(np.array(ids), scores["s_vlm"][rows], arrays, figures)
    store.rounds.save_query(1, version, top)
    known = {name: index for index, name in enumerate(config.relevant)}
    answers = {
        id: Label("relevant" if name in known else "irrelevant", name)
        for id, name in zip(ids, names, strict=True)
    }
    store.labels.append(answers, 1, "oracle")
    labels = tuple(known.get(name, RELEVANT) for name in names)
    relevant = sum(label < RELEVANT for label in labels)
    share = relevant / len(ids)
    store.rounds.append(
        RoundRecord(
            1, tuple(ids), labels, len(ids), relevant, share, 1.0, 0.03, None, figures, "", 1.0
        )
    )


def _id(row: int) -> str:
    return f"{row:05d}.png"


def _paint(folder: Path, images: int) -> None:
    """A folder of tiny grey pictures, so that galleries have something to show."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in range(images):
        path = folder / _id(row)
        if not path.exists():
            path.write_bytes(_grey(row % 256))


@functools.cache
def _grey(shade: int) -> bytes:
    data = io.BytesIO()
    Image.new("L", (4, 4), shade).save(data, "PNG")
    return data.getvalue()


def _classes(names: tuple[str, ...] | list[str]) -> tuple[ClassText, ...]:
    return tuple(
        ClassText(name, tuple(f"{name}, sentence {i}" for i in range(SENTENCES))) for name in names
    )


def _save_preview(
    store: Store, scores: dict[str, Signal], left: Ints, version: int, config: ExperimentConfig
) -> None:
    """What `laser_core.jobs.tasks.look_ahead` would keep for round 2."""
    nothing = np.zeros(len(left))
    s_vlm = scores["s_vlm"]
    laser = LaserArrays(
        s_vlm, nothing, scores["best"], nothing, detector_logits=scores["detector_logits"]
    )
    picked = np.argsort(-s_vlm)[: config.batch_size]
    figures = {"delta": 0.1, "delta_effective": 0.9, "sd_vlm": float(s_vlm.std()), "sd_det": 0.7}
    ids = np.array([_id(row) for row in left[picked].tolist()])
    arrays = QueryArrays(left, s_vlm, laser)
    store.rounds.save_preview(2, version, Query(ids, s_vlm[picked], arrays, figures))


def _save_map(store: Store, images: int, rng: np.random.Generator) -> None:
    """Layouts as `laser_core.maps.projection` would keep them."""
    centres = rng.normal(size=(40, 2)) * 6
    spots = centres[rng.integers(40, size=images)] + rng.normal(size=(images, 2))
    for name in ("image-umap", "image-pca"):
        store.arrays.write(f"maps/{name}-images", spots.astype(np.float32))
        store.arrays.write(f"maps/{name}-texts", np.zeros((0, 2), dtype=np.float32))
        store.files.write(f"arrays/maps/{name}.json", json.dumps({"texts": []}))


if __name__ == "__main__":
    make_big_run(Path(sys.argv[1]), default_cache_dir()).close()
