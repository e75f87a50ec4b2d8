"""What a run keeps, JSON and arrays, checked where it is read: a run may come from anybody."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from laser_core.basics.arrays import Ids
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.view import ClassifierArrays, LaserArrays, Part, QueryArrays, RoundRecord, Signal

T = TypeVar("T")
KEY = re.compile("[A-Za-z0-9_-]{0,64}")  # of a folder in a cache: one name, never a path
_ARRAY = re.compile("[A-Za-z0-9_]{1,64}")
_LONGEST_ID = 4096  # signs
_MOST_ID_SIGNS = 1_000_000_000  # of an array of ids, whose rows are all as long as the longest


class UnreadableError(ValueError):
    """A record that is not what it should be; its text says in what."""


def read_json(kind: type[T], text: str, strict: bool = True) -> T:
    """The record of a dataclass that a JSON text holds.

    Args:
        strict: whether "1" is no number.

    Raises:
        UnreadableError: it is no JSON, or a field is missing or of another type.
    """
    try:
        return _adapter(cast(Any, kind)).validate_json(text, strict=strict)
    except ValidationError as error:
        raise UnreadableError(_first_fault(error)) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _first_fault(error: ValidationError) -> str:
    """One line on the first thing that is wrong."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part)[:60] for part in first["loc"]) or "the record"
    return f"{place}: {first['msg'].removeprefix('Value error, ')[:200]}"


def read_config(text: str) -> ExperimentConfig:
    """The settings of a run.

    Raises:
        UnreadableError: they are no settings.
        ConfigError: a setting is not allowed, or not known to this version.
    """
    try:
        config = ExperimentConfig.from_json(text)
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"its settings: {error}") from error
    return read_json(ExperimentConfig, json.dumps(asdict(config)))


def read_record(text: str) -> RoundRecord:
    """A finished round.

    Raises:
        UnreadableError: it is none, or contradicts itself.
    """
    record = read_json(RoundRecord, text)
    if len(record.labels) != len(record.ids):
        raise UnreadableError(f"{len(record.labels)} labels for {len(record.ids)} ids")
    shares = (record.precision, record.ceiling, record.recall, record.accuracy)
    if not all(share is None or 0.0 <= share <= 1.0 for share in shares):
        raise UnreadableError(f"a share outside 0 to 1 among {shares}")
    if not 0 <= record.relevant <= record.queried:
        raise UnreadableError(f"{record.relevant} relevant of {record.queried}")
    if not all(-1 <= label <= (len(record.classes) or label) for label in record.labels):
        raise UnreadableError("a label of no class")
    if any(len(row) != len(record.confusion) for row in record.confusion):
        raise UnreadableError("a confusion table that is not square")
    there = record.given if record.relevant_in_pool is None else record.relevant_in_pool
    if not 0 <= record.given <= there:
        raise UnreadableError(f"{record.given} given of {there} relevant images")
    if not (np.isfinite(record.seconds) and record.llm_calls >= 0):
        raise UnreadableError("seconds or calls that are no number")
    return record


def read_query(text: str) -> KeptQuery:
    """A query's row; earlier versions kept fusion and selection beside a round's strategy.

    Raises:
        UnreadableError: it is none.
    """
    try:
        given = json.loads(text)
        if isinstance(given, dict) and isinstance(given.get("choice"), dict):
            given["choice"] = asdict(RoundChoice.of(given["choice"]))
            text = json.dumps(given)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    return read_json(KeptQuery, text)


# ---- ids and arrays


def id_array(ids: tuple[str, ...]) -> Ids:
    """(N,) array of ids that are all different.

    Raises:
        UnreadableError: one repeats, is empty, or no name of a picture.
    """
    longest = max(map(len, ids), default=0)
    if longest > _LONGEST_ID or longest * len(ids) > _MOST_ID_SIGNS:
        raise UnreadableError(f"an id of {longest:,} signs")
    if len(set(ids)) < len(ids):
        raise UnreadableError("an id that repeats")
    if not all(ids) or any("\x00" in id for id in ids):  # NumPy cuts a NUL off
        raise UnreadableError("an empty id")
    return np.array(ids, dtype=np.str_)


def require_array_names(names: tuple[str, ...]) -> None:
    """Raises: UnreadableError: one of `names` is no plain name, so that its file lies elsewhere."""
    for name in names:
        if not _ARRAY.fullmatch(name):
            raise UnreadableError(f"an array called {name[:100]!r}")


