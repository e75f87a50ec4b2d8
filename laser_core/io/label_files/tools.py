"""Labels in the JSON that Label Studio and FiftyOne write, ours among it, as rows of a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from laser_core.data.tables.cells import (
    Cells,
    cells_of,
    column_key,
    quote_value,
    refuse_rows,
    refuse_size,
)
from laser_core.data.tables.rows import PATH_COLUMNS
from laser_core.data.tables.text_cells import table_text
from laser_core.errors import PoolError
from laser_core.io.label_files.label_text import IRRELEVANT, class_of_choice, full_text
from laser_core.pool import Label

_OURS = "labeller"  # a key of our own tasks; then a class is said to be relevant
_STATES = ("relevant", "irrelevant")
_NEEDED = (
    "needed are the tasks of Label Studio, the samples.json of FiftyOne, or a list of objects with "
    "path and label"
)


def json_cells(data: bytes, name: str) -> Cells:
    """The rows of a .json file, with the columns id, path, label and status as far as it has them.

    Raises:
        PoolError: it is no JSON or no such file, or a picture in it has several labels.
    """
    refuse_size(name, len(data))
    try:
        content = json.loads(table_text(data, name))
    except (ValueError, RecursionError) as error:
        raise PoolError(f"{name}: cannot be read as JSON ({error}); save it again") from error
    samples = content.get("samples") if isinstance(content, dict) else None
    found = samples if samples is not None else content
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise PoolError(f"{name}: it holds {quote_value(json.dumps(content))}; {_NEEDED}")
    refuse_rows(name, len(found))
    if samples is not None:
        return cells_of(name, [_sample(row) for row in found])
    if any("annotations" in row or "data" in row for row in found):
        return cells_of(name, [_task(row, f"{name}: task {n}") for n, row in enumerate(found, 1)])
    return cells_of(name, [{column_key(key): cell for key, cell in row.items()} for row in found])


def _sample(sample: Mapping[str, Any]) -> dict[str, Any]:
    truth, tags = sample.get("ground_truth"), sample.get("tags")
    label = truth.get("label") if isinstance(truth, dict) else None
    row = {"path": sample.get("filepath"), "label": label}
    if "laser_id" in sample:
        tagged = tags if isinstance(tags, list) else ()
        states = [state for state in _STATES if state in tagged]
        row |= {"id": sample["laser_id"], "status": states[0] if len(states) == 1 else ""}
    return row


def _task(task: Mapping[str, Any], where: str) -> dict[str, Any]:
    given = task.get("data")
    about: dict[str, Any] = given if isinstance(given, dict) else {}
    path = next((about[key] for key in PATH_COLUMNS if isinstance(about.get(key), str)), None)
    row = {"path": path, "label": None, "status": None, "id": about.get("id")}
    answers = [a for a in _as_list(task.get("annotations")) if isinstance(a, dict)]
    labels = [
        _label_and_status(a, _OURS in about, where) for a in answers if not a.get("was_cancelled")
    ]
    different = [one for n, one in enumerate(labels) if one not in labels[:n]]
    if len(different) > 1:
        raise PoolError(
            f"{where} has {len(different)} annotations that differ "
            f"({', '.join(quote_value(label) for label, _ in different)}); keep one"
        )
    if different:
        row["label"], row["status"] = different[0]
    elif answers:
        row["status"] = "unsure"
    return row


def _label_and_status(annotation: Mapping[str, Any], ours: bool, where: str) -> tuple[str, str]:
    """(label, status) of an annotation; both "" where it chooses nothing."""
    results = [r for r in _as_list(annotation.get("result")) if isinstance(r, dict)]
    choices = _values(results, "choices")
    names = _values([r for r in results if r.get("from_name") == "name"], "text")
    if len(choices) > 1 or len(names) > 1:
        raise PoolError(
            f"{where} has several labels ({quote_value(', '.join(choices or names))}); one a "
            "picture is wanted"
        )
    if not choices:
        return "", ""
    if not ours:
        return choices[0], ""
    relevant = class_of_choice(choices[0])
    if relevant is not None:
        return relevant, "relevant"
    return full_text(Label("irrelevant", names[0] if names else "")), IRRELEVANT


def _values(results: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    found = [r["value"].get(kind) for r in results if isinstance(r.get("value"), dict)]
    lists = [[value] if isinstance(value, str) else _as_list(value) for value in found]
    return [value for values in lists for value in values if isinstance(value, str)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
