"""Studies that lie in a folder, whoever made them: the command line, the app or a notebook.

Nothing is run or written, and nothing heavy is imported, so that a page can read them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from laser_core.errors import LaserError
from laser_core.studies.cells import Study
from laser_core.studies.files import read_study
from laser_core.studies.folder import STUDY_FILE, Places
from laser_core.studies.report.results import Results, read_results

_COUNTED = ("rounds.csv", "run.db", "run.db-wal")  # of a run's folder: written with every round


@dataclass(frozen=True)
class KeptStudy:
    """One study in a folder of studies.

    Args:
        folder: of the study.
        study: what it runs; None where its file cannot be read.
        begun: when it was, seconds since the epoch.
        error: why it cannot be read, in a sentence; "" if it can.
    """

    folder: Path
    study: Study | None
    begun: float
    error: str = ""

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.folder.name

    @property
    def places(self) -> Places | None:
        """Where its files lie; None where it cannot be read."""
        return Places.of(self.folder, self.study) if self.study else None

    @property
    def mark(self) -> str:
        """Changes when a run of it has come further, or one has failed: read it again then."""
        if self.study is None or self.places is None:
            return self.error
        runs = [self.places.run(cell) for cell in self.study.cells()]
        files = [self.places.failures, *(run / name for run in runs for name in _COUNTED)]
        sizes = []
        for path in files:
            with suppress(OSError):
                about = path.stat()
                sizes.append((path.as_posix(), about.st_size, about.st_mtime_ns))
        return str(hash(tuple(sizes)))

    def read(self) -> Results:
        """Every cell as it is now.

        Raises:
            LaserError: the study cannot be read.
        """
        if self.study is None or self.places is None:
            raise LaserError(self.error)
        return read_results(self.study, self.places)


def find_studies(*homes: Path) -> list[KeptStudy]:
    """Studies and comparisons right below `homes`, the last begun first; hidden folders are not.

    One whose file cannot be read is among them, with the reason.
    """
    files = [path for home in homes if home.is_dir() for path in home.glob(f"*/{STUDY_FILE}")]
    found = [study_at(path.parent) for path in files if not path.parent.name.startswith(".")]
    return sorted(found, key=lambda kept: (-kept.begun, kept.name))


def study_at(folder: Path) -> KeptStudy:
    """The study in `folder`; one without a file that can be read says why."""
    path = folder / STUDY_FILE
    begun = 0.0
    try:
        begun = path.stat().st_mtime
        return KeptStudy(folder, read_study(folder), begun)
    except FileNotFoundError:
        return KeptStudy(folder, None, begun, f"{folder} holds no {STUDY_FILE}; name another")
    except OSError as error:
        return KeptStudy(folder, None, begun, f"{path} cannot be read ({error})")
    except LaserError as error:
        return KeptStudy(folder, None, begun, str(error))