# ---- the arrays of a query as files, whose names are spelled here alone

# field of the class -> name of the file, as all versions have written it
_LASER = {
    "s_vlm": "s_vlm",
    "s_det": "s_det",
    "best": "best",
    "delta": "delta",
    "classes": "class",
    "detector_logits": "detector_logits",
    "names_log_sum": "names_log_sum",
    "names_sharpness": "names_sharpness",
}
_NEEDED = ("s_vlm", "s_det", "best", "delta")  # one of LaSeR's means all of these
_CLASSIFIER = {
    "logits": "classifier_logits",
    "text": "text_logits",
    "learned": "learned_logits",
}
_TABLES = frozenset({_LASER["detector_logits"], *_CLASSIFIER.values()})  # a column for each class
_MAY_BE_INFINITE = _LASER["detector_logits"]  # -inf for a class that nothing was labeled as
BATCH_PREFIX = "batch_"
RESERVED = frozenset({"row", "score", *_LASER.values(), *_CLASSIFIER.values()})


@dataclass(frozen=True)
class Sizes:
    """How many there are of what rows of an array point at; None if not known.

    Args:
        row: images of the pool.
        best: relevant descriptions.
        classes: relevant classes.
    """

    row: int | None = None
    best: int | None = None
    classes: int | None = None


def to_files(arrays: QueryArrays) -> dict[str, Signal]:
    """Name of a file -> what it holds.

    Raises:
        ValueError: a strategy calls a part like one of the engine's own arrays.
    """
    files: dict[str, Signal] = {"row": arrays.row, "score": arrays.score}
    for record, names in ((arrays.laser, _LASER), (arrays.classifier, _CLASSIFIER)):
        for part, name in names.items() if record is not None else ():
            array = getattr(record, part)
            if array is not None:
                files[name] = array
    taken = sorted(n for n in arrays.parts if n in RESERVED or n.startswith(BATCH_PREFIX))
    if taken:
        raise ValueError(f"a strategy's part is called {taken[0]!r}, a name of the engine's own")
    return files | {name: part.values for name, part in arrays.parts.items()}


def titles_of(arrays: QueryArrays) -> dict[str, tuple[str, bool]]:
    """Name of a strategy's own part -> (title, whether higher is better)."""
    return {name: (part.title, part.higher_is_better) for name, part in arrays.parts.items()}


def require_batch(batch: Mapping[str, Signal], b: int) -> None:
    """Check the arrays over a batch of b images.

    Raises:
        UnreadableError: one is of another length, or holds what is no number.
    """
    for name, array in batch.items():
        if len(array) != b:
            raise UnreadableError(f"{name} has {len(array)} rows for {b} pictures")
        if np.isnan(array).any():
            raise UnreadableError(f"{name} has a value that is no number")


def from_files(
    files: Mapping[str, Signal], titles: Mapping[str, tuple[str, bool]], sizes: Sizes
) -> QueryArrays:
    """What `to_files` made, also in an earlier version.

    Args:
        titles: name of a strategy's own part -> (title, whether higher is better).
        sizes: what the arrays may point at.

    Raises:
        UnreadableError: one is missing, or is not what it should be.
    """
    _require_sound(files, sizes)
    for name in titles.keys() & files.keys():
        if files[name].dtype.kind in "iu":
            _require_pointers(name, files[name], sizes.classes)
    of_laser = {part: files[name] for part, name in _LASER.items() if name in files}
    of_classifier = {part: files[name] for part, name in _CLASSIFIER.items() if name in files}
    parts = {
        name: Part(title, files[name], higher)
        for name, (title, higher) in titles.items()
        if name in files
    }
    return QueryArrays(
        files["row"],
        files["score"],
        LaserArrays(**of_laser) if _NEEDED[0] in files else None,
        ClassifierArrays(**of_classifier) if of_classifier else None,
        parts,
    )


