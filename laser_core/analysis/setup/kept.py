"""What the helper has come to, as it is kept beside a run: also half a grid."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from laser_core.analysis.reader import RunReader
from laser_core.analysis.setup.advice import Advice
from laser_core.analysis.setup.evidence import Figures
from laser_core.analysis.setup.pictures import Disagreement
from laser_core.analysis.setup.settings import Setting
from laser_core.errors import StoreError
from laser_core.store.records import read_json
from laser_core.texts.descriptions import Descriptions

KEPT_FILE = "setup.json"


@dataclass(frozen=True)
class Trial:
    """One setting that was tried."""

    setting: Setting
    words: Descriptions
    figures: Figures


@dataclass(frozen=True)
class Comparison:
    """All that was tried so far.

    Args:
        version: of the words in use when it began.
        planned: how many settings the whole grid has.
        trials: those tried, the words in use first.
        advice: what they come to.
        pictures: on which the recommended setting and its rival disagree.
        labels: how many labels were looked at.
        note: what could not be tried and why, and which labels are missing; or "".
    """

    version: int
    planned: int
    trials: tuple[Trial, ...]
    advice: Advice
    pictures: Disagreement
    labels: int
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is left to try."""
        return len(self.trials) >= self.planned

    @property
    def titles(self) -> tuple[str, str]:
        """What the recommended setting and its rival are called."""
        both = self.trials[self.advice.place], self.trials[self.advice.rival]
        return both[0].setting.title, both[1].setting.title

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def kept_comparison(run: RunReader) -> Comparison | None:
    """What was kept beside a run; None where nothing was, or it is damaged."""
    try:
        found = read_json(Comparison, run.store.files.read(KEPT_FILE))
    except (StoreError, ValueError):
        return None
    places = range(len(found.trials))
    return found if found.advice.place in places and found.advice.rival in places else None
