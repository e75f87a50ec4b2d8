"""Label tables in every format with something wrong in them: refused, or read as they say.

A picture must never get a label that the table does not have for it; what is not taken is told.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from laser_core.data.tables.rows import read_rows
from laser_core.data.tables.spreadsheet import safe_csv
from laser_core.io.label_files.imports import ImportResult, import_labels, preview_import
from laser_core.pool import Label
from laser_core.store.store import Store
from tests import fakes
from tests.fuzz import mutate
from tests.fuzz.harness import Target, WrongReadingError

IDS = [f"{name}/{name} {n}.jpg" for name in ("cat", "dog", "tree") for n in range(4)]
ODD_IDS = [" a.jpg", "=1.jpg", "b,c.jpg", 'q"q.jpg', "n\nl.jpg", "😀.jpg", "a%20b.jpg", "a b.jpg"]
POOL = [*IDS, *ODD_IDS]
LABELS = ["cat", "dog", "Cat", "tree", "irrelevant: tree", "irrelevant", "=cmd|x", " cat ", "",
          "wolf, grey", 'a "so"\nb', "unsure", "é", "-5", "dog"]  # fmt: skip
STATES = ["relevant", "irrelevant", "unsure", "excluded", "unlabeled", ""]
Rows = list[dict[str, str]]


def _rows(rng: np.random.Generator, states: bool) -> Rows:
    ids = [POOL[n] for n in rng.permutation(len(POOL))[: int(rng.integers(1, len(POOL) + 1))]]
    rows = []
    for id in ids:
        row = {"path": id, "label": mutate.pick(rng, LABELS)}
        if states:
            row["status"] = mutate.pick(rng, STATES)
            if row["status"] == "relevant" and not row["label"].strip():
                row["label"] = "cat"
        rows.append(row)
    return rows


def _csv(rows: Rows, mark: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=mark, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _safe(rows: Rows) -> bytes:
    return safe_csv(list(rows[0]), [list(row.values()) for row in rows]).encode()


def _json_lines(rows: Rows) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _parquet(rows: Rows) -> bytes:
    data = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), data)
    return data.getvalue()


KINDS: dict[str, Callable[[Rows], bytes]] = {
    "t.csv": _safe,
    "t.tsv": lambda rows: _csv(rows, "\t"),
    "t.jsonl": _json_lines,
    "t.json": lambda rows: json.dumps(rows).encode(),
    "t.parquet": _parquet,
}


def _read(folder: Path, name: str, data: bytes, new_names: str = "irrelevant") -> tuple[
    dict[str, Label], ImportResult
]:  # fmt: skip
    (folder / name).write_bytes(data)
    with closing(Store.create(folder / "run", fakes.config())) as store:
        ids = np.array(POOL)
        seen = preview_import(store, ids, folder / name, new_names)
        done = import_labels(store, ids, folder / name, "Ada", new_names=new_names)
        if seen != done:
            raise WrongReadingError("the preview said something else than was done")
        if len(store.labels.by_id()) != done.taken:
            raise WrongReadingError(
                f"{done.taken} said to be taken, {len(store.labels.by_id())} are"
            )
        if not all(line.strip() for line in done.sentences()):
            raise WrongReadingError("an empty sentence")
        return store.labels.by_id(), done


def _meant(row: dict[str, str]) -> Label | None:
    """What a row says, by a rule of our own: as README and docstrings have it."""
    label, status = row["label"], row.get("status", "")
    if status in ("unsure", "excluded"):
        return Label(status, label)
    irrelevant = "" if label == "irrelevant" else label.removeprefix("irrelevant: ")
    if status == "irrelevant":
        return Label(status, irrelevant)
    tidy = label.strip()
    known = {"cat": "cat", "Cat": "cat", "dog": "dog"}.get(tidy)
    if status == "relevant":
        return Label("relevant", label)  # two spellings in one table are two classes; see below
    if status == "unlabeled" or not tidy:
        return None
    if known:
        return Label("relevant", known)
    return Label("irrelevant", "" if tidy == "irrelevant" else tidy.removeprefix("irrelevant: "))


def _same(found: Label | None, row: dict[str, str]) -> bool:
    meant = _meant(row)
    if found == meant or found is None or meant is None:
        return found == meant
    one_class = meant.state == found.state == "relevant"
    return one_class and meant.name.strip().casefold() == found.name.casefold()


def whole_table(rng: np.random.Generator, folder: Path) -> str:
    """A table that nobody spoiled, of any kind: every row is taken as it says."""
    rows = _rows(rng, bool(rng.integers(2)))
    name = mutate.pick(rng, KINDS)
    data = KINDS[name](rows)
    found, _ = _read(folder, name, data)
    given = {row["path"]: row for row in rows}
    by_name = {a.name for a in found.values() if a.state == "relevant"}
    for id in POOL:
        row = given.get(id)
        if row is None:
            wrong = id in found
        else:  # an irrelevant thing that is a relevant class counts as one, and that is told
            meant = _meant(row)
            shared = meant is not None and meant.state == "irrelevant" and meant.name in by_name
            wrong = not shared and not _same(found.get(id), row)
        if wrong:
            raise WrongReadingError(f"{name}: {id!r}, {row} became {found.get(id)}")
    return "as it says"


def spoiled_text(rng: np.random.Generator, folder: Path) -> str:
    """Bytes of a table spoiled: no traceback, and what is taken stands in the file."""
    name = mutate.pick(rng, KINDS)
    what, data = mutate.spoiled_bytes(KINDS[name](_rows(rng, bool(rng.integers(2)))), rng)
    try:
        _read(folder, name, data, mutate.pick(rng, ("irrelevant", "relevant", "left out")))
    finally:
        if name != "t.json":
            _as_pool(data, name)
    return f"{what}: taken"


def _as_pool(data: bytes, name: str) -> None:
    from laser_core.errors import PoolError

    try:
        read_rows(data, name)
    except PoolError as error:
        if len(str(error)) > 2000:
            raise WrongReadingError(f"a sentence of {len(str(error))} signs") from error


def uneven_rows(rng: np.random.Generator, folder: Path) -> str:
    """A CSV with a separator too many or too few in one row: always refused, with its line."""
    rows = _rows(rng, True)
    name, mark = mutate.pick(rng, [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t")])
    parts = [list(rows[0]), *(list(row.values()) for row in rows)]
    spoiled = int(rng.integers(1, len(parts)))
    line = 1 + sum(1 + sum(cell.count("\n") for cell in part) for part in parts[:spoiled])
    if rng.integers(2):
        parts[spoiled].insert(int(rng.integers(3)), "x")
    else:
        del parts[spoiled][int(rng.integers(3))]
    text = io.StringIO()
    csv.writer(text, delimiter=mark, lineterminator="\n").writerows(parts)
    try:
        _read(folder, name, text.getvalue().encode())
    except Exception as error:
        if f"line {line} has" not in str(error):
            raise WrongReadingError(f"line {line} is wrong, but: {error}") from error
        raise
    raise WrongReadingError(f"line {line} has another number of cells and was taken")


def odd_values(rng: np.random.Generator, folder: Path) -> str:
    """JSON with one value of another type, of our rows or of the tools' files."""
    row_kinds: Sequence[object] = (
        _rows(rng, True),
        {"samples": [{"filepath": IDS[0], "tags": ["relevant"], "laser_id": IDS[0],
                      "ground_truth": {"_cls": "Classification", "label": "cat"}}]},
        [{"data": {"image": f"/data/local-files/?d={IDS[0]}", "id": IDS[0], "labeller": "Ada"},
          "annotations": [{"was_cancelled": False, "result": [
              {"from_name": "class", "value": {"choices": ["cat"]}},
              {"from_name": "name", "value": {"text": ["x"]}}]}]}],
    )  # fmt: skip
    tree = mutate.spoiled_tree(mutate.pick(rng, row_kinds), rng)
    lines = isinstance(tree, list) and bool(rng.integers(2))
    name = "t.jsonl" if lines else "t.json"
    text = "\n".join(map(json.dumps, tree)) if lines else json.dumps(tree)
    found, _ = _read(folder, name, text.encode())
    if any(label.name.startswith(("[", "{")) for label in found.values()):
        raise WrongReadingError(f"a list became a label: {found}")
    return "taken"


TARGETS = (
    Target("tables", whole_table, 30),
    Target("tables-spoiled", spoiled_text, 40),
    Target("tables-uneven", uneven_rows, 30),
    Target("tables-values", odd_values, 40),
)
