"""Queries and finished rounds of a run, and the query that would come next.

A query as JSON has one form (`laser_core.store.records.KeptQuery`), made and read here: the asked
one is a row of the database, the one that would come next is `preview.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from laser_core.basics.arrays import Ints
from laser_core.config import NO_CHOICE, RoundChoice
from laser_core.errors import StoreError
from laser_core.pool import Label, LabelSpace
from laser_core.store.database import Database, damaged_error, insert, now
from laser_core.store.folder import Arrays, ArrayWriter, Files, FileWriter
from laser_core.store.log.classes import Classes
from laser_core.store.log.event_log import Events
from laser_core.store.log.replay import agrees_with_record
from laser_core.store.pool_file import PoolFile
from laser_core.store.records import (
    BATCH_PREFIX,
    KeptQuery,
    Sizes,
    UnreadableError,
    from_files,
    id_array,
    read_query,
    read_record,
    require_batch,
    seal,
    titles_of,
    to_files,
    unseal,
)
from laser_core.store.text_versions import TextVersions
from laser_core.store.writable import WritableDatabase
from laser_core.view import Query, QueryArrays, RoundRecord

PREVIEW, PREVIEW_FILE = "preview", "preview.json"


class Rounds:
    """Queries and rounds of a run, as they are read.

    Args:
        database: the run's.
        arrays, files: of its folder.
        pool, texts, events, classes: what a query speaks of.
    """

    def __init__(
        self,
        database: Database,
        arrays: Arrays,
        files: Files,
        pool: PoolFile,
        texts: TextVersions,
        events: Events,
        classes: Classes,
    ) -> None:
        self._database, self._arrays, self._files = database, arrays, files
        self._pool, self._texts, self._events, self._classes = pool, texts, events, classes

    # ---- queries

    def query(self, round: int) -> tuple[int | None, Query] | None:
        """(texts version, query) of a round, or None if it has not been asked yet.

        Raises:
            StoreError: it is damaged, or an array of it is.
        """
        found = self._row(round)
        if found is None:
            return None
        version, kept = found
        query = self._query(_folder_of(round), kept, version)
        self._require_of_pool(f"the query of round {round}", kept.ids, query.arrays.row)
        return version, query

    def asked(self, round: int) -> bool:
        """Whether a round's query has been asked."""
        return bool(self._database.read("SELECT 1 FROM queries WHERE round = ?", (round,)))

    def space(self, round: int) -> LabelSpace | None:
        """The relevant classes a round was queried for, under the names they have now."""
        found = self._row(round)
        if found is None:
            return None
        names = found[1].classes or self._events.start
        resolved = self._classes.resolve
        return LabelSpace(tuple(resolved(Label("relevant", n)).name for n in names))

    def preview(self) -> Query | None:
        """What the next query would be by the schedule, if somebody has looked; else None.

        None too where the look was at another round, texts, classes or pool than those of now, or
        where it is damaged: it is made anew with the next look ahead.
        """
        pool = self._pool.rows()
        if pool is None or not self._files.has(PREVIEW_FILE):
            return None
        texts, round = self._texts.read(), len(self.records()) + 1
        try:
            kept = read_query(unseal(self._files.read(PREVIEW_FILE)))
            if (kept.round, kept.texts) != (round, texts[0] if texts else 0):
                return None
            query = self._query(PREVIEW, kept, kept.texts)
        except (StoreError, UnreadableError):
            return None
        of_now = self._of_these_classes(query.arrays) and all(id in pool for id in kept.ids)
        return query if of_now else None

    def _row(self, round: int) -> tuple[int | None, KeptQuery] | None:
        rows = self._database.rows("queries", "WHERE round = ?", (round,))
        if not rows:
            return None
        parsed = self._database.parse(f"the query of round {round}", read_query, rows[0][3])
        return rows[0][2], parsed

    def _query(self, folder: str, kept: KeptQuery, version: int | None) -> Query:
        """A query from its JSON and its arrays in `arrays/<folder>`.

        Args:
            version: of the texts that the best descriptions are rows of; None or 0 without texts.

        Raises:
            StoreError: an array is missing or damaged, or does not fit the others or the pool.
        """
        files = {name: self._arrays.read(f"{folder}/{name}") for name in kept.arrays}
        pool, texts = self._pool.read(), self._texts.read(version) if version else None
        sizes = Sizes(
            row=len(pool.ids) if pool else None,
            best=len(texts[1].relevant_texts()) if texts else None,
            classes=len(texts[1].relevant) if texts else None,
        )
        batch = {n: self._arrays.read(f"{folder}/{BATCH_PREFIX}{n}") for n in kept.batch}
        try:
            arrays = from_files(files, kept.parts, sizes)
            require_batch(batch, len(kept.ids))
        except UnreadableError as error:
            raise damaged_error(self._arrays.folder / folder, error) from error
        ids, scores = id_array(kept.ids), np.array(kept.scores)
        choice = kept.choice or NO_CHOICE
        return Query(ids, scores, arrays, kept.figures, kept.note, choice, batch)

    def _require_of_pool(self, what: str, ids: Sequence[str], rows: Ints) -> None:
        """Check that a query's pictures are of the pool, and among those it could choose from."""
        pool = self._pool.rows()
        if pool is None:
            return
        places = [pool.get(id, -1) for id in ids]
        if min(places, default=0) < 0 or not np.isin(places, rows).all():
            raise damaged_error(
                self._database.path, f"{what}: it has pictures that it could not choose"
            )

    def _of_these_classes(self, arrays: QueryArrays) -> bool:
        """Whether a preview was made for the classes as they are now."""
        space, texts = self._classes.space(), self._texts.read()
        if texts and tuple(c.name for c in texts[1].relevant) != space.relevant:
            return False
        detector = arrays.laser.detector_logits if arrays.laser else None
        classifier = arrays.classifier.logits if arrays.classifier else None
        tables = ((detector, space.n + 1), (classifier, space.n))
        return all(table is None or table.shape[1:] == (count,) for table, count in tables)

    # ---- finished rounds

    def records(self) -> list[RoundRecord]:
        """Finished rounds, oldest first.

        Raises:
            StoreError: one is missing or damaged.
        """
        found = []
        for place, (round, _, text) in enumerate(
            self._database.rows("rounds", "ORDER BY round"), start=1
        ):
            record = self._database.parse(f"the record of round {round}", read_record, text)
            if not place == round == record.round:
                raise damaged_error(self._database.path, f"the record of round {place} is missing")
            found.append(record)
        return found

    def finished_count(self) -> int:
        """How many rounds are finished."""
        return int(self._database.read("SELECT count(*) FROM rounds")[0][0])

    def changed_rounds(self) -> list[int]:
        """Finished rounds whose record no longer says what the labels of its query say.

        Somebody labeled, undid or redid one of its pictures since, or a class came or went; a new
        name alone changes nothing. The record is not rewritten; the next query trains on the labels
        as they stand.
        """
        records = self.records()
        with self._events.guard:
            replay, start = self._events.replay(), self._events.start
            return [r.round for r in records if not agrees_with_record(r, replay, start)]

    def require_readable(self) -> None:
        """Read every query and record, arrays aside.

        Raises:
            LaserError: one cannot be read; it is named.
        """
        for row in self._database.read("SELECT round FROM queries"):
            self._row(row[0])
        self.changed_rounds()


