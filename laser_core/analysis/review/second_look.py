"""Labels that everything else speaks against, worst first, for a person to look at once more.

Three witnesses say what a labeled picture shows, none of which has learned from its label: the
nearest sentences; the detector (with the classifier) of the round in which it was asked, so before
it was answered; and the labeled pictures nearest to it. Each gives chances of the n relevant
classes and of irrelevant. It changes no label: that is a person's affair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.analysis.reader import RunReader
from laser_core.analysis.suggestions import detector_chances, pool_spread, text_chances
from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.clusters import nearest
from laser_core.pool import Label, row_by_id

NEIGHBOURS = 8  # labeled pictures that are asked about each one; ours
COUNTED = ("relevant", "irrelevant")


@dataclass(frozen=True)
class Doubt:
    """A label that is spoken against.

    Args:
        image: id of the picture.
        label: what was said of it.
        against: how far the chance of the likeliest other class is above that of the label, as
            the witnesses have it on average; over 0, at most 1.
        instead: what they say it is.
        reason: who says so, in one sentence.
    """

    image: str
    label: Label
    against: float
    instead: Label
    reason: str


@dataclass(frozen=True)
class Witness:
    """What one of the three says of L labeled pictures.

    Args:
        chances: (L, n + 1), irrelevant last; a row of NaN where it cannot tell.
        says: place, name of the likeliest class -> what it says, as a part of a sentence.
    """

    chances: Floats
    says: Mapping[int, str]


def second_look(run: RunReader, count: int) -> list[Doubt]:
    """The labels most spoken against, worst first, `count` at most; empty where none is.

    Left out are pictures that are unsure or excluded, and those whose label was given twice: a
    person has looked at them again and stays with it.

    Raises:
        CacheError: cosines or vectors are missing; ask the worker for `run.missing_texts` first.
    """
    twice = run.store.labels.given_twice()
    labels = {id: label for id, label in run.store.labels.by_id().items() if label.state in COUNTED}
    if not labels:
        return []
    classes = run.space.relevant
    place = row_by_id(run.facts.ids)
    ids = list(labels)
    rows = np.array([place[id] for id in ids], dtype=np.intp)
    given = class_indices(list(labels.values()), classes)
    witnesses = [
        _by_text(run, rows),
        _by_detector(run, rows),
        _by_neighbours(run, rows, given, classes),
    ]
    against, instead = contradiction(given, [each.chances for each in witnesses])
    worst = [n for n in np.argsort(-against, kind="stable").tolist() if against[n] > 0]
    asked = [n for n in worst if ids[n] not in twice][:count]
    return [
        Doubt(
            ids[n], labels[ids[n]], float(against[n]), label_of(int(instead[n]), classes),
            reason_of(labels[ids[n]], n, int(given[n]), witnesses),
        )
        for n in asked
    ]  # fmt: skip


def class_indices(labels: Sequence[Label], classes: Sequence[str]) -> Ints:
    """(L,) index of each label's class, n for irrelevant."""
    place = {name: n for n, name in enumerate(classes)}
    found = [place[one.name] if one.state == "relevant" else len(classes) for one in labels]
    return np.array(found, dtype=np.intp)


def label_of(index: int, classes: Sequence[str]) -> Label:
    """The label of a class index, n for irrelevant."""
    return Label("relevant", classes[index]) if index < len(classes) else Label("irrelevant")


def contradiction(given: Ints, chances: Sequence[Floats]) -> tuple[Floats, Ints]:
    """((L,) how far the witnesses' mean chance of another class is above the label's, (L,) which).

    From -1, where all are sure of the label, to 1; -1 where nobody can tell. That margin is what
    confident learning ranks by (Northcutt et al., 2021).

    Args:
        given: (L,) class of each label, n for irrelevant.
        chances: of each witness, (L, n + 1); rows of NaN where it cannot tell.
    """
    stacked = np.stack(chances)  # (witnesses, L, n + 1)
    told = np.logical_not(np.isnan(stacked).any(axis=2))
    count = told.sum(axis=0)
    total = np.where(told[:, :, None], stacked, 0.0).sum(axis=0)
    mean = total / np.maximum(count, 1)[:, None]
    rows = np.arange(len(given))
    own = mean[rows, given]
    mean[rows, given] = -np.inf
    instead = mean.argmax(axis=1)
    against = np.where(count > 0, mean[rows, instead] - own, -1.0)
    return against, instead


