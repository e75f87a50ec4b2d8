"""The long work before a run: its pictures as vectors, embedded once and kept in the cache."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Floats, Ids
from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource, Skipped
from laser_core.data.class_split import relevant_by_name
from laser_core.data.open import open_pool
from laser_core.experiment.materials import Materials
from laser_core.experiment.oracle import SimulatedOracle
from laser_core.experiment.plan import Plan
from laser_core.nets.pictures import RunPictures
from laser_core.pool import LabelSpace
from laser_core.progress import Progress, Steps
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from laser_core.vlm.base import VisionLanguageModel
from laser_core.vlm.choose import open_vlm
from laser_core.vlm.embed import embed_images
from laser_core.vlm.text_store import embed_texts


@dataclass(frozen=True)
class EmbeddedPool:
    """A pool whose pictures are vectors.

    Args:
        vlm: the model that made them.
        source: the pictures that could be decoded.
        ids: (P,) of pool and test images, in the source's order.
        vectors: (P, D) unit rows, for the nets.
        cosines: of the pool's images with sentences.
        failed: pictures that could not be decoded.
        cosines_key: names the folder that `cosines` are kept in.
        notices: what was repaired in the cache.
    """

    vlm: VisionLanguageModel
    source: ImageSource
    ids: Ids
    vectors: Floats
    cosines: Cosines
    failed: tuple[Skipped, ...] = ()
    cosines_key: str = ""
    notices: tuple[str, ...] = ()


def prepare(planned: Plan, cache_dir: Path) -> Steps[Materials]:
    """Embed the pool and its test images. Long the first time; later runs find the cache.

    Raises:
        VLMError: the model or its weights cannot be used.
        PoolError: no image could be decoded, or a relevant class is left without one.
    """
    return equip(planned, (yield from embed_pool(planned, cache_dir)), cache_dir)


def embed_pool(planned: Plan, cache_dir: Path) -> Steps[EmbeddedPool]:
    """The pool's pictures as vectors: all that is long in `prepare`, the same for any classes.

    Raises:
        VLMError, PoolError: as for `prepare`.
    """
    vlm = open_vlm(planned.config.vlm, planned.config.device, cache_dir)
    embedding = yield from embed_images(planned.source, vlm, cache_dir)
    source = planned.source
    if embedding.failed:
        source = source.subset(embedding.ids.tolist(), embedding.failed)
    in_pool = np.isin(embedding.ids, source.ids("pool"))
    statistics = vlm.pool_statistics(embedding.features[in_pool])
    vectors = vlm.image_vectors(embedding.features, statistics)
    yield Progress("looking at each picture's neighbours", 0, 1)
    own = vectors[in_pool]
    to_score = vlm.pool_vectors(own)
    content = hashlib.sha256(vlm.key.encode())
    content.update(np.ascontiguousarray(to_score).data)  # no second copy of 5 KB a picture
    key = content.hexdigest()
    table = FileTable(cosines_folder(cache_dir, key[:16]), len(to_score))
    table.keep_vectors(to_score, own if vlm.looks_at_neighbours else None)
    places = {id: place for place, id in enumerate(embedding.ids[in_pool].tolist())}
    cosines = Cosines(to_score, lambda texts: embed_texts(texts, vlm, cache_dir), table, places)
    return EmbeddedPool(
        vlm, source, embedding.ids, vectors, cosines, embedding.failed, key[:16], embedding.notices
    )


def equip(planned: Plan, embedded: EmbeddedPool, cache_dir: Path) -> Materials:
    """What a run works with, from an embedded pool; quick.

    Raises:
        PoolError: a relevant class is left without an image that can be decoded.
    """
    config, source, ids = planned.config, embedded.source, embedded.ids
    notices = [*planned.notices, *embedded.notices]
    if embedded.failed:
        relevant_by_name(config.relevant, source)
        first = embedded.failed[0]
        notices.append(
            f"{len(embedded.failed)} pictures cannot be decoded and are left out, for example "
            f"{first.name} ({first.reason})"
        )
    space = LabelSpace(config.relevant)
    return Materials(
        config=config,
        pool_ids=source.ids("pool"),
        pictures=RunPictures(source, ids, embedded.vectors, cache_dir),
        cosines=embedded.cosines,
        llm=planned.llm,
        oracle=SimulatedOracle(source, space) if source.classes() else None,
        vlm=embedded.vlm,
        source=source,
        notices=tuple(notices),
        cosines_key=embedded.cosines_key,
    )


def embed_only(config: ExperimentConfig, cache_dir: Path) -> Steps[str]:
    """Fill the embedding cache for a pool; returns a sentence on what is there now.

    Raises:
        ConfigError, PoolError, VLMError: the pool or the model cannot be used.
    """
    source = open_pool(config.pool, Path(config.data_root) if config.data_root else None)
    vlm = open_vlm(config.vlm, config.device, cache_dir)
    embedding = yield from embed_images(source, vlm, cache_dir)
    return (
        f"{len(embedding.ids)} pictures of {source.name} are embedded by {vlm.name}; "
        f"{len(embedding.failed)} could not be decoded"
    )
