"""What a query strategy is, and the registry that the command line and the pages read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, TypeVar

import numpy as np

from laser_core.arrays import Floats
from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.progress import Steps
from laser_core.selection import top_b
from laser_core.view import PoolView, Query, take

StrategyType = TypeVar("StrategyType", bound="type[Strategy]")


class Strategy(ABC):
    """Decides which unlabeled images are queried next. Sees a `PoolView` and nothing else.

    Attributes:
        name: the key in `STRATEGIES`, in configs and on the page.
        title: for a person.
        needs: signals; the engine computes these and no others.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    needs: frozenset[str] = frozenset()

    @classmethod
    def from_config(cls, config: ExperimentConfig) -> Strategy:
        """The strategy as `config` sets it up; a strategy with settings overrides this."""
        return cls()

    def fit(self, view: PoolView, rng: np.random.Generator) -> Steps[None]:
        """Train what the strategy alone needs; most need nothing."""
        yield from ()

    @abstractmethod
    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        """(U,) one finite score for each unlabeled image; higher is queried first."""

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        """Exactly min(batch_size, U) images: the top scores, unless overridden for diversity."""
        scores = self.score(view, rng)
        b = min(batch_size, len(scores))
        return take(view, top_b(scores, b, rng), scores)


STRATEGIES: dict[str, type[Strategy]] = {}


def register(strategy: StrategyType) -> StrategyType:
    """Class decorator: makes a strategy known by its name, and the contract test run on it."""
    STRATEGIES[strategy.name] = strategy
    return strategy


def make_strategy(config: ExperimentConfig) -> Strategy:
    """The strategy that `config.strategy` names.

    Raises:
        ConfigError: it names none.
    """
    return strategy_class(config.strategy).from_config(config)


def strategy_class(name: str) -> type[Strategy]:
    """The registered class called `name`.

    Raises:
        ConfigError: there is none.
    """
    if name not in STRATEGIES:
        raise ConfigError(f"strategy={name!r} is unknown; choose one of {', '.join(STRATEGIES)}")
    return STRATEGIES[name]
