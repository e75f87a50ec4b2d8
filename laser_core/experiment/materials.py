"""Everything a run works with, ready: what `prepare` makes and an `Experiment` is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laser_core.basics.arrays import Ids
from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource
from laser_core.experiment.oracle import SimulatedOracle
from laser_core.llm.base import LanguageModel
from laser_core.nets.base import Pictures
from laser_core.texts.cosines import Cosines
from laser_core.vlm.base import VisionLanguageModel


@dataclass(frozen=True)
class Materials:
    """What one run needs beyond its folder.

    Args:
        config: the run's settings.
        pool_ids: (N,) the pool, in the source's order.
        pictures: vectors and pixels of pool and test images.
        cosines: of pool images with sentences, filled as sentences come up.
        llm: the language model.
        oracle: the simulated one, or None for a pool without labels.
        vlm: the vision-language model, for the screen.
        source: the pictures themselves.
        notices: sentences the user should read once.
        cosines_key: names the folder of the cache that `cosines` are kept in; "" for none.
        nets: a folder for nets that other runs on the same pictures may use too; None for none.
    """

    config: ExperimentConfig
    pool_ids: Ids
    pictures: Pictures
    cosines: Cosines
    llm: LanguageModel
    oracle: SimulatedOracle | None
    vlm: VisionLanguageModel | None
    source: ImageSource
    notices: tuple[str, ...] = ()
    cosines_key: str = ""
    nets: Path | None = None
