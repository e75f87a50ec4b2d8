"""What the label and status of a table's row mean in a run, and what has to be told of it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from laser_core.basics.sentences import count_of, first_names, quote_name
from laser_core.data.class_names import ClassNames, spelling_key
from laser_core.data.tables.cells import quote_value
from laser_core.errors import PoolError
from laser_core.io.label_files.label_text import irrelevant_name, says_irrelevant
from laser_core.io.label_files.tables import LabelTable
from laser_core.pool import Label, State
from laser_core.store.store import StoreView

UNLABELED = "unlabeled"
NewNames = Literal["irrelevant", "relevant", "left out"]


@dataclass(frozen=True)
class NewName:
    """A name that nothing in the run has.

    Args:
        name: as written.
        rows: how many rows have it.
        place: where the first of them stands.
        near: a class that is written almost so, or "".
    """

    name: str
    rows: int
    place: str
    near: str = ""

    def __str__(self) -> str:
        near = f"; did you mean {quote_name(self.near)}?" if self.near else ""
        return f"{quote_name(self.name)} ({count_of(self.rows, 'row')}, first {self.place}{near})"


class RowLabels:
    """Reads the labels of one table for one run.

    With a status, a row is what it says. Without one, a label that is a class of the run, or
    differs from just one in spelling alone, is relevant; one that names an irrelevant thing of the
    run is that; any other is a new name, for the person to decide.

    Args:
        store: of the run.
        table: with the labels.
        new_names: what new names are.
    """

    def __init__(self, store: StoreView, table: LabelTable, new_names: NewNames) -> None:
        self._store, self._table, self._new_names = store, table, new_names
        self._relevant = store.classes.space().relevant
        self._classes = ClassNames(self._relevant)
        self._things = ClassNames(store.classes.irrelevant_names())
        self._labels, self._states = table.labels, table.states
        self._apart = self._distinct_spellings()
        self._read: dict[tuple[str, str], tuple[Label | None, bool]] = {}

    @property
    def left_out(self) -> int:
        """Rows with a new name that are not taken."""
        if self._new_names != "left out":
            return 0
        return sum(self._is_new(row) for row in range(self._table.size))

    def label(self, row: int) -> Label | None:
        """What row number `row` says, None for nothing or for a new name that is left out.

        Raises:
            PoolError: its status is unknown, its class has no name or may be several.
        """
        key = (self._labels[row], self._states[row])
        if key not in self._read:
            where = f"{self._table.name}, {self._table.place(row)}"
            status = key[1].strip().casefold()
            named = not status and bool(key[0].strip())
            self._read[key] = self._label_by_name(key[0], where) if named else (
                self._label_by_status(key[0], status, where), False)  # fmt: skip
        return self._read[key][0]

    def is_blank(self, row: int) -> bool:
        """Whether a row has no label."""
        return self.label(row) is None and not self._is_new(row)

    def _is_new(self, row: int) -> bool:
        self.label(row)
        return self._read[(self._labels[row], self._states[row])][1]

    def _label_by_status(self, name: str, status: str, where: str) -> Label | None:
        if status in ("", UNLABELED):
            return None
        if status not in get_args(State):
            allowed = ", ".join((*get_args(State), UNLABELED))
            raise PoolError(
                f"{where}: status {quote_value(status)} is unknown; allowed are {allowed}"
            )
        if status == "relevant":
            if not name.strip():
                raise PoolError(f"{where}: a relevant picture needs the name of its class as label")
            if spelling_key(name) not in self._apart:
                name = self._one_class(name, where) or name
        elif status == "irrelevant":
            name = irrelevant_name(name)
        return Label(status, name)  # type: ignore[arg-type]  # one of State, as checked

    def _label_by_name(self, written: str, where: str) -> tuple[Label | None, bool]:
        """(label, whether it is a new name) of a label without a status."""
        if written in self._relevant:
            return Label("relevant", written), False
        name = unicodedata.normalize("NFC", written.strip())
        known = self._one_class(name, where)
        if known is not None:
            return Label("relevant", known), False
        if says_irrelevant(name):
            return Label("irrelevant", irrelevant_name(name)), False
        things = self._things.find(name)
        if len(things) == 1:
            return Label("irrelevant", things[0]), False
        if self._store.classes.resolve(Label("irrelevant", name)) != Label("irrelevant", name):
            return Label("irrelevant", name), False  # what a class was called before
        return None if self._new_names == "left out" else Label(self._new_names, name), True

    def _one_class(self, name: str, where: str) -> str | None:
        meant = self._classes.find(name)
        if len(meant) > 1:
            listed = ", ".join(map(repr, meant))
            raise PoolError(
                f"{where}: {quote_value(name)} may mean {listed}; spell it as one of these"
            )
        return meant[0] if meant else None

    def _distinct_spellings(self) -> Collection[str]:
        """Keys of names that the table itself tells apart: cat and Cat, both said to be classes."""
        spellings: dict[str, set[str]] = {}
        for name, status in set(zip(self._labels, self._states, strict=True)):
            if status.strip().casefold() == "relevant":
                spellings.setdefault(spelling_key(name), set()).add(name)
        return {key for key, names in spellings.items() if len(names) > 1}

    # ---- what is told

    def new_classes(self, labels: Iterable[Label]) -> tuple[str, ...]:
        """Classes that the run does not have yet."""
        wanted = dict.fromkeys(a.name for a in labels if a.state == "relevant")
        resolved = (
            (name, self._store.classes.resolve(Label("relevant", name)).name) for name in wanted
        )
        return tuple(name for name, now in resolved if now not in self._relevant)

    def new_names(self, rows: Sequence[int]) -> tuple[NewName, ...]:
        """The new names of the table, the most frequent first."""
        found: dict[str, list[int]] = {}
        for row in range(self._table.size):
            if self._is_new(row):
                found.setdefault(self._labels[row].strip(), []).append(row)
        named = sorted(found.items(), key=lambda item: -len(item[1]))
        return tuple(
            NewName(name, len(rows), self._table.place(rows[0]), self._near(name) if n < 20 else "")
            for n, (name, rows) in enumerate(named)
        )

    def _near(self, name: str) -> str:
        near = difflib.get_close_matches(name[:80].casefold(), self._relevant, n=1)
        return near[0] if near else ""

    def notes(self, rows: Sequence[int]) -> list[str]:
        """What is read otherwise than it is written, of the rows that are taken."""
        lines = []
        respelled: dict[str, list[int]] = {}
        by_name: dict[str, list[int]] = {}
        things: dict[str, None] = {}
        known = set(self._store.classes.irrelevant_names())
        for row in rows:
            label, written = self.label(row), self._labels[row]
            if label is None:
                continue
            if label.state == "relevant" and label.name != written and not self._is_new(row):
                respelled.setdefault(
                    f"{quote_name(written)} as {quote_name(label.name)}", []
                ).append(row)
            if label.state == "irrelevant" and label.name:
                if self._store.classes.resolve(label).state == "relevant":
                    by_name.setdefault(label.name, []).append(row)
                elif label.name not in known and not self._is_new(row):
                    things[label.name] = None
        if respelled:
            lines.append(f"Read as classes of the run: {self._rows(respelled)}.")
        if by_name:
            lines.append(
                f"Said to be irrelevant, but relevant in this run, and counted so: "
                f"{self._rows(by_name)}."
            )
        if things:
            lines.append(f"New names of irrelevant things: {first_names(list(things))}.")
        return lines

    def _rows(self, found: dict[str, list[int]]) -> str:
        parts = [
            f"{what} ({count_of(len(rows), 'row')}, first {self._table.place(rows[0])})"
            for what, rows in list(found.items())[:5]
        ]
        return ", ".join(parts) + (", …" if len(found) > 5 else "")