class RoundWriter(Rounds):
    """Queries and rounds of a run, as they are written."""

    _database: WritableDatabase
    _arrays: ArrayWriter
    _files: FileWriter

    def __init__(
        self,
        database: WritableDatabase,
        arrays: ArrayWriter,
        files: FileWriter,
        pool: PoolFile,
        texts: TextVersions,
        events: Events,
        classes: Classes,
    ) -> None:
        super().__init__(database, arrays, files, pool, texts, events, classes)

    def save_query(self, round: int, texts: int | None, query: Query) -> None:
        """Keep the query of a round: its arrays as files, then the rest as one committed row.

        Raises:
            StoreError: it cannot be written.
        """
        classes = self._classes.space().relevant
        text = self._write_arrays(_folder_of(round), query, query.choice, classes)
        with self._database.write_transaction() as cursor:
            insert(cursor, "queries", [(round, now(), texts, json.dumps(asdict(text)))], True)

    def save_preview(self, round: int, texts: int | None, query: Query) -> None:
        """Keep what the query of a round would be, for `preview`.

        Raises:
            StoreError: it cannot be written.
        """
        kept = self._write_arrays(PREVIEW, query, None, (), round, texts or 0)
        self._files.write(PREVIEW_FILE, seal(asdict(kept)))

    def _write_arrays(
        self,
        folder: str,
        query: Query,
        choice: RoundChoice | None,
        classes: tuple[str, ...],
        round: int = 0,
        texts: int = 0,
    ) -> KeptQuery:
        """A query as JSON has it, once its arrays are written."""
        files = to_files(query.arrays)
        for name, array in files.items():
            self._arrays.write(f"{folder}/{name}", array)
        for name, array in query.batch.items():
            self._arrays.write(f"{folder}/{BATCH_PREFIX}{name}", array)
        return KeptQuery(
            ids=tuple(query.ids.tolist()),
            scores=tuple(query.scores.tolist()),
            figures=dict(query.figures),
            note=query.note,
            arrays=tuple(sorted(files)),
            parts=titles_of(query.arrays),
            batch=tuple(sorted(query.batch)),
            choice=choice,
            classes=classes,
            round=round,
            texts=texts,
        )

    def append(self, record: RoundRecord) -> None:
        """Commit a finished round.

        Raises:
            StoreError: it cannot be written.
        """
        row = (record.round, now(), json.dumps(record.to_dict()))
        with self._database.write_transaction() as cursor:
            insert(cursor, "rounds", [row])


def _folder_of(round: int) -> str:
    return f"round-{round:03d}"
