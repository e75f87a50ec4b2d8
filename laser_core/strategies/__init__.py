"""Query strategies, a file each. Importing this package registers all, other packages' too.

A strategy reads a `PoolView` and returns a `Query`; it imports neither experiment nor store.
"""

from laser_core.strategies import (
    badge,
    bald,
    bual,
    coreset,
    dropquery,
    e2oal,
    eaoa,
    eoal,
    gated,
    installed,
    laser,
    lfosa,
    margin,
    maxherding,
    mcm,
    mqnet,
    neglabel,
    openmax,
    random_sampling,
    typiclust,
    uherding,
    uncertainty,
)
from laser_core.strategies.base import STRATEGIES, Strategy, make_strategy, register, strategy_class

__all__ = [
    "STRATEGIES",
    "Strategy",
    "badge",
    "bald",
    "bual",
    "coreset",
    "dropquery",
    "e2oal",
    "eaoa",
    "eoal",
    "gated",
    "installed",
    "laser",
    "lfosa",
    "make_strategy",
    "margin",
    "maxherding",
    "mcm",
    "mqnet",
    "neglabel",
    "openmax",
    "random_sampling",
    "register",
    "strategy_class",
    "typiclust",
    "uherding",
    "uncertainty",
]

installed.register_installed()
