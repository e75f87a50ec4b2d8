"""Where a run keeps its last round's nets: weights on disk, so that a restart need not train."""

from __future__ import annotations

import shutil
from pathlib import Path

from laser_core.database import unwritable
from laser_core.errors import StoreError
from laser_core.nets.base import Learner, Net

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

    def put(self, round: int, detector: Net | None, classifier: Net | None) -> None:
        """Keep the nets of a round.

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
            (place / "complete").touch()
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

    def _load(self, path: Path) -> Net | None:
        return self._learner.load(path) if path.exists() else None

    def _place(self, round: int) -> Path:
        return self._folder / f"round-{round:03d}"
