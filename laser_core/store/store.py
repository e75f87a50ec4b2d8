"""One run = one folder: `run.db` holds what was said and done, `arrays/` what can be rebuilt.

Labels are rows of an append-only event table, committed before anybody is told they are taken;
undoing one is a further row. Loading a run replays them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import numpy as np

from laser_core.basics.arrays import NPY_DAMAGE, Ints
from laser_core.config import NO_CHOICE, ExperimentConfig
from laser_core.errors import ConfigError, LaserError, StoreError
from laser_core.llm.base import Exchange
from laser_core.pool import Label, LabelSpace, not_of_the_pool, row_by_id
from laser_core.store.audits import Audits
from laser_core.store.backup import Backups
from laser_core.store.database import Database, damaged, insert, now, unwritable
from laser_core.store.kept import (
    KeptPool,
    KeptQuery,
    Sizes,
    UnreadableError,
    from_files,
    id_array,
    read_config,
    read_json,
    read_pool,
    read_query,
    read_record,
    sealed,
    titles_of,
    to_files,
)
from laser_core.store.label_state import as_recorded
from laser_core.store.labels import LabelLog
from laser_core.store.text_versions import NAME_KEY, TextVersions, append_exchanges
from laser_core.texts.descriptions import Descriptions
from laser_core.view import Query, QueryArrays, RoundRecord, Signal

T = TypeVar("T")


class Store(LabelLog):
    """The folder of one run. Made by `create`, opened by `open`; close it when done.

    Args:
        folder: of the run.
        database: its `run.db`.

    Attributes:
        backups: the copies made of the database while people label.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        super().__init__(database, _config_in(database).relevant)
        self.backups = Backups(folder)
        self._pool: tuple[str, KeptPool, dict[str, int]] | None = None  # with the state of its file

    @classmethod
    def create(cls, folder: Path, config: ExperimentConfig, fresh: bool = True) -> Store:
        """A new run in `folder`, which may be missing or empty.

        Args:
            fresh: False for a folder that is made elsewhere and holds no run yet.

        Raises:
            StoreError: the folder holds something already, or cannot be written.
        """
        if fresh and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError(
                f"{folder} holds something already; choose another folder, or, if it is a run, "
                "resume it"
            )
        try:
            (folder / "arrays").mkdir(parents=True, exist_ok=not fresh)
        except OSError as error:
            raise unwritable(folder, error) from error
        try:
            database = Database.create(folder / "run.db", {"config": config.to_json()})
            store = cls(folder, database)
            store.write_text("config.json", config.to_json())
        except StoreError:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)  # it was empty before
            raise
        return store

    @classmethod
    def open(cls, folder: Path) -> Store:
        """The run in `folder`.

        Raises:
            StoreError: there is none, its database is damaged, or a newer version wrote it.
        """
        if not (folder / "run.db").is_file():
            raise StoreError(f"{folder} holds no run (no run.db); give the folder of a run")
        database = Database.open(folder / "run.db")
        try:
            return cls(folder, database)
        except LaserError:
            database.close()
            raise

    def close(self) -> None:
        """Close the database; the store cannot be used afterwards."""
        self._database.close()

    def discard(self) -> None:
        """Close the database and remove the run's folder with all that is in it."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def config(self) -> ExperimentConfig:
        """The run's settings.

        Raises:
            StoreError: they are damaged; ConfigError: a newer version has made them.
        """
        return _config_in(self._database)

    def copy_into(self, folder: Path, config: ExperimentConfig) -> None:
        """Copy what the database holds into a fresh one in `folder`, with other settings.

        Raises:
            StoreError: a row cannot be read, or `folder` cannot be written.
        """
        facts = {f"{NAME_KEY}{n}": name for n, name in self._database.facts(NAME_KEY).items()}
        facts["created"] = self._database.fact("created")
        with closing(Store.create(folder, config, fresh=False)) as made:
            self._database.copy_rows_into(made._database, facts)

    def change_config(self, config: ExperimentConfig) -> None:
        """Keep other settings from now on."""
        self._database.set_fact("config", config.to_json())
        self.write_text("config.json", config.to_json())

    def go_on_balanced(self) -> str:
        """Ask the next rounds by `balanced` in place of rules that exist no more; says so.

        What was asked so far keeps the settings it was asked by (`ExperimentConfig.in_round`). A
        run without such rules stays as it is.
        """
        before = self.config()
        if not before.retired:
            return "nothing changes: this version has every rule the run was started with"
        asked = len(self.records()) + 1
        first = asked + 1 if self.query(asked) else asked
        self.change_config(before.going_on(first))
        return f"from round {first} on the run asks by balanced, not by {before.retired_words()}"

    def pool(self) -> KeptPool | None:
        """What is kept of the pool; None before it is embedded.

        Raises:
            StoreError: `pool.json` is damaged.
        """
        kept = self._kept_pool()
        return kept[0] if kept else None

    def keep_pool(self, facts: KeptPool) -> None:
        """Keep with the run what a page needs of its pool."""
        self.write_text("pool.json", sealed(asdict(facts)))

    def _kept_pool(self) -> tuple[KeptPool, dict[str, int]] | None:
        """(what is kept of the pool, id -> its place), read again when the file has changed."""
        path = self.folder / "pool.json"
        if not path.is_file():
            return None
        state = f"{path.stat().st_size} {path.stat().st_mtime_ns}"
        if self._pool is None or self._pool[0] != state:
            try:
                facts = read_pool(self.read_text("pool.json"))
            except UnreadableError as error:
                raise StoreError(
                    f"{path} cannot be read ({error}); the labels are not in it: prepare the run "
                    f"again, and it is made anew (python -m laser_core resume {self.folder})"
                ) from error
            self._pool = (state, facts, row_by_id(facts.ids))
        return self._pool[1:]

    def _check(self, answers: Mapping[str, Label], added: Sequence[str]) -> None:
        super()._check(answers, added)
        kept = self._kept_pool()
        if kept is not None and not kept[1].keys() >= answers.keys():
            raise not_of_the_pool(next(id for id in answers if id not in kept[1]))

    def _committed(self, seq: int, actor: str) -> None:
        if actor != "oracle":  # its answers can be made again
            self.backups.keep_if_due(seq)

    def changed_rounds(self) -> list[int]:
        """Finished rounds whose record no longer says what the labels of its query say.

        Somebody labeled, undid or redid one of its pictures since, or a class came or went; a new
        name alone changes nothing. Neither the record nor what was trained is rewritten.
        """
        records = self.records()
        with self._guard:
            replay = self.replay()
            return [r.round for r in records if not as_recorded(r, replay, self._start)]

    # ---- texts and questions to the language model

    @property
    def text_versions(self) -> TextVersions:
        """The versions of the descriptions, with their names and steps."""
        return TextVersions(self._database)

    def append_texts(
        self, descriptions: Descriptions, title: str, exchanges: Iterable[Exchange] = ()
    ) -> int:
        """Keep a version of the descriptions; returns its number, 1 for the first.

        Args:
            exchanges: the questions it comes from, kept in the same moment.
        """
        return self.text_versions.append(descriptions, title, exchanges=exchanges)

    def texts(self, version: int | None = None) -> tuple[int, Descriptions] | None:
        """(version, descriptions) of one version, or of the newest; None if there is none."""
        return self.text_versions.read(version)

    @property
    def audits(self) -> Audits:
        """The random audits of what lies below the line."""
        return Audits(self._database)

    def append_exchanges(self, exchanges: Iterable[Exchange]) -> None:
        """Keep questions to the language model and its answers."""
        with self._database.writing() as cursor:
            append_exchanges(cursor, exchanges)

    def exchanges(self) -> list[Exchange]:
        """Every question and answer of the run, oldest first.

        Raises:
            StoreError: one is missing or damaged.
        """
        rows = self._database.counted("exchanges")
        return [
            self._read(f"question {row[0]} to the language model", _exchange, row[2])
            for row in rows
        ]

    def _read(self, what: str, read: Callable[[str], T], text: str) -> T:
        """What `read` makes of a text of the database."""
        try:
            return read(text)
        except (UnreadableError, ConfigError) as error:
            raise damaged(self._database.path, f"{what}: {error}") from error

    # ---- queries and rounds

    def save_query(self, round: int, texts: int | None, query: Query) -> None:
        """Keep the query of a round: its arrays as files, then the rest as one committed row."""
        names = self.save_query_arrays(f"round-{round:03d}", query.arrays)
        kept = KeptQuery(
            ids=tuple(query.ids.tolist()),
            scores=tuple(query.scores.tolist()),
            figures=dict(query.figures),
            note=query.note,
            arrays=names,
            parts=titles_of(query.arrays),
            choice=query.choice,
            classes=self.space().relevant,
        )
        row = (round, now(), texts, json.dumps(asdict(kept)))
        with self._database.writing() as cursor:
            insert(cursor, "queries", [row], replace=True)

    def query(self, round: int) -> tuple[int | None, Query] | None:
        """(texts version, query) of a round, or None if it has not been asked yet.

        Raises:
            StoreError: it is damaged, or an array of it is.
        """
        found = self._query_row(round)
        if found is None:
            return None
        version, kept = found
        of_round = f"the query of round {round}"
        arrays = self.query_arrays(f"round-{round:03d}", kept, version)
        self._require_of_pool(of_round, kept.ids, arrays.row)
        return version, Query(
            id_array(kept.ids),
            np.array(kept.scores),
            arrays,
            kept.figures,
            kept.note,
            kept.choice or NO_CHOICE,
        )

    def _query_row(self, round: int) -> tuple[int | None, KeptQuery] | None:
        rows = self._database.rows("queries", "WHERE round = ?", (round,))
        if not rows:
            return None
        return rows[0][2], self._read(f"the query of round {round}", read_query, rows[0][3])

    def _require_of_pool(self, what: str, ids: Sequence[str], rows: Ints) -> None:
        """Check that a query's pictures are of the pool, and among those it could choose from."""
        kept = self._kept_pool()
        if kept is None:
            return
        places = [kept[1].get(id, -1) for id in ids]
        if min(places, default=0) < 0 or not np.isin(places, rows).all():
            raise damaged(self._database.path, f"{what}: it has pictures that it could not choose")

    def save_query_arrays(self, folder: str, arrays: QueryArrays) -> tuple[str, ...]:
        """Write the arrays of a query to `arrays/<folder>`; the names of their files come back."""
        files = to_files(arrays)
        for name, array in files.items():
            self.save_array(f"{folder}/{name}", array)
        return tuple(sorted(files))

    def query_arrays(self, folder: str, kept: KeptQuery, version: int | None) -> QueryArrays:
        """The arrays of a query in `arrays/<folder>`.

        Args:
            kept: the query's own row, or `preview.json`.
            version: of the texts that the best descriptions are rows of; None without texts.

        Raises:
            StoreError: one is missing or damaged, or does not fit the others or the pool.
        """
        files = {name: self.array(f"{folder}/{name}") for name in kept.arrays}
        pool, texts = self.pool(), self.texts(version) if version else None
        sizes = Sizes(
            row=len(pool.ids) if pool else None,
            best=len(texts[1].relevant_texts()) if texts else None,
            classes=len(texts[1].relevant) if texts else None,
        )
        try:
            return from_files(files, kept.parts, sizes)
        except UnreadableError as error:
            raise damaged(self.folder / "arrays" / folder, error) from error

    def last_event(self) -> int:
        """The number of the last event, 0 for none."""
        return self._database.last()

    def asked(self, round: int) -> bool:
        """Whether a round's query has been asked."""
        return bool(self._database.read("SELECT 1 FROM queries WHERE round = ?", (round,)))

    def query_space(self, round: int) -> LabelSpace | None:
        """The relevant classes a round was queried for, under the names they have now."""
        found = self._query_row(round)
        if found is None:
            return None
        names = found[1].classes or self._start
        return LabelSpace(tuple(self.resolved(Label("relevant", n)).name for n in names))

    def append_record(self, record: RoundRecord) -> None:
        """Commit a finished round."""
        row = (record.round, now(), json.dumps(record.to_dict()))
        with self._database.writing() as cursor:
            insert(cursor, "rounds", [row])

    def records(self) -> list[RoundRecord]:
        """Finished rounds, oldest first.

        Raises:
            StoreError: one is missing or damaged.
        """
        found = []
        for place, (round, _, text) in enumerate(
            self._database.rows("rounds", "ORDER BY round"), start=1
        ):
            record = self._read(f"the record of round {round}", read_record, text)
            if not place == round == record.round:
                raise damaged(self._database.path, f"the record of round {place} is missing")
            found.append(record)
        return found

    def stamp(self) -> str:
        """Changes with every committed label, version, query and round."""
        counts = (
            "SELECT (SELECT coalesce(max(seq), 0) FROM events), (SELECT count(*) FROM texts), "
            "(SELECT total(crc) FROM queries), (SELECT count(*) FROM rounds), "
            "(SELECT count(*) FROM audits)"
        )
        return "-".join(map(str, self._database.read(counts)[0]))

    def require_readable(self) -> None:
        """Read everything that the database holds.

        Raises:
            LaserError: something in it cannot be read; it is named.
        """
        self._database.require_right()
        self.labels()
        records, versions = self.records(), self.text_versions
        for version in versions.all():
            versions.read(version.number)
        for row in self._database.read("SELECT round FROM queries"):
            self._query_row(row[0])
        self.exchanges()
        self.audits.all()
        with self._guard:
            replay = self.replay()
            for record in records:
                as_recorded(record, replay, self._start)

    # ---- files

    def save_array(self, name: str, array: Signal) -> None:
        """Write `arrays/<name>.npy`, whole or not at all.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        path = self.folder / "arrays" / f"{name}.npy"
        partial = path.with_suffix(".partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                np.save(file, array, allow_pickle=False)
            partial.replace(path)
        except OSError as error:
            raise unwritable(path, error) from error

    def array(self, name: str) -> Signal:
        """`arrays/<name>.npy`, memory-mapped and read-only.

        Raises:
            StoreError: it is missing or damaged.
        """
        path = self.folder / "arrays" / f"{name}.npy"
        try:
            mapped: Signal = np.load(path, mmap_mode="r", allow_pickle=False)
            if mapped.ndim == 0 or mapped.dtype.kind not in "fiub":
                raise ValueError(f"{mapped.ndim} dimensions of {mapped.dtype}")
        except NPY_DAMAGE as error:
            raise StoreError(
                f"{path} is missing or damaged ({error}); restore the folder from a copy"
            ) from error
        return mapped

    def write_text(self, name: str, text: str) -> None:
        """Write a small file of the run's folder, whole or not at all; line ends stay as given."""
        path = self.folder / name
        partial = path.with_name(f".{path.name}.partial")
        try:
            with partial.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
            partial.replace(path)
        except OSError as error:
            raise unwritable(path, error) from error

    def has_text(self, name: str) -> bool:
        """Whether the run's folder has a file of that name."""
        return (self.folder / name).is_file()

    def read_text(self, name: str) -> str:
        """A small file of the run's folder, as `write_text` wrote it.

        Raises:
            StoreError: it is missing or no text.
        """
        path = self.folder / name
        try:
            return path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise damaged(path, error) from error


def _config_in(database: Database) -> ExperimentConfig:
    try:
        return read_config(database.fact("config"))
    except UnreadableError as error:
        raise damaged(database.path, error) from error


def _exchange(text: str) -> Exchange:
    return read_json(Exchange, text, strict=False)
