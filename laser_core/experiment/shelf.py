"""Where a run keeps its last round's nets: weights on disk, so that a restart need not train."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from laser_core.errors import StoreError
from laser_core.nets.base import Learner, Net
from laser_core.store.database import unwritable

NAMES = ("detector", "classifier")


class NetShelf:
    """The nets of the newest finished round; older ones are removed.

    Args:
        folder: of the run's nets.
        learner: who trained them and can load them.
    """

    def __init__(self, folder: Path, learner: Learner) -> None:
        self._folder = folder
        self._learner = learner

    def put(
        self,
        round: int,
        detector: Net | None,
        classifier: Net | None,
        classes: Sequence[str] = (),
    ) -> None:
        """Keep the nets of a round, and the relevant classes they were trained for.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        place = self._place(round)
        try:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            for name, net in zip(NAMES, (detector, classifier), strict=True):
                if net is not None:
                    net.save(place / f"{name}.safetensors")
            (place / "complete").write_text(json.dumps(list(classes)), encoding="utf-8")
            for older in self._folder.iterdir():
                if older != place:
                    shutil.rmtree(older, ignore_errors=True)
        except OSError as error:
            raise unwritable(place, error) from error

    def get(self, round: int) -> tuple[Net | None, Net | None] | None:
        """(detector, classifier) of a round; None if they have to be trained again."""
        place = self._place(round)
        if not (place / "complete").exists():
            return None
        try:
            return self._load(place / "detector.safetensors"), self._load(
                place / "classifier.safetensors"
            )
        except StoreError:  # damaged: training again gives the same nets
            return None

    def classes(self, round: int) -> tuple[str, ...]:
        """What `put` was given for a round; () if its nets are not kept."""
        try:
            kept = json.loads((self._place(round) / "complete").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return ()
        named = isinstance(kept, list) and all(isinstance(name, str) for name in kept)
        return tuple(kept) if named else ()

    def _load(self, path: Path) -> Net | None:
        return self._learner.load(path) if path.exists() else None

    def _place(self, round: int) -> Path:
        return self._folder / f"round-{round:03d}"
