"""Images and sentences in two dimensions, as in Fig. 2: computed once, kept with the run.

Coordinates lie in `arrays/maps/<name>` with a small description beside them, so that the map is
the same the next time, here and elsewhere.
"""

from __future__ import annotations

import json
from typing import Literal

import numpy as np

from laser_core.arrays import Floats, unit_rows
from laser_core.errors import ConfigError, PoolError
from laser_core.experiment import Experiment
from laser_core.progress import Progress, Steps
from laser_core.seeding import rng_for

What = Literal["text", "image", "joint"]
Method = Literal["umap", "pca"]
NEIGHBOURS = 15  # umap-learn's own default
BASIS = 64  # numbers a picture is reduced to before UMAP; neighbours stay the same, time does not


def layout_name(what: What, method: Method, texts_version: int) -> str:
    """The name of a layout; image-only ones do not depend on the sentences."""
    return f"{what}-{method}" + ("" if what == "image" else f"-{texts_version}")


def project_run(experiment: Experiment, what: What, method: Method) -> Steps[str]:
    """Lay out a run's pool and its newest sentences, unless that layout is kept already.

    Returns:
        The layout's name: `maps/<name>-images` (N, 2) and `maps/<name>-texts` (T, 2) among the
        run's arrays, sentences of relevant classes first; one is empty where not asked for.

    Raises:
        ConfigError: `what` or `method` is unknown.
        PoolError: sentences are asked for before there are any.
    """
    if what not in ("text", "image", "joint") or method not in ("umap", "pca"):
        raise ConfigError(f"a map of {what} by {method}: choose text, image or joint, umap or pca")
    store, materials = experiment.store, experiment.materials
    kept = store.texts()
    name = layout_name(what, method, kept[0] if kept else 0)
    if store.has_text(f"arrays/maps/{name}.json"):
        return name
    if kept is None and what != "image":
        raise PoolError("there are no sentences yet; prepare the first round, then draw the map")
    texts: list[str] = []
    if kept is not None and what != "image":
        texts = [*kept[1].relevant_texts(), *kept[1].confuser_texts()]
    yield Progress("collecting vectors", 0, 3)
    vectors = materials.pictures.vectors(materials.pool_ids)
    rows = [] if what == "text" else [vectors]
    if texts and materials.vlm is not None:
        rows.append(_text_rows(experiment, texts, vectors, what))
    yield Progress("laying them out" if method == "pca" else "UMAP is looking for neighbours", 1, 3)
    flat = lay_out(np.concatenate(rows), method, experiment.config.seed)
    images = 0 if what == "text" else len(vectors)
    store.save_array(f"maps/{name}-images", flat[:images])
    store.save_array(f"maps/{name}-texts", flat[images:])
    store.write_text(f"arrays/maps/{name}.json", json.dumps({"texts": texts}))
    return name


def lay_out(rows: Floats, method: Method, seed: int) -> Floats:
    """(N, 2) float32 coordinates of unit rows (N, D); the same for the same seed."""
    centred = rows - rows.mean(axis=0)
    basis = _main_directions(centred, BASIS if method == "umap" else 2)
    reduced = centred @ basis.T
    if method == "pca" or len(rows) < 4:
        return _two_columns(reduced)
    import umap  # takes seconds, the first time half a minute

    model = umap.UMAP(
        n_neighbors=min(NEIGHBOURS, len(rows) - 1),
        metric="cosine",
        random_state=int(rng_for(seed, "umap").integers(2**31)),
        n_jobs=1,  # what a fixed seed means anyway
        init="pca",
        low_memory=True,
    )
    return np.asarray(model.fit_transform(unit_rows(reduced)), dtype=np.float32)


def _text_rows(experiment: Experiment, texts: list[str], vectors: Floats, what: What) -> Floats:
    """The sentences' vectors; for a joint map laid among the pictures (the modality gap closed)."""
    vlm = experiment.materials.vlm
    if vlm is None:
        raise PoolError("this run has no vision-language model to encode sentences with")
    if what == "text":
        return vlm.text_vectors(texts)
    return vlm.map_text_vectors(texts, vectors)


def _main_directions(centred: Floats, wanted: int) -> Floats:
    """(k, D) main directions of centred rows, by the covariance's eigenvectors; signs fixed."""
    k = min(wanted, *centred.shape)
    _, directions = np.linalg.eigh(centred.T @ centred)
    main = directions[:, ::-1][:, :k].T
    largest = np.take_along_axis(main, np.abs(main).argmax(axis=1)[:, None], axis=1)
    return main * np.sign(largest)


def _two_columns(rows: Floats) -> Floats:
    wide = np.zeros((len(rows), 2), dtype=np.float32)
    wide[:, : min(2, rows.shape[1])] = rows[:, :2]
    return wide
