"""Records that are kept as JSON, checked where they are read: a run may come from anybody."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from laser_core.basics.arrays import Ids
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.view import RoundRecord, Signal

T = TypeVar("T")
KEY = re.compile("[A-Za-z0-9_-]{0,64}")  # of a folder in a cache: one name, never a path
_ARRAY = re.compile("[A-Za-z0-9_]{1,64}")
_OF_CLASSIFIER = ("classifier_logits", "text_logits", "learned_logits")
_TABLES = frozenset({"detector_logits", *_OF_CLASSIFIER})  # a column for each class
_OF_LASER = frozenset({"s_vlm", "s_det", "best", "delta"})  # one means all
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
    if not (np.isfinite(record.seconds) and record.llm_calls >= 0):
        raise UnreadableError("seconds or calls that are no number")
    return record


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


def array_fault(arrays: Mapping[str, Signal], sizes: Mapping[str, int | None]) -> str:
    """What is wrong with the arrays of a query, or "".

    Args:
        arrays: as in `laser_core.view.Query`, none without a dimension.
        sizes: of arrays that are rows of something else, how many there are; None if not known.
    """
    if len({len(array) for array in arrays.values()}) > 1:
        return "its arrays are of different lengths"
    for name, array in arrays.items():
        if array.ndim > 1 and not (name in _TABLES and array.ndim == 2):
            return f"{name} is no list of numbers"
    if len(_OF_LASER & arrays.keys()) not in (0, 1, len(_OF_LASER)):
        return f"there is no {min(_OF_LASER - arrays.keys())}"
    for name, array in arrays.items():
        # the logit of a class that nothing was labeled as is -inf
        infinite = name == "detector_logits"
        if not (~np.isnan(array) if infinite else np.isfinite(array)).all():
            return f"{name} has a value that is no number"
    for name in sizes.keys() & arrays.keys():
        rows, size = arrays[name], sizes[name]
        if rows.dtype.kind not in "iu":
            return f"{name} holds no whole numbers"
        if len(rows) and (rows.min() < 0 or (size is not None and rows.max() >= size)):
            return f"{name} points at what is not there"
    if "row" in arrays and (np.diff(arrays["row"].astype(np.int64)) <= 0).any():
        return "row is not ascending"
    return ""


# ---- files that say themselves whether they are whole


def sealed(facts: Mapping[str, Any]) -> str:
    """`facts` as JSON that holds its own checksum."""
    text = json.dumps(dict(facts))
    return json.dumps({**facts, "crc": zlib.crc32(text.encode("ascii"))})


def unsealed(text: str) -> str:
    """What `sealed` made, checked; a text of an earlier version, without a checksum, as it is.

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
    return read_json(KeptPool, unsealed(text))


@dataclass(frozen=True)
class KeptQuery:
    """A query as its row, or `preview.json`, has it; see `laser_core.view.Query`.

    Args:
        arrays: names of its arrays, which are files.
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

    def __post_init__(self) -> None:
        id_array(self.ids)
        require_array_names(self.arrays)
        if len(self.scores) != len(self.ids):
            raise UnreadableError(f"{len(self.scores)} scores for {len(self.ids)} ids")
        if not np.isfinite(self.scores).all():
            raise UnreadableError("a score that is no number")


@dataclass(frozen=True)
class KeptAudit:
    """What an audit's row has in its column `ids`."""

    ids: tuple[str, ...]
    after: int
