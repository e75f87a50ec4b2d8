"""What follows when relevant classes are added, renamed or merged during a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from laser_core.basics.arrays import Ids, Ints
from laser_core.data.base import ImageSource
from laser_core.llm.base import LanguageModel
from laser_core.pool import Label, LabelSpace
from laser_core.store.store import Store
from laser_core.store.text_versions import (
    TextVersion,
    redo_target,
    undo_target,
    version_in_use,
)
from laser_core.texts.descriptions import ClassText, Descriptions, sentences_for
from laser_core.texts.edits import with_relevant
from laser_core.texts.examples import examples_of, unlike

Resolve = Callable[[Label], Label]


def relevant_names(source: ImageSource, resolve: Resolve) -> dict[str, str]:
    """The source's own class names that count as relevant -> what the classes are called now.

    Args:
        resolve: what a label counts as now (`Classes.resolved`).
    """
    now = {name: resolve(Label("irrelevant", name)) for name in source.classes()}
    return {name: label.name for name, label in now.items() if label.state == "relevant"}


def promote_confuser(store: Store, name: str, actor: str) -> None:
    """Make a confuser a relevant class, and its sentences those of that class, in one moment.

    Whoever stops the program in between finds both changed or neither.

    Raises:
        PoolError: it is a relevant class already.
        StoreError: it cannot be written, or the texts were changed elsewhere in this moment.
    """
    with store.transaction():
        kept = store.texts.read()
        store.classes.add(name, actor)
        if kept is not None:
            texts = with_relevant(kept[1], name)
            store.texts.append(texts, f"{name} made relevant", "move", kept[0])


def step_texts(store: Store, step: Literal["undo", "redo"], actor: str) -> None:
    """Undo or redo the last change of the texts; nothing happens where there is none.

    A confuser that was made a relevant class changes sides again, together with its class, in one
    moment.

    Raises:
        PoolError: the class cannot be taken back, or is one already.
        StoreError: it cannot be written, or the texts were changed elsewhere in this moment.
    """
    versions = store.texts.all()
    target = undo_target(versions) if step == "undo" else redo_target(versions)
    found = store.texts.read(target) if target is not None else None
    if found is None:
        return
    with store.transaction():
        for name in _promoted_names(
            store, versions, version_in_use(versions) if step == "undo" else target
        ):
            if step == "undo":
                store.classes.take_back(name, actor)
            else:
                store.classes.add(name, actor)
        title = f"{step}: back to version {target}"
        store.texts.append(found[1], title, step, versions[-1].number)


def _promoted_names(store: Store, versions: Sequence[TextVersion], number: int | None) -> list[str]:
    """The classes that a version of the texts made relevant; empty if it is no "move"."""
    made = next((version for version in versions if version.number == number), None)
    if made is None or made.step != "move":
        return []
    after, before = store.texts.read(made.number), store.texts.read(made.number - 1)
    if after is None or before is None:
        return []
    had = {c.name for c in before[1].relevant}
    return [c.name for c in after[1].relevant if c.name not in had]


def images_to_test(
    source: ImageSource, names: Mapping[str, str], space: LabelSpace
) -> tuple[Ids, Ints]:
    """(M,) ids and class indices of the test images whose class is relevant now."""
    found = [
        (item.id, space.relevant.index(names[item.label]))
        for item in source.items
        if item.split == "test" and item.label is not None and item.label in names
    ]
    ids = np.array([id for id, _ in found], dtype=np.str_)
    return ids, np.array([index for _, index in found], dtype=np.intp)


def with_relevant_classes(
    descriptions: Descriptions,
    llm: LanguageModel,
    relevant: Sequence[str],
    resolve: Resolve,
    per_class: int,
) -> Descriptions:
    """`descriptions` with exactly the classes `relevant`, in that order; itself if it has them.

    A class keeps the sentences it has; so do a confuser that became relevant, and classes that
    were merged, together. A class that is new, or was renamed and never edited by a person, costs
    a question: its old sentences speak of the old name. Example pictures go along in any case.
    """
    if [c.name for c in descriptions.relevant] == list(relevant):
        return descriptions
    kept: dict[str, list[ClassText]] = {}
    marked: dict[str, list[str]] = {}
    others = []
    for text in (*descriptions.relevant, *descriptions.confusers):
        name = resolve(Label("irrelevant", text.name)).name
        if name not in relevant:
            others.append(text)
        elif text.name == name or text.source == "person" or _stands(name, descriptions):
            kept.setdefault(name, []).append(text)
        else:
            marked.setdefault(name, []).extend(examples_of(text.sentences))
    missing = [name for name in relevant if name not in kept]
    asked = sentences_for(llm, missing, per_class) if missing else {}
    classes = tuple(
        _join(name, kept[name])
        if name in kept
        else ClassText(name, (*asked[name], *marked.get(name, ())))
        for name in relevant
    )
    moved = _unlike_names(descriptions, resolve)
    confusers = tuple(
        replace(c, name=moved.get(c.name, c.name)) for c in others if c in descriptions.confusers
    )
    return replace(descriptions, relevant=classes, confusers=confusers)


def _unlike_names(before: Descriptions, resolve: Resolve) -> dict[str, str]:
    """Confusers of pictures unlike a renamed class -> their names now, where those are free."""
    taken, found = before.names(), {}
    for old in (c.name for c in before.relevant if unlike(c.name).lower() in before.names()):
        new = unlike(resolve(Label("irrelevant", old)).name)
        if new.lower() not in taken:  # of two classes that were merged, the first has it
            taken.add(new.lower())
            found[unlike(old)] = new
    return found


def _stands(name: str, descriptions: Descriptions) -> bool:
    """Whether a class of that name has sentences already, so that another was merged into it."""
    return any(text.name == name for text in (*descriptions.relevant, *descriptions.confusers))


def _join(name: str, texts: Sequence[ClassText]) -> ClassText:
    sentences = tuple(dict.fromkeys(s for text in texts for s in text.sentences))
    return replace(texts[0], name=name, sentences=sentences, enabled=True)
