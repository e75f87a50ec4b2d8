"""Query strategies. Importing this package registers every one of them."""

from laser_core.strategies import laser, random_sampling, uncertainty
from laser_core.strategies.base import STRATEGIES, Strategy, make_strategy, register, strategy_class

__all__ = [
    "STRATEGIES",
    "Strategy",
    "laser",
    "make_strategy",
    "random_sampling",
    "register",
    "strategy_class",
    "uncertainty",
]
