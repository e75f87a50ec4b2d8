"""What is to be named without a label: test pictures of relevant classes, and what they may be."""

from __future__ import annotations

from dataclasses import dataclass

from laser_core.basics.arrays import Ids, Ints
from laser_core.errors import PoolError
from laser_core.experiment.class_changes import images_to_test, relevant_names
from laser_core.experiment.materials import Materials
from laser_core.experiment.text_classifier import Sentences, class_sentences
from laser_core.pool import LabelSpace
from laser_core.progress import Progress, Steps
from laser_core.store.store import StoreView
from laser_core.texts.descriptions import sentences_for


@dataclass(frozen=True)
class NamingTask:
    """Pictures to name, and what they may be called.

    Args:
        classes: n names in order.
        sentences: of each class; () for one without any.
        ids: (M,) test pictures of those classes, at least one.
        labels: (M,) their class indices.
    """

    classes: tuple[str, ...]
    sentences: Sentences
    ids: Ids
    labels: Ints


def task_of_run(materials: Materials, store: StoreView) -> NamingTask:
    """The task of a run: its classes and newest sentences as they are now, none if it has none.

    Raises:
        PoolError: there is no test picture of a relevant class.
    """
    space, kept = store.classes.space(), store.texts.read()
    texts = class_sentences(kept[1], space.relevant, store) if kept else ((),) * space.n
    names = relevant_names(materials.source, store.classes.resolve)
    ids, labels = images_to_test(materials.source, names, space)
    _require_tests(materials, ids)
    return NamingTask(space.relevant, texts, ids, labels)


def task_of_pool(materials: Materials) -> Steps[NamingTask]:
    """The task of a pool without a run: the language model is asked for K sentences a class.

    Raises:
        PoolError: there is no test picture of a relevant class.
        LLMError: the model could not be reached or gave no usable answer.
    """
    space = LabelSpace(materials.config.relevant)
    names = {name: name for name in space.relevant}
    ids, labels = images_to_test(materials.source, names, space)
    _require_tests(materials, ids)
    yield Progress("asking for sentences", 0, 1)
    asked = sentences_for(materials.llm, space.relevant, materials.config.descriptions or 0)
    return NamingTask(space.relevant, tuple(asked[name] for name in space.relevant), ids, labels)


def _require_tests(materials: Materials, ids: Ids) -> None:
    if len(ids) == 0:
        raise PoolError(
            f"{materials.source.name} has no labeled test picture of a relevant class, so nothing "
            "can be named right or wrong; put some into a folder `test` (or a column `split`)"
        )
