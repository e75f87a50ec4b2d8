"""Query strategies. Importing this package registers every one, those of other packages too."""

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
