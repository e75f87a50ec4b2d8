"""Which picture of a pool a name in a table means, and by which of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from laser_core.basics.sentences import count_of, quote_name
from laser_core.data.path_spellings import LONGEST, normal_id, spellings
from laser_core.errors import PoolError
from laser_core.io.label_files.tables import LabelTable

# A path that other tools write beside an id is another's; that of our own exports is the copy's.
_COPIES = ("file_name", "filename")


class PictureFinder:
    """Finds pictures by name: by id, by spelling, or by the end of a path.

    Args:
        ids: of the pool.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = {str(id): str(id) for id in ids}
        self._normal = _unique_ids((normal_id(id), id) for id in self._ids)
        self._lasts = {id.rpartition("/")[2] for id in self._normal}
        self._ends: dict[str, str | None] | None = None
        self._otherwise: dict[int, tuple[str, str]] = {}

    @property
    def example(self) -> str:
        """An id of the pool, for a sentence."""
        return next(iter(self._ids), "")

    def find(self, name: str, row: int = -1) -> str | None:
        """The id that `name` means, or None.

        It is the name itself, or a spelling of it; else the one picture whose path the name ends
        with, or whose id ends with the name.

        Args:
            row: under which `notes` tells of a name that was found by the end of a path.
        """
        if name in self._ids:
            return name
        ways = [way for way in spellings(name) if normal_id(way).rpartition("/")[2] in self._lasts]
        for way in ways:
            if (id := self._ids.get(way) or self._normal.get(normal_id(way))) is not None:
                return id
        for way in ways:
            if (id := self._by_end(normal_id(way))) is not None:
                self._otherwise[row] = (name, id)
                return id
        return None

    def exact(self, name: str) -> str | None:
        """As `find`, by the name or a spelling of it alone."""
        if name in self._ids:
            return name
        found = (self._normal.get(normal_id(way)) for way in spellings(name))
        return next((id for id in found if id is not None), None)

    def notes(self, table: LabelTable) -> list[str]:
        """A sentence on the names that were found by the end of a path."""
        if not self._otherwise:
            return []
        row, (name, id) = next(iter(self._otherwise.items()))
        return [
            f"{count_of(len(self._otherwise), 'picture')} found by the end of the path: "
            f"{quote_name(name)} in {table.place(row)} is {quote_name(id)}."
        ]

    def _by_end(self, normal: str) -> str | None:
        parts = normal.split("/")
        if len(parts) > LONGEST // 16:
            return None  # a path of so many folders is none; each would have to be tried
        for start in range(1, len(parts)):  # /home/me/pool/cats/a.jpg for cats/a.jpg
            if (id := self._normal.get("/".join(parts[start:]))) is not None:
                return id
        return self._by_id_end().get(normal)

    def _by_id_end(self) -> dict[str, str | None]:
        """Every end of an id, from a "/" on -> that id; None where several end so."""
        if self._ends is None:
            self._ends = _unique_ids(
                (normal[place + 1 :], id)
                for normal, id in self._normal.items()
                if id is not None
                for place, sign in enumerate(normal)
                if sign == "/"
            )
        return self._ends


def _unique_ids(pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Key -> its id; None where several ids have one key."""
    found: dict[str, str | None] = {}
    for key, id in pairs:
        found[key] = id if found.get(key, id) == id else None
    return found


def best_column(places: PictureFinder, table: LabelTable) -> list[str | None]:
    """The picture of each row, by the first column in which any name is one of the pool.

    A row whose cell there is empty is looked for by the columns after it.

    Raises:
        PoolError: no column has a picture of the pool; or an id is one picture, and the path
            beside it another.
    """
    for n, column in enumerate(table.pictures):
        names = table.names(column)
        found = [places.find(name, row) if name else None for row, name in enumerate(names)]
        if all(id is None for id in found):
            continue
        for other in table.pictures[n + 1 :]:
            if all(names):
                break
            more = table.names(other)
            for row, name in enumerate(names):
                if not name and more[row]:
                    found[row] = places.find(more[row], row)
        _refuse_contradiction(places, table, column, found)
        return found
    raise _not_found_error(places, table)


def _refuse_contradiction(
    places: PictureFinder, table: LabelTable, column: str, found: Sequence[str | None]
) -> None:
    """Raises: PoolError: an id is one picture of the pool, and the path beside it another."""
    if column != "id":
        return
    for other in table.pictures:
        if other == column or other in _COPIES:
            continue
        for row, name in enumerate(table.names(other)):
            id, path = found[row], places.exact(name) if name else None
            if None not in (id, path) and id != path:
                raise PoolError(
                    f"{table.name}: {table.place(row)} has the id of {id!r} and the {other} of "
                    f"{path!r}; leave out the column that is not of this pool"
                )


def _not_found_error(places: PictureFinder, table: LabelTable) -> PoolError:
    first = next((name for name in table.names(table.pictures[0]) if name), "")
    return PoolError(
        f"{table.name}: none of its {table.size:,} pictures is in this pool, the first is "
        f"{first[:200]!r}; the column {' or '.join(table.pictures)} must hold the pool's own "
        f"names, for example {places.example!r}"
    )
