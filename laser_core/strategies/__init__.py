"""Query strategies, a file each. Importing this package registers all, other packages' too.

A strategy reads a `PoolView` and returns a `Query`; it imports neither experiment nor store.
"""

from laser_core.strategies import installed, laser, random_sampling, uncertainty
from laser_core.strategies.base import STRATEGIES, Strategy, make_strategy, register, strategy_class

__all__ = [
    "STRATEGIES",
    "Strategy",
    "installed",
    "laser",
    "make_strategy",
    "random_sampling",
    "register",
    "strategy_class",
    "uncertainty",
]

installed.register_installed()
