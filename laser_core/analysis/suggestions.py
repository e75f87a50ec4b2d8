"""What the model thinks a picture shows, before a person has said it, with its reason in a line.

Used to sort pages of alike pictures and shown on demand: it is no label, and it trains nothing.
Which class a picture shows comes from the classifier that starts from the text, where a run has
one; whether it is relevant at all comes from the detector where that counts, else from the
sentences. The classifier knows relevant classes alone, so it cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from laser_core.analysis.known import Known
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.pool import Label
from laser_core.scores import temperature_probabilities
from laser_core.strategies.laser import laser_settings
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import Descriptions
from laser_core.view import NO_ARRAYS, QueryArrays

IRRELEVANT = Label("irrelevant")
SURE = 0.8  # confidence from which 17 of 20 guesses were right, on the demo's whole pool
SHARPNESS = 1.2  # of the sentences' softmax, in standard deviations of an image's cosines
SAMPLE = 500  # images of the pool that this spread is taken from


@dataclass(frozen=True)
class Suggestion:
    """A guess about one picture.

    Args:
        label: a relevant class, or irrelevant.
        sure: what guesses of one kind are sorted by, higher is surer: a probability where the
            detector counts; else how far the classifier's class is above its next, or, without
            one, how far the best sentence's cosine is above that of any other class.
        reason: the numbers behind it.
        confidence: 0 to 1: a probability where the detector counts, else the label's share of a
            softmax over the nearest sentences of all classes and confusers; 0 where sentences
            have no rival.
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
    """id -> guess, by what the newest query or preview knew of each image.

    Images that neither can tell of (no descriptions yet, cosines not computed) are left out.

    Raises:
        CacheError: cosines are missing; ask the worker for `run.missing_texts` first.
    """
    place = run.facts.rows
    rows = np.array([place[id] for id in ids if id in place], dtype=np.intp)
    arrays = _newest_arrays(run)
    found = dict(zip(rows.tolist(), _by_sentences(run, rows, arrays), strict=False))
    found |= _by_detector(run, set(rows.tolist()), arrays)
    return {id: found[place[id]] for id in ids if place.get(id) in found}


def guessed_relevance(run: RunReader, rows: Ints) -> Known:
    """What `suggestions` take the images at `rows` of the pool for; of the others nothing.

    Raises:
        CacheError: as for `suggestions`.
    """
    known, relevant = np.zeros((2, len(run.facts.ids)), dtype=bool)
    ids = run.facts.ids[rows].tolist()
    guesses = suggestions(run, ids)
    for row, id in zip(rows.tolist(), ids, strict=True):
        known[row] = id in guesses
        relevant[row] = id in guesses and guesses[id].label.state == "relevant"
    return Known(relevant, known)


def least_sure(run: RunReader, count: int) -> list[str]:
    """Ids without a label of which the model is least sure, the least sure first; `count` at most.

    Where the detector counts in the newest query, those whose likeliest of all n + 1 classes has
    the smallest chance. Else those that the sentences call relevant and whose two likeliest
    classes are closest by the classifier, then the rest by the sentences; empty where nothing can
    tell (no descriptions yet).

    Raises:
        CacheError: as for `suggestions`.
    """
    arrays = _newest_arrays(run)
    detector = _counting_detector(run, arrays)
    if detector is not None:
        chances = chances_of(detector, _classifier(run, arrays), _temperature(run))
        rows = np.asarray(arrays.row)[np.argsort(chances.max(axis=1), kind="stable")]
    else:
        rows = _least_sure_by_text(run, arrays)
    labeled = run.store.labels.by_id()
    return [id for id in run.facts.ids[rows].tolist() if id not in labeled][:count]


def _least_sure_by_text(run: RunReader, arrays: QueryArrays) -> Ints:
    """(N,) or (0,) rows of the pool, as far as no detector counts."""
    kept = run.descriptions()
    if kept is None or not kept[1].relevant_texts():
        return np.array([], dtype=np.intp)
    cosines = run.cosines(kept[1], np.arange(len(run.facts.ids)))
    logits = _classifier(run, arrays)
    if logits is None:
        return np.argsort(sureness(cosines), kind="stable")
    return closest_first(cosines, np.asarray(arrays.row), logits)


def closest_first(cosines: TextCosines, rows: Ints, logits: Floats) -> Ints:
    """(N,) images: those that look relevant by the classifier's margin, then those by `sureness`.

    Args:
        cosines: of the sentences with N images.
        rows: (U,) those of the N that the classifier has looked at.
        logits: (U, n) what it says of them. With one class it cannot waver.
    """
    margins = np.full(cosines.relevant.shape[1], np.inf)
    if logits.shape[1] > 1:
        margins[rows] = class_margin(logits)
    margins[_is_near_a_confuser(cosines)] = np.inf
    return np.lexsort((sureness(cosines), margins))


