"""Where the files of a study lie, whoever writes or reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laser_core.studies.cells import Cell, Study

STUDY_FILE = "study.json"


@dataclass(frozen=True)
class Places:
    """Where the files of a study lie.

    Args:
        folder: of the study.
        runs: of its runs.
    """

    folder: Path
    runs: Path

    @classmethod
    def of(cls, folder: Path, study: Study) -> Places:
        """Those of `study` in `folder`; a comparison (its place has no name) has no `runs`."""
        comparison = [place.name for place in study.places] == [""]
        return cls(folder, folder if comparison else folder / "runs")

    @property
    def failures(self) -> Path:
        """The file that failures are kept in."""
        return self.folder / "failures.json"

    @property
    def zero_shot(self) -> Path:
        """The file that zero-shot lines are kept in."""
        return self.folder / "zero-shot.json"

    @property
    def nets(self) -> Path:
        """The folder of nets that several cells may use; gone once all of them are finished."""
        return self.folder / "nets"

    def run(self, cell: Cell) -> Path:
        """The folder of a cell's run."""
        return self.runs / cell.key

    def lock(self, cell: Cell) -> Path:
        """The file that is locked while a process works in the cell's run."""
        return self.folder / "locks" / f"{cell.key.replace('/', '--')}.lock"
