"""What the model thinks a picture shows, before a person has said it, with its reason in a line.

Used to sort pages of alike pictures and shown on demand: it is no label, and it trains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.arrays import Floats, Ints
from laser_core.cosines import TextCosines
from laser_core.pool import Label
from laser_core.reader import RunReader
from laser_core.scores import temperature_probabilities
from laser_core.view import Signal

IRRELEVANT = Label("irrelevant")
SURE = 0.8  # confidence from which 17 of 20 guesses were right, on the demo's whole pool
SHARPNESS = 1.2  # of the sentences' softmax, in standard deviations of an image's cosines
SAMPLE = 500  # images of the pool that this spread is taken from


@dataclass(frozen=True)
class Suggestion:
    """A guess about one picture.

    Args:
        label: a relevant class, or irrelevant.
        sure: what guesses of one kind are sorted by, higher is surer: the detector's probability,
            or how far the best sentence's cosine is above that of any other class.
        reason: the numbers behind it.
        confidence: 0 to 1: the detector's probability, or the label's share of a softmax over the
            nearest sentences of all classes and confusers; 0 where sentences have no rival.
    """

    label: Label
    sure: float
    reason: str
    confidence: float = 0.0


@dataclass(frozen=True)
class AlikeGroup:
    """Pictures that are thought to show the same, to be looked at page by page.

    Args:
        label: what they are thought to be; None where nobody can tell.
        bulk: whether a whole page of them may be taken at once: relevant, and each surely so.
        ids: the surest first.
    """

    label: Label | None
    bulk: bool
    ids: tuple[str, ...]


def alike_groups(ids: Sequence[str], guesses: Mapping[str, Suggestion]) -> list[AlikeGroup]:
    """Groups of `ids` in the order they are to be looked at; every id is in one.

    Surely relevant ones come first, the largest class first; then what is perhaps relevant, then
    what looks irrelevant, then what nobody can tell. Of the last three none may be taken at once:
    a relevant picture among them would be lost by one key.
    """
    found: dict[tuple[int, Label | None], list[str]] = {}
    for id in ids:
        found.setdefault(_kind_of(guesses.get(id)), []).append(id)
    order = sorted(found, key=lambda kind: (kind[0], -len(found[kind])))  # ties as first met
    return [
        AlikeGroup(
            kind[1],
            kind[0] == 0,
            tuple(sorted(found[kind], key=lambda id: -_confidence(guesses.get(id)))),
        )
        for kind in order
    ]


def _kind_of(guess: Suggestion | None) -> tuple[int, Label | None]:
    """(0 surely relevant, 1 perhaps, 2 irrelevant, 3 not known; the label)."""
    if guess is None:
        return 3, None
    if guess.label.state != "relevant":
        return 2, guess.label
    return int(guess.confidence < SURE), guess.label


def _confidence(guess: Suggestion | None) -> float:
    return guess.confidence if guess is not None else 0.0


def suggestions(run: RunReader, ids: Sequence[str]) -> dict[str, Suggestion]:
    """id -> guess: the detector's where it counts in the newest query, else the sentences'.

    Images that neither can tell of (no descriptions yet, cosines not computed) are left out.

    Raises:
        CacheError: cosines are missing; ask the worker for `run.missing_texts` first.
    """
    place = {id: row for row, id in enumerate(run.facts.ids.tolist())}
    rows = np.array([place[id] for id in ids if id in place], dtype=np.intp)
    found = dict(zip(rows.tolist(), _by_sentences(run, rows), strict=False))
    found |= _by_detector(run, set(rows.tolist()))
    return {id: found[place[id]] for id in ids if place.get(id) in found}


def least_sure(run: RunReader, count: int) -> list[str]:
    """Ids without a label of which the model is least sure, the least sure first; `count` at most.

    By the detector where it counts in the newest query, else by the sentences; empty where neither
    can tell (no descriptions yet).

    Raises:
        CacheError: as for `suggestions`.
    """
    ids = run.facts.ids
    arrays = _detector_arrays(run)
    kept = run.descriptions()
    if arrays is not None:
        rows = np.asarray(arrays["row"])
        logits = np.asarray(arrays["detector_logits"], dtype=np.float64)
        sure = temperature_probabilities(logits, run.config.temperature).max(axis=1)
    elif kept is not None and kept[1].relevant_texts():
        rows = np.arange(len(ids))
        sure = sureness(run.cosines(kept[1], rows))
    else:
        return []
    labeled = run.store.labels()
    order = rows[np.argsort(sure, kind="stable")]
    return [id for id in ids[order].tolist() if id not in labeled][:count]


def sureness(cosines: TextCosines) -> Floats:
    """(N,) how far the nearest relevant class is from whatever else is nearest: `Suggestion.sure`.

    Args:
        cosines: of the sentences with N images; at least one relevant sentence.
    """
    classes = _nearest_of_each(cosines.relevant, cosines.relevant_owner)
    rivals = [_nearest_of_each(cosines.irrelevant, cosines.irrelevant_owner)]
    if len(classes) > 1:
        rivals.append(np.partition(classes, -2, axis=0)[-2:-1])
    others = np.concatenate(rivals)
    rival = others.max(axis=0) if len(others) else 0.0
    gap: Floats = np.abs(classes.max(axis=0) - rival)
    return gap


def _nearest_of_each(cosines: Floats, owners: Ints) -> Floats:
    """(classes, N) the highest cosine of each owner's sentences."""
    each = [cosines[owners == owner].max(axis=0) for owner in np.unique(owners)]
    return np.stack(each) if each else np.zeros((0, cosines.shape[1]))