def chances_of(detector: Floats, classifier: Floats | None, temperature: float) -> Floats:
    """(N, n + 1) chance of each relevant class, irrelevant last; rows sum to 1.

    With a classifier (1 - P(irrelevant)) P(class): P(irrelevant) is the detector's, Eq. (3), and
    P(class) the classifier's. Without one all of Eq. (3).

    Args:
        detector: (N, n + 1) logits, irrelevant last.
        classifier: (N, n) logits of the same images, or None.
        temperature: T of Eq. (3).
    """
    found = temperature_probabilities(np.asarray(detector, dtype=np.float64), temperature)
    if classifier is None:
        return found
    found[:, :-1] = (1.0 - found[:, -1:]) * class_chances(classifier)
    return found


def class_chances(logits: Floats) -> Floats:
    """(N, n) the classifier's chances of the relevant classes, from its logits."""
    return temperature_probabilities(np.asarray(logits, dtype=np.float64), 1.0)


def class_margin(logits: Floats) -> Floats:
    """(N,) how far the likeliest class is above the next, 0 to 1; 1 where there is one class."""
    chances = np.sort(class_chances(logits), axis=1)
    return chances[:, -1] - chances[:, -2] if chances.shape[1] > 1 else chances[:, -1]


def _is_near_a_confuser(cosines: TextCosines) -> Bools:
    """(N,) whether a confuser's sentence is nearer than all relevant ones."""
    if len(cosines.irrelevant) == 0:
        return np.zeros(cosines.relevant.shape[1], dtype=np.bool_)
    nearer: Bools = cosines.irrelevant.max(axis=0) > cosines.relevant.max(axis=0)
    return nearer


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


def from_logits(
    logits: Floats, classes: Sequence[str], temperature: float, classifier: Floats | None = None
) -> list[Suggestion]:
    """The guesses where the detector counts.

    It says alone whether a picture is relevant: unless irrelevant is the likeliest of the n + 1
    classes of Eq. (3), so that Eq. (4) is below 0. Which class is the classifier's affair, where
    there is one. The guess is as sure as the less sure of two: its chance by `chances_of`, and by
    the detector alone. A thing unlike all that was labeled gets from the detector a little of
    every relevant class, while the classifier must name one.

    Args:
        logits: (N, n + 1) of the detector, irrelevant last.
        classes: n names in the detector's order.
        temperature: T of Eq. (3).
        classifier: (N, n) logits of the same images.
    """
    alone, both = (chances_of(logits, thought, temperature) for thought in (None, classifier))
    guesses = []
    for n, (row, chances) in enumerate(zip(alone, both, strict=True)):
        likeliest, told = int(chances[:-1].argmax()), f"irrelevant {row[-1]:.2f}"
        name = classes[likeliest]
        irrelevant = row.argmax() == len(classes)
        place = -1 if irrelevant else likeliest
        sure = float(min(row[place], chances[place]))
        if classifier is None:
            reason = f"the detector gives {name} {row[likeliest]:.2f}, {told}"
        else:
            reason = f"{_classifier_says(classifier[n], name)}; the detector gives {told}"
        label = IRRELEVANT if irrelevant else Label("relevant", name)
        guesses.append(Suggestion(label, sure, reason, sure))
    return guesses


def _classifier_says(logits: Floats, name: str) -> str:
    """What the classifier says of an image, from its (n,) logits, whose likeliest is `name`."""
    return (
        "the classifier, which starts from the text, gives "
        f"{name} {class_chances(logits[None]).max():.2f}"
    )


def named_by_classifier(
    guesses: Sequence[Suggestion],
    cosines: TextCosines,
    classes: Sequence[str],
    logits: Floats,
    spread: float | None = None,
) -> list[Suggestion]:
    """The sentences' guesses with the classifier's class for those that look relevant.

    How sure a guess is, stays the sentences' affair: the share of the class that is now named.
    So no class that they speak against is ever surely relevant.

    Args:
        guesses, cosines, classes, spread: as in `from_cosines`, of the same N images.
        logits: (N, n) of the classifier, its classes in the order of `classes`.
    """
    shares, margins = _shares(cosines, spread), class_margin(logits)
    place = {int(owner): at for at, owner in enumerate(np.unique(cosines.relevant_owner))}
    named = []
    for n, guess in enumerate(guesses):
        best = int(logits[n].argmax())
        reason = f"{_classifier_says(logits[n], classes[best])}; {guess.reason}"
        if guess.label.state != "relevant":
            named.append(replace(guess, reason=reason))
            continue
        share = float(shares[place[best], n]) if best in place else 0.0
        label = Label("relevant", classes[best])
        named.append(Suggestion(label, float(margins[n]), reason, share))
    return named


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
    """((N,) share of the likeliest relevant class, (N,) of the likeliest confuser), 0 to 1."""
    shares, classes = _shares(cosines, spread), len(np.unique(cosines.relevant_owner))
    return shares[:classes].max(axis=0), shares[classes:].max(axis=0, initial=0.0)


