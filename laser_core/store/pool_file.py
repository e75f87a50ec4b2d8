"""What a run keeps of its pool, `pool.json`: opened, read and written here alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from laser_core.errors import StoreError
from laser_core.pool import require_of_pool, row_by_id
from laser_core.store.folder import Files, FileWriter
from laser_core.store.records import KeptPool, UnreadableError, read_pool, seal

POOL_FILE = "pool.json"


class PoolFile:
    """What is kept of a run's pool, as it is read; read again when the file has changed.

    Args:
        files: of the run's folder.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._kept: tuple[str, KeptPool, dict[str, int]] | None = None  # with the state of its file

    def read(self) -> KeptPool | None:
        """What is kept; None before the pool is embedded.

        Raises:
            StoreError: it is damaged.
        """
        kept = self._newest()
        return kept[0] if kept else None

    def rows(self) -> dict[str, int] | None:
        """id -> where it stands in the pool; None before it is embedded.

        Raises:
            StoreError: `pool.json` is damaged.
        """
        kept = self._newest()
        return kept[1] if kept else None

    def require(self, ids: Collection[str]) -> None:
        """Check that all `ids` are of the pool, as far as it is known.

        Raises:
            PoolError: one is not; StoreError: `pool.json` is damaged.
        """
        known = self.rows()
        if known is not None:
            require_of_pool(ids, known)

    def _newest(self) -> tuple[KeptPool, dict[str, int]] | None:
        path = self._files.folder / POOL_FILE
        if not path.is_file():
            return None
        state = f"{path.stat().st_size} {path.stat().st_mtime_ns}"
        if self._kept is None or self._kept[0] != state:
            try:
                facts = read_pool(self._files.read(POOL_FILE))
            except UnreadableError as error:
                raise StoreError(
                    f"{path} cannot be read ({error}); the labels are not in it: prepare the run "
                    f"again, and it is made anew (python -m laser_core resume {path.parent})"
                ) from error
            self._kept = (state, facts, row_by_id(facts.ids))
        return self._kept[1:]


class PoolFileWriter(PoolFile):
    """What is kept of a run's pool, as it is written."""

    _files: FileWriter

    def __init__(self, files: FileWriter) -> None:
        super().__init__(files)

    def keep(self, facts: KeptPool) -> None:
        """Keep with the run what a page needs of its pool.

        Raises:
            StoreError: it cannot be written.
        """
        self._files.write(POOL_FILE, seal(asdict(facts)))