def _require_sound(files: Mapping[str, Signal], sizes: Sizes) -> None:
    _require_complete(files, ("row", "score"))
    if any(name in files for name in _NEEDED):
        _require_complete(files, _NEEDED)
    if any(name in files for name in _CLASSIFIER.values()):
        _require_complete(files, tuple(_CLASSIFIER.values()))
    if len({len(array) for array in files.values()}) > 1:
        raise UnreadableError("its arrays are of different lengths")
    for name, array in files.items():
        if array.ndim > 1 and not (name in _TABLES and array.ndim == 2):
            raise UnreadableError(f"{name} is no list of numbers")
        bad = np.isnan(array) if name == _MAY_BE_INFINITE else ~np.isfinite(array)
        if bad.any():
            raise UnreadableError(f"{name} has a value that is no number")
    for name, size in (("row", sizes.row), ("best", sizes.best), ("class", sizes.classes)):
        if name in files:
            _require_pointers(name, files[name], size)
    if (np.diff(files["row"].astype(np.int64)) <= 0).any():
        raise UnreadableError("row is not ascending")


def _require_complete(files: Mapping[str, Signal], names: Sequence[str]) -> None:
    missing = [name for name in names if name not in files]
    if missing:
        raise UnreadableError(f"there is no {missing[0]}")


def _require_pointers(name: str, rows: Signal, size: int | None) -> None:
    if rows.dtype.kind not in "iu":
        raise UnreadableError(f"{name} holds no whole numbers")
    if len(rows) and (rows.min() < 0 or (size is not None and rows.max() >= size)):
        raise UnreadableError(f"{name} points at what is not there")


# ---- files that say themselves whether they are whole


def seal(facts: Mapping[str, Any]) -> str:
    """`facts` as JSON that holds its own checksum."""
    text = json.dumps(dict(facts))
    return json.dumps({**facts, "crc": zlib.crc32(text.encode("ascii"))})


def unseal(text: str) -> str:
    """What `seal` made, checked; a text of an earlier version, without a checksum, as it is.

    Raises:
        UnreadableError: it is no JSON, or not what was written.
    """
    try:
        facts = json.loads(text)
        said = facts.pop("crc", None) if isinstance(facts, dict) else None
        right = said is None or said == zlib.crc32(json.dumps(facts).encode("ascii"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    if not right:
        raise UnreadableError("it is not what was written")
    return text


@dataclass(frozen=True)
class KeptPool:
    """`pool.json`, as it is written.

    Args:
        ids: in the source's order.
        labels: true class names, None where nobody knows.
        classes: the source's classes in order.
        test_images: how many accuracy is measured on.
        cosines: key of the cosines in the cache; "" for those in the run's own folder.
        vlm, llm: names of the models in use.
    """

    ids: tuple[str, ...]
    labels: tuple[str | None, ...] = ()
    classes: tuple[str, ...] = ()
    test_images: int = 0
    cosines: str = ""
    vlm: str = ""
    llm: str = ""

    def __post_init__(self) -> None:
        id_array(self.ids)
        if self.labels and len(self.labels) != len(self.ids):
            raise UnreadableError(f"{len(self.labels)} labels for {len(self.ids)} ids")
        if not KEY.fullmatch(self.cosines):
            raise UnreadableError(f"cosines {self.cosines[:100]!r} are no name of a folder")


def read_pool(text: str) -> KeptPool:
    """The text of `pool.json`.

    Raises:
        UnreadableError: it is damaged, or no such text.
    """
    return read_json(KeptPool, unseal(text))


@dataclass(frozen=True)
class KeptQuery:
    """A query as its row, or `preview.json`, has it; see `laser_core.view.Query`.

    Args:
        arrays: names of its arrays, which are files (see `to_files`).
        parts: of those that are a strategy's own: name -> (title, whether higher is better).
        batch: names of the arrays over the batch alone, whose files begin with `BATCH_PREFIX`.
        choice: what a person set for the round; None in previews.
        classes: the relevant classes as they were called; empty in rows of earlier versions.
        round, texts: of a preview, the round and the version of the texts it was made for.
    """

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    figures: Mapping[str, float]
    note: str
    arrays: tuple[str, ...]
    choice: RoundChoice | None = None
    classes: tuple[str, ...] = ()
    round: int = 0
    texts: int = 0
    parts: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    batch: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        id_array(self.ids)
        require_array_names((*self.arrays, *self.batch))
        if len(self.scores) != len(self.ids):
            raise UnreadableError(f"{len(self.scores)} scores for {len(self.ids)} ids")
        if not np.isfinite(self.scores).all():
            raise UnreadableError("a score that is no number")


@dataclass(frozen=True)
class KeptAudit:
    """What an audit's row has in its column `ids`."""

    ids: tuple[str, ...]
    after: int