def from_logits(logits: Floats, classes: Sequence[str], temperature: float) -> list[Suggestion]:
    """The detector's guesses: the likeliest of its n + 1 classes under Eq. (3).

    Args:
        logits: (N, n + 1), irrelevant last.
        classes: n names in the detector's order.
        temperature: T of Eq. (3).
    """
    chances = temperature_probabilities(logits.astype(np.float64), temperature)
    guesses = []
    for row in chances:
        best = int(row.argmax())
        label = IRRELEVANT if best == len(classes) else Label("relevant", classes[best])
        likeliest = int(row[:-1].argmax())
        reason = (
            f"the detector gives {classes[likeliest]} {row[likeliest]:.2f}, irrelevant "
            f"{row[-1]:.2f}"
        )
        guesses.append(Suggestion(label, float(row[best]), reason, float(row[best])))
    return guesses


def from_cosines(
    cosines: TextCosines,
    texts: Sequence[str],
    classes: Sequence[str],
    confusers: Sequence[str],
    spread: float | None = None,
) -> list[Suggestion]:
    """The sentences' guesses: the class of the nearest; irrelevant if that describes a confuser.

    Args:
        cosines: of the sentences with N images.
        texts: the relevant sentences, in the order of `cosines.relevant`.
        classes: names of the relevant classes.
        confusers: names of the confusers.
        spread: `usual_spread` of the pool; None: of these images, which a query has picked.
    """
    owners = cosines.relevant_owner
    relevant, rivals = _confidences(cosines, spread)
    guesses = []
    for column in range(cosines.relevant.shape[1]):
        near = cosines.relevant[:, column]
        best = int(near.argmax())
        rival, other = _rival(cosines, column, int(owners[best]), classes, confusers)
        margin = float(near[best]) - rival
        reason = f"nearest is “{texts[best]}” with cosine {near[best]:.3f}"
        if other:
            reason += f", then {other} with {rival:.3f}"
        confused = margin < 0 and other in confusers
        label = IRRELEVANT if confused else Label("relevant", classes[int(owners[best])])
        confidence = (rivals if confused else relevant)[column]
        guesses.append(Suggestion(label, abs(margin), reason, float(confidence)))
    return guesses


def usual_spread(cosines: TextCosines) -> float:
    """Mean over images of the spread of their cosines with classes and confusers; over 0."""
    near = _nearest_of_all(cosines)
    return float(near.std(axis=0).mean()) or 1.0 if near.size else 1.0


