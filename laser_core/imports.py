"""Bringing labels in from a table: CSV, TSV, Parquet or JSON lines, ours or anybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from laser_core.arrays import Ids
from laser_core.data.rows import PATH_COLUMNS, normal_id, table_cells
from laser_core.errors import PoolError
from laser_core.pool import Label, LabelSpace, State
from laser_core.store import Store

UNLABELED = "unlabeled"
LISTED = 5  # names that a sentence writes out


@dataclass(frozen=True)
class Imported:
    """What `import_labels` did.

    Args:
        taken: pictures that got a label.
        unlabeled: rows without one.
        unknown: names in the table that are no picture of this pool.
        added: classes that the run did not have before.
        conflicts: pictures that had another label before; the new one stands.
    """

    taken: int
    unlabeled: int
    unknown: tuple[str, ...]
    added: tuple[str, ...]
    conflicts: tuple[str, ...]

    def sentences(self) -> list[str]:
        """What is worth knowing of it beside how many were taken, a sentence each."""
        told = []
        if self.added:
            told.append(f"New relevant classes: {', '.join(self.added)}.")
        if self.conflicts:
            told.append(
                f"{_count(len(self.conflicts), 'picture')} with another label before: "
                f"{_some(self.conflicts)}. The new label counts; the old one stays in the history."
            )
        if self.unknown:
            told.append(
                f"{_count(len(self.unknown), 'row')} without a picture in this pool: "
                f"{_some(self.unknown)}."
            )
        if self.unlabeled:
            told.append(f"{_count(self.unlabeled, 'row')} without a label.")
        return told


@dataclass(frozen=True)
class LabelRow:
    """One row of a table of labels.

    Args:
        name: the picture's id or path, as written.
        label: None where the row has none.
    """

    name: str
    label: Label | None


def import_labels(store: Store, ids: Ids, table: Path, actor: str, round: int = 0) -> Imported:
    """Take the labels of a table, all of them or none; one undo of `actor` takes them back.

    Args:
        store: of the run.
        ids: (N,) of the pool.
        table: as for `read_labels`.
        actor: who brings them.
        round: under which query they count; 0 for before the first.

    Raises:
        PoolError: the table cannot be read, none of its pictures is in the pool, or one picture
            has two labels.
        StoreError: they cannot be written.
    """
    labels, done = _look(store, ids, table)
    store.append_labels(labels, round, actor, source="import", add_classes=done.added)
    return done


def preview_import(store: Store, ids: Ids, table: Path) -> Imported:
    """What `import_labels` would do; nothing is written.

    Raises:
        PoolError: as for `import_labels`.
    """
    return _look(store, ids, table)[1]


def _look(store: Store, ids: Ids, table: Path) -> tuple[dict[str, Label], Imported]:
    rows = read_labels(table, store.space())
    place = _Places(ids.tolist())
    found = [(row, place.of(row.name)) for row in rows]
    unknown = tuple(row.name for row, id in found if id is None)
    if rows and len(unknown) == len(rows):
        raise PoolError(
            f"{table.name}: none of its {len(rows)} pictures is in this pool, the first is "
            f"{unknown[0]!r}; the column id or path must hold the pool's own names, for example "
            f"{ids[0]!r}"
        )
    labels = _labels(table.name, [(id, r.label) for r, id in found if id and r.label is not None])
    before = store.answers_of(labels)
    conflicts = tuple(i for i, a in before.items() if store.resolved(labels[i]) != a.label)
    known = store.space().relevant
    wanted = dict.fromkeys(a.name for a in labels.values() if a.state == "relevant")
    added = (name for name in wanted if store.resolved(Label("relevant", name)).name not in known)
    blank = sum(row.label is None for row in rows)
    return labels, Imported(len(labels), blank, unknown, tuple(added), conflicts)


def read_labels(table: Path, space: LabelSpace) -> list[LabelRow]:
    """The rows of a table with a column `id` or a path (`path`, `file_name`, ...), and `label`.

    With a column `status` (relevant, irrelevant, unsure, excluded, unlabeled) a row is what it
    says. Without one, a label that names a class of the run is relevant, any other is the name of
    something irrelevant, and an empty one is no label.

    Raises:
        PoolError: the file is missing, no such table, lacks a column, or has an unknown status.
    """
    try:
        data = table.read_bytes()
    except OSError as error:
        raise PoolError(f"{table}: cannot be read ({error.strerror or error})") from error
    cells = table_cells(data, table.name)
    names = next((cells[key] for key in ("id", *PATH_COLUMNS) if key in cells), None)
    if names is None or not ("label" in cells or "status" in cells):
        raise PoolError(
            f"{table.name}: it has the columns {', '.join(cells) or 'none'}; needed are id or "
            "path, and label"
        )
    blank = [""] * len(names)
    labels, states = cells.get("label", blank), cells.get("status", blank)
    rows = zip(names, labels, states, strict=True)
    return [
        LabelRow(name, _label(label, status.casefold(), space, f"{table.name}, row {n}"))
        for n, (name, label, status) in enumerate(rows, start=1)
    ]


def _label(name: str, status: str, space: LabelSpace, where: str) -> Label | None:
    if status in ("", UNLABELED):
        if not name or status:
            return None
        return Label("relevant" if name in space.relevant else "irrelevant", name)
    if status not in get_args(State):
        allowed = ", ".join((*get_args(State), UNLABELED))
        raise PoolError(f"{where}: status {status!r} is unknown; allowed are {allowed}")
    if status == "relevant" and not name:
        raise PoolError(f"{where}: a relevant picture needs the name of its class as label")
    return Label(status, name)  # type: ignore[arg-type]  # one of State, as checked


def _labels(name: str, found: Sequence[tuple[str, Label]]) -> dict[str, Label]:
    """Raises: PoolError: one picture has two labels."""
    labels: dict[str, Label] = {}
    for id, label in found:
        if labels.setdefault(id, label) != label:
            raise PoolError(
                f"{name}: {id!r} is labeled {labels[id].name or labels[id].state!r} in one row and "
                f"{label.name or label.state!r} in another; keep one"
            )
    return labels


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")


class _Places:
    """Finds the picture that a name in a table means."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = {normal_id(id): id for id in ids}
        self._ends: Mapping[str, list[str]] | None = None

    def of(self, name: str) -> str | None:
        """The id: the name itself, or the one picture whose path ends so, or whose id ends it."""
        if not name:
            return None
        normal = normal_id(name)
        if normal in self._ids:
            return self._ids[normal]
        parts = normal.split("/")
        for start in range(1, len(parts)):  # /home/me/pool/cats/a.jpg for cats/a.jpg
            if (tail := "/".join(parts[start:])) in self._ids:
                return self._ids[tail]
        candidates = [i for i in self._by_last_part(parts[-1]) if i.endswith(f"/{normal}")]
        return self._ids[candidates[0]] if len(candidates) == 1 else None

    def _by_last_part(self, last: str) -> list[str]:
        if self._ends is None:
            ends: dict[str, list[str]] = {}
            for id in self._ids:
                ends.setdefault(id.rpartition("/")[2], []).append(id)
            self._ends = ends
        return self._ends.get(last, [])
