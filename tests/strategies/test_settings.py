"""A strategy's settings: read from names and values, refused with what is allowed."""

from dataclasses import dataclass
from typing import Literal

import pytest

from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES, Strategy, strategy_class
from laser_core.strategies.settings import (
    NoSettings,
    full_settings,
    read_settings,
    require_between,
    setting,
    told_settings,
)


class Tuned(Strategy):
    """Every kind of setting; registered nowhere."""

    name, title = "tuned", "Tuned"

    @dataclass(frozen=True)
    class Settings:
        k: int = setting(5, "whole batches among the cleanest (published)")
        weight: float = setting(0.01, "of the energy")
        mode: Literal["tail", "probability"] = setting("tail", "how it ranks")
        fair: bool = setting(True, "whether classes are even")

        def __post_init__(self):
            require_between("weight", self.weight, 0.0, 1.0, "it is a share", with_low=True)

    def score(self, view, rng):
        return rng.random(len(view.unlabeled))


def test_what_is_left_out_has_its_default():
    assert full_settings(Tuned, {"k": 3}) == {
        "k": 3, "weight": 0.01, "mode": "tail", "fair": True,
    }  # fmt: skip


def test_texts_of_a_command_line_become_what_the_field_is():
    given = {"k": "3", "weight": "0.5", "mode": "probability", "fair": "false"}
    assert read_settings(Tuned, given) == Tuned.Settings(3, 0.5, "probability", False)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kk": 1}, "kk is no setting of the strategy tuned; it has k, weight, mode, fair"),
        ({"k": "many"}, "k='many': give a whole number"),
        ({"k": 2.5}, "k=2.5: give a whole number"),
        ({"k": True}, "k=True: give a whole number"),
        ({"weight": "heavy"}, "weight='heavy': give a number"),
        ({"weight": 2.0}, "weight=2: it must lie from 0 and be at most 1; it is a share"),
        ({"weight": "nan"}, "weight=nan: it must lie from 0"),
        ({"mode": "head"}, "mode='head' is unknown; choose one of tail, probability"),
        ({"fair": "yes"}, "fair='yes': give true or false"),
        ({"k": "1e400"}, "give a whole number"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_is_allowed(given, told):
    with pytest.raises(ConfigError, match=told):
        read_settings(Tuned, given)


def test_a_strategy_without_settings_takes_none():
    with pytest.raises(ConfigError, match="k is no setting of the strategy random; it has none"):
        read_settings(strategy_class("random"), {"k": 1})
    assert read_settings(strategy_class("random"), {}) == NoSettings()


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_setting_of_every_strategy_has_a_default_and_says_what_it_is(name):
    strategy = STRATEGIES[name]
    for told in told_settings(strategy):
        assert told.says, f"{name}.{told.name} says nothing"
        assert full_settings(strategy, {told.name: str(told.default)})[told.name] == told.default