def _nearest_of_all(cosines: TextCosines) -> Floats:
    """(classes + confusers, N) the highest cosine of each one's sentences."""
    classes = _nearest_of_each(cosines.relevant, cosines.relevant_owner)
    others = _nearest_of_each(cosines.irrelevant, cosines.irrelevant_owner)
    near: Floats = np.concatenate([classes, others]).astype(np.float64)
    return near


def _confidences(cosines: TextCosines, spread: float | None) -> tuple[Floats, Floats]:
    """((N,) of the likeliest relevant class, (N,) of the likeliest confuser), 0 to 1.

    A softmax over the nearest sentence of each class and confuser. Models differ in how far their
    cosines lie apart, so the usual spread of an image's cosines is the unit. Without confusers
    nothing speaks against a relevant class, so nothing is sure: all are 0.
    """
    images = cosines.relevant.shape[1]
    if len(cosines.irrelevant) == 0 or images == 0:
        return np.zeros(images), np.zeros(images)
    near = _nearest_of_all(cosines)
    powers = np.exp(SHARPNESS / (spread or usual_spread(cosines)) * (near - near.max(axis=0)))
    shares = powers / powers.sum(axis=0)
    classes = len(np.unique(cosines.relevant_owner))
    return shares[:classes].max(axis=0), shares[classes:].max(axis=0)


def _rival(
    cosines: TextCosines,
    column: int,
    owner: int,
    classes: Sequence[str],
    confusers: Sequence[str],
) -> tuple[float, str]:
    """(cosine, name) of the nearest sentence of any class or confuser but `owner`."""
    others = cosines.relevant_owner != owner
    rivals = [
        (cosines.relevant[others, column], cosines.relevant_owner[others], classes),
        (cosines.irrelevant[:, column], cosines.irrelevant_owner, confusers),
    ]
    found = [_best(near, of, names) for near, of, names in rivals if len(near)]
    return max(found, default=(0.0, ""))


def _best(near: Floats, owners: Ints, names: Sequence[str]) -> tuple[float, str]:
    best = int(near.argmax())
    return float(near[best]), names[int(owners[best])]


def _by_detector(run: RunReader, wanted: set[int]) -> dict[int, Suggestion]:
    arrays = _detector_arrays(run)
    if arrays is None:
        return {}
    at = [n for n, row in enumerate(arrays["row"].tolist()) if row in wanted]
    logits = np.asarray(arrays["detector_logits"][at])
    guesses = from_logits(logits, run.config.relevant, run.config.temperature)
    return dict(zip(np.asarray(arrays["row"])[at].tolist(), guesses, strict=True))


def _detector_arrays(run: RunReader) -> Mapping[str, Signal] | None:
    """The newest query's arrays where the detector counts in it; else None."""
    arrays = _newest_arrays(run)
    if "detector_logits" not in arrays or not np.any(arrays.get("delta", 0.0)):
        return None
    if arrays["detector_logits"].shape[1] != len(run.config.relevant) + 1:
        return None  # the classes have changed since
    return arrays


def _newest_arrays(run: RunReader) -> Mapping[str, Signal]:
    asked = run.store.query(len(run.records()) + 1)
    if asked is not None:
        return asked[1].pool
    looked = run.preview()
    return looked.pool if looked is not None else {}


def _by_sentences(run: RunReader, rows: Ints) -> list[Suggestion]:
    kept = run.descriptions()
    if kept is None or len(rows) == 0 or not kept[1].relevant_texts():
        return []
    texts = kept[1]
    return from_cosines(
        run.cosines(texts, rows),
        texts.relevant_texts(),
        [each.name for each in texts.relevant],
        [each.name for each in texts.confusers],
        usual_spread(run.cosines(texts, _sample(len(run.facts.ids)))),
    )


def _sample(images: int) -> Ints:
    """(at most SAMPLE,) places spread evenly over a pool."""
    return np.unique(np.linspace(0, images - 1, min(images, SAMPLE)).astype(np.intp))