def neighbour_shares(vectors: Floats, given: Ints, classes: int, k: int = NEIGHBOURS) -> Floats:
    """(L, classes + 1) share of each class among the `k` labeled pictures nearest to each.

    Args:
        vectors: (L, D) unit rows of the labeled pictures; no picture is its own neighbour.
        given: (L,) their classes, `classes` for irrelevant.
        k: fewer where there are fewer others; rows of NaN where there is none.
    """
    if len(vectors) < 2:
        return np.full((len(vectors), classes + 1), np.nan)
    near = nearest(vectors, vectors, min(k + 1, len(vectors)))
    shares = np.zeros((len(vectors), classes + 1))
    for row, found in enumerate(near):
        others = found[found != row][:k]
        shares[row] = np.bincount(given[others], minlength=classes + 1) / len(others)
    return shares


def reason_of(label: Label, place: int, given: int, witnesses: Sequence[Witness]) -> str:
    """One sentence: what was said, and which witnesses hold something else likeliest."""
    parts = [
        each.says[place]
        for each in witnesses
        if place in each.says and int(each.chances[place].argmax()) != given
    ]
    head = f"Labeled {label.name if label.state == 'relevant' else 'irrelevant'}, but "
    if len(parts) < 2:
        return head + "".join(parts)
    return f"{head}{', '.join(parts[:-1])} and {parts[-1]}"


def _by_text(run: RunReader, rows: Ints) -> Witness:
    """The nearest sentences."""
    kept, classes = run.descriptions(), run.space.relevant
    nothing = Witness(np.full((len(rows), len(classes) + 1), np.nan), {})
    if kept is None or not kept[1].relevant_texts() or not kept[1].confuser_texts():
        return nothing
    if [each.name for each in kept[1].relevant] != list(classes):
        return nothing  # the classes have changed, and the sentences not yet
    texts = kept[1]
    cosines = run.cosines(texts, rows)
    sentences = [*texts.relevant_texts(), *texts.confuser_texts()]
    best = np.concatenate([cosines.relevant, cosines.irrelevant]).argmax(axis=0)
    says = {
        n: f"the sentence nearest to it is “{sentences[at]}”" for n, at in enumerate(best.tolist())
    }
    return Witness(text_chances(cosines, len(classes), pool_spread(run, texts)), says)


def _by_detector(run: RunReader, rows: Ints) -> Witness:
    """The detector that chose among the unlabeled when each picture was asked last."""
    classes = run.space.relevant
    chances = np.full((len(rows), len(classes) + 1), np.nan)
    open_ = set(range(len(rows)))
    for round in range(len(run.records()) + 1, 0, -1):
        asked = run.store.rounds.query(round)
        if asked is None or not open_:
            continue
        arrays = asked[1].arrays
        at = {row: n for n, row in enumerate(arrays.row.tolist())}
        here = [n for n in sorted(open_) if int(rows[n]) in at]
        open_ -= set(here)
        told = detector_chances(run, arrays) if run.store.rounds.space(round) == run.space else None
        if told is not None and here:
            chances[here] = told[[at[int(rows[n])] for n in here]]
    names = [*classes, "irrelevant"]
    says = {
        n: f"the detector was {row.max():.0%} sure of {names[int(row.argmax())]} before the answer"
        for n, row in enumerate(chances)
        if not np.isnan(row).any()
    }
    return Witness(chances, says)


def _by_neighbours(run: RunReader, rows: Ints, given: Ints, classes: Sequence[str]) -> Witness:
    """The labeled pictures nearest to each."""
    shares = neighbour_shares(run.table.some_vectors(rows), given, len(classes))
    others = min(NEIGHBOURS, len(rows) - 1)
    names = [*classes, "irrelevant"]
    says = {
        n: f"{round(row.max() * others)} of the {others} labeled pictures nearest to it are called "
        f"{names[int(row.argmax())]}"
        for n, row in enumerate(shares)
        if not np.isnan(row).any()
    }
    return Witness(shares, says)