def _shares(cosines: TextCosines, spread: float | None) -> Floats:
    """(classes + confusers, N) shares of a softmax over the nearest sentence of each, 0 to 1.

    Models differ in how far their cosines lie apart, so the usual spread of an image's cosines is
    the unit. Without confusers nothing speaks against a relevant class, so nothing is sure: all
    are 0.
    """
    near = _nearest_of_all(cosines)
    if len(cosines.irrelevant) == 0 or near.shape[1] == 0:
        return np.zeros_like(near)
    powers = np.exp(SHARPNESS / (spread or usual_spread(cosines)) * (near - near.max(axis=0)))
    shares: Floats = powers / powers.sum(axis=0)
    return shares


def text_chances(cosines: TextCosines, classes: int, spread: float | None = None) -> Floats:
    """(N, classes + 1) chance of each relevant class by the sentences, irrelevant last.

    That of irrelevant is the likeliest confuser's, so the likeliest is what the nearest sentence
    describes. A class without a sentence has 0. Without confusers nobody can tell: rows of NaN.

    Args:
        cosines, spread: as in `from_cosines`, of N images.
        classes: n.
    """
    shares, owners = _shares(cosines, spread), np.unique(cosines.relevant_owner)
    found = np.full((shares.shape[1], classes + 1), np.nan)
    if len(cosines.irrelevant) == 0:
        return found
    found[:] = 0.0
    found[:, owners] = shares[: len(owners)].T
    found[:, -1] = shares[len(owners) :].max(axis=0)
    return found / found.sum(axis=1, keepdims=True)


def pool_spread(run: RunReader, texts: Descriptions) -> float:
    """`usual_spread` of a run's pool under some descriptions."""
    return usual_spread(run.cosines(texts, _sample(len(run.facts.ids))))


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


def _by_detector(run: RunReader, wanted: set[int], arrays: QueryArrays) -> dict[int, Suggestion]:
    detector = _counting_detector(run, arrays)
    if detector is None:
        return {}
    at = [n for n, row in enumerate(arrays.row.tolist()) if row in wanted]
    logits, classifier = np.asarray(detector[at]), _classifier(run, arrays)
    thought = None if classifier is None else classifier[at]
    guesses = from_logits(logits, run.config.relevant, _temperature(run), thought)
    return dict(zip(np.asarray(arrays.row)[at].tolist(), guesses, strict=True))


def detector_chances(run: RunReader, arrays: QueryArrays) -> Floats | None:
    """(U, n + 1) `chances_of` a query's images; None where no detector counted in it."""
    detector = _counting_detector(run, arrays)
    if detector is None:
        return None
    return chances_of(np.asarray(detector), _classifier(run, arrays), _temperature(run))


def _temperature(run: RunReader) -> float:
    """T of Eq. (3)."""
    return laser_settings(run.config).temperature


def _counting_detector(run: RunReader, arrays: QueryArrays) -> Floats | None:
    """(U, n + 1) logits of the detector where it counts, for the classes as they are now."""
    laser = arrays.laser
    if laser is None or laser.detector_logits is None or not laser.delta.any():
        return None
    if laser.detector_logits.shape[1:] != (len(run.config.relevant) + 1,):
        return None
    return laser.detector_logits


def _classifier(run: RunReader, arrays: QueryArrays) -> Floats | None:
    """(U, n) logits of the classifier that starts from the text; None without one."""
    logits = arrays.classifier.logits if arrays.classifier else None
    if logits is None or logits.shape[1:] != (len(run.config.relevant),):
        return None  # an earlier version's run, or the classes have changed since
    return np.asarray(logits, dtype=np.float64)


def _newest_arrays(run: RunReader) -> QueryArrays:
    asked = run.store.rounds.query(len(run.records()) + 1)
    if asked is not None:
        return asked[1].arrays
    looked = run.preview()
    return looked.arrays if looked is not None else NO_ARRAYS


def _by_sentences(run: RunReader, rows: Ints, arrays: QueryArrays) -> list[Suggestion]:
    """(len(rows),) guesses by the sentences, with the classifier's class where it looked."""
    kept = run.descriptions()
    if kept is None or len(rows) == 0 or not kept[1].relevant_texts():
        return []
    texts, cosines = kept[1], run.cosines(kept[1], rows)
    classes = [each.name for each in texts.relevant]
    spread = pool_spread(run, texts)
    confusers = [each.name for each in texts.confusers]
    guesses = from_cosines(cosines, texts.relevant_texts(), classes, confusers, spread)
    logits = _classifier(run, arrays)
    if logits is None or classes != list(run.config.relevant):
        return guesses
    place = {row: n for n, row in enumerate(arrays.row.tolist())}
    at = [n for n, row in enumerate(rows.tolist()) if row in place]
    seen = [place[row] for row in rows[at].tolist()]
    some = [guesses[n] for n in at]
    named = named_by_classifier(some, run.cosines(texts, rows[at]), classes, logits[seen], spread)
    for n, guess in zip(at, named, strict=True):
        guesses[n] = guess
    return guesses


def _sample(images: int) -> Ints:
    """(at most SAMPLE,) places spread evenly over a pool."""
    return np.unique(np.linspace(0, images - 1, min(images, SAMPLE)).astype(np.intp))
