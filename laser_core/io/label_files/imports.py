"""Bringing labels in from a table: CSV, TSV, Parquet, JSON lines or JSON, ours or anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from laser_core.basics.arrays import Ids
from laser_core.basics.sentences import count_of, first_names
from laser_core.errors import PoolError
from laser_core.experiment.oracle import take_answers
from laser_core.io.label_files.picture_finder import PictureFinder, best_column
from laser_core.io.label_files.row_labels import NewName, NewNames, RowLabels
from laser_core.io.label_files.tables import LabelTable, read_label_table
from laser_core.pool import Label
from laser_core.store.store import Store, StoreView

__all__ = ["ImportResult", "NewName", "NewNames", "import_labels", "preview_import"]


@dataclass(frozen=True)
class ImportResult:
    """What `import_labels` did, or would do.

    Args:
        taken: pictures that get a label.
        unlabeled: rows without one.
        unknown: names in the table that are no picture of this pool.
        added: classes that the run did not have before.
        conflicts: pictures that had another label before; the new one stands.
        new_names: names that nothing in the run has, and of which the table does not say whether
            they are relevant; it is for the person to decide.
        left_out: rows with such names that are not taken.
        notes: what else was read otherwise than it is written, a sentence each.
        firsts: "unknown", "conflicts" or "unlabeled" -> where the first of them stands.
    """

    taken: int
    unlabeled: int
    unknown: tuple[str, ...]
    added: tuple[str, ...]
    conflicts: tuple[str, ...]
    new_names: tuple[NewName, ...] = ()
    left_out: int = 0
    notes: tuple[str, ...] = ()
    firsts: dict[str, str] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """What is worth knowing of it beside how many are taken, a sentence each."""
        lines = []
        if self.added:
            lines.append(f"New relevant classes: {first_names(self.added)}.")
        lines += self.notes
        if self.left_out:
            lines.append(f"{count_of(self.left_out, 'row')} with such a name left out.")
        if self.conflicts:
            lines.append(
                f"{count_of(len(self.conflicts), 'picture')} with another label before "
                f"({self._first('conflicts')}): {first_names(self.conflicts)}. "
                "The new label counts; the old one stays in the history."
            )
        if self.unknown:
            lines.append(
                f"{count_of(len(self.unknown), 'row')} without a picture in this pool "
                f"({self._first('unknown')}): {first_names(self.unknown)}."
            )
        if self.unlabeled:
            lines.append(
                f"{count_of(self.unlabeled, 'row')} without a label ({self._first('unlabeled')})."
            )
        return lines

    def _first(self, what: str) -> str:
        return f"the first in {self.firsts[what]}"


def import_labels(
    store: Store,
    ids: Ids,
    table: Path,
    actor: str,
    round: int = 0,
    new_names: NewNames = "irrelevant",
) -> ImportResult:
    """Take the labels of a table, all of them or none; one undo of `actor` takes them back.

    Args:
        store: of the run.
        ids: (N,) of the pool.
        table: as for `read_label_table`.
        actor: who brings them.
        round: under which query they count; 0 for before the first.
        new_names: what names are that the run does not know, where the table has no status:
            "irrelevant" things, "relevant" classes, or "left out".

    Raises:
        PoolError: the table cannot be read, none of its pictures is in the pool, or one picture
            has two labels.
        StoreError: they cannot be written.
    """
    labels, done = _look(store, ids, table, new_names)
    take_answers(store, labels, round, actor, source="import", add_classes=done.added)
    return done


def preview_import(
    store: StoreView, ids: Ids, table: Path, new_names: NewNames = "irrelevant"
) -> ImportResult:
    """What `import_labels` would do; nothing is written.

    Raises:
        PoolError: as for `import_labels`.
    """
    return _look(store, ids, table, new_names)[1]


def _look(
    store: StoreView, ids: Ids, table: Path, new_names: NewNames
) -> tuple[dict[str, Label], ImportResult]:
    given = read_label_table(table)
    places = PictureFinder(ids.tolist())
    found = best_column(places, given)
    words = RowLabels(store, given, new_names)
    read = [words.label(row) for row in range(given.size)]
    rows = [row for row, id in enumerate(found) if id is not None and read[row] is not None]
    labels = _labels(given, rows, found, read)
    unknown = [row for row, id in enumerate(found) if id is None]
    blank = [row for row in range(given.size) if words.is_blank(row)]
    before = store.labels.answers_of(labels)
    conflicts = [i for i, a in before.items() if store.classes.resolve(labels[i]) != a.label]
    firsts = {what: given.place(rows[0]) for what, rows in
              (("unknown", unknown), ("unlabeled", blank)) if rows}  # fmt: skip
    if conflicts:
        firsts["conflicts"] = given.place(found.index(conflicts[0]))
    return labels, ImportResult(
        taken=len(labels),
        unlabeled=len(blank),
        unknown=tuple(given.picture(row) for row in unknown),
        added=words.new_classes(labels.values()),
        conflicts=tuple(conflicts),
        new_names=words.new_names(rows),
        left_out=words.left_out,
        notes=(*words.notes(rows), *places.notes(given), *_repeats(rows, labels)),
        firsts=firsts,
    )


def _labels(
    table: LabelTable,
    rows: Sequence[int],
    found: Sequence[str | None],
    read: Sequence[Label | None],
) -> dict[str, Label]:
    """Raises: PoolError: one picture has two labels."""
    labels: dict[str, Label] = {}
    first: dict[str, int] = {}
    for row in rows:
        id, label = found[row], read[row]
        if id is None or label is None:
            continue
        before = labels.setdefault(id, label)
        if before != label:
            raise PoolError(
                f"{table.name}: {id!r} is labeled {before.name or before.state!r} in one row and "
                f"{label.name or label.state!r} in another ({table.place(first[id])} and "
                f"{table.place(row)}); keep one"
            )
        first.setdefault(id, row)
    return labels


def _repeats(rows: Sequence[int], labels: dict[str, Label]) -> list[str]:
    more = len(rows) - len(labels)
    return [f"{count_of(more, 'row')} with a picture that another row has too."] if more else []
