"""What a query strategy is, and the registry that the command line and the pages read."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.config import ExperimentConfig, RoundChoice
from laser_core.errors import ConfigError, PoolError
from laser_core.nets.objectives import NetSpec
from laser_core.pool import positions
from laser_core.progress import Steps
from laser_core.selection import top_b
from laser_core.strategies.hooks import ClosedRound, Dial, RankedRound, Reasons
from laser_core.strategies.settings import NoSettings, read_settings
from laser_core.view import PoolView, Query, take

StrategyType = TypeVar("StrategyType", bound="type[Strategy]")


class Strategy(ABC):
    """Decides which unlabeled images are queried next. Sees a `PoolView` and nothing else.

    Attributes:
        name: the key in `STRATEGIES`, in configs and on the page.
        title: for a person; it says so where a strategy is a port or an approximation.
        reference: where it was published: authors, venue, year; "" if nowhere.
        needs: signals, and readings of nets ("classifier.logits"); the engine computes these and
            no others.
        classes_needed: relevant classes that must have a label before it can score.
        relevant_needed: relevant classes that a run must have at least; 2 where a classifier's
            doubt between classes is all that it goes by.
        Settings: a frozen dataclass of its settings, every field with a default; see
            `laser_core.strategies.settings.setting`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    reference: ClassVar[str] = ""
    needs: frozenset[str] = frozenset()
    classes_needed: ClassVar[int] = 0
    relevant_needed: ClassVar[int] = 1
    Settings: ClassVar[type[Any]] = NoSettings

    def __init__(self, settings: Any = None) -> None:
        self.settings = self.Settings() if settings is None else settings

    @classmethod
    def from_config(cls, config: ExperimentConfig) -> Self:
        """The strategy as `config` sets it up.

        Raises:
            ConfigError: a setting is unknown or not allowed.
        """
        return cls(read_settings(cls, dict(config.settings)))

    def nets(self) -> tuple[NetSpec, ...]:
        """The nets it needs beside the classifier, which there always is; `needs` reads them."""
        return ()

    def why_not(self, labels: Ints, n: int) -> str:
        """Why it cannot score yet, as half a sentence; "" if it can.

        Args:
            labels: (L,) class indices so far, n for irrelevant.
            n: relevant classes.
        """
        seen = len(np.unique(labels[labels < n]))
        if seen >= min(self.classes_needed, n):
            return ""
        wanted = min(self.classes_needed, n)
        return f"{seen} of {n} relevant classes labeled so far, {self.title} needs {wanted}"

    def closing(self, closed: ClosedRound) -> Steps[Mapping[str, float]]:
        """Figures of a round from its answers, kept in its record; the strategy has no state."""
        yield from ()
        return {}

    def explain(self, ranked: RankedRound, id: str) -> Reasons:
        """Why an image stood where it did in a round: parts that add up to its score.

        Raises:
            PoolError: the image was labeled before, or this strategy gives one score and no parts.
        """
        here = ranked.arrays.place(int(positions(ranked.pool, [id])[0]))
        if here is None:
            raise PoolError(
                f"{id!r} was labeled before round {ranked.round}; ask for an earlier round"
            )
        raise PoolError(
            f"round {ranked.round} was ranked by {self.title}, which gives one score and no parts; "
            f"that of {id!r} was {ranked.arrays.score[here]:.4f}"
        )

    def dial(self, ranked: RankedRound) -> Dial | None:
        """The number of a round that `what_if` can try at other values; None where there is none.

        It may be set for the next round as well, as a choice of that round alone.
        """
        return None

    def what_if(self, ranked: RankedRound, choice: RoundChoice) -> Query:
        """The batch of a round under another choice, with its arrays; exact for that round alone.

        The strategy is the one that `choice` makes of the run's.

        Raises:
            PoolError: nothing else can be tried on this round, or with this strategy.
        """
        raise PoolError(
            f"round {ranked.round}: another choice can be tried on LaSeR's rounds, not with "
            f"{self.title}"
        )

    @abstractmethod
    def score(self, view: PoolView, rng: np.random.Generator) -> Floats:
        """(U,) one finite score for each unlabeled image; higher is queried first."""

    def select(self, view: PoolView, batch_size: int, rng: np.random.Generator) -> Query:
        """Exactly min(batch_size, U) images: the top scores, unless overridden for diversity."""
        scores = self.score(view, rng)
        b = min(batch_size, len(scores))
        return take(view, top_b(scores, b, rng), scores)


STRATEGIES: dict[str, type[Strategy]] = {}
UNUSABLE: dict[str, str] = {}  # name of an installed package's strategy -> why it cannot be used


def register(strategy: StrategyType) -> StrategyType:
    """Class decorator: makes a strategy known by its name, and the contract test run on it.

    Given again, as when a notebook's cell is run twice, the newer class counts.

    Raises:
        ConfigError: it is no `Strategy`, its name cannot be typed on a command line, it has no
            title, or another strategy has the name.
    """
    if not (isinstance(strategy, type) and issubclass(strategy, Strategy)):
        raise ConfigError(f"{strategy!r} is no strategy; make it a class that extends Strategy")
    name, title = getattr(strategy, "name", None), getattr(strategy, "title", None)
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][\w-]*", name):
        raise ConfigError(
            f"the strategy {strategy.__qualname__} has the name {name!r}; give it one of letters, "
            "digits, - and _, such as name = 'margin'"
        )
    if not isinstance(title, str) or not title:
        raise ConfigError(
            f"the strategy {strategy.__qualname__} has no title; give it one for a person, such as "
            "title = 'Margin'"
        )
    known = STRATEGIES.get(name)
    if known is not None and _place(known) != _place(strategy):
        raise ConfigError(
            f"the strategy name {name!r} is taken by {'.'.join(_place(known))}; choose another for "
            f"{'.'.join(_place(strategy))}"
        )
    STRATEGIES[name] = strategy
    return strategy


def _place(strategy: type[Strategy]) -> tuple[str, str]:
    return strategy.__module__, strategy.__qualname__


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
    if name not in STRATEGIES and name in UNUSABLE:
        raise ConfigError(
            f"strategy={name!r} cannot be used: {UNUSABLE[name]}; mend that package or uninstall it"
        )
    if name not in STRATEGIES:
        raise ConfigError(f"strategy={name!r} is unknown; choose one of {', '.join(STRATEGIES)}")
    return STRATEGIES[name]
