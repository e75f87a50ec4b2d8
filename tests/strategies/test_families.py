"""Families: every strategy stands in one, those of other packages at the end."""

from laser_core.strategies import STRATEGIES
from laser_core.strategies.families import OTHERS, families


def test_every_strategy_stands_in_exactly_one_family():
    listed = [name for names in families().values() for name in names]
    assert sorted(listed) == sorted(STRATEGIES)


def test_a_strategy_of_another_package_stands_at_the_end(monkeypatch):
    monkeypatch.setitem(STRATEGIES, "elsewhere", STRATEGIES["random"])
    assert families()[OTHERS] == ["elsewhere"]
    assert list(families())[-1] == OTHERS
