"""The names that a run's classes are held against with the aggregator `neglabel`: made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from laser_core.errors import StoreError
from laser_core.progress import Progress, Steps
from laser_core.scores import confuser_cosines
from laser_core.store.store import Store, StoreView
from laser_core.texts.neglabel import NegativeNames, far_enough, names_part, sharpness_of

if TYPE_CHECKING:  # pages read what is kept, and load no lexicon
    from laser_core.experiment.materials import Materials
    from laser_core.texts.descriptions import Descriptions

FILE = "names.txt"  # the relevant classes that the names were chosen for, a line each


def kept_names(store: StoreView, relevant: tuple[str, ...], images: int) -> NegativeNames | None:
    """What a run has kept; None before the first query, or where other classes are relevant now.

    Args:
        relevant: the relevant classes as they are now.
        images: N.
    """
    try:
        if store.files.read(FILE).splitlines() != list(relevant):
            return None
        log_sum, sharpness = (
            store.arrays.read("names/log_sum"),
            store.arrays.read("names/sharpness"),
        )
    except StoreError:  # missing or damaged: made again
        return None
    whole = log_sum.shape == (images,) and sharpness.shape == (1,)
    if not whole or not np.isfinite(log_sum).all() or not np.isfinite(sharpness).all():
        return None
    return NegativeNames(np.asarray(log_sum, dtype=np.float64), float(sharpness[0]))


def names_of(
    store: Store, materials: Materials, descriptions: Descriptions, relevant: tuple[str, ...]
) -> Steps[NegativeNames]:
    """The run's names, kept or made now: some thousand of the lexicon, compared with the pool.

    Args:
        descriptions: the sentences of the moment; names near one of a relevant class are left out.
        relevant: the relevant classes.
    """
    cosines, images = materials.cosines, len(materials.pool_ids)
    found = kept_names(store, relevant, images)
    if found is not None:
        return found
    from laser_core.llm.offline.negative_names import negative_names

    yield Progress("comparing the pictures with names of other things", 0, 1)
    texts = cosines.text_vectors([f"a photo of a {name}" for name in negative_names(relevant)])
    texts = texts[far_enough(texts, cosines.text_vectors(descriptions.relevant_texts()))]
    own = [
        confuser_cosines(cosines.rows(rows), owner)
        for rows, owner in (
            (descriptions.relevant_texts(), descriptions.relevant_owner()),
            (descriptions.confuser_texts(), descriptions.confuser_owner()),
        )
        if rows
    ]
    part = names_part(texts, sharpness_of(np.concatenate(own)), images, cosines.of_vectors)
    store.arrays.write("names/log_sum", part.log_sum)
    store.arrays.write("names/sharpness", np.array([part.sharpness]))
    store.files.write(FILE, "\n".join(relevant))
    return NegativeNames(part.log_sum, part.sharpness)
