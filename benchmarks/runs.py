"""Whole runs for benchmarks: one pool, embedded once, several settings."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from laser_core.basics.files import default_cache_dir
from laser_core.config import ExperimentConfig
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import Plan, plan
from laser_core.experiment.prepare import EmbeddedPool, embed_pool, equip
from laser_core.metrics.summary import Summary, summarise
from laser_core.progress import drain
from laser_core.studies.run import start
from laser_core.view import RoundRecord


@dataclass
class Runs:
    """Runs on one pool and one seed; the pool is embedded by the first."""

    cache_dir: Path = field(default_factory=default_cache_dir)
    embedded: dict[tuple[str, int | None, int], EmbeddedPool] = field(default_factory=dict)

    def materials(self, config: ExperimentConfig) -> tuple[Plan, Materials]:
        """What a run with these settings works with; a pool is embedded once."""
        planned = plan(config, self.cache_dir)
        key = (config.pool, config.per_class, config.seed if config.per_class else 0)
        if key not in self.embedded:
            self.embedded[key] = drain(embed_pool(planned, self.cache_dir))
        return planned, equip(planned, self.embedded[key], self.cache_dir)

    def summary(self, config: ExperimentConfig) -> Summary:
        """A run in a folder that is removed afterwards."""
        return summarise(self.records(config))

    def records(self, config: ExperimentConfig) -> list[RoundRecord]:
        """The rounds of a run in a folder that is removed afterwards."""
        planned, materials = self.materials(config)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            work = start(planned, Path(folder) / "run", self.cache_dir, materials=materials)
            return drain(work)

    def beside_random(self, config: ExperimentConfig) -> tuple[Summary, Summary]:
        """(this run, the same run with the strategy "random")."""
        return self.summary(config), self.summary(config.with_changes(strategy="random"))


PoolSplits = dict[str, tuple[ExperimentConfig, list[int]]]  # pool -> its settings, its splits


def chosen_pools(about: str | None, rounds: int) -> PoolSplits:
    """The demo with splits 0 to 4 and, where the command line names it, CIFAR-10 with 0 to 3.

    Args:
        about: what the benchmark measures, for --help.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--cifar10", help="archive with CIFAR-10 as class folders")
    parser.add_argument("--splits", default="", help="instead of 0,1,2,3,4 and 0,1,2,3")
    options = parser.parse_args()
    chosen = [int(text) for text in options.splits.split(",") if text]
    demo = ExperimentConfig(batch_size=86, rounds=rounds)
    pools = {"demo": (demo, chosen or [0, 1, 2, 3, 4])}
    if options.cifar10:
        config = replace(demo, pool=options.cifar10, per_class=1000, batch_size=90)
        pools["CIFAR-10"] = (config, chosen or [0, 1, 2, 3])
    return pools


HEAD = (
    f"{'':24} {'round 1':>8} {'random':>7} {'mean':>6} {'ceiling':>7} {'share':>6} "
    f"{'random':>7} {'accuracy':>8} {'random':>7} {'seconds':>7}"
)


def line(name: str, laser: Summary, rival: Summary) -> str:
    """One run beside random, under `HEAD`."""
    return (
        f"{name:24} {laser.first_precision or 0:8.3f} {rival.first_precision or 0:7.3f} "
        f"{laser.mean_precision or 0:6.3f} {laser.mean_ceiling or 0:7.3f} {share(laser):6.3f} "
        f"{rival.mean_precision or 0:7.3f} {laser.accuracy or 0:8.3f} {rival.accuracy or 0:7.3f} "
        f"{laser.seconds:7.1f}"
    )


def share(summary: Summary) -> float:
    """Mean precision as a share of the ceiling's mean."""
    if not summary.mean_ceiling:
        return 0.0
    return (summary.mean_precision or 0.0) / summary.mean_ceiling
