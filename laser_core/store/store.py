"""One run = one folder: `run.db` holds what was said and done, `arrays/` what can be rebuilt.

Labels are rows of an append-only event table, committed before anybody is told they are taken;
undoing one is a further row. Loading a run replays them. Reading a run (`StoreView`) and writing
one (`Store`) are two types.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from laser_core.config import ExperimentConfig
from laser_core.errors import LaserError, StoreError
from laser_core.store.audits import Audits, AuditWriter
from laser_core.store.backup import Backups
from laser_core.store.database import Database, damaged_error, unwritable_error
from laser_core.store.folder import Arrays, ArrayWriter, Files, FileWriter
from laser_core.store.log.classes import Classes, ClassWriter
from laser_core.store.log.event_log import Events, EventWriter
from laser_core.store.log.labels import Labels, LabelWriter
from laser_core.store.pool_file import PoolFile, PoolFileWriter
from laser_core.store.records import UnreadableError, read_config
from laser_core.store.rounds import Rounds, RoundWriter
from laser_core.store.text_versions import (
    NAME_KEY,
    Exchanges,
    ExchangeWriter,
    TextVersions,
    TextWriter,
)
from laser_core.store.writable import WritableDatabase


class StoreView:
    """The folder of one run as it is read: nothing here can write to it. Close it when done.

    Args:
        folder: of the run.
        database: its `run.db`.

    Attributes:
        events: the log of labels and changes of classes.
        labels, classes: what that comes to.
        texts, exchanges: versions of the descriptions; questions to the language model.
        rounds: queries and finished rounds.
        audits: the random audits of what lies below the line.
        pool: what is kept of the pool.
        arrays, files: of the folder.
    """

    events: Events
    labels: Labels
    classes: Classes
    texts: TextVersions
    exchanges: Exchanges
    rounds: Rounds
    audits: Audits
    pool: PoolFile
    arrays: Arrays
    files: Files

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._database = database
        self.arrays, self.files = Arrays(folder), Files(folder)
        self.pool = PoolFile(self.files)
        self.events = Events(database, _config_in(database).relevant)
        self.labels = Labels(self.events)
        self.classes = Classes(self.events, self.labels)
        self.texts, self.exchanges = TextVersions(database), Exchanges(database)
        self.audits = Audits(database)
        self.rounds = Rounds(
            database, self.arrays, self.files, self.pool, self.texts, self.events, self.classes
        )

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The run in `folder`.

        Raises:
            StoreError: there is none, its database is damaged, or a newer version wrote it.
        """
        if not (folder / "run.db").is_file():
            raise StoreError(f"{folder} holds no run (no run.db); give the folder of a run")
        database = cls._open_database(folder / "run.db")
        try:
            return cls(folder, database)
        except LaserError:
            database.close()
            raise

    @classmethod
    def _open_database(cls, path: Path) -> Database:
        return Database.open(path)

    def close(self) -> None:
        """Close the database; the store cannot be used afterwards."""
        self._database.close()

    def config(self) -> ExperimentConfig:
        """The run's settings.

        Raises:
            StoreError: they are damaged; ConfigError: a newer version has made them.
        """
        return _config_in(self._database)

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
        self.labels.by_id()
        for version in self.texts.all():
            self.texts.read(version.number)
        self.exchanges.all()
        self.audits.all()
        self.rounds.require_readable()


class Store(StoreView):
    """The folder of one run as it is written. Made by `create`, opened by `open`.

    Args:
        folder: of the run.
        database: its `run.db`.

    Attributes:
        backups: the copies made of the database while people label.
    """

    events: EventWriter
    labels: LabelWriter
    classes: ClassWriter
    texts: TextWriter
    exchanges: ExchangeWriter
    rounds: RoundWriter
    audits: AuditWriter
    pool: PoolFileWriter
    arrays: ArrayWriter
    files: FileWriter
    _database: WritableDatabase

    def __init__(self, folder: Path, database: WritableDatabase) -> None:
        super().__init__(folder, database)
        self.backups = Backups(folder)
        self.arrays, self.files = ArrayWriter(folder), FileWriter(folder)
        self.pool = PoolFileWriter(self.files)
        self.events = EventWriter(database, self.events.start)
        self.labels = LabelWriter(self.events, self.pool.require, self._back_up)
        self.classes = ClassWriter(self.events, self.labels)
        self.texts, self.exchanges = TextWriter(database), ExchangeWriter(database)
        self.audits = AuditWriter(database)
        self.rounds = RoundWriter(
            database, self.arrays, self.files, self.pool, self.texts, self.events, self.classes
        )

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
            raise unwritable_error(folder, error) from error
        try:
            database = WritableDatabase.create(folder / "run.db", {"config": config.to_json()})
            store = cls(folder, database)
            store.files.write("config.json", config.to_json())
        except StoreError:
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)  # it was empty before
            raise
        return store

    @classmethod
    def _open_database(cls, path: Path) -> WritableDatabase:
        return WritableDatabase.open(path)

    @classmethod
    def copy(cls, source: StoreView, folder: Path, config: ExperimentConfig) -> None:
        """Copy what a run's database holds into a fresh one in `folder`, with other settings.

        Raises:
            StoreError: a row cannot be read, or `folder` cannot be written.
        """
        read = source._database
        facts = {f"{NAME_KEY}{n}": name for n, name in read.facts(NAME_KEY).items()}
        facts["created"] = read.fact("created")
        with (
            closing(cls.create(folder, config, fresh=False)) as made,
            made._database.write_transaction() as cursor,
        ):
            read.copy_rows_into(cursor, facts)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written in the block is committed at its end together, or not at all.

        Files are not part of it.

        Raises:
            StoreError: as for `WritableDatabase.write_transaction`.
        """
        with self.events.write_transaction():
            yield

    def discard(self) -> None:
        """Close the database and remove the run's folder with all that is in it."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def change_config(self, config: ExperimentConfig) -> None:
        """Keep other settings from now on."""
        self._database.set_fact("config", config.to_json())
        self.files.write("config.json", config.to_json())

    def go_on_balanced(self) -> str:
        """Ask the next rounds by `balanced` in place of rules that exist no more; says so.

        What was asked so far keeps the settings it was asked by (`ExperimentConfig.in_round`). A
        run without such rules stays as it is.
        """
        before = self.config()
        if not before.retired:
            return "nothing changes: this version has every rule the run was started with"
        asked = len(self.rounds.records()) + 1
        first = asked + 1 if self.rounds.query(asked) else asked
        self.change_config(before.going_on(first))
        return f"from round {first} on the run asks by balanced, not by {before.retired_words()}"

    def _back_up(self, seq: int, actor: str) -> None:
        if actor != "oracle":  # its answers can be made again
            self.backups.keep_if_due(seq)


def _config_in(database: Database) -> ExperimentConfig:
    try:
        return read_config(database.fact("config"))
    except UnreadableError as error:
        raise damaged_error(database.path, error) from error
