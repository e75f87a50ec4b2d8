"""Replies kept on disk by model, prompt and parameters: no question is paid for twice.

Only new names make a new prompt, so only they are asked for; asking anew is the caller's request.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from laser_core.errors import CacheError

Parameters = Mapping[str, str | int | float]
FILE_NAME = "llm_replies.sqlite"


class ReplyCache:
    """A small SQLite file; several processes may use it at once. Holds no key and no address.

    Args:
        folder: the cache folder; made when the first reply is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / FILE_NAME

    def get(self, model: str, prompt: str, parameters: Parameters) -> str | None:
        """The kept reply, or None.

        Raises:
            CacheError: the file is there but cannot be read.
        """
        if not self.path.exists():
            return None
        with self._open() as database:
            found = database.execute(
                "SELECT reply FROM replies WHERE key = ?", (_key(model, prompt, parameters),)
            ).fetchone()
        return None if found is None else str(found[0])

    def put(self, model: str, prompt: str, parameters: Parameters, reply: str) -> None:
        """Keep `reply`; it replaces an older one.

        Raises:
            CacheError: the file cannot be written.
        """
        row = (_key(model, prompt, parameters), model, reply)
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", row)

    def forget(self, model: str, prompt: str, parameters: Parameters) -> None:
        """Drop the reply, if it is kept."""
        if self.path.exists():
            with self._open() as database:
                key = _key(model, prompt, parameters)
                database.execute("DELETE FROM replies WHERE key = ?", (key,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=10)) as database, database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS replies"
                    " (key TEXT PRIMARY KEY, model TEXT NOT NULL, reply TEXT NOT NULL)"
                )
                yield database
        except (sqlite3.Error, OSError) as error:
            raise CacheError(
                f"the cache of language-model replies {self.path} cannot be used ({error}); "
                f"delete the file or choose another cache folder"
            ) from error


def _key(model: str, prompt: str, parameters: Parameters) -> str:
    question = json.dumps([model, prompt, dict(parameters)], sort_keys=True)
    return hashlib.sha256(question.encode()).hexdigest()
