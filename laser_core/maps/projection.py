"""Images and sentences in two dimensions, as in Fig. 2: computed once, kept with the run."""

from __future__ import annotations

import numpy as np

from laser_core.basics.arrays import Floats, unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.errors import PoolError
from laser_core.experiment.experiment import Experiment
from laser_core.maps.layout import (
    Layout,
    Method,
    What,
    check_kind,
    is_kept,
    layout_name,
    save_layout,
)
from laser_core.maps.umap_steps import umap_layout
from laser_core.progress import Progress, Steps
from laser_core.texts.examples import text_vectors

BASIS = 64  # numbers a picture is reduced to before UMAP; neighbours stay the same, time does not


def project_run(experiment: Experiment, what: What, method: Method) -> Steps[str]:
    """Lay out a run's pool and its newest sentences, unless that map is kept already.

    Closed half way, the run is as it was.

    Returns:
        The name of the `Layout` that is kept with the run now.

    Raises:
        ConfigError: `what` or `method` is unknown.
        PoolError: sentences are asked for and the run has none, or no model to encode them.
    """
    check_kind(what, method)
    store = experiment.store
    version, texts = _newest_texts(experiment, what)
    if is_kept(store, what, method, version):
        return layout_name(what, method, version)
    yield Progress("collecting vectors")
    images, sentences = _vectors(experiment, what, texts)
    flat = yield from lay_out(np.concatenate([images, sentences]), method, experiment.config.seed)
    layout = Layout(what, method, version, flat[: len(images)], texts, flat[len(images) :])
    save_layout(store, layout)
    return layout.name


def _newest_texts(experiment: Experiment, what: What) -> tuple[int, tuple[str, ...]]:
    """(version, sentences) for a map of `what`; (0, ()) for one of pictures alone."""
    if what == "image":
        return 0, ()
    kept = experiment.store.texts.read()
    if kept is None:
        raise PoolError(
            "this run has no sentences: none are made yet, or its strategy asks for none; draw a "
            "map of the pictures alone"
        )
    return kept[0], (*kept[1].relevant_texts(), *kept[1].confuser_texts())


def _vectors(experiment: Experiment, what: What, texts: tuple[str, ...]) -> tuple[Floats, Floats]:
    """(N, D) of the pictures and (T, D) of the sentences; unit rows, empty where not asked for."""
    materials = experiment.materials
    vectors = materials.pictures.vectors(materials.pool_ids)
    if what == "image":
        return vectors, vectors[:0]
    if materials.vlm is None:
        raise PoolError("this run has no vision-language model to encode sentences with")
    places = {id: place for place, id in enumerate(materials.pool_ids.tolist())}
    if what == "text":
        encode = materials.vlm.text_vectors
        sentences = text_vectors(texts, encode, lambda rows: vectors[rows], places)
        return sentences[:0], sentences
    vlm, pictures = materials.vlm, centre_rows(vectors)
    return pictures, text_vectors(
        texts,
        lambda words: centre_rows(vlm.map_text_vectors(words, vectors)),
        lambda rows: pictures[rows],  # an example stands where its picture does
        places,
    )


def centre_rows(rows: Floats) -> Floats:
    """Unit rows (N, D) less their mean, of unit length again.

    Pictures and sentences of CLIP lie in two cones far apart (the modality gap). Each less its own
    mean, they share one cloud, and a sentence lies near the pictures it describes.
    """
    return unit_rows(rows - rows.mean(axis=0))


def lay_out(rows: Floats, method: Method, seed: int) -> Steps[Floats]:
    """(N, 2) float32 coordinates of unit rows (N, D); the same for the same seed."""
    yield Progress("finding the main directions")
    by_umap = method == "umap" and len(rows) >= 4  # fewer have no neighbourhoods to keep
    reduced = _main_components(rows, BASIS if by_umap else 2, seed)
    if by_umap:
        return (yield from umap_layout(unit_rows(reduced), seed))
    flat = np.zeros((len(rows), 2), dtype=np.float32)
    flat[:, : reduced.shape[1]] = reduced  # a single row has one component, or none
    return flat


def _main_components(rows: Floats, wanted: int, seed: int) -> Floats:
    """(N, k) the rows along their k main directions, as many as there are up to `wanted`."""
    from sklearn.decomposition import PCA  # takes a second

    if len(rows) < 2:
        return np.zeros((len(rows), 0))
    k = min(wanted, *rows.shape)
    random_state = int(rng_for(seed, "pca").integers(2**31))
    components: Floats = PCA(k, random_state=random_state).fit_transform(rows)
    return components
