"""One run = one folder: `run.db` holds what was said and done, `arrays/` what can be rebuilt.

Labels are rows of an append-only event table, committed before anybody is told they are taken;
undoing one is a further row. Loading a run replays them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from laser_core.answers import as_recorded
from laser_core.audits import Audits
from laser_core.backup import Backups
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.database import Database, damaged, now, unwritable
from laser_core.descriptions import Descriptions
from laser_core.errors import LaserError, PoolError, StoreError
from laser_core.label_log import LabelLog
from laser_core.llm.base import Exchange
from laser_core.pool import Label, LabelSpace
from laser_core.text_versions import TextVersions
from laser_core.view import Query, RoundRecord, Signal


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
        super().__init__(database, ExperimentConfig.from_json(database.fact("config")).relevant)
        self.backups = Backups(folder)
        self._ids: set[str] | None = None  # of the pool, once it is known

    @classmethod
    def create(cls, folder: Path, config: ExperimentConfig) -> Store:
        """A new run in `folder`, which may be missing or empty.

        Raises:
            StoreError: the folder holds something already, or cannot be written.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError(
                f"{folder} holds something already; choose another folder, or, if it is a run, "
                "resume it"
            )
        try:
            (folder / "arrays").mkdir(parents=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        try:
            database = Database.create(folder / "run.db", {"config": config.to_json()})
            store = cls(folder, database)
            store.write_text("config.json", config.to_json())
        except StoreError:
            shutil.rmtree(folder, ignore_errors=True)  # it was empty: leave nothing half written
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
        """The run's settings."""
        return ExperimentConfig.from_json(self._database.fact("config"))

    def move_pool(self, pool: str, data_root: str | None = None) -> None:
        """Look for the pool's pictures elsewhere from now on; they have to be the same ones."""
        config = replace(self.config(), pool=pool, data_root=data_root)
        with self._database.writing() as cursor:
            cursor.execute("UPDATE meta SET value = ? WHERE key = 'config'", (config.to_json(),))
        self.write_text("config.json", config.to_json())

    def _check(self, answers: Mapping[str, Label], added: Sequence[str]) -> None:
        super()._check(answers, added)
        if self._ids is None and self.has_text("pool.json"):
            self._ids = set(json.loads(self.read_text("pool.json"))["ids"])
        if self._ids is not None and not self._ids.issuperset(answers):
            unknown = next(id for id in answers if id not in self._ids)
            raise PoolError(f"{unknown!r} is no image of this pool; ids come from its own list")

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

    def append_texts(self, descriptions: Descriptions, title: str) -> int:
        """Keep a version of the descriptions; returns its number, 1 for the first."""
        return self.text_versions.append(descriptions, title)

    def texts(self, version: int | None = None) -> tuple[int, Descriptions] | None:
        """(version, descriptions) of one version, or of the newest; None if there is none."""
        return self.text_versions.read(version)

    @property
    def audits(self) -> Audits:
        """The random audits of what lies below the line."""
        return Audits(self._database)

    def append_exchanges(self, exchanges: Iterable[Exchange]) -> None:
        """Keep questions to the language model and its answers."""
        rows = [(now(), json.dumps(e.__dict__)) for e in exchanges]
        with self._database.writing() as cursor:
            cursor.executemany("INSERT INTO exchanges (at, exchange) VALUES (?, ?)", rows)

    def exchanges(self) -> list[Exchange]:
        """Every question and answer of the run, oldest first."""
        rows = self._database.read("SELECT exchange FROM exchanges ORDER BY seq")
        return [Exchange(**json.loads(row[0])) for row in rows]

    # ---- queries and rounds

    def save_query(self, round: int, texts: int | None, query: Query) -> None:
        """Keep the query of a round: its arrays as files, then the rest as one committed row."""
        for name, array in query.pool.items():
            self.save_array(f"round-{round:03d}/{name}", array)
        text = json.dumps(
            {
                "ids": query.ids.tolist(),
                "scores": query.scores.tolist(),
                "figures": dict(query.figures),
                "note": query.note,
                "arrays": sorted(query.pool),
                "choice": asdict(query.choice),
                "classes": self.space().relevant,
            }
        )
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO queries VALUES (?, ?, ?, ?)", (round, now(), texts, text)
            )

    def query(self, round: int) -> tuple[int | None, Query] | None:
        """(texts version, query) of a round, or None if it has not been asked yet."""
        rows = self._database.read("SELECT texts, query FROM queries WHERE round = ?", (round,))
        if not rows:
            return None
        kept = json.loads(rows[0][1])
        arrays = {name: self.array(f"round-{round:03d}/{name}") for name in kept["arrays"]}
        ids = np.array(kept["ids"], dtype=np.str_)
        choice = RoundChoice(**kept["choice"])
        scores = np.array(kept["scores"])
        return rows[0][0], Query(ids, scores, arrays, kept["figures"], kept["note"], choice)

    def query_time(self, round: int) -> str | None:
        """When a round's query was asked, in UTC; None before."""
        rows = self._database.read("SELECT at FROM queries WHERE round = ?", (round,))
        return str(rows[0][0]) if rows else None

    def query_space(self, round: int) -> LabelSpace | None:
        """The relevant classes a round was queried for, under the names they have now."""
        rows = self._database.read("SELECT query FROM queries WHERE round = ?", (round,))
        if not rows:
            return None
        names = json.loads(rows[0][0]).get("classes") or self._start
        return LabelSpace(tuple(self.resolved(Label("relevant", n)).name for n in names))

    def append_record(self, record: RoundRecord) -> None:
        """Commit a finished round."""
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT INTO rounds VALUES (?, ?, ?)",
                (record.round, now(), json.dumps(record.to_dict())),
            )

    def records(self) -> list[RoundRecord]:
        """Finished rounds, oldest first."""
        rows = self._database.read("SELECT record FROM rounds ORDER BY round")
        return [RoundRecord.from_dict(json.loads(row[0])) for row in rows]

    def stamp(self) -> str:
        """Changes with every committed label, version, query and round."""
        counts = (
            "SELECT (SELECT coalesce(max(seq), 0) FROM events), (SELECT count(*) FROM texts), "
            "(SELECT coalesce(max(at), '') FROM queries), (SELECT count(*) FROM rounds), "
            "(SELECT count(*) FROM audits)"
        )
        return "-".join(map(str, self._database.read(counts)[0]))

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
        except (OSError, ValueError, EOFError) as error:
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
